// Retention against thousands of random histories: what it must never do, and an independent model of what it does.
#include <gmock/gmock.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <set>

#include "libsafety/checkpoint/retention.hpp"
#include "tests/checkpoint/history.hpp"

namespace safety::checkpoint {
namespace {

using std::chrono::days;
using std::chrono::hours;

struct History {
  std::vector<Record> records;
  RetentionPolicy policy;
  RetentionFacts facts;
};

// ---- the model: each checkpoint by itself, from the words of RECORDS.md, without loops that carry anything

struct Model {
  const History& history;
  Instant now;

  static Instant time(const Record& r) { return *parse_rfc3339(r.snapshot_time); }
  bool is_future(const Record& r) const { return time(r) > now + std::chrono::minutes(5); }
  bool counts(const Record& r) const { return r.proof() > Proof::none && !is_future(r) && !history.facts.gone.contains(r.id); }
  static bool newer(const Record& a, const Record& b) { return std::tuple(a.sequence, time(a), a.id) > std::tuple(b.sequence, time(b), b.id); }
  static bool in_line(const Record& a, const Record& b) {
    return a.database == b.database && a.system_identifier == b.system_identifier && a.is_schema_only == b.is_schema_only && a.is_partial == b.is_partial;
  }
  static bool in_group(const Record& a, const Record& b) { return in_line(a, b) && series_of(a) == series_of(b); }
  template <typename Test>
  long count(Test test) const { return std::count_if(history.records.begin(), history.records.end(), [&](const Record& s) { return counts(s) && test(s); }); }

  static std::string bucket(const Record& r, const char* format) {
    const auto clock = std::chrono::system_clock::to_time_t(time(r));
    char text[40];
    return {text, std::strftime(text, sizeof text, format, std::gmtime(&clock))};
  }
  bool by_bucket(const Record& r, unsigned keep, const char* format) const {
    std::map<std::string, const Record*> newest;  // of each bucket of the group
    for (const auto& s : history.records)
      if (counts(s) && in_group(r, s)) {
        auto& place = newest[bucket(s, format)];
        if (place == nullptr || newer(s, *place)) place = &s;
      }
    const auto rank = std::count_if(newest.begin(), newest.end(), [&](const auto& one) { return newer(*one.second, *newest.at(bucket(r, format))); });
    const bool is_shadowed = count([&](const Record& s) { return in_group(r, s) && newer(s, r) && bucket(s, format) == bucket(r, format) && time(s) >= time(r); }) > 0;
    const bool is_oldest = count([&](const Record& s) { return in_group(r, s) && newer(r, s); }) == 0;
    return rank < keep && (!is_shadowed || (is_oldest && newest.size() < keep));
  }
  bool by_within(const Record& r) const {
    if (!history.policy.keep_within) return false;
    Instant newest = Instant::min();
    for (const auto& s : history.records)
      if (counts(s) && in_group(r, s)) newest = std::max(newest, time(s));
    const auto since = (newest == Instant::min() ? now : newest) - *history.policy.keep_within;
    return time(r) >= since || count([&](const Record& s) { return in_group(r, s) && newer(r, s) && time(s) >= since; }) > 0;
  }
  bool keeps(const Record& r) const {
    const auto& [records, policy, facts] = history;
    if (!r.pins.empty() || facts.held.contains(r.id)) return true;
    if (facts.gone.contains(r.id)) return !policy.removes_gone;
    if (is_future(r) || (!policy.keep_labels.empty() && r.label.starts_with("v")) || by_within(r)) return true;
    const auto newer_proven = count([&](const Record& s) { return in_line(r, s) && newer(s, r); });
    if (!counts(r)) return newer_proven == 0;
    if (newer_proven < policy.min_keep) return true;
    if (count([&](const Record& s) { return in_line(r, s) && (s.proof() > r.proof() || (s.proof() == r.proof() && newer(s, r))); }) == 0) return true;
    return count([&](const Record& s) { return in_group(r, s) && newer(s, r); }) < policy.keep_last || by_bucket(r, policy.keep_hourly, "%Y%m%d%H") ||
           by_bucket(r, policy.keep_daily, "%Y%m%d") || by_bucket(r, policy.keep_weekly, "%G-%V") || by_bucket(r, policy.keep_monthly, "%Y%m") ||
           by_bucket(r, policy.keep_yearly, "%Y");
  }
};

// ---- histories

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(engine_); }
  bool one_in(int odds) { return below(odds) == 0; }

 private:
  std::mt19937 engine_;
};

/// Times lie on whole hours, so that no clock tolerance blurs which is the later.
Record make_record(Random& random, std::uint64_t sequence, Instant taken) {
  const char* reasons[] = {"scheduled", "scheduled", "scheduled", "pre-migration", "manual", "by hand"};
  auto record = archive_of(sequence, taken, static_cast<Proof>(random.below(5)), reasons[random.below(6)]);
  record.database = random.one_in(4) ? "media" : "shop";
  record.system_identifier = random.one_in(10) ? "" : "7001";
  if (random.one_in(8)) record = failed(record);
  if (random.one_in(15)) record.pins = {"deploy_20261101_020000"};
  if (random.one_in(10)) record.label = random.one_in(2) ? "v42" : "x";
  if (random.one_in(10)) record.is_partial = true;
  if (random.one_in(15)) record.is_schema_only = record.is_partial = true;
  return record;
}

History make_history(unsigned seed) {
  Random random(seed);
  History history;
  const int count = random.below(22), spread = 1 + random.below(random.one_in(2) ? 20 : 3000);
  const bool has_jumps = random.one_in(3);
  Instant taken = kNow - hours(static_cast<long>(spread) * count / 2);
  for (int at = 0; at < count; ++at) {
    taken += hours(random.below(spread));
    const auto jump = has_jumps && random.one_in(5) ? hours(random.below(20000) - 10000) : hours(0);
    // Two machines may give one number.
    history.records.push_back(make_record(random, static_cast<std::uint64_t>(at + 1 - (random.one_in(12) ? 1 : 0)), taken + jump));
    auto& record = history.records.back();
    record.id = "c" + std::to_string(at + 1);
    if (random.one_in(15)) history.facts.held[record.id] = "restore_20261126_110000 is unfinished and names it";
    if (random.one_in(15)) history.facts.gone.insert(record.id);
  }
  auto& policy = history.policy;
  for (auto* keep : {&policy.keep_last, &policy.keep_hourly, &policy.keep_daily, &policy.keep_weekly, &policy.keep_monthly, &policy.keep_yearly})
    if (random.one_in(3)) *keep = static_cast<unsigned>(random.below(6));
  if (random.one_in(3)) policy.keep_within = hours(random.below(24 * 200));
  if (random.one_in(4)) policy.keep_labels = {"v*"};
  policy.min_keep = 1 + static_cast<unsigned>(random.below(3));
  policy.removes_gone = random.one_in(4);
  if (policy.is_empty()) policy.keep_last = 1;
  return history;
}

using Ids = std::set<std::string>;
Ids ids(const std::vector<Verdict>& verdicts, bool are_kept) {
  const auto list = ids_of(verdicts, are_kept);
  return {list.begin(), list.end()};
}
Ids removed_of(const History& history, Instant now) { return ids(retain(history.records, history.policy, history.facts, now), false); }

template <typename Check>
void for_each_history(unsigned first, unsigned count, Check check) {
  for (unsigned seed = first; seed < first + count && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    check(make_history(seed));
  }
}

TEST(RetentionProperty, AgreesWithTheModel) {
  std::size_t removed = 0, kept = 0;
  for_each_history(1, 4000, [&](const History& history) {
    const Model model{history, kNow};
    const auto verdicts = retain(history.records, history.policy, history.facts, kNow);
    ASSERT_EQ(verdicts.size(), history.records.size());
    for (const auto& verdict : verdicts) {
      EXPECT_EQ(verdict.is_kept, model.keeps(verdict.record)) << verdict.record.id << " " << verdict.reasons.front();
      EXPECT_FALSE(verdict.reasons.empty());
      ++(verdict.is_kept ? kept : removed);
    }
  });
  EXPECT_GT(removed, 5000U) << "histories in which nothing happens show nothing";
  EXPECT_GT(kept, 5000U);
}

TEST(RetentionProperty, NeverRemovesWhatMustStay) {
  for_each_history(10000, 3000, [](const History& history) {
    const Model model{history, kNow};
    for (const auto& verdicts : {retain(history.records, history.policy, history.facts, kNow), retain_least(history.records, history.policy, history.facts, kNow)}) {
      const auto kept = ids(verdicts, true);
      for (const auto& record : history.records) {
        const bool is_held = !record.pins.empty() || history.facts.held.contains(record.id);
        EXPECT_TRUE(!is_held || kept.contains(record.id)) << record.id;
        unsigned there = 0, left = 0;
        Proof best = Proof::none, best_left = Proof::none;
        for (const auto& other : history.records)
          if (Model::in_line(record, other) && model.counts(other)) {
            ++there, best = std::max(best, other.proof());
            if (kept.contains(other.id)) ++left, best_left = std::max(best_left, other.proof());
          }
        EXPECT_GE(left, std::min(there, history.policy.min_keep)) << record.database;
        EXPECT_EQ(best_left, best) << record.database;
      }
    }
  });
}

TEST(RetentionProperty, RemovesNothingMoreOfWhatItKept) {
  for_each_history(20000, 3000, [](const History& history) {
    const auto kept = ids(retain(history.records, history.policy, history.facts, kNow), true);
    auto rest = history;
    std::erase_if(rest.records, [&](const Record& record) { return !kept.contains(record.id); });
    EXPECT_EQ(removed_of(rest, kNow), Ids());
  });
}

TEST(RetentionProperty, RemovesLaterWhatItRemovesNow) {
  for_each_history(30000, 3000, [](const History& history) {
    const auto now = removed_of(history, kNow), later = removed_of(history, kNow + days(history.records.size() * 13));
    // One that lay in the future has a time of today at last, by which others may be within keep_within: that keeps more.
    const Model model{history, kNow};
    if (history.policy.keep_within && std::any_of(history.records.begin(), history.records.end(), [&](const Record& one) { return model.is_future(one); })) return;
    EXPECT_TRUE(std::includes(later.begin(), later.end(), now.begin(), now.end()));
  });
}

TEST(RetentionProperty, LetsTimeAloneTakeNothingThatIsProven) {
  for_each_history(40000, 3000, [](const History& history) {
    const Model model{history, kNow};
    if (std::any_of(history.records.begin(), history.records.end(), [&](const Record& one) { return model.is_future(one); })) return;
    const auto now = removed_of(history, kNow), later = removed_of(history, kNow + days(2000));
    for (const auto& id : later) {
      const auto record = std::find_if(history.records.begin(), history.records.end(), [&](const Record& one) { return one.id == id; });
      EXPECT_TRUE(!model.counts(*record) || now.contains(id)) << id << " left although nothing newer came";
    }
  });
}

TEST(RetentionProperty, KeepsNothingForTheSakeOfANewerOne) {
  for_each_history(50000, 3000, [](const History& history) {
    const auto before = removed_of(history, kNow);
    auto more = history;
    auto newest = archive_of(100, kNow, Proof::restored);
    for (const auto& record : history.records) newest.snapshot_time = std::max(newest.snapshot_time, Model{history, kNow}.is_future(record) ? "" : record.snapshot_time);
    more.records.push_back(newest);
    const auto after = removed_of(more, kNow);
    EXPECT_TRUE(std::includes(after.begin(), after.end(), before.begin(), before.end()));
    EXPECT_FALSE(after.contains(newest.id));
  });
}

}  // namespace
}  // namespace safety::checkpoint

#include "libsafety/checkpoint/retention.hpp"

#include <fmt/chrono.h>
#include <fnmatch.h>

#include <algorithm>
#include <tuple>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/policy.hpp"

namespace safety::checkpoint {
namespace {

struct Candidate {
  const Record* record;
  std::optional<Instant> time;  // of the snapshot
  bool is_gone = false;
  bool counts = false;  // there, proven, and of a time that can be believed
  std::vector<std::string> reasons;
};
using Candidates = std::vector<Candidate*>;  // newest first

/// A checkpoint without rows is no backup of one with rows, so neither may be the reason to remove the other.
std::string content_of(const Record& record) { return record.is_schema_only ? "schema" : record.is_partial ? "partial" : "whole"; }

using Line = std::tuple<std::string, std::string, std::string>;
Line line_of(const Record& record) { return {record.database, record.system_identifier, content_of(record)}; }

// ---- buckets, in UTC

using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;
using std::chrono::year_month_day;

std::string hour_of(Instant time) { return fmt::format("{:%Y-%m-%d %H:00}", fmt::gmtime(std::chrono::system_clock::to_time_t(time))); }

std::string day_of(Instant time) {
  const year_month_day date{floor<days>(time)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}
std::string month_of(Instant time) { return day_of(time).substr(0, 7); }
std::string year_of(Instant time) { return day_of(time).substr(0, 4); }

/// ISO 8601: a week belongs to the year that its Thursday is in.
std::string week_of(Instant time) {
  const sys_days day = floor<days>(time);
  const sys_days thursday = day - days(std::chrono::weekday(day).iso_encoding() - 1) + days(3);
  const auto year = year_month_day{thursday}.year();
  const sys_days first = sys_days{year / std::chrono::January / 1};
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), (thursday - first).count() / 7 + 1);
}

/// The newest of each of the first `count` buckets. While there are buckets to spare the oldest of all stays too, so that it can
/// become the one of its bucket: with keep_yearly 5 the first year's first checkpoint is not lost to its last.
void keep_by_bucket(const Candidates& group, unsigned count, const char* word, std::string (*bucket_of)(Instant)) {
  std::map<std::string, Instant> kept;  // bucket, and the latest time of those that are kept in it
  for (auto* one : group) {
    const auto bucket = bucket_of(*one->time);
    const auto found = kept.find(bucket);
    if (found == kept.end()) {
      const bool has_place = kept.size() < count;
      if (!has_place) continue;
      kept.emplace(bucket, *one->time);
      one->reasons.push_back(fmt::format("{} {}", word, bucket));
    } else if (is_in_future(*one->time, found->second)) {
      // Made before the one that is kept, and of a later time: a clock was set back, so nobody knows that they are of one bucket.
      found->second = *one->time;
      one->reasons.push_back(fmt::format("{} {}, before a clock was set back", word, bucket));
    } else if (one == group.back() && kept.size() < count) {
      one->reasons.push_back(fmt::format("oldest {} {}", word, bucket));
    }
  }
}

// ---- rules of a group: one series of one line

/// Of those that do not count either: what is young is evidence. Like restic's, it is measured from the newest, not from now.
void keep_within(const Candidates& all, const Candidates& group, std::chrono::milliseconds within, Instant now) {
  Instant newest = group.empty() ? now : *group.front()->time;
  for (const auto* one : group) newest = std::max(newest, *one->time);
  bool has_older_within = false;
  for (auto one = all.rbegin(); one != all.rend(); ++one) {
    if ((*one)->is_gone) continue;
    const bool is_within = (*one)->time && *(*one)->time >= newest - within;
    // What was made after one that is within is too, whatever a clock that was set back said then.
    if (is_within || has_older_within)
      (*one)->reasons.push_back(fmt::format("{} {}", is_within ? "within" : "made after one within", format_duration(within)));
    has_older_within = has_older_within || (is_within && (*one)->counts);
  }
}

void keep_by_rules(const Candidates& all, const RetentionPolicy& policy, Instant now) {
  Candidates group;
  std::copy_if(all.begin(), all.end(), std::back_inserter(group), [](const auto* one) { return one->counts; });
  for (std::size_t at = 0; at < group.size() && at < policy.keep_last; ++at)
    group[at]->reasons.push_back(fmt::format("last {}", policy.keep_last));
  keep_by_bucket(group, policy.keep_hourly, "hourly", hour_of);
  keep_by_bucket(group, policy.keep_daily, "daily", day_of);
  keep_by_bucket(group, policy.keep_weekly, "weekly", week_of);
  keep_by_bucket(group, policy.keep_monthly, "monthly", month_of);
  keep_by_bucket(group, policy.keep_yearly, "yearly", year_of);
  if (policy.keep_within) keep_within(all, group, *policy.keep_within, now);
}

// ---- what no rule may remove

/// Whatever kind of archive it is.
void keep_for_its_own_sake(Candidate& one, const RetentionPolicy& policy, const RetentionFacts& facts, Instant now) {
  const auto& record = *one.record;
  if (!record.pins.empty()) one.reasons.push_back("pinned: " + join(record.pins, ", "));
  if (const auto held = facts.held.find(record.id); held != facts.held.end()) one.reasons.push_back(held->second);
  if (one.is_gone) {
    if (!policy.removes_gone) one.reasons.push_back("its archive is gone: bring it back, or remove the record with --gone");
    return;
  }
  const bool is_labelled = std::any_of(policy.keep_labels.begin(), policy.keep_labels.end(), [&](const std::string& pattern) {
    return !record.label.empty() && ::fnmatch(pattern.c_str(), record.label.c_str(), 0) == 0;
  });
  if (is_labelled) one.reasons.push_back("labelled " + record.label);
  if (!one.time) one.reasons.push_back("its time \"" + record.snapshot_time + "\" cannot be read");
  if (one.time && is_in_future(*one.time, now)) one.reasons.push_back("its time lies in the future");
}

/// Of one line: the last proven ones, the best one, and what has no better successor.
void keep_for_the_line(const Candidates& line, const RetentionPolicy& policy) {
  Candidate* best = nullptr;
  unsigned proven = 0;
  for (auto* one : line) {
    if (one->counts) {
      if (best == nullptr || one->record->proof() > best->record->proof()) best = one;
      if (++proven <= policy.min_keep) one->reasons.push_back("min-keep");
    } else if (proven == 0 && !one->is_gone && one->reasons.empty()) {
      one->reasons.push_back("it is not proven, but no newer one is either");
    }
  }
  if (best != nullptr) best->reasons.push_back("the newest with the highest proof (" + name_of(best->record->proof()) + ")");
}

std::string why_removed(const Candidate& one) {
  if (one.is_gone) return "its archive is gone";
  if (one.record->proof() == Proof::none) return "it is not proven, and a newer one is";
  return "no rule keeps it";
}

std::vector<Candidate> list_candidates(const std::vector<Record>& records, const RetentionFacts& facts, Instant now) {
  std::vector<Candidate> candidates;
  std::set<std::string> ids;  // a record's file that was copied is no second archive
  for (const auto& record : records) {
    if (!record.names_archive() || !ids.insert(record.id).second) continue;
    Candidate one{&record, parse_rfc3339(record.snapshot_time), facts.gone.contains(record.id), false, {}};
    const bool is_believable = one.time && !is_in_future(*one.time, now);
    one.counts = is_believable && !one.is_gone && record.proof() != Proof::none;
    candidates.push_back(std::move(one));
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.record->sequence, a.time, a.record->id) > std::tie(b.record->sequence, b.time, b.record->id);
  });
  return candidates;
}

std::vector<Verdict> judge(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts, Instant now) {
  if (policy.min_keep == 0)
    throw Error(Code::usage, "min_keep is 0, and at least one proven archive of each database always stays", "Give --min-keep 1 or more.");
  auto candidates = list_candidates(records, facts, now);
  std::map<Line, Candidates> lines;
  std::map<std::pair<Line, std::string>, Candidates> groups;
  for (auto& one : candidates) {
    lines[line_of(*one.record)].push_back(&one);
    groups[{line_of(*one.record), series_of(*one.record)}].push_back(&one);
    keep_for_its_own_sake(one, policy, facts, now);
  }
  for (const auto& [key, group] : groups) keep_by_rules(group, policy, now);
  for (const auto& [key, line] : lines) keep_for_the_line(line, policy);

  std::vector<Verdict> verdicts;
  for (auto& one : candidates) {
    const bool is_kept = !one.reasons.empty();
    if (!is_kept) one.reasons.push_back(why_removed(one));
    verdicts.push_back({*one.record, is_kept, std::move(one.reasons)});
  }
  return verdicts;
}

}  // namespace

bool RetentionPolicy::is_empty() const {
  const bool has_count = keep_last > 0 || keep_hourly > 0 || keep_daily > 0 || keep_weekly > 0 || keep_monthly > 0 || keep_yearly > 0;
  return !has_count && !keep_within && keep_labels.empty();
}

std::string series_of(const Record& record) {
  for (const char* known : {"scheduled", "pre-migration", "pre-restore", "pre-rollback"})
    if (record.reason == known) return known;
  return "manual";
}

std::vector<Verdict> retain(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts, Instant now) {
  if (policy.is_empty())
    throw Error(Code::usage, "no rule says which archives to keep",
                "Give at least one of --keep-last, --keep-hourly, --keep-daily, --keep-weekly, --keep-monthly, --keep-yearly, --keep-within and "
                "--keep-label; clones and left-over databases are dropped by `safety-prune --databases`.");
  return judge(records, policy, facts, now);
}

std::vector<Verdict> retain_least(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts, Instant now) {
  RetentionPolicy least;
  least.keep_labels = policy.keep_labels;
  least.min_keep = policy.min_keep;
  least.removes_gone = policy.removes_gone;
  return judge(records, least, facts, now);
}

}  // namespace safety::checkpoint

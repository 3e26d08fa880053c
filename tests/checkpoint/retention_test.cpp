// What retention keeps and why, case by case; retention_property_test.cpp holds it against a model.
#include "libsafety/checkpoint/retention.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "tests/checkpoint/history.hpp"
#include "tests/testing/golden.hpp"
#include "tests/testing/testing.hpp"

namespace safety::checkpoint {
namespace {

using std::chrono::days;
using std::chrono::hours;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Against tests/checkpoint/retention/<name>.txt.
void expect_verdicts(const std::string& name, const std::vector<Verdict>& verdicts) {
  std::string text;
  for (const auto& one : verdicts)
    text += fmt::format("{:<6} {:<5} {} {:<13} {:<4} {}\n", one.is_kept ? "keep" : "remove", one.record.id, one.record.snapshot_time.substr(0, 16),
                        one.record.reason, name_of(one.record.proof()), join(one.reasons, ", "));
  testing::expect_golden_file("tests/checkpoint/retention/" + name + ".txt", text);
}

/// One each night at 02:00, the last of them today.
std::vector<Record> nightly(unsigned count, const std::string& reason = "scheduled", std::uint64_t first = 1) {
  std::vector<Record> records;
  for (unsigned night = 0; night < count; ++night)
    records.push_back(archive_of(first + night, at("2026-11-26T02:00") - days(count - 1 - night), Proof::decodes, reason));
  return records;
}

std::vector<std::string> kept(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts = {}, Instant now = kNow) {
  return ids_of(retain(records, policy, facts, now), true);
}
std::vector<std::string> removed(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts = {}, Instant now = kNow) {
  return ids_of(retain(records, policy, facts, now), false);
}

RetentionPolicy last(unsigned count) {
  RetentionPolicy policy;
  policy.keep_last = count;
  return policy;
}
RetentionPolicy daily(unsigned count) {
  RetentionPolicy policy;
  policy.keep_daily = count;
  return policy;
}
RetentionPolicy within(std::chrono::milliseconds duration) {
  RetentionPolicy policy;
  policy.keep_within = duration;
  return policy;
}

// ---- rules

TEST(Retention, KeepsEachBucketsNewest) {
  RetentionPolicy policy;
  policy.keep_last = 3;
  policy.keep_hourly = 4;
  policy.keep_daily = 7;
  policy.keep_weekly = 5;
  policy.keep_monthly = 12;
  policy.keep_yearly = 3;
  std::vector<Record> records;
  for (unsigned count = 0; count < 24; ++count) records.push_back(archive_of(count + 1, kNow - days(400) + days(17) * count));
  for (unsigned count = 0; count < 20; ++count) records.push_back(archive_of(100 + count, kNow - hours(58) + hours(3) * count));
  expect_verdicts("buckets", retain(records, policy, {}, kNow));
}

TEST(Retention, LeavesWhatTheRulesSayAfterTwoYearsOfNights) {
  RetentionPolicy policy;
  policy.keep_daily = 7;
  policy.keep_weekly = 5;
  policy.keep_monthly = 12;
  policy.keep_yearly = 3;
  std::vector<Record> folder;
  std::vector<Verdict> verdicts;
  for (const auto& record : nightly(730)) {
    folder.push_back(record);
    verdicts = retain(folder, policy, {}, *parse_rfc3339(record.snapshot_time) + hours(1));
    std::erase_if(folder, [&](const Record& one) {
      return std::any_of(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) { return !verdict.is_kept && verdict.record.id == one.id; });
    });
  }
  expect_verdicts("two_years", verdicts);
}

TEST(Retention, CountsWeeksAsIso8601) {
  RetentionPolicy policy;
  policy.keep_weekly = 9;
  std::vector<Record> records;
  std::uint64_t sequence = 0;
  for (const char* day : {"2024-12-29", "2024-12-30", "2025-12-28", "2025-12-29", "2026-01-01", "2026-01-04", "2026-01-05"})
    records.push_back(archive_of(++sequence, at(day + std::string("T10:00"))));
  expect_verdicts("weeks", retain(records, policy, {}, kNow));
}

TEST(Retention, KeepsTheOldestWhileThereAreBucketsToSpare) {
  const auto records = nightly(10);
  RetentionPolicy policy;
  policy.keep_monthly = 3;
  EXPECT_THAT(kept(records, policy), ElementsAre("c10", "c1"));
  policy.keep_monthly = 1;
  EXPECT_THAT(kept(records, policy), ElementsAre("c10"));
}

TEST(Retention, MeasuresWithinFromTheNewestSoThatSilenceDeletesNothing) {
  const auto records = nightly(30);
  EXPECT_THAT(kept(records, within(days(7))), SizeIs(8));
  EXPECT_EQ(kept(records, within(days(7)), {}, kNow + days(500)), kept(records, within(days(7))));
  // A failed one moves nothing.
  auto with_failed = records;
  with_failed.push_back(failed(archive_of(99, kNow + days(20))));
  EXPECT_THAT(kept(with_failed, within(days(7)), {}, kNow + days(21)), SizeIs(9));
}

TEST(Retention, DoesNotMindThatThereAreFewerThanItMayKeep) {
  for (const auto& policy : {last(10), daily(10), within(days(999))}) {
    EXPECT_THAT(retain({}, policy, {}, kNow), IsEmpty());
    EXPECT_THAT(removed(nightly(3), policy), IsEmpty());
  }
}

TEST(Retention, RefusesAPolicyThatKeepsNothing) {
  const auto error = error_of([] { retain(nightly(3), {}, {}, kNow); });
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.hint(), HasSubstr("--keep-last"));
  RetentionPolicy only_least;
  only_least.min_keep = 5;
  EXPECT_EQ(error_of([&] { retain(nightly(3), only_least, {}, kNow); }).code(), Code::usage);
  auto none = last(1);
  none.min_keep = 0;
  EXPECT_EQ(error_of([&] { retain(nightly(3), none, {}, kNow); }).code(), Code::usage);
  RetentionPolicy labels;
  labels.keep_labels = {"v*"};
  EXPECT_THAT(kept(nightly(3), labels), ElementsAre("c3")) << "min-keep";
}

TEST(Retention, KeepsLabelsByPattern) {
  auto records = nightly(6);
  const char* labels[] = {"v42", "v43", "", "release v1", "V9", ""};
  for (std::size_t i = 0; i < records.size(); ++i) records[i].label = labels[i];
  auto policy = last(1);
  policy.keep_labels = {"v*", "V?"};
  EXPECT_THAT(kept(records, policy), ElementsAre("c6", "c5", "c2", "c1"));
}

// ---- groups

TEST(Retention, LetsNoSeriesOrDatabaseTakeAnothersPlace) {
  auto records = nightly(5);
  for (const char* reason : {"pre-migration", "pre-restore", "pre-rollback", "manual", "before ticket 7"})
    records.push_back(archive_of(10 + records.size(), kNow - days(300), Proof::digest, reason));
  records.push_back(archive_of(30, kNow - hours(30), Proof::decodes, "pre-migration"));
  auto other = archive_of(1, kNow - days(900)), moved = archive_of(2, kNow - days(800));
  other.id = "m1";
  other.database = "media";
  moved.id = "old1";
  moved.system_identifier = "6000";
  records.insert(records.end(), {other, moved});
  expect_verdicts("groups", retain(records, last(2), {}, kNow));
}

TEST(Retention, LetsNoArchiveWithoutRowsStandInForOneWithThem) {
  auto records = nightly(4);
  for (std::size_t i = 1; i < 4; ++i) records[i].is_schema_only = records[i].is_partial = true;
  records[3].proofs.push_back({Proof::content, records[3].snapshot_time, 1, true, ""});
  EXPECT_THAT(kept(records, last(1)), ElementsAre("c4", "c1"));
  // Where every archive leaves out rows of some tables, the last of those is the backup.
  auto partial = nightly(3);
  for (auto& record : partial) record.is_partial = true;
  EXPECT_THAT(kept(partial, last(1)), ElementsAre("c3"));
}

TEST(Retention, IsNotConcernedWithClonesAlone) {
  auto records = nightly(2);
  records[1].archive = {};
  records[1].clone = Clone{"shop__clone_20261126_020000", 16400, "wal_log", 7, 0.1, records[1].snapshot_time};
  const auto verdicts = retain(records, last(1), {}, kNow);
  ASSERT_THAT(verdicts, SizeIs(1));
  EXPECT_TRUE(verdicts[0].is_kept) << "it is the last archive";
}

// ---- never

TEST(Retention, NeverRemovesPinsAndWhatUnfinishedRunsName) {
  auto records = nightly(5);
  records[0].pins = {"deploy_20261101_020000", "rollback_20261102_030000"};
  RetentionFacts facts;
  facts.held["c2"] = "restore_20261126_110000 is unfinished and names it";
  auto verdicts = retain(records, last(1), facts, kNow);
  expect_verdicts("never", verdicts);
  EXPECT_THAT(ids_of(retain_least(records, last(9), facts, kNow), true), ElementsAre("c5", "c2", "c1"));
}

TEST(Retention, NeverRemovesTheNewestWithTheHighestProof) {
  auto records = nightly(6);
  for (const int index : {0, 2}) records[index].proofs.push_back({Proof::content, "2026-11-26T11:00:00.000Z", 9, true, ""});
  EXPECT_THAT(kept(records, last(1)), ElementsAre("c6", "c3"));
  records[2] = failed(records[2]);  // its proof no longer holds
  EXPECT_THAT(kept(records, last(1)), ElementsAre("c6", "c1"));
}

TEST(Retention, NeverGoesBelowMinKeepOfProvenOnes) {
  auto records = nightly(6);
  records[5] = failed(records[5]);
  records[4] = failed(records[4]);
  auto policy = within(hours(1));
  policy.min_keep = 3;
  EXPECT_THAT(kept(records, policy), ElementsAre("c6", "c5", "c4", "c3", "c2"));
}

TEST(Retention, RemovesAnUnprovenOneOnlyWhenANewerOneIsProven) {
  auto records = nightly(4);
  records[1] = failed(records[1]);
  records[3] = failed(records[3]);
  records.push_back(archive_of(9, kNow, Proof::none));
  expect_verdicts("unproven", retain(records, daily(1), {}, kNow));
  for (auto& record : records) record = failed(record);
  EXPECT_THAT(removed(records, daily(1)), IsEmpty()) << "none is known to be better";
}

TEST(Retention, LetsAnArchiveThatIsGoneStandInForNothing) {
  const auto records = nightly(4);
  RetentionFacts facts;
  facts.gone = {"c4", "c3"};
  EXPECT_THAT(removed(records, last(1), facts), ElementsAre("c1"));
  auto policy = last(1);
  policy.removes_gone = true;
  EXPECT_THAT(removed(records, policy, facts), ElementsAre("c4", "c3", "c1"));
  auto pinned = records;
  pinned[3].pins = {"rollback_20261126_030000"};
  EXPECT_THAT(removed(pinned, policy, facts), ElementsAre("c3", "c1"));
}

TEST(Retention, CountsACopiedRecordOnce) {
  auto records = nightly(2);
  records.push_back(records[1]);
  auto policy = within(hours(1));
  policy.min_keep = 2;
  EXPECT_THAT(removed(records, policy), IsEmpty());
}

// ---- clocks

TEST(Retention, KeepsWhatLiesInTheFutureAndGivesItNoBucket) {
  auto records = nightly(4);
  records.push_back(archive_of(5, kNow + days(900), Proof::content));
  records.push_back(archive_of(6, at("2026-11-26T03:00")));
  auto unreadable = archive_of(7, kNow);
  unreadable.snapshot_time = "9999-12-31T00:00:00.000Z";
  records.push_back(unreadable);
  expect_verdicts("future", retain(records, daily(2), {}, kNow));
  EXPECT_THAT(removed(records, daily(2), {}, at("2020-01-01T00:00")), IsEmpty()) << "the clock of this machine went back";
  // Two clocks are never quite the same.
  EXPECT_THAT(kept({archive_of(1, kNow), archive_of(2, kNow + std::chrono::minutes(4))}, last(1)), ElementsAre("c2"));
}

TEST(Retention, GoesBySequenceWhenAClockWasSetBack) {
  auto records = nightly(5);
  records.push_back(archive_of(6, at("2019-01-01T00:01")));
  records.push_back(archive_of(7, at("2019-01-01T00:30")));
  EXPECT_THAT(kept(records, last(3)), ElementsAre("c7", "c6", "c5")) << "the newest are those made last";
  EXPECT_THAT(kept(records, daily(3)), ElementsAre("c7", "c5", "c4"));
  EXPECT_THAT(kept(records, within(days(1))), ElementsAre("c7", "c6", "c5", "c4")) << "made after one within it";
  // Set back by a day: yesterday's are two, and both stay.
  std::vector<Record> twice = nightly(3);
  twice.push_back(archive_of(4, at("2026-11-26T01:00")));
  EXPECT_THAT(kept(twice, daily(2)), ElementsAre("c4", "c3", "c2"));
  expect_verdicts("set_back", retain(twice, daily(2), {}, kNow));
}

}  // namespace
}  // namespace safety::checkpoint

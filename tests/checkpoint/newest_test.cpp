#include "libsafety/checkpoint/newest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace safety::checkpoint {
namespace {

using ::testing::ElementsAre;

const Instant kNoon = *parse_rfc3339("2026-11-26T12:00:00.000Z");

Record record_of(const std::string& id, const std::string& taken, Proof proof = Proof::digest) {
  Record record;
  record.id = id;
  record.database = "shop";
  record.snapshot_time = taken;
  record.archive.file = id + ".sql.zst";
  if (proof != Proof::none) record.proofs.push_back({proof, taken, 1, true, ""});
  return record;
}

Run run_of(const std::string& database, const std::string& started) {
  Run run;
  run.kind = "scheduled";
  run.database = database;
  run.started = run.finished = started;
  return run;
}

std::string newest_of(const std::vector<Record>& records, Proof least = Proof::digest) {
  const auto* newest = find_newest_backup(records, "shop", least, kNoon);
  return newest != nullptr ? newest->id : "none";
}

TEST(NewestBackup, IsTheOneOfTheNewestContentWhateverTheOrder) {
  EXPECT_EQ(newest_of({record_of("a", "2026-11-26T02:00:00.000Z"), record_of("b", "2026-11-25T02:00:00.000Z")}), "a");
  EXPECT_EQ(newest_of({}), "none");
}

TEST(NewestBackup, HasTheProofAskedForAndHasNotFailedSince) {
  auto failed = record_of("c", "2026-11-26T02:00:00.000Z", Proof::content);
  failed.proofs.push_back({Proof::digest, "2026-11-26T03:00:00.000Z", 1, false, "the file was changed"});
  const std::vector<Record> records{record_of("a", "2026-11-24T02:00:00.000Z", Proof::content), record_of("b", "2026-11-25T02:00:00.000Z"), failed};
  EXPECT_EQ(newest_of(records), "b");
  EXPECT_EQ(newest_of(records, Proof::restored), "a");
}

TEST(NewestBackup, IsNotFromTheFutureNorOfATimeThatCannotBeRead) {
  EXPECT_EQ(newest_of({record_of("a", "2026-11-25T02:00:00.000Z"), record_of("b", "2031-01-01T00:00:00.000Z"), record_of("c", "yesterday")}), "a");
  EXPECT_EQ(newest_of({record_of("b", "2026-11-26T12:03:00.000Z")}), "b") << "clocks may be apart a little";
}

TEST(NewestBackup, IsNeitherASchemaNorACloneNorAStateLeftBehind) {
  auto schema = record_of("schema", "2026-11-26T05:00:00.000Z"), clone = schema, restored = schema, rolled_back = schema, other = schema, partial = schema;
  schema.is_schema_only = schema.is_partial = true;
  clone.archive = {};
  restored.reason = "pre-restore";
  rolled_back.reason = "pre-rollback";
  other.database = "other";
  partial.id = "partial";
  partial.is_partial = true;
  const auto good = record_of("good", "2026-11-25T02:00:00.000Z");
  EXPECT_EQ(newest_of({good, schema, clone, restored, rolled_back, other}), "good");
  EXPECT_EQ(newest_of({good, partial}), "partial");
}

TEST(NewestOffsiteCopy, IsAsOldAsItsContent) {
  auto first = run_of("shop", "2026-11-25T02:00:00.000Z");
  first.checkpoint = "a";
  first.offsite = "b2:shop";
  auto second = first, third = first;
  second.checkpoint = "pruned";
  second.started = "2026-11-24T01:00:00.000Z";
  third.checkpoint = "b";
  third.offsite = "";  // its copy failed
  const std::vector<Record> records{record_of("a", "2026-11-25T02:00:01.000Z"), record_of("b", "2026-11-26T02:00:00.000Z")};
  const auto copy = find_newest_offsite_copy(records, {first, second, third}, "shop", kNoon);
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->checkpoint, "a");
  EXPECT_EQ(copy->place, "b2:shop");
  EXPECT_EQ(format_rfc3339(copy->taken), "2026-11-25T02:00:01.000Z");
  EXPECT_EQ(format_rfc3339(find_newest_offsite_copy(records, {second}, "shop", kNoon)->taken), "2026-11-24T01:00:00.000Z");
  EXPECT_FALSE(find_newest_offsite_copy(records, {first}, "other", kNoon));
}

TEST(Databases, AreThoseOfRecordsAndRuns) {
  EXPECT_THAT(databases_of({record_of("a", "2026-11-25T02:00:00.000Z")}, {run_of("", ""), run_of("other", "")}), ElementsAre("other", "shop"));
}

}  // namespace
}  // namespace safety::checkpoint

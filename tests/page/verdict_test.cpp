// When the page cries, and when it must not.
#include "libsafety/page/verdict.hpp"

#include "tests/page/stage.hpp"
#include "tests/testing/testing.hpp"

namespace safety::page {
namespace {

using checkpoint::Proof;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

Status of(std::vector<checkpoint::Record> records) {
  Status status;
  status.now = now();
  status.records = std::move(records);
  number(status);
  return status;
}

Verdict verdict_of(const Status& status) {
  const auto histories = histories_of(status);
  EXPECT_EQ(histories.size(), 1U);
  return judge(histories.front(), status);
}

std::string text_of(const Verdict& verdict) {
  auto text = verdict.headline.text;
  for (const auto& reason : verdict.reasons) text += "\n" + reason.text;
  return text;
}

TEST(Verdict, OfAFreshVerifiedBackupNamesItsAgeAndProof) {
  const auto verdict = verdict_of(of({record("shop", now() - hours(3) - minutes(12))}));
  EXPECT_EQ(verdict.level, Level::good);
  EXPECT_EQ(text_of(verdict), "Last verified backup 3 h 12 min ago, proof L4.");
}

TEST(Verdict, IsAnAlarmAfterADayAndAnHourAndNotBefore) {
  EXPECT_EQ(verdict_of(of({record("shop", now() - hours(25))})).level, Level::good);
  const auto stale = verdict_of(of({record("shop", now() - hours(25) - minutes(1))}));
  EXPECT_EQ(stale.level, Level::bad);
  EXPECT_EQ(text_of(stale), "No verified backup for 25 h 1 min; 25 h are allowed.");
  EXPECT_EQ(stale.headline.command, "safety-backup");
}

TEST(Verdict, CountsNoCheckpointThatIsNoBackup) {
  const auto good = record("shop", now() - hours(30));
  auto unproven = record("shop", now() - hours(1));
  unproven.proofs.clear();
  auto schema = record("shop", now() - hours(1));
  schema.is_schema_only = true;
  auto replaced = record("shop", now() - hours(1));
  replaced.reason = "pre-restore";
  auto clone = record("shop", now() - hours(1));
  clone.archive = {};
  for (const auto& fresh : {unproven, schema, replaced, clone}) EXPECT_THAT(text_of(verdict_of(of({good, fresh}))), HasSubstr("No verified backup for 30 h"));
  auto gone = of({good, record("shop", now() - hours(1))});
  gone.gone = {gone.records.back().id};
  EXPECT_THAT(text_of(verdict_of(gone)), HasSubstr("No verified backup for 30 h"));
  EXPECT_THAT(text_of(verdict_of(of({unproven}))), HasSubstr("There is no verified backup: of 1 checkpoint none"));
}

TEST(Verdict, SaysThatRowsWereLeftOut) {
  auto partial = record("shop", now() - hours(1));
  partial.is_partial = true;
  EXPECT_EQ(text_of(verdict_of(of({partial}))), "Last verified backup 1 h ago, proof L4, some rows left out.");
}

TEST(Verdict, IsAnAlarmWhenTheNewestFailedItsProofAlthoughAnOlderIsGood) {
  auto damaged = record("shop", now() - hours(1));
  damaged.proofs.push_back({Proof::digest, "", 0, false, "the file's SHA-256 differs"});
  const auto verdict = verdict_of(of({record("shop", now() - hours(4)), damaged}));
  EXPECT_EQ(verdict.level, Level::bad);
  EXPECT_EQ(text_of(verdict), "The newest checkpoint failed its proof: the file's SHA-256 differs.\nLast verified backup 4 h ago, proof L4.");
  EXPECT_EQ(verdict.headline.command, "safety-verify " + damaged.id);
}

TEST(Verdict, IsAnAlarmForATimeThatLiesInTheFutureOrCannotBeRead) {
  EXPECT_EQ(verdict_of(of({record("shop", now() + minutes(4))})).level, Level::good);
  EXPECT_THAT(text_of(verdict_of(of({record("shop", now() + minutes(6))}))), HasSubstr("lies in the future"));
  auto odd = record("shop", now());
  odd.snapshot_time = "yesterday";
  const auto verdict = verdict_of(of({odd}));
  EXPECT_EQ(verdict.level, Level::bad);
  EXPECT_THAT(text_of(verdict), HasSubstr("cannot be read: \"yesterday\""));
}

TEST(Verdict, TellsOfFailedRunsUntilOneGoesWell) {
  auto status = of({record("shop", now() - hours(4))});
  const auto failed = run("scheduled", "shop", now() - hours(3), Code::storage, "prune", "the disk is full");
  status.runs = {failed, failed};
  EXPECT_EQ(text_of(verdict_of(status)), "The last 2 scheduled runs failed: at \"prune\", the disk is full.\nLast verified backup 4 h ago, proof L4.");
  auto skipped = run("scheduled", "shop", now() - hours(2));
  skipped.is_skipped = true;
  status.runs.push_back(skipped);
  EXPECT_EQ(verdict_of(status).level, Level::bad) << "a run that did nothing mends nothing";
  status.runs.push_back(run("scheduled", "shop", now() - hours(1)));
  EXPECT_EQ(verdict_of(status).level, Level::good);
}

TEST(Verdict, TellsOfAFailedDrill) {
  auto status = of({record("shop", now() - hours(4))});
  status.runs = {run("drill", "shop", now() - hours(3), Code::verification, "", "rows differ"), run("scheduled", "shop", now() - hours(2))};
  EXPECT_THAT(text_of(verdict_of(status)), HasSubstr("The last restore drill failed: rows differ."));
}

TEST(Verdict, WarnsOfWhatIsUnfinishedOrGoneBelowTheAge) {
  auto status = of({record("shop", now() - hours(40)), record("shop", now() - hours(4))});
  status.gone = {status.records.front().id};
  status.operations = {operation("deploy", "shop", now() - hours(5), std::chrono::seconds(0), "unfinished", "")};
  const auto verdict = verdict_of(status);
  EXPECT_EQ(verdict.level, Level::warning);
  EXPECT_EQ(text_of(verdict), "Last verified backup 4 h ago, proof L4.\n1 checkpoint: the archive is gone from the folder.\n" + status.operations[0].id + " is unfinished.");
}

TEST(Histories, GiveRunsWithoutADatabaseToTheOnlyOne) {
  auto status = of({record("shop", now() - hours(4))});
  status.runs = {run("scheduled", "", now() - hours(1), Code::connection, "back up", "no route to host")};
  EXPECT_THAT(text_of(verdict_of(status)), HasSubstr("The last scheduled run failed"));
}

TEST(Histories, KeepRunsWithoutADatabaseApartAmongSeveralUntilOneGoesWell) {
  auto status = of({record("shop", now() - hours(4)), record("media", now() - hours(4))});
  status.runs = {run("scheduled", "", now() - hours(2), Code::config, "", "DATABASE_URL is no URL")};
  auto histories = histories_of(status);
  ASSERT_EQ(histories.size(), 3U);
  const auto verdict = judge(histories.back(), status);
  EXPECT_EQ(verdict.level, Level::bad);
  EXPECT_EQ(text_of(verdict), "The last scheduled run failed: DATABASE_URL is no URL.");
  status.runs.push_back(run("scheduled", "shop", now() - hours(1)));
  EXPECT_EQ(histories_of(status).size(), 2U);
}

TEST(Histories, TellOfAWantedDatabaseThatHasNothing) {
  Status status;
  status.now = now();
  status.databases = {"shop"};
  EXPECT_EQ(text_of(verdict_of(status)), "There is no backup.");
}

TEST(Age, IsToldInTwoUnits) {
  EXPECT_EQ(age_text(std::chrono::seconds(59)), "less than a minute");
  EXPECT_EQ(age_text(-hours(2)), "less than a minute");
  EXPECT_EQ(age_text(minutes(12)), "12 min");
  EXPECT_EQ(age_text(hours(3)), "3 h");
  EXPECT_EQ(age_text(hours(47) + minutes(59)), "47 h 59 min");
  EXPECT_EQ(age_text(hours(48)), "2 d");
  EXPECT_EQ(age_text(hours(5 * 24 + 3)), "5 d 3 h");
}

}  // namespace
}  // namespace safety::page

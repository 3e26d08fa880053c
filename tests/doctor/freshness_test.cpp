#include "libsafety/doctor/freshness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/http_server.hpp"
#include "tests/testing/testing.hpp"

namespace safety::doctor {
namespace {

using checkpoint::Proof;
using checkpoint::Record;
using checkpoint::Run;
using std::chrono::hours;
using ::testing::HasSubstr;
using State = Check::State;

const Instant kNow = *parse_rfc3339("2026-11-26T12:00:00.000Z");

Record taken(std::chrono::minutes ago, Proof proof = Proof::digest, Instant now = kNow) {
  static std::uint64_t sequence = 0;
  Record record;
  record.snapshot_time = format_rfc3339(now - ago);
  record.id = "shop_" + format_compact(now - ago);
  record.database = "shop";
  record.sequence = ++sequence;
  record.archive = {record.id + ".sql.zst", 1'500'000'000, std::string(64, 'a'), "zst"};
  if (proof != Proof::none) record.proofs.push_back({proof, record.snapshot_time, 1, true, ""});
  return record;
}

Run ended(std::chrono::minutes ago, Code outcome = Code::success, const std::string& kind = "scheduled") {
  Run run;
  run.id = kind;
  run.kind = kind;
  run.database = "shop";
  run.started = run.finished = format_rfc3339(kNow - ago);
  run.outcome = outcome;
  if (outcome != Code::success) run.step = "back up", run.message = "the server went away";
  return run;
}

/// "STATE detail" of the check, and that what is not well has a hint.
std::string said(const std::vector<Record>& records, const std::vector<Run>& runs, const std::string& name, const FreshnessOptions& options = {}) {
  for (const auto& check : judge_freshness(records, runs, options, kNow)) {
    if (check.name != name) continue;
    EXPECT_EQ(check.hint.empty(), check.state == State::ok || check.state == State::skipped) << check.detail;
    return name_of(check.state) + " " + check.detail;
  }
  return "no such check";
}
std::string backup(const std::vector<Record>& records, const FreshnessOptions& options = {}) { return said(records, {}, "backup of shop", options); }
std::string runs(const std::vector<Run>& list) { return said({taken(hours(2))}, list, "runs of shop"); }

TEST(Freshness, IsTheAgeOfTheNewestProvenBackup) {
  EXPECT_EQ(backup({taken(hours(48)), taken(hours(3))}), "OK shop_20261126_090000, taken 3 h 00 min ago, proof L1, 1.5 GB");
  EXPECT_EQ(backup({taken(hours(48))}), "FAILED shop_20261124_120000, taken 48 h 00 min ago, proof L1, 1.5 GB: it is 48 h 00 min old and 25 h 00 min is allowed");
  FreshnessOptions week;
  week.max_age = hours(24 * 7);
  EXPECT_THAT(backup({taken(hours(48))}, week), HasSubstr("OK "));
}

TEST(Freshness, NeedsABackup) {
  EXPECT_EQ(backup({}, {.database = "shop"}), "FAILED there is none");
  EXPECT_EQ(judge_freshness({}, {}, {}, kNow).at(0).state, State::failed);
  EXPECT_EQ(said({}, {ended(hours(1))}, "backup of shop"), "FAILED there is none") << "a run that says it succeeded is no backup";
  EXPECT_EQ(backup({taken(hours(1))}, {.database = "other"}), "no such check");
}

TEST(Freshness, NeedsTheProofAskedFor) {
  EXPECT_EQ(backup({taken(hours(1), Proof::none)}), "FAILED none counts; shop_20261126_110000: its proof is none and L1 is required");
  const std::vector<Record> records{taken(hours(4), Proof::content), taken(hours(1))};
  EXPECT_EQ(backup(records, {.database = "", .least = Proof::restored}),
            "WARNING shop_20261126_080000, taken 4 h 00 min ago, proof L4, 1.5 GB; shop_20261126_110000, made later: its proof is L1 and L3 is required");
  auto failed = taken(hours(1));
  failed.proofs.push_back({Proof::digest, "2026-11-26T11:30:00.000Z", 1, false, "the file was changed"});
  EXPECT_THAT(backup({failed}), HasSubstr("FAILED none counts; shop_20261126_110000: its proof is none and L1 is required (the last proof failed: the file was changed)"));
}

TEST(Freshness, IsNotHadFromTheFuture) {
  EXPECT_THAT(backup({taken(hours(-24))}), HasSubstr("FAILED none counts; shop_20261127_120000: its time 2026-11-27T12:00:00.000Z lies in the future"));
  EXPECT_THAT(backup({taken(hours(30)), taken(hours(-24))}), HasSubstr("FAILED shop_20261125_060000"));
  EXPECT_THAT(backup({taken(hours(3)), taken(hours(-24))}), HasSubstr("WARNING shop_20261126_090000"));
}

TEST(Freshness, SaysWhenRowsWereLeftOut) {
  auto partial = taken(hours(1));
  partial.is_partial = true;
  EXPECT_THAT(backup({partial}), HasSubstr("OK shop_20261126_110000, taken 1 h 00 min ago, proof L1, 1.5 GB, without some tables' rows"));
}

TEST(Freshness, TellsHowRunsEnded) {
  EXPECT_EQ(runs({}), "SKIPPED no unattended run is noted in this folder");
  EXPECT_EQ(runs({ended(hours(2))}), "OK the last backup succeeded 2 h 00 min ago");
  EXPECT_EQ(runs({ended(hours(8)), ended(hours(2), Code::connection)}), "WARNING the last backup failed 2 h 00 min ago at \"back up\" (connection): the server went away");
  EXPECT_THAT(runs({ended(hours(8), Code::storage), ended(hours(2), Code::connection)}), HasSubstr("WARNING the last 2 backups failed"));
  EXPECT_EQ(runs({ended(hours(9), Code::success, "drill"), ended(hours(2))}), "OK the last restore drill succeeded 9 h 00 min ago; the last backup succeeded 2 h 00 min ago");
  auto skipped = ended(hours(1));
  skipped.is_skipped = true;
  skipped.message = "a fresh backup is there";
  EXPECT_EQ(runs({ended(hours(20)), skipped}), "OK the last backup succeeded 20 h 00 min ago; the last was skipped 1 h 00 min ago: a fresh backup is there");
  EXPECT_EQ(runs({skipped}), "OK no backup yet; the last was skipped 1 h 00 min ago: a fresh backup is there");
}

TEST(Freshness, DoesNotTakeARunThatHasNotEndedForOneThatDid) {
  auto running = ended(hours(1));
  running.finished = "";
  EXPECT_EQ(runs({ended(hours(2)), running}), "OK the last backup succeeded 2 h 00 min ago");
  EXPECT_EQ(runs({running}), "SKIPPED no unattended run is noted in this folder");
  EXPECT_THAT(runs({ended(hours(44 * 24)), running}), HasSubstr("none has ended since"));
}

TEST(Freshness, TellsThatTheScheduleIsSilent) {
  EXPECT_EQ(runs({ended(hours(44 * 24))}), "WARNING the last backup succeeded 1056 h 00 min ago; none has ended since");
  EXPECT_THAT(runs({ended(hours(44 * 24), Code::success, "drill")}), HasSubstr("OK ")) << "drills are rarer";
}

TEST(Freshness, IsAskedOfCopiesOffSiteWhereTheyAreMadeOrAskedFor) {
  const auto record = taken(hours(30));
  auto run = ended(hours(29));
  FreshnessOptions asked;
  asked.max_offsite_age = hours(26);
  EXPECT_EQ(said({record}, {run}, "off site of shop"), "SKIPPED no copies off site are noted");
  EXPECT_EQ(said({record}, {run}, "off site of shop", asked), "FAILED no run has noted a verified copy");
  run.checkpoint = record.id;
  run.offsite = "b2:shop";
  EXPECT_EQ(said({record}, {run}, "off site of shop"), "WARNING shop_20261125_060000 in b2:shop, taken 30 h 00 min ago: 25 h 00 min is allowed");
  EXPECT_THAT(said({record}, {run}, "off site of shop", asked), HasSubstr("FAILED shop_20261125_060000 in b2:shop"));
  asked.max_offsite_age = hours(31);
  EXPECT_EQ(said({record}, {run}, "off site of shop", asked), "OK shop_20261125_060000 in b2:shop, taken 30 h 00 min ago");
}

TEST(Freshness, IsToldForEachDatabaseUnlessOneIsNamed) {
  auto other = taken(hours(1));
  other.database = "media";
  const auto checks = judge_freshness({taken(hours(1)), other}, {}, {}, kNow);
  ASSERT_EQ(checks.size(), 6U);
  EXPECT_EQ(checks[0].name, "backup of media");
  EXPECT_EQ(checks[5].name, "off site of shop");
  EXPECT_EQ(judge_freshness({taken(hours(1)), other}, {}, {.database = "shop"}, kNow).size(), 3U);
}

// ---- the program, without any server

/// A folder with a checkpoint taken so many hours ago.
struct FreshnessStage {
  testing::TempFolder folder;
  Record record;
  explicit FreshnessStage(hours ago) : record(taken(ago, Proof::digest, std::chrono::system_clock::now())) {
    record.archive.bytes = 7;
    testing::write_text(folder / record.archive.file, "archive");
    checkpoint::Store(folder.path()).save(record);
  }
  testing::ToolRun run(std::vector<std::string> arguments = {}, testing::Environment environment = {}) const {
    arguments.insert(arguments.begin(), {"--freshness", "--json"});
    environment.insert({{"SAFETY_BACKUP_DIR", folder.path().string()}, {"DATABASE_URL", "postgresql://app:pw@nowhere.invalid/shop"}});
    return testing::run_tool("safety-doctor", arguments, environment);
  }
};

TEST(FreshnessTool, EndsWellWithoutAServer) {
  const FreshnessStage stage(hours(2));
  const auto run = stage.run();
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_LT(run.seconds, 5);
  EXPECT_EQ(run.last_json["checks"][0]["name"], "backup of shop");
  EXPECT_EQ(run.last_json["checks"][0]["state"], "OK");
  EXPECT_EQ(stage.run({"--max-age", "1h"}).exit_code, 1);
  EXPECT_EQ(stage.run({"--require-proof", "L2"}).exit_code, 1);
  EXPECT_EQ(stage.run({"--max-offsite-age", "2d"}).exit_code, 1);
  EXPECT_EQ(stage.run({}, {{"DATABASE_URL", "postgresql:///other"}}).exit_code, 1);
  EXPECT_EQ(stage.run({"--require-proof", "L9"}).exit_code, static_cast<int>(Code::usage));
}

TEST(FreshnessTool, DoesNotCountAnArchiveThatIsGoneOrCut) {
  const FreshnessStage stage(hours(2));
  testing::write_text(stage.folder / stage.record.archive.file, "arch");
  const auto cut = stage.run();
  EXPECT_EQ(cut.exit_code, 1) << cut;
  EXPECT_THAT(cut.out, HasSubstr("missing, or not of the recorded size: " + stage.record.id));
  EXPECT_THAT(cut.last_json["checks"][0]["detail"].get<std::string>(), HasSubstr("there is none"));
  std::filesystem::remove(stage.folder / stage.record.archive.file);
  EXPECT_EQ(stage.run().exit_code, 1);
}

TEST(FreshnessTool, FindsNoBackupInAFolderThatIsNotThereOrIsNone) {
  const FreshnessStage stage(hours(2));
  for (const auto& folder : {stage.folder / "nowhere", stage.folder / stage.record.archive.file}) {
    const auto run = stage.run({"--backup-dir", folder.string()});
    EXPECT_EQ(run.exit_code, 1) << run;
    EXPECT_EQ(run.last_json["checks"][0]["state"], "FAILED");
  }
}

TEST(FreshnessTool, TellsThoseOfNotifyWhatFailed) {
  testing::HttpServer server;
  const FreshnessStage stage(hours(48));
  const testing::TempFolder secrets;
  testing::write_text(secrets / "url", server.url("/hunter2") + "\n");
  const auto metrics = (secrets / "safety.prom").string();
  const testing::Environment environment{{"SAFETY_NOTIFY_WEBHOOK_FILE", (secrets / "url").string()}, {"SAFETY_NOTIFY_PING_URL", server.url("/ping")}, {"SAFETY_NOTIFY_METRICS_FILE", metrics}};
  EXPECT_EQ(stage.run({}, environment).exit_code, 1);
  EXPECT_TRUE(server.requests().empty()) << "not asked to tell";
  const auto run = stage.run({"--tell"}, environment);
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(server.targets(), ::testing::UnorderedElementsAre("/hunter2", "/ping/fail"));
  EXPECT_THAT(server.requests()[0].body + server.requests()[1].body, HasSubstr("NO FRESH BACKUP"));
  EXPECT_THAT(testing::read_text(metrics), HasSubstr("safety_last_verified_backup_size_bytes{database=\"shop\"} 7\n"));
  EXPECT_EQ(stage.run({"--tell", "--max-age", "3d"}, environment).exit_code, 0);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(NotifyOptions, AreRefusedWithoutShowingSecrets) {
  const FreshnessStage stage(hours(1));
  const auto usage = static_cast<int>(Code::usage);
  for (const char* variable : {"SAFETY_NOTIFY_WEBHOOK", "SAFETY_NOTIFY_PING_URL"}) {
    const auto run = stage.run({}, {{variable, "hunter2"}});
    EXPECT_EQ(run.exit_code, usage) << run;
    EXPECT_EQ((run.out + run.err).find("hunter2"), std::string::npos) << run;
  }
  EXPECT_EQ(stage.run({"--notify-metrics-file", "/tmp/safety.txt"}).exit_code, usage);
  EXPECT_EQ(stage.run({"--notify-on", "success"}).exit_code, usage);
}

TEST(NotifyOptions, OfTheFileAreShownWithoutSecretsAndCommandsNeedAFileOfOnesOwn) {
  const FreshnessStage stage(hours(1));
  const auto config = stage.folder / "safety.toml";
  testing::write_text(config, "[notify]\nwebhook = [\"https://a.example/hunter2\", \"https://b.example/hunter2\"]\nwebhook_secret = \"hunter2\"\nping_url = \"https://c.example/hunter2\"\n"
                              "command = [\"/bin/true\", \"two words\"]\nsyslog = true\non = \"always\"\n");
  std::filesystem::permissions(config, std::filesystem::perms(0600));
  for (const char* asked : {"--show-config", "--help"}) {
    const auto shown = stage.run({"--config", config.string(), asked});
    EXPECT_EQ(shown.exit_code, 0) << shown;
    EXPECT_EQ((shown.out + shown.err).find("hunter2"), std::string::npos) << shown;
  }
  EXPECT_THAT(stage.run({"--config", config.string(), "--show-config"}).out, HasSubstr("notify.command = \"/bin/true\\ntwo words\""));
  EXPECT_EQ(stage.run({"--config", config.string()}).exit_code, 0);
  std::filesystem::permissions(config, std::filesystem::perms(0666));
  const auto refused = stage.run({"--config", config.string()});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::config)) << refused;
  EXPECT_THAT(refused.err, HasSubstr("may not set command"));
}

}  // namespace
}  // namespace safety::doctor

// The guarded deploy from outside: through, refused, failed, taken back, left.
#include "tests/deploy/deploy_stage.hpp"
#include "tests/fault/service_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Deploy : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  DeployStage app{stage};

  std::string column_of_owners() {
    return database.value("SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'owners'::regclass AND attnum > 0 AND NOT attisdropped");
  }
  /// Until the migration's last statement runs for real. Asked from another database: this one is closed for the clone meanwhile.
  bool waits_for_sleep() {
    auto admin = admin_connection();
    for (const Stopwatch watch; watch.seconds() < 60; std::this_thread::sleep_for(std::chrono::milliseconds(30)))
      if (admin.value_of("SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query LIKE '%pg_sleep%' AND state = 'active'", {database.name()}) != "0") return true;
    return false;
  }
  nlohmann::json record(const std::string& id) { return nlohmann::json::parse(read_text(stage.folder() / (id + ".json"))); }
  void expect_nothing_beside(const std::vector<std::string>& kinds = {"staging", "rehearsal", "proof", "previous"}) {
    for (const auto& kind : kinds) EXPECT_THAT(stage.databases_beside(kind), IsEmpty()) << kind;
  }
};

TEST_F(Deploy, BacksUpRehearsesMigratesAndVerifies) {
  const auto run = app.deploy();
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(column_of_owners(), "id,name,mood,phone");
  std::vector<std::string> steps;
  for (const auto& step : run.last_json["steps"]) steps.push_back(step["id"]);
  EXPECT_THAT(steps, ::testing::ElementsAre("doctor", "preflight", "checkpoint", "rehearse", "clone", "migrate", "verify", "finalise"));
  const std::string checkpoint = run.last_json["checkpoint"];
  EXPECT_EQ(record(checkpoint)["pins"], nlohmann::json::array()) << "finalised";
  EXPECT_EQ(record(checkpoint)["reason"], "pre-migration");
  EXPECT_EQ(record(checkpoint)["proofs"].back()["level"], "L4") << "the rehearsal proved it";
  std::vector<std::string> changes;
  for (const auto& change : run.last_json["changes"]) changes.push_back(change["words"]);
  EXPECT_THAT(changes, Contains(HasSubstr("public.owners.phone")));
  expect_nothing_beside();
  EXPECT_THAT(stage.databases_beside("clone"), SizeIs(1)) << "the way back";
  EXPECT_EQ(stage.half_done_work(), "");
  EXPECT_EQ(database.value("SELECT outcome FROM safety.operations WHERE kind = 'deploy'"), "success");
}

TEST_F(Deploy, CanBeTakenBackAfterwardsByItsClone) {
  const auto before = stage.content();
  const auto run = app.deploy();
  ASSERT_EQ(run.exit_code, 0) << run;
  const auto back = stage.run("safety-restore", {std::string(run.last_json["clone_checkpoint"]), "--from", "clone", "--yes"});
  EXPECT_EQ(back.exit_code, 0) << back;
  EXPECT_EQ(stage.content(), before);
}

TEST_F(Deploy, RehearsesAloneWithoutTouchingProduction) {
  const auto before = stage.content();
  const auto run = stage.run("safety-deploy", {"--rehearse", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(stage.content(), before);
  EXPECT_EQ(run.last_json["objections"], nlohmann::json::array());
  EXPECT_THAT(run.last_json["rehearsal"].dump(), HasSubstr("public.owners.phone"));
  EXPECT_EQ(record(run.last_json["checkpoint"])["proofs"].back()["level"], "L4");
  expect_nothing_beside({"staging", "rehearsal", "proof", "previous", "clone"});
}

TEST_F(Deploy, RehearsesACheckpointThatIsThere) {
  const auto backup = stage.run("safety-backup", {"--json"});
  ASSERT_EQ(backup.exit_code, 0) << backup;
  const auto run = stage.run("safety-deploy", {"--rehearse", "--schema-only", "--checkpoint", std::string(backup.last_json["id"]), "--json"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.last_json["checkpoint"], backup.last_json["id"]);
  EXPECT_THAT(stage.files_ending(".sql.zst"), SizeIs(1)) << "no new one was made";
}

TEST_F(Deploy, StopsBeforeProductionWhenTheRehearsalFails) {
  const auto before = stage.content();
  app.migrate_by("ALTER TABLE owners ADD COLUMN phone text; ALTER TABLE items ADD CONSTRAINT cheap CHECK (price < 100);");
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 10) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("production was not touched"), HasSubstr("cheap"), HasSubstr("--rehearse")));
  EXPECT_EQ(stage.content(), before);
  expect_nothing_beside({"staging", "rehearsal", "proof", "previous", "clone"});
  EXPECT_EQ(stage.half_done_work(), "");
  EXPECT_EQ(record(run.last_json.contains("checkpoint") ? std::string(run.last_json["checkpoint"]) : stage.files_ending(".sql.zst").begin()->substr(0, stage.files_ending(".sql.zst").begin()->size() - 8))["pins"],
            nlohmann::json::array());
}

TEST_F(Deploy, StopsWhenTheRehearsalLosesData) {
  const auto before = stage.content();
  app.migrate_by("ALTER TABLE items DROP COLUMN body;");
  const auto refused = app.deploy();
  EXPECT_EQ(refused.exit_code, 1) << refused;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("public.items.body"), HasSubstr("--allow-loss")));
  EXPECT_EQ(stage.content(), before);
  const auto meant = app.deploy({"--allow-loss"});
  EXPECT_EQ(meant.exit_code, 0) << meant;
}

TEST_F(Deploy, StopsWhenASmokeStatementIsNotTrueOnTheCopy) {
  const auto before = stage.content();
  app.configure({"psql -X -q -c 'DELETE FROM events' \"$DATABASE_URL\""}, "smoke = [\"SELECT count(*) > 0 FROM owners\", \"SELECT count(*) > 0 FROM events\"]\n");
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(run.err, HasSubstr("SELECT count(*) > 0 FROM events"));
  EXPECT_EQ(stage.content(), before);
}

constexpr const char* kHalf = "ALTER TABLE owners ADD COLUMN phone text; UPDATE items SET price = price + 1; SELECT 1/0;";
constexpr const char* kWhole = "ALTER TABLE owners ADD COLUMN phone text;";

TEST_F(Deploy, GoesBackToTheCloneByItselfWhenItFailsForReal) {
  const auto before = stage.content();
  app.migrate_by(kWhole, kHalf);
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 17) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("division by zero"), HasSubstr("__clone_"), HasSubstr("__previous_")));
  EXPECT_EQ(stage.content(), before);
  EXPECT_THAT(stage.databases_beside("previous"), SizeIs(1)) << "what was half migrated is kept";
  EXPECT_THAT(stage.databases_beside("clone"), IsEmpty()) << "used up";
  EXPECT_EQ(stage.half_done_work(), "");
  EXPECT_EQ(database.value("SELECT outcome FROM safety.operations WHERE kind = 'deploy'"), "rolled_back");
}

TEST_F(Deploy, GoesBackToTheArchiveWithoutAClone) {
  const auto before = stage.content();
  app.migrate_by(kWhole, kHalf);
  const auto run = app.deploy({"--clone", "no"});
  EXPECT_EQ(run.exit_code, 17) << run;
  EXPECT_THAT(run.err, HasSubstr("archive"));
  EXPECT_EQ(stage.content(), before);
}

TEST_F(Deploy, LeavesItAsItIsWhenThatIsThePolicyAndNamesTheWayBack) {
  const auto before = stage.content();
  app.migrate_by(kWhole, kHalf);
  const auto run = app.deploy({"--on-failure", "stop"});
  EXPECT_EQ(run.exit_code, 18) << run;
  EXPECT_EQ(column_of_owners(), "id,name,mood,phone");
  const std::string hint = run.last_json["hint"];
  const auto begin = hint.find("safety-restore ") + 15;
  const auto id = hint.substr(begin, hint.find(' ', begin) - begin);
  EXPECT_EQ(record(id)["pins"].size(), 1U) << "pinned until somebody decided";
  const auto back = stage.run("safety-restore", {id, "--from", "clone", "--yes"});
  EXPECT_EQ(back.exit_code, 0) << back;
  EXPECT_EQ(stage.content(), before);
  const auto finalised = stage.run("safety-deploy", {"--finalise", "--json"});
  EXPECT_EQ(finalised.exit_code, 0) << finalised;
  EXPECT_GE(finalised.last_json["unpinned"].size(), 1U);
}

TEST_F(Deploy, AskedWithoutATerminalLeavesItAsItIs) {
  app.migrate_by(kWhole, kHalf);
  EXPECT_EQ(app.deploy({"--on-failure", "ask"}).exit_code, 18);
}

TEST_F(Deploy, GoesBackWhenTheResultIsNotTheRehearsals) {
  const auto before = stage.content();
  app.migrate_by(kWhole, "ALTER TABLE owners ADD COLUMN phone integer;");
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 17) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("not what the rehearsal led to"), HasSubstr("public.owners.phone")));
  EXPECT_EQ(stage.content(), before);
}

TEST_F(Deploy, GoesBackWhenATableWasEmptiedOnlyForReal) {
  const auto before = stage.content();
  app.migrate_by(kWhole, "ALTER TABLE owners ADD COLUMN phone text; TRUNCATE items;");
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 17) << run;
  EXPECT_THAT(run.err, HasSubstr("public.items"));
  EXPECT_EQ(stage.content(), before);
}

TEST_F(Deploy, EndsACommandThatHangsAndGoesBack) {
  const auto before = stage.content();
  app.configure({"case $DATABASE_URL in *__rehearsal_*) ;; *) psql -X -q -c 'DROP TABLE events' \"$DATABASE_URL\"; sleep 300 ;; esac"}, "timeout = \"2s\"\n");
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 17) << run;
  EXPECT_THAT(run.err, HasSubstr("did not end within"));
  EXPECT_EQ(stage.content(), before);
}

TEST_F(Deploy, StopsServicesForTheMigrationAndStartsThemAgain) {
  ServiceStage services{stage};
  app.configure({"psql -X -q -v ON_ERROR_STOP=1 -f up.sql \"$DATABASE_URL\""}, "", read_text(services.config()));
  stage.environment()["SAFETY_CONFIG"] = (app.folder() / "safety.toml").string();
  const auto run = app.deploy({"--stop-services"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(services.log(), "stop media api\nstop api\nstart api\nstart media api\n");
  EXPECT_EQ(run.last_json["services"].size(), 2U);
  EXPECT_GT(double(run.last_json["downtime_seconds"]), 0);
}

TEST_F(Deploy, GoesBackWhenServicesAreNotHealthyOnTheNewSchema) {
  const auto before = stage.content();
  ServiceStage services{stage};
  app.configure({"touch '" + (stage.scratch() / "services of the shop" / "api.sick").string() + "'; psql -X -q -v ON_ERROR_STOP=1 -f up.sql \"$DATABASE_URL\""}, "",
                read_text(services.config()));
  stage.environment()["SAFETY_CONFIG"] = (app.folder() / "safety.toml").string();
  const auto run = app.deploy({"--stop-services"});
  // The old state is back; that the service is sick on it too is for a person.
  EXPECT_THAT(run.exit_code, AnyOf(17, 18)) << run;
  EXPECT_EQ(stage.content(), before);
}

TEST_F(Deploy, DoesNotRehearseWhatWouldReachTheRealDatabase) {
  const auto before = stage.content();
  app.configure({"DATABASE_URL='" + stage.url() + "' ./migrate"});
  for (const auto& arguments : {std::vector<std::string>{"--rehearse"}, std::vector<std::string>{"--yes", "--allow", "command-sets-url"}}) {
    const auto run = stage.run("safety-deploy", arguments);
    EXPECT_EQ(run.exit_code, 3) << run;
    EXPECT_THAT(run.err, AllOf(HasSubstr("cannot be rehearsed"), HasSubstr("DATABASE_URL")));
    EXPECT_EQ(stage.content(), before);
  }
}

TEST_F(Deploy, NoticesWhenTheRehearsalReachedTheRealDatabase) {
  write_text(app.folder() / "address", stage.url());
  app.configure({"psql -X -q -c 'CREATE TABLE astray (x int)' \"$(cat address)\""});
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("the schema of the real database"), HasSubstr("changed meanwhile")));
}

TEST_F(Deploy, SaysWhatItWouldDo) {
  const auto before = stage.content();
  const auto run = stage.run("safety-deploy", {"--dry-run", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.last_json["plan"].size(), 8U);
  EXPECT_EQ(stage.content(), before);
  EXPECT_THAT(stage.files_ending(".journal"), IsEmpty());
}

TEST_F(Deploy, AsksBeforeItMigrates) {
  const auto run = stage.run("safety-deploy", {});
  EXPECT_EQ(run.exit_code, 16) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("psql"), HasSubstr("--yes")));
  EXPECT_EQ(column_of_owners(), "id,name,mood");
}

TEST_F(Deploy, NeedsCommands) {
  write_text(app.folder() / "safety.toml", "");
  const auto run = app.deploy();
  EXPECT_EQ(run.exit_code, 3) << run;
  EXPECT_THAT(run.err, HasSubstr("[migrations] commands"));
}

TEST_F(Deploy, IsNotTwoAtOnceNorBesideABackup) {
  app.configure({"sleep 5"});
  auto first = stage.start("safety-deploy", {"--yes", "--clone", "no"});
  ASSERT_TRUE(first.wait_for_output("rehears")) << first.err_so_far();
  const auto second = app.deploy();
  EXPECT_EQ(second.exit_code, 9) << second;
  EXPECT_EQ(stage.run("safety-backup", {}).exit_code, 9);
  EXPECT_EQ(first.wait().exit_code, 0);
}

TEST_F(Deploy, ThatWasKilledIsNamedToEveryToolAndTakenBack) {
  const auto before = stage.content();
  app.migrate_by(kWhole, "ALTER TABLE owners ADD COLUMN phone text; SELECT pg_sleep(60);");
  auto killed = stage.start("safety-deploy", {"--yes"});
  ASSERT_TRUE(waits_for_sleep());
  killed.send_signal(SIGKILL);
  killed.wait();
  const auto restore = stage.run_when_unlocked("safety-restore", {"latest", "--yes"});
  EXPECT_EQ(restore.exit_code, 14) << restore;
  EXPECT_THAT(restore.err, AllOf(HasSubstr("deploy_"), HasSubstr("safety-deploy --abort")));
  const auto doctor = stage.run("safety-doctor", {});
  EXPECT_THAT(doctor.out, HasSubstr("safety-deploy --resume"));
  const auto aborted = stage.run_when_unlocked("safety-deploy", {"--abort", "--json"});
  EXPECT_EQ(aborted.exit_code, 0) << aborted;
  EXPECT_EQ(stage.content(), before);
  EXPECT_EQ(stage.half_done_work(), "");
  EXPECT_EQ(stage.run("safety-deploy", {"--abort"}).exit_code, 2) << "there is nothing left to take back";
}

TEST_F(Deploy, InterruptedInTheMigrationGoesBack) {
  const auto before = stage.content();
  app.migrate_by(kWhole, "ALTER TABLE owners ADD COLUMN phone text; SELECT pg_sleep(60);");
  auto run = stage.start("safety-deploy", {"--yes"});
  ASSERT_TRUE(waits_for_sleep());
  run.send_signal(SIGTERM);
  const auto ended = run.wait();
  EXPECT_EQ(ended.exit_code, 143) << ended;
  EXPECT_EQ(stage.content(), before);
  EXPECT_EQ(stage.half_done_work(), "");
}

}  // namespace
}  // namespace safety::testing

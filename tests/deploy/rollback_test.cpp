// safety-rollback after real migrations: the schema as it was, the rows written since, histories that Prisma Migrate itself finds
// true, and all of it back again.
#include "tests/deploy/rollback_stage.hpp"

#include "libsafety/base/text.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Three wrong migrations deployed, and rows written since.
struct Wrong : IncidentStage {
  Wrong() {
    add_wrong_migrations();
    const auto deployed = deploy();
    if (deployed.exit_code != 0) throw std::runtime_error("the deploy failed: " + deployed.err);
    write_rows("since");
    forget_services();
  }
  void expect_undone(const ToolRun& run) const {
    ASSERT_EQ(run.exit_code, 0) << run;
    EXPECT_EQ(run.last_json["strategy"], "undo");
    expect_back();
    expect_rows("since");
    EXPECT_EQ(service_log(), "stop\nstart\n");
    EXPECT_TRUE(is_running());
    for (const char* name : {kProvince, kDropLogs, kDropConfidence}) {
      EXPECT_EQ(stage.state_of(name), "");
      EXPECT_FALSE(std::filesystem::exists(folder_of(name, false)));
      EXPECT_TRUE(std::filesystem::exists(folder_of(name, true) / "migration.sql"));
    }
    expect_nothing_pending();
    EXPECT_THAT(beside("rehearsal"), IsEmpty());
    EXPECT_THAT(beside("staging"), IsEmpty());
  }
  std::vector<std::filesystem::path> archives() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(stage.backups()))
      if (entry.path().extension() == ".zst") found.push_back(entry.path());
    return found;
  }
};

TEST(RealRollback, TakesMigrationsBackKeepsTheRowsAndCanItselfBeTakenBack) {
  const Wrong wrong;
  const auto migrated = wrong.content();
  const auto run = wrong.roll_back();
  wrong.expect_undone(run);
  EXPECT_THAT(run.last_json["migrations"], SizeIs(3));
  EXPECT_THAT(run.last_json["warnings"].dump(), "[]");
  std::string advice;
  for (const auto& one : run.last_json["advice"]) advice += one["lines"].dump();
  EXPECT_THAT(advice, AllOf(HasSubstr("remove field `province` of model Location"), HasSubstr("bring back the model of table `email_logs`"), Not(HasSubstr("prisma.ts"))));

  wrong.write_rows("later");
  wrong.forget_services();
  const auto undone = wrong.roll_back({"--undo"});
  ASSERT_EQ(undone.exit_code, 0) << undone;
  wrong.expect_rows("later");
  EXPECT_EQ(wrong.service_log(), "stop\nstart\n");
  for (const char* name : {kProvince, kDropLogs, kDropConfidence}) {
    EXPECT_EQ(wrong.stage.state_of(name), "applied");
    EXPECT_TRUE(std::filesystem::exists(wrong.folder_of(name, false) / "migration.sql"));
  }
  wrong.expect_nothing_pending();
  wrong.stage.database().execute("DELETE FROM users WHERE id = 'later'; DELETE FROM locations WHERE id = 'later';"
                                 "UPDATE users SET phone = 'since' WHERE phone = 'later'; UPDATE locations SET building_notes = 'since' WHERE building_notes = 'later'");
  EXPECT_EQ(wrong.content(), migrated);

  const auto twice = wrong.roll_back({"--undo"});
  EXPECT_EQ(twice.exit_code, 2) << twice;
  EXPECT_THAT(twice.err, AllOf(HasSubstr("was rolled back already, by rollback_"), HasSubstr("hint: ")));
  wrong.expect_nothing_pending();
  EXPECT_EQ(wrong.roll_back().exit_code, 0);
  wrong.expect_back();
}

TEST(RealRollback, NeedsNoClone) {
  const Wrong wrong;
  ASSERT_THAT(wrong.beside("clone"), SizeIs(1));
  const auto pruned = wrong.stage.run("safety-prune", {"--databases", "--keep", "0", "--yes"});
  ASSERT_EQ(pruned.exit_code, 0) << pruned;
  ASSERT_THAT(wrong.beside("clone"), IsEmpty());
  wrong.expect_undone(wrong.roll_back());
}

TEST(RealRollback, NeedsNoArchive) {
  const Wrong wrong;
  ASSERT_THAT(wrong.archives(), SizeIs(1));
  std::filesystem::remove(wrong.archives().front());
  wrong.expect_undone(wrong.roll_back());
}

TEST(RealRollback, BringsBackWhatAPushWithoutScopeDropped) {
  IncidentStage incident({}, {"npx prisma migrate deploy", "npx drizzle-kit push --force"});
  const auto before = incident.stage.prisma_content();
  ASSERT_EQ(incident.stage.run("safety-backup", {"--clone", "--json"}).exit_code, 0);
  incident.stage.lay_over("drizzle_without_scope");
  const auto push = incident.stage.shell("npx drizzle-kit push --force");
  ASSERT_EQ(incident.stage.value("SELECT to_regclass('public.users') IS NULL"), "t") << push;
  incident.stage.database().execute("INSERT INTO videos (path) VALUES ('/since.mp4'); UPDATE videos SET title = 'since' WHERE id = (SELECT min(id) FROM videos)");
  const auto run = incident.roll_back();
  ASSERT_EQ(run.exit_code, 0) << run;
  incident.expect_back();
  EXPECT_EQ(incident.stage.prisma_content(), before);
  EXPECT_EQ(incident.stage.value("SELECT count(*) FROM videos WHERE title = 'since' OR path = '/since.mp4'"), "2");
  std::filesystem::remove(incident.stage.project() / "drizzle.config.ts");
  std::filesystem::copy(source_path("tests/stack/migrations/api/drizzle.config.ts"), incident.stage.project() / "drizzle.config.ts");
  incident.expect_nothing_pending();
  EXPECT_THAT(incident.stage.drizzle({"push"}).out, HasSubstr("No changes detected"));
}

TEST(RealRollback, MarksAMigrationThatFailedHalfWay) {
  IncidentStage incident;
  ASSERT_EQ(incident.stage.run("safety-backup", {"--clone", "--json"}).exit_code, 0);
  incident.stage.lay_over("fails_half_way");
  ASSERT_EQ(incident.stage.prisma({"migrate", "deploy"}).exit_code, 1);
  ASSERT_NE(incident.stage.schema(), incident.schema_before);
  incident.write_rows("since");
  // What its second statement fills goes: no row that stays has changed.
  const auto run = incident.roll_back();
  ASSERT_EQ(run.exit_code, 0) << run;
  incident.expect_back();
  incident.expect_rows("since");
  EXPECT_EQ(incident.stage.state_of("20260213140000_geocode_score"), "rolled back");
  incident.expect_nothing_pending();
  incident.stage.lay_over("add_nullable_field");
  const auto next = incident.deploy();
  EXPECT_EQ(next.exit_code, 0) << next;
  EXPECT_EQ(incident.stage.state_of(kProvince), "applied");
  incident.expect_nothing_pending();
}

TEST(RealRollback, RefusesToUndoAMigrationThatChangedRowsUnlessTheyAreToStay) {
  IncidentStage incident;
  const std::string name = "20260214100000_names_in_capitals";
  std::filesystem::create_directories(incident.folder_of(name, false));
  write_text(incident.folder_of(name, false) / "migration.sql", "ALTER TABLE \"users\" ADD COLUMN \"nick\" TEXT;\nUPDATE \"users\" SET \"name\" = upper(\"name\");\n");
  const auto deployed = incident.deploy();
  ASSERT_EQ(deployed.exit_code, 0) << deployed;
  incident.write_rows("since");
  const auto migrated = incident.content();
  const auto refused = incident.roll_back({"--last", "--strategy", "undo"});
  EXPECT_EQ(refused.exit_code, 13) << refused;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("UPDATE"), HasSubstr("--keep-data-changes"), HasSubstr("--strategy swap")));
  EXPECT_EQ(incident.content(), migrated);
  EXPECT_EQ(incident.stage.state_of(name), "applied");
  const auto kept = incident.roll_back({"--last", "--strategy", "undo", "--keep-data-changes"});
  EXPECT_EQ(kept.exit_code, 0) << kept;
  EXPECT_EQ(incident.stage.schema(), incident.schema_before);
  EXPECT_EQ(incident.stage.value("SELECT count(*) FROM users WHERE name <> upper(name)"), "0");
  incident.expect_rows("since");
  incident.expect_nothing_pending();
}

TEST(RealRollback, SwapsAndRestoresWhenAskedTo) {
  for (const std::string strategy : {"swap", "restore"}) {
    SCOPED_TRACE(strategy);
    const Wrong wrong;
    const auto migrated = wrong.content();
    const auto run = wrong.roll_back({"--last", "--strategy", strategy});
    ASSERT_EQ(run.exit_code, 0) << run;
    EXPECT_EQ(run.last_json["strategy"], strategy);
    wrong.expect_back();
    EXPECT_EQ(wrong.stage.value("SELECT count(*) FROM users WHERE id = 'since'"), "0");
    ASSERT_THAT(wrong.beside("previous"), SizeIs(1));
    EXPECT_EQ(run.last_json["previous"], wrong.beside("previous")[0]);
    EXPECT_TRUE(wrong.is_running());
    EXPECT_EQ(wrong.service_log(), "stop\nstart\n");
    EXPECT_TRUE(std::filesystem::exists(wrong.folder_of(kProvince, true)));
    wrong.expect_nothing_pending();
    const auto undone = wrong.roll_back({"--undo"});
    ASSERT_EQ(undone.exit_code, 0) << undone;
    EXPECT_EQ(wrong.content(), migrated);
    EXPECT_TRUE(std::filesystem::exists(wrong.folder_of(kProvince, false)));
    wrong.expect_nothing_pending();
    const auto twice = wrong.roll_back({"--undo"});
    EXPECT_EQ(twice.exit_code, 8) << twice;
    EXPECT_THAT(twice.err, HasSubstr("there is no previous database"));
    EXPECT_EQ(wrong.content(), migrated);
    EXPECT_TRUE(wrong.is_running());
  }
}

TEST(RealRollback, ToBeforeAMigrationTakesAllBehindItToo) {
  IncidentStage incident;
  incident.stage.lay_over("add_nullable_field");
  ASSERT_EQ(incident.deploy().exit_code, 0);
  incident.stage.lay_over("drop_table");
  ASSERT_EQ(incident.deploy().exit_code, 0);
  const auto unknown = incident.roll_back({"--migration", "20000101000000_never"});
  EXPECT_EQ(unknown.exit_code, 8) << unknown;
  const auto mistyped = incident.roll_back({"--migration", std::string(kDropLogs) + "s"});
  EXPECT_EQ(mistyped.exit_code, 2) << mistyped;
  EXPECT_THAT(mistyped.err, AllOf(HasSubstr(std::string(kDropLogs) + "s"), HasSubstr("is not in the history"), HasSubstr("hint: ")));
  // The last one alone first: what the newest checkpoint gives.
  const auto looked = incident.stage.run("safety-rollback", {"--last", "--dry-run", "--json"});
  ASSERT_EQ(looked.exit_code, 0) << looked;
  EXPECT_THAT(looked.out, Not(HasSubstr(kProvince)));
  const auto run = incident.roll_back({"--migration", kProvince});
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.last_json["migrations"], SizeIs(2));
  incident.expect_back();
  incident.expect_nothing_pending();
}

TEST(RealRollback, LooksWithoutTouchingAnything) {
  const Wrong wrong;
  const auto migrated = wrong.content();
  const auto databases = list_databases(wrong.stage.database().name());
  const auto expect_untouched = [&](const ToolRun& run) {
    EXPECT_EQ(run.exit_code, 0) << run;
    EXPECT_EQ(wrong.content(), migrated);
    EXPECT_EQ(list_databases(wrong.stage.database().name()), databases);
    EXPECT_EQ(wrong.service_log(), "");
    EXPECT_TRUE(std::filesystem::exists(wrong.folder_of(kProvince, false)));
    EXPECT_FALSE(std::filesystem::exists(wrong.stage.project() / "prisma/migrations_rolled_back"));
    EXPECT_THAT(wrong.archives(), SizeIs(1));
  };
  const auto dry = wrong.stage.run("safety-rollback", {"--dry-run"});
  expect_untouched(dry);
  EXPECT_THAT(dry.out, AllOf(HasSubstr(kProvince), HasSubstr("email_logs"), HasSubstr("rows written since: 4"), HasSubstr("stop_services"), HasSubstr("recommended: ")));
  const auto tried = wrong.roll_back({"--rehearse"});
  expect_untouched(tried);
  EXPECT_GT(tried.last_json["rows_moved"], 0);
  const auto sql = wrong.roll_back({"--emit-sql", "undo.sql"});
  expect_untouched(sql);
  const auto text = read_text(wrong.stage.folder() / "undo.sql");
  EXPECT_THAT(text, AllOf(HasSubstr("email_logs"), HasSubstr("province")));
}

TEST(RealRollback, WritesTheAccountOfTheIncident) {
  const Wrong wrong;
  ASSERT_EQ(wrong.roll_back().exit_code, 0);
  const auto run = wrong.stage.run("safety-rollback", {"--report", "last", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run;
  const std::string id = run.last_json["id"];
  for (const char* ending : {".md", ".html"}) {
    const auto text = read_text(wrong.stage.folder() / (id + ending));
    EXPECT_THAT(text, AllOf(HasSubstr(kDropLogs), HasSubstr("email_logs"), HasSubstr("stop_services"), HasSubstr("users"), HasSubstr("remove field")));
  }
}

}  // namespace
}  // namespace safety::testing

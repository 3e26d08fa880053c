// What safety-rollback says and leaves when something is not as it should be: each case by its exit code, its words, its hint, and the
// database.
#include "tests/e2e/rollback_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(RollbackTool, GoesBackKeepsTheRowsAndSaysWhatItDid) {
  database.execute(kSchema);
  const auto before = schema();
  checkpoint();
  database.execute(kMigration);
  database.execute(kSince);
  const auto looked = run_tool("safety-rollback", {"--dry-run"}, bench.environment(url()));
  EXPECT_EQ(looked.exit_code, 0) << looked;
  EXPECT_THAT(looked.out, AllOf(HasSubstr("rows written since: 2"), HasSubstr("recommended: `safety-rollback --strategy undo --yes`"), HasSubstr("would do:")));
  const auto done = run_tool("safety-rollback", {"--last", "--yes"}, bench.environment(url()));
  EXPECT_EQ(done.exit_code, 0) << done;
  EXPECT_THAT(done.out, AllOf(HasSubstr("is back at checkpoint"), HasSubstr("rows written since are still there"), HasSubstr("safety-rollback --undo")));
  EXPECT_EQ(schema(), before);
  expect_undone();
}

// ---- the checkpoint

TEST_F(RollbackTool, WithoutACheckpointSaysSo) {
  database.execute(kSchema);
  const auto before = content();
  expect_error(roll_back(), 8, {"there is no checkpoint of database \"" + database.name() + "\"", "--backup-dir", "safety-backup"});
  expect_error(run({"--dry-run"}), 8, {"no checkpoint"});
  expect_error(roll_back({"--to", "never"}), 8, {"no checkpoint in", "safety-backup"});
  expect_error(roll_back({"--migration", "1_never"}), 8, {"no checkpoint"});
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, WithoutADifferenceSaysSo) {
  database.execute(kSchema);
  const auto id = checkpoint();
  const auto before = content();
  expect_error(roll_back(), 8, {"differs from what is there now", "--to"});
  database.execute("ALTER TABLE accounts ADD COLUMN passing int; ALTER TABLE accounts DROP COLUMN passing");
  const auto named = run_tool("safety-rollback", {"--to", id, "--yes"}, bench.environment(url()));
  EXPECT_EQ(named.exit_code, 0) << named;
  EXPECT_THAT(named.out, HasSubstr("there is nothing to undo"));
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, RunTwiceDoesNotGoBackTwice) {
  database.execute("CREATE TABLE first (id int PRIMARY KEY)");
  const auto oldest = checkpoint();
  for (const std::string strategy : {"undo", "swap"}) {
    const auto id = stage();
    ASSERT_EQ(roll_back({"--last", "--strategy", strategy}).exit_code, 0);
    const auto back = content();
    expect_error(roll_back(), 8, {"is as rollback_", "left it", id, "--to"});
    checkpoint();  // a scheduled one, say
    expect_error(roll_back(), 8, {"is as rollback_"});
    EXPECT_EQ(content(), back);
    EXPECT_EQ(run({"--to", oldest, "--dry-run"}).exit_code, 0) << "who means it can";
    database.execute("DROP TABLE orders, accounts CASCADE");
  }
}

TEST_F(RollbackTool, RefusesTheCheckpointOfAnotherDatabase) {
  stage();
  const TestDatabase other;
  other.execute(kSchema);
  const auto made = bench.run("safety-backup", other.url(), {});
  ASSERT_EQ(made.exit_code, 0) << made;
  const auto before = content();
  expect_error(roll_back({"--to", std::string(made.last_json["id"])}), 2, {other.name(), database.name(), "safety-list"});
  EXPECT_EQ(content(), before);
  EXPECT_EQ(roll_back().exit_code, 0) << "the other's is not taken for its own";
  expect_undone();
}

TEST_F(RollbackTool, RefusesTheCheckpointOfAnotherServer) {
  const auto id = stage();
  const auto file = bench.file(id + ".json");
  auto record = nlohmann::json::parse(read_text(file));
  ASSERT_TRUE(record.contains("system_identifier"));
  record["system_identifier"] = "1234567890";
  write_text(file, record.dump());
  const auto before = content();
  expect_error(roll_back({"--to", id}), 2, {"another server", "1234567890"});
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, GoesOnWithoutTheArchive) {
  const auto id = stage();
  std::filesystem::remove(bench.file(id + ".sql.zst"));
  const auto before = content();
  expect_error(roll_back({"--last", "--strategy", "restore"}), 13, {"--strategy restore is not possible", id + ".sql.zst"});
  EXPECT_EQ(content(), before);
  EXPECT_EQ(roll_back().exit_code, 0);
  expect_undone();
}

TEST_F(RollbackTool, GoesOnWithoutTheClone) {
  stage();
  ASSERT_THAT(beside("clone"), SizeIs(1));
  drop_clones();
  const auto before = content();
  expect_error(roll_back({"--last", "--strategy", "swap"}), 13, {"--strategy swap is not possible", "clone"});
  EXPECT_EQ(content(), before);
  EXPECT_EQ(roll_back().exit_code, 0);
  expect_undone();
}

TEST_F(RollbackTool, WithNeitherArchiveNorCloneSaysSo) {
  const auto id = stage();
  std::filesystem::remove(bench.file(id + ".sql.zst"));
  drop_clones();
  const auto before = content();
  expect_error(roll_back({"--to", id}), 8, {id, "safety-list"});
  expect_error(roll_back(), 8, {});
  EXPECT_EQ(content(), before);
}

// ---- the database

TEST_F(RollbackTool, NamesATableWithoutAKeyWithItsRows) {
  database.execute("CREATE TABLE notes (at date, what text); INSERT INTO notes SELECT date '2026-01-01' + n, 'note ' || n FROM generate_series(1, 77) n");
  checkpoint();
  database.execute("ALTER TABLE notes DROP COLUMN what");
  const auto before = content();
  expect_error(roll_back({"--last", "--strategy", "undo"}), 13, {"public.notes", "77", "--strategy swap"});
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, NamesALockAndItsHolderAndLeavesEverything) {
  stage();
  const auto before = content();
  auto session = database.connect();
  session.execute("BEGIN; SET application_name = 'a long report'; SELECT count(*) FROM accounts");
  const auto refused = roll_back({"--last", "--lock-timeout", "200ms"});
  expect_error(refused, 9, {"accounts", "a long report"});
  EXPECT_EQ(content(), before);
  expect_nothing_beside();
  session.execute("COMMIT");
  EXPECT_EQ(roll_back().exit_code, 0);
  expect_undone();
}

TEST_F(RollbackTool, WorksWithNamesThatNeedQuotes) {
  database.execute("CREATE SCHEMA \"Odd schema\"; CREATE TABLE \"Odd schema\".\"a \"\"table\"\"\" (\"the key\" int PRIMARY KEY, \"select\" text);"
                   "INSERT INTO \"Odd schema\".\"a \"\"table\"\"\" SELECT n, 'it''s ' || n FROM generate_series(1, 20) n");
  const auto before = content();
  checkpoint();
  database.execute("ALTER TABLE \"Odd schema\".\"a \"\"table\"\"\" DROP COLUMN \"select\", ADD COLUMN \"a;b\" int");
  const auto done = roll_back();
  EXPECT_EQ(done.exit_code, 0) << done;
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, AsksForWhatRowsWrittenSinceGetInARequiredColumn) {
  database.execute("CREATE TABLE accounts (id serial PRIMARY KEY, phone text NOT NULL); INSERT INTO accounts (phone) VALUES ('1'), ('2')");
  checkpoint();
  database.execute("ALTER TABLE accounts DROP COLUMN phone; INSERT INTO accounts DEFAULT VALUES");
  const auto before = content();
  expect_error(roll_back({"--last", "--strategy", "undo"}), 13, {"phone", "--fill"});
  expect_error(roll_back({"--last", "--fill", "phone"}), 2, {"table.column=expression"});
  EXPECT_EQ(content(), before);
  const auto done = roll_back({"--last", "--fill", "accounts.phone='unknown'"});
  EXPECT_EQ(done.exit_code, 0) << done;
  EXPECT_EQ(database.value("SELECT string_agg(phone, ',' ORDER BY id) FROM accounts"), "1,2,unknown");
}

// ---- roles

class RollbackByRole : public ::testing::Test {
 protected:
  TestRole role{"LOGIN CREATEDB"};
  TestDatabase database{"OWNER " + pg::quote_identifier(role.name())};
  Workbench bench;
  std::string url = connection_url(database.name(), role.name());

  void execute(const std::string& sql) const { pg::Connection(quiet_context(), pg::ConnectionInfo::parse(url)).execute(sql); }
};

TEST_F(RollbackByRole, NeedsNoSuperuserForWhatTheRoleOwns) {
  execute("CREATE SCHEMA shop; CREATE TABLE shop.accounts (id int PRIMARY KEY, phone text); INSERT INTO shop.accounts VALUES (1, '555')");
  for (const auto& options : std::vector<std::vector<std::string>>{{}, {"--clone"}}) {
    const auto made = bench.run("safety-backup", url, options);
    ASSERT_EQ(made.exit_code, 0) << made;
    execute("ALTER TABLE shop.accounts DROP COLUMN phone");
    const auto done = bench.run("safety-rollback", url, {"--last", "--yes"});
    EXPECT_EQ(done.exit_code, 0) << done;
    EXPECT_EQ(database.value("SELECT phone FROM shop.accounts"), "555");
  }
}

TEST_F(RollbackByRole, NamesWhatBelongsToSomebodyElse) {
  database.execute("CREATE SCHEMA shop; CREATE TABLE shop.accounts (id int PRIMARY KEY, phone text); INSERT INTO shop.accounts VALUES (1, '555');"
                   "GRANT USAGE ON SCHEMA shop TO " + pg::quote_identifier(role.name()) + "; GRANT SELECT ON shop.accounts TO " + pg::quote_identifier(role.name()));
  ASSERT_EQ(bench.run("safety-backup", database.url(), {"--clone"}).exit_code, 0);
  database.execute("ALTER TABLE shop.accounts DROP COLUMN phone");
  const auto before = content_of(database.url());
  const auto refused = bench.run("safety-rollback", url, {"--last", "--strategy", "undo", "--yes"});
  EXPECT_THAT(refused.exit_code, ::testing::AnyOf(13, 19)) << refused;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("hint: "), HasSubstr("accounts"))) << refused;
  EXPECT_EQ(content_of(database.url()), before);
}

TEST_F(RollbackByRole, SaysSoWhenItMayNotReadRatherThanThatNothingChanged) {
  database.execute("CREATE SCHEMA shop; CREATE TABLE shop.accounts (id int PRIMARY KEY, phone text)");
  ASSERT_EQ(bench.run("safety-backup", database.url(), {"--clone"}).exit_code, 0);
  database.execute("ALTER TABLE shop.accounts DROP COLUMN phone");
  const auto looked = run_tool("safety-rollback", {"--dry-run"}, bench.environment(url));
  EXPECT_THAT(looked.out, AllOf(HasSubstr("column shop.accounts.phone dropped"), HasSubstr("rows written since: not known"), Not(HasSubstr("nothing to undo"))));
  const auto refused = bench.run("safety-rollback", url, {"--last", "--strategy", "undo", "--yes"});
  expect_error(refused, 13, {"permission denied for schema shop", "--strategy swap"});
}

TEST_F(RollbackByRole, NeedsARoleThatMayNoteIt) {
  execute("CREATE SCHEMA shop; CREATE TABLE shop.accounts (id int PRIMARY KEY, phone text)");
  // By a superuser: schema safety is theirs.
  ASSERT_EQ(bench.run("safety-backup", database.url(), {"--clone"}).exit_code, 0);
  execute("ALTER TABLE shop.accounts DROP COLUMN phone");
  const auto before = content_of(database.url());
  const auto refused = bench.run("safety-rollback", url, {"--last", "--strategy", "undo", "--yes"});
  expect_error(refused, 19, {"may not write into schema \"safety\"", "--strategy swap"});
  EXPECT_EQ(content_of(database.url()), before);
  EXPECT_EQ(bench.run("safety-rollback", url, {"--resume"}).exit_code, 2) << "nothing was begun";
}

// ---- the command line

TEST_F(RollbackTool, RefusesFlagsThatMakeNoSense) {
  stage();
  const auto before = content();
  expect_error(run({"--resume", "--abort"}), 2, {"exclude each other"});
  expect_error(run({"--undo", "--emit-sql", "x.sql"}), 2, {"exclude each other"});
  expect_error(run({"--last", "--to", "x"}), 2, {"exclude each other"});
  expect_error(run({"--to", "x", "--migration", "y"}), 2, {"exclude each other"});
  expect_error(run({"--strategy", "magic"}), 2, {"undo, swap or restore", "magic"});
  expect_error(run({"--jobs", "0"}), 2, {"--jobs"});
  expect_error(run({"--fill", "x"}), 2, {"--fill"});
  expect_error(run({"--lock-timeout", "soon"}), 2, {"soon"});
  expect_error(run({"--report", "never"}), 2, {"never"});
  expect_error(run({"--undo", "--last"}), 2, {"--last"});
  expect_error(run({"--rehearse", "--strategy", "swap"}), 2, {"--rehearse"});
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, AsksWithoutATerminalForYesAndDoesNothing) {
  stage();
  const auto before = content();
  expect_error(run({"--last"}), 16, {"goes back to checkpoint", "--yes"});
  EXPECT_EQ(content(), before);
  EXPECT_THAT(beside("clone"), SizeIs(1));
  expect_nothing_beside();
}

TEST_F(RollbackTool, HasNothingToGoOnWithOrToTakeBack) {
  stage();
  const auto before = content();
  expect_error(run({"--resume"}), 2, {"no rollback of database", "unfinished"});
  expect_error(run({"--abort"}), 2, {"no rollback of database", "unfinished"});
  expect_error(run({"--undo", "--yes"}), 2, {"no rollback of database"});
  expect_error(run({"--report", "last"}), 2, {"there was no rollback"});
  EXPECT_EQ(content(), before);
}

TEST_F(RollbackTool, TakesItselfBackFromTheArchiveItMadeFirst) {
  stage();
  const auto before = content();
  const auto refused = roll_back({"--last", "--no-checkpoint"});
  ASSERT_EQ(refused.exit_code, 0) << refused;
  EXPECT_EQ(refused.last_json["broken_checkpoint"], "");
  expect_error(roll_back({"--undo"}), 8, {"took no checkpoint"});
  database.execute(kMigration);
  ASSERT_EQ(roll_back().exit_code, 0);
  expect_undone();
  const auto undone = roll_back({"--undo"});
  EXPECT_EQ(undone.exit_code, 0) << undone;
  EXPECT_EQ(database.value("SELECT to_regclass('orders') IS NULL"), "t");
  EXPECT_EQ(database.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'mail'"), "1");
}

}  // namespace
}  // namespace safety::testing

// safety-preflight as a deployment runs it: a project's folder, a database, an exit code.
#include <filesystem>

#include "tests/testing/testing.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kInit = "20260101000000_init";

class Preflight : public ::testing::Test {
 protected:
  Preflight() {
    write("prisma/schema.prisma",
          "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n"
          "model User {\n  id Int @id\n  email String?\n  @@map(\"users\")\n}\nmodel Post {\n  id Int @id\n  "
          "@@map(\"posts\")\n}\n");
    write("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n");
    add_migration(kInit,
                  "CREATE TABLE \"users\" (\"id\" INTEGER PRIMARY KEY, \"email\" TEXT);\nCREATE TABLE \"posts\" "
                  "(\"id\" INTEGER PRIMARY KEY);\n");
  }
  void write(const std::string& name, const std::string& text) const {
    write_text(project / name, text);
  }
  void add_migration(const std::string& name, const std::string& sql) const {
    write("prisma/migrations/" + name + "/migration.sql", sql);
  }
  /// The first migration's tables, filled, and Prisma's record of it.
  void apply_init() const {
    const auto sum =
        run_program("sha256sum", {(project / ("prisma/migrations/" + std::string(kInit) + "/migration.sql")).string()})
            .out.substr(0, 64);
    database.execute(
        "CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a@x.io'), (2, 'a@x.io'), "
        "(3, NULL); CREATE TABLE posts (id int PRIMARY KEY);"
        "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at "
        "timestamptz, migration_name varchar(255) NOT NULL, logs text, "
        "rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL "
        "DEFAULT 0);"
        "INSERT INTO _prisma_migrations VALUES ('1', '" +
        sum + "', now(), '" + kInit + "', NULL, NULL, now(), 1)");
  }
  ToolRun preflight(std::vector<std::string> arguments, const std::string& url) const {
    arguments.push_back("--json");
    return run_tool("safety-preflight", arguments, url.empty() ? Environment{} : Environment{{"DATABASE_URL", url}},
                    here());
  }
  RunOptions here() const {
    RunOptions options;
    options.folder = project.path();
    return options;
  }
  ToolRun preflight(std::vector<std::string> arguments = {}) const {
    return preflight(std::move(arguments), database.url());
  }
  static std::vector<std::string> rules(const ToolRun& run, const std::string& severity) {
    std::vector<std::string> found;
    for (const auto& finding : run.last_json.value("findings", nlohmann::json::array()))
      if (finding["severity"] == severity && finding["allowed"] == "") found.push_back(finding["rule"]);
    return found;
  }
  static nlohmann::json finding(const ToolRun& run, const std::string& rule) {
    for (const auto& one : run.last_json.value("findings", nlohmann::json::array()))
      if (one["rule"] == rule) return one;
    ADD_FAILURE() << "no finding of " << rule << "\n" << run;
    return {};
  }

  TempFolder project;
  TestDatabase database;
};

TEST_F(Preflight, IsSilentAndZeroWhenNothingIsPending) {
  apply_init();
  const auto run = preflight();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.last_json["outcome"], "success");
  EXPECT_EQ(run.last_json["files"], 0);
  EXPECT_THAT(run.last_json["findings"], IsEmpty());
  EXPECT_EQ(run.last_json["histories"][0]["head"], kInit);
}

TEST_F(Preflight, TellsWhatTheDataWillDoToAPendingMigration) {
  apply_init();
  add_migration("20260301000000_unique",
                "-- CreateIndex\nCREATE UNIQUE INDEX \"users_email_key\" ON \"users\"(\"email\");\n");
  const auto run = preflight();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_EQ(run.last_json["outcome"], "findings");
  const auto found = finding(run, "add-unique");
  EXPECT_EQ(found["severity"], "error");
  EXPECT_EQ(found["file"], "prisma/migrations/20260301000000_unique/migration.sql");
  EXPECT_EQ(found["line"], 2);
  EXPECT_EQ(found["evidence"]["state"], "confirmed");
  EXPECT_THAT(found["evidence"]["samples"], ElementsAre("email=a@x.io (2 times)"));

  const auto text = run_tool("safety-preflight", {}, {{"DATABASE_URL", database.url()}}, here());
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.out, AllOf(HasSubstr("error    add-unique  prisma/migrations/20260301000000_unique/migration.sql:2"),
                              HasSubstr("email=a@x.io (2 times)"), HasSubstr("1 error, ")));
  EXPECT_THAT(preflight({"--samples", "0"}).out, Not(HasSubstr("a@x.io")));

  database.execute("UPDATE users SET email = id::text");
  const auto mended = preflight();
  EXPECT_EQ(mended.exit_code, 0) << mended;
  EXPECT_EQ(finding(mended, "add-unique")["severity"], "note");
}

TEST_F(Preflight, FailsAtTheLevelThatIsAskedFor) {
  apply_init();
  add_migration("20260301000000_rename", "ALTER TABLE \"users\" RENAME COLUMN \"email\" TO \"mail\";\n");
  EXPECT_EQ(preflight().exit_code, 0) << preflight();
  EXPECT_THAT(rules(preflight(), "warning"), Not(IsEmpty()));
  EXPECT_EQ(preflight({"--fail-on", "warning"}).exit_code, 1);
  add_migration("20260302000000_drop", "DROP TABLE \"users\";\n");
  EXPECT_EQ(preflight().exit_code, 1);
  EXPECT_EQ(preflight({"--fail-on", "never"}).exit_code, 0);
  const auto wrong = preflight({"--fail-on", "notes"});
  EXPECT_EQ(wrong.exit_code, 2) << wrong;
  EXPECT_THAT(wrong.last_json["hint"].get<std::string>(), HasSubstr("--fail-on error"));
}

TEST_F(Preflight, LeavesOutWhatIsAccepted) {
  apply_init();
  add_migration("20260301000000_drop", "-- safety:allow drop-table nobody reads it any more\nDROP TABLE \"users\";\n");
  auto run = preflight();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(finding(run, "drop-table")["allowed"], "nobody reads it any more");
  EXPECT_EQ(finding(run, "drop-table")["evidence"]["rows"], 3);
  add_migration("20260301000000_drop", "DROP TABLE \"users\";\n");
  EXPECT_EQ(preflight().exit_code, 1);
  EXPECT_EQ(preflight({"--allow", "drop-table"}).exit_code, 0);
  write("safety.toml", "[migrations]\nallow = [\"drop-table\"]\n");
  EXPECT_EQ(preflight().exit_code, 0);
  const auto unknown = preflight({"--allow", "dropp-table"});
  EXPECT_THAT(unknown.out + unknown.err, HasSubstr("no rule \\\"dropp-table\\\""));
}

TEST_F(Preflight, LooksAtTheFilesAloneWithoutAServer) {
  add_migration("20260301000000_drop", "ALTER TABLE \"accounts\" DROP COLUMN \"email\";\n");
  const auto run = preflight({"--no-data"}, "");
  EXPECT_EQ(run.last_json["files"], 2) << run;
  EXPECT_EQ(run.last_json["database"], "");
  EXPECT_EQ(finding(run, "drop-column")["evidence"]["state"], "not asked");
  const auto lost = preflight({}, "postgresql:///nothing?host=/nowhere");
  EXPECT_EQ(lost.exit_code, 4) << lost;
  EXPECT_THAT(lost.last_json["hint"].get<std::string>(), HasSubstr("--no-data"));
}

TEST_F(Preflight, WritesSarif) {
  apply_init();
  add_migration("20260301000000_drop", "DROP TABLE \"users\";\n");
  const auto run = preflight({"--sarif", "out.sarif"});
  EXPECT_EQ(run.exit_code, 1) << run;
  const auto sarif = nlohmann::json::parse(read_text(project / "out.sarif"));
  EXPECT_EQ(sarif["version"], "2.1.0");
  const auto& result = sarif["runs"][0]["results"][0];
  EXPECT_EQ(result["ruleId"], "drop-table");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "prisma/migrations/20260301000000_drop/migration.sql");
  EXPECT_EQ(preflight({"--sarif", "no/such/folder/out.sarif"}).exit_code, 20);
}

TEST_F(Preflight, LooksAtFilesThatAreNamed) {
  apply_init();
  add_migration("20260301000000_drop", "DROP TABLE \"users\";\n");
  write("fix.sql",
        "\xEF\xBB\xBF"
        "-- by hand\r\nALTER TABLE users\r\n  ALTER COLUMN email SET NOT NULL;\r\n");
  const auto run = preflight({"--file", "fix.sql"});
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(rules(run, "error"), ElementsAre("set-not-null")) << "the pending migration is another matter";
  EXPECT_EQ(finding(run, "set-not-null")["file"], "fix.sql");
  EXPECT_EQ(finding(run, "set-not-null")["evidence"]["rows"], 1);
  EXPECT_EQ(preflight({"--file", "fix.sql", "--file", "missing.sql"}).exit_code, 20);
  EXPECT_EQ(preflight({"--file", "prisma"}).exit_code, 2);
}

TEST_F(Preflight, GoesOnBehindWhatDoesNotParse) {
  apply_init();
  add_migration("20260301000000_typo", "SELEC 1;\n\nALTER TABLE \"users\" DROP COLUMN \"email\";\n");
  add_migration("20260302000000_empty", "");
  add_migration("20260303000000_psql", "\\i other.sql\n");
  fs::create_directories(project / "prisma/migrations/20260304000000_no_sql");
  const auto run = preflight();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_EQ(finding(run, "does-not-parse")["line"], 1);
  EXPECT_EQ(finding(run, "drop-column")["line"], 3);
  EXPECT_EQ(finding(run, "drop-column")["evidence"]["rows"], 2);
  EXPECT_EQ(finding(run, "psql-command")["line"], 1);
  EXPECT_EQ(finding(run, "empty-migration")["severity"], "note");
  EXPECT_EQ(finding(run, "prisma-migration-without-sql")["migration"], "20260304000000_no_sql");
}

TEST_F(Preflight, KnowsWhatTheHistoryForbids) {
  apply_init();
  add_migration("20260301000000_fine", "ALTER TABLE \"users\" ADD COLUMN \"phone\" TEXT;\n");
  EXPECT_EQ(preflight().exit_code, 0) << preflight();
  database.execute(
      "INSERT INTO _prisma_migrations VALUES ('2', 'x', NULL, '20260301000000_fine', 'it broke', NULL, now(), 0)");
  const auto run = preflight();
  EXPECT_EQ(run.exit_code, 1) << run;
  const auto found = finding(run, "prisma-failed-migration");
  EXPECT_THAT(found["message"].get<std::string>(), HasSubstr("it broke"));
  EXPECT_THAT(found["safe_way"].get<std::string>(), HasSubstr("migrate resolve"));
  EXPECT_EQ(found["file"], "prisma/migrations/20260301000000_fine/migration.sql");
  EXPECT_EQ(preflight({"--allow", "prisma-failed-migration"}).exit_code, 0);
}

TEST_F(Preflight, TakesADatabaseWithoutHistoryForWhatItIs) {
  const auto run = preflight();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.last_json["files"], 1);
  EXPECT_EQ(run.last_json["histories"][0]["schema"], "");
}

TEST_F(Preflight, DoesNotTakeAHistoryThatMayNotBeReadForNone) {
  apply_init();
  const TestRole role;
  const auto run = preflight({}, connection_url(database.name(), role.name()));
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(rules(run, "error"), Contains("prisma-no-permission"));
}

TEST_F(Preflight, SaysWhichFolderCannotBeRead) {
  // Root reads everything; a file in place of the folder is refused to everybody.
  fs::remove_all(project / "prisma/migrations");
  write("prisma/migrations", "no folder");
  const auto run = preflight({"--no-data"}, "");
  EXPECT_EQ(run.exit_code, 20) << run;
  EXPECT_THAT(run.last_json["message"].get<std::string>(), HasSubstr("migrations"));
}

TEST_F(Preflight, RefusesAFolderWithoutAnyProject) {
  fs::remove_all(project / "prisma");
  const auto run = preflight({"--no-data"}, "");
  EXPECT_EQ(run.exit_code, 3) << run;
  EXPECT_THAT(run.last_json["hint"].get<std::string>(), HasSubstr("--file"));
}

TEST_F(Preflight, RefusesCommandsThatDoNotBelongToProduction) {
  apply_init();
  write("safety.toml", "[migrations]\ncommands = [\"npx prisma db push\"]\n");
  const auto run = preflight();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(rules(run, "error"), Not(IsEmpty()));
}

TEST_F(Preflight, KeepsToItsTimeBudgetAndSaysWhatItLeftOut) {
  apply_init();
  database.execute(
      "CREATE FUNCTION slow(text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN true; END'");
  add_migration("20260301000000_check", "ALTER TABLE \"users\" ADD CONSTRAINT c CHECK (slow(\"email\"));\n");
  const auto run = preflight({"--time-budget", "500ms"});
  EXPECT_LT(run.last_json["data_seconds"].get<double>(), 3) << run;
  EXPECT_EQ(finding(run, "add-check")["evidence"]["state"], "unknown");
  ASSERT_FALSE(run.last_json["not_looked_at"].empty());
  EXPECT_THAT(run.last_json["not_looked_at"][0].get<std::string>(), HasSubstr("users: rows against the check: "));
}

TEST_F(Preflight, PrintsItsRules) {
  const auto run = run_tool("safety-preflight", {"--rules"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.out, read_text(source_path("libsafety/preflight/RULES.md")));
}

}  // namespace
}  // namespace safety::testing

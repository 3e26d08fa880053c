// Flags, variables and configuration files that make no sense; names of databases that make trouble.
#include "tests/e2e/bad_input_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;

class BadOptions : public BadInput {
 protected:
  ToolRun run_with_config(const std::string& tool, const std::string& text, const std::vector<std::string>& arguments = {}) {
    const auto file = stage.scratch() / "safety.toml";
    write_text(file, text);
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    stage.environment()["SAFETY_CONFIG"] = file.string();
    auto run = stage.run(tool, arguments);
    stage.environment().erase("SAFETY_CONFIG");
    return run;
  }
};

TEST_F(BadOptions, UnknownFlagsAreUsageErrorsOfEveryTool) {
  for (const char* tool : {"safety-backup", "safety-restore", "safety-verify", "safety-list", "safety-doctor"})
    expect_error(stage.run(tool, {"--no-such-flag"}), 2, {"--no-such-flag", std::string(tool) + " --help"});
  const auto json = stage.run("safety-backup", {"--json", "--no-such-flag"});
  EXPECT_EQ(json.exit_code, 2);
}

TEST_F(BadOptions, ValuesThatMakeNoSenseAreNamed) {
  expect_error(stage.run("safety-backup", {"--format", "rar"}), 2, {"rar", "zst"});
  expect_error(stage.run("safety-backup", {"--level", "99"}), 2, {"99"});
  expect_error(stage.run("safety-backup", {"--jobs", "0"}), 2, {"--jobs", "1 to 64"});
  expect_error(stage.run("safety-backup", {"--jobs", "many"}), 2, {"--jobs", "many"});
  expect_error(stage.run("safety-backup", {"--jobs", "-3"}), 2, {"--jobs"});
  expect_error(stage.run("safety-backup", {"--lock-wait-timeout", "soon"}), 2, {"soon", "duration"});
  expect_error(stage.run("safety-backup", {"--proof", "L9"}), 2, {"--proof"});
  expect_error(stage.run("safety-backup", {"--exclude-table-data", "no_such_*"}), 2, {"no_such_*", "matches no table"});
  expect_error(stage.run("safety-backup", {"surplus"}), 2, {"surplus"});
  expect_error(stage.run("safety-restore", {}), 2, {"--undo", "safety-list"});
  expect_error(stage.run("safety-restore", {"latest", "--undo"}), 2, {"--undo"});
  expect_error(stage.run("safety-restore", {"--resume"}), 2, {"nothing is unfinished", stage.name()});
  expect_error(stage.run("safety-restore", {"--abort"}), 2, {"nothing is unfinished", stage.name()});
  expect_error(stage.run("safety-restore", {"--undo", "--yes"}), 8, {"no previous database", stage.name()});
  ASSERT_EQ(stage.run("safety-backup", {}).exit_code, 0);
  expect_error(stage.run("safety-restore", {"latest", "--table", "items"}), 2, {"--table", "--to"});
  expect_error(stage.run("safety-restore", {"latest", "--table", "itmes", "--to", "x"}), 2, {"no table \"itmes\"", "safety-list --tables"});
  expect_error(stage.run("safety-restore", {"latest", "--in-place", "--to", "x"}), 2, {"--in-place", "--to"});
  expect_error(stage.run("safety-restore", {"latest"}), 16, {"not done without a confirmation", stage.name(), "--yes"});
  expect_nothing_left(content);
}

TEST_F(BadOptions, AVariableThatMakesNoSenseIsNamed) {
  stage.environment()["SAFETY_JOBS"] = "many";
  expect_error(stage.run("safety-backup", {}), 2, {"many"});
}

TEST_F(BadOptions, AConfigurationFileWithMistakesIsNamedWithThePlace) {
  expect_error(run_with_config("safety-backup", "jobs = 2\nthis is no setting\n"), 3, {"safety.toml", "line 2"});
  expect_error(run_with_config("safety-backup", "[backup]\nlevle = 3\n"), 3, {"[backup] has no setting \"levle\"", "--show-config"});
  expect_error(run_with_config("safety-backup", "[backup]\njobs = \"many\"\n"), 3, {"jobs", "many"});
  expect_error(stage.run("safety-backup", {"--config", "/no/such/file.toml"}), 3, {"no configuration file", "/no/such/file.toml"});
  const auto others = run_with_config("safety-backup", "[restore]\nunknown_to_backup = 1\n[backup]\njobs = 1\n", {"--show-config"});
  EXPECT_EQ(others.exit_code, 0) << others;
  EXPECT_THAT(others.out, HasSubstr("jobs = \"1\""));
  expect_no_backup_left();
}

TEST_F(BadOptions, SecretsInAConfigurationFileAreNotRepeated) {
  const auto run = run_with_config("safety-backup", "database_url = \"postgresql://u:hunter2@h/d\"\n", {"--show-config"});
  EXPECT_THAT(run.out + run.err, ::testing::Not(HasSubstr("hunter2")));
}

class NamesOfDatabases : public BadInput, public ::testing::WithParamInterface<const char*> {};

TEST_P(NamesOfDatabases, AreKeptThroughBackupRestoreUndoAndDoctor) {
  const std::string name = GetParam();
  auto admin = admin_connection();
  const auto quoted = pg::quote_identifier(name);
  const auto drop_all = [&] {
    const auto rows = admin.query("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", {name.substr(0, 12)});
    for (int row = 0; row < rows.rows(); ++row) admin.execute("DROP DATABASE " + pg::quote_identifier(rows.value(row, 0)) + " WITH (FORCE)");
  };
  drop_all();
  admin.execute("CREATE DATABASE " + quoted + " TEMPLATE template0");
  {
    Stage here(connection_url(name), name);
    here.make();
    here.make_before_and_after();
    const auto restored = here.run("safety-restore", {"latest", "--yes", "--json"});
    EXPECT_EQ(restored.exit_code, 0) << restored;
    EXPECT_EQ(here.content(), here.after());
    EXPECT_EQ(restored.last_json["database"], name);
    EXPECT_LE(std::string(restored.last_json["previous"]).size(), 63U);
    const auto undone = here.run("safety-restore", {"--undo", "--yes"});
    EXPECT_EQ(undone.exit_code, 0) << undone;
    EXPECT_EQ(here.content(), here.before());
    EXPECT_EQ(here.run("safety-verify", {"latest", "--proof", "L4"}).exit_code, 0);
    const auto doctor = here.run("safety-doctor", {});
    EXPECT_EQ(doctor.exit_code, 0) << doctor;
    EXPECT_THAT(doctor.out, HasSubstr("previous: ")) << doctor;
  }
  drop_all();
}

INSTANTIATE_TEST_SUITE_P(ThatMakeTrouble, NamesOfDatabases,
                         ::testing::Values("n1_long_name_of_sixty_three_bytes_that_fills_the_limit_exactly_x", "n2 with spaces and 'quotes' and \"more\"",
                                           "n3_ünïcödé_数据库_база", "-n4 --leading=dash -d postgres", "n5/../slash\\back%20$HOME;x=1",
                                           "n6=equals host=nowhere"));

}  // namespace
}  // namespace safety::testing

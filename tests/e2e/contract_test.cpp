// What other programs rely on: variables, files, exit codes, the result line; and that no secret leaks.
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <regex>
#include <sstream>
#include <thread>

#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const std::vector<std::string>& tools() {
  static const std::vector<std::string> names{"safety-backup", "safety-restore", "safety-verify", "safety-list", "safety-doctor"};
  return names;
}

class Contract : public ::testing::Test {
 protected:
  Contract() { source_.execute("CREATE TABLE t (id int PRIMARY KEY, note text); INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 1000) n"); }
  TestDatabase source_;
  Workbench bench_;
};

TEST_F(Contract, TwoVariablesSufficeForEveryTool) {
  const auto environment = bench_.environment(source_.url());
  for (const auto& [tool, arguments] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"safety-backup", {}}, {"safety-list", {}}, {"safety-verify", {"latest", "--proof", "L4"}}, {"safety-doctor", {}},
           {"safety-restore", {"latest", "--yes"}}, {"safety-restore", {"--undo", "--yes"}}}) {
    const auto run = run_tool(tool, arguments, environment);
    // The doctor may find something about this machine; it must have looked.
    EXPECT_TRUE(run.exit_code == 0 || (tool == "safety-doctor" && run.exit_code == static_cast<int>(Code::findings))) << tool << "\n" << run;
  }
  EXPECT_EQ(source_.value("SELECT count(*) FROM t"), "1000");
}

TEST_F(Contract, TheSequenceOfTheReadmeWorksWithOnlyDatabaseUrl) {
  const TempFolder work;
  RunOptions options;
  options.folder = work.path();
  const Environment environment{{"DATABASE_URL", source_.url()}};
  for (const auto& [tool, arguments] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"safety-backup", {}}, {"safety-list", {}}, {"safety-verify", {"latest", "--proof", "L4"}}}) {
    const auto run = run_tool(tool, arguments, environment, options);
    ASSERT_EQ(run.exit_code, 0) << tool << "\n" << run;
  }
  source_.execute("DROP TABLE t");
  const auto restored = run_tool("safety-restore", {"latest", "--yes"}, environment, options);
  ASSERT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(source_.value("SELECT count(*) FROM t"), "1000");
  const auto undone = run_tool("safety-restore", {"--undo", "--yes"}, environment, options);
  ASSERT_EQ(undone.exit_code, 0) << undone;
  EXPECT_EQ(source_.value("SELECT to_regclass('t') IS NULL"), "t");
  EXPECT_TRUE(fs::is_directory(work / "backups"));
}

TEST_F(Contract, FlagsWinOverEnvironmentOverFileOverDefault) {
  const TempFolder work;
  RunOptions options;
  options.folder = work.path();
  const auto show = [&](const std::vector<std::string>& flags, const Environment& environment) {
    auto arguments = flags;
    arguments.push_back("--show-config");
    const auto run = run_tool("safety-backup", arguments, environment, options);
    EXPECT_EQ(run.exit_code, 0) << run;
    return run.out;
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(show({}, {}), HasSubstr("label = \"\"  # default"));
  write_text(work / "safety.toml", "label = \"of the file\"\nlevel = 3\n\n[backup]\nlevel = 5\n\n[restore]\njobs = 9\n");
  EXPECT_THAT(show({}, {}), HasSubstr("label = \"of the file\"  # safety.toml"));
  EXPECT_THAT(show({}, {}), HasSubstr("level = \"5\"  # safety.toml"));
  EXPECT_THAT(show({}, {{"SAFETY_LABEL", "of the environment"}}), HasSubstr("label = \"of the environment\"  # environment SAFETY_LABEL"));
  EXPECT_THAT(show({"--label", "of the flag"}, {{"SAFETY_LABEL", "of the environment"}}), HasSubstr("label = \"of the flag\"  # flag --label"));
  EXPECT_THAT(show({"--label=of the flag"}, {}), HasSubstr("label = \"of the flag\"  # flag --label"));

  // And they do not only show it: the run takes the same value.
  auto environment = bench_.environment(source_.url());
  const auto label_of = [&](const std::vector<std::string>& flags) {
    const auto made = run_tool("safety-backup", flags, environment, options);
    EXPECT_EQ(made.exit_code, 0) << made;
    const auto list = bench_.run("safety-list", source_.url(), {}).last_json["checkpoints"];
    return list.back()["label"].get<std::string>();
  };
  EXPECT_EQ(label_of({}), "of the file");
  environment["SAFETY_LABEL"] = "of the environment";
  EXPECT_EQ(label_of({}), "of the environment");
  EXPECT_EQ(label_of({"--label", "of the flag"}), "of the flag");

  // Flags of where and what: --database-url, --backup-dir, --config.
  const TempFolder elsewhere;
  write_text(elsewhere / "other.toml", "label = \"of the other file\"\n");
  const auto run = run_tool("safety-backup",
                            {"--database-url", source_.url(), "--backup-dir", (elsewhere / "b").string(), "--config", (elsewhere / "other.toml").string(), "--json"},
                            {{"DATABASE_URL", "postgresql:///nowhere?host=/nonexistent"}, {"SAFETY_BACKUP_DIR", "/nonexistent/b"}});
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(fs::path(run.last_json["path"].get<std::string>()).parent_path(), elsewhere / "b");
}

TEST_F(Contract, ShowConfigRedactsSecrets) {
  for (const auto& tool : tools()) {
    const auto run = run_tool(tool, {"--show-config"}, {{"DATABASE_URL", "postgresql://u:Gehe1mnis@db.example/shop"}});
    EXPECT_EQ(run.exit_code, 0) << run;
    EXPECT_THAT(run.out, ::testing::HasSubstr("database_url = \"**redacted**\"  # environment DATABASE_URL"));
    EXPECT_THAT(run.out + run.err, ::testing::Not(::testing::HasSubstr("Gehe1mnis")));
  }
}

TEST_F(Contract, AConfigFileWithAMistakeIsRefusedByName) {
  const TempFolder work;
  for (const std::string text : {"[backup]\nlabell = \"x\"\n", "level = \"much\"\n", "this says nothing\n"}) {
    write_text(work / "safety.toml", text);
    auto environment = bench_.environment(source_.url());
    environment["SAFETY_CONFIG"] = (work / "safety.toml").string();
    const auto run = run_tool("safety-backup", {}, environment);
    EXPECT_EQ(run.exit_code, static_cast<int>(Code::config)) << text << run;
    EXPECT_THAT(run.err, ::testing::HasSubstr("safety.toml")) << text;
  }
}

TEST_F(Contract, TheLastLineOfABackupIsTheResult) {
  const auto run = bench_.run("safety-backup", source_.url(), {});
  ASSERT_EQ(run.exit_code, 0) << run;
  const auto& result = run.last_json;
  EXPECT_EQ(result["schema"], 1);
  EXPECT_EQ(result["kind"], "result");
  EXPECT_EQ(result["tool"], "safety-backup");
  EXPECT_EQ(result["outcome"], "success");
  const fs::path path = result["path"].get<std::string>();
  EXPECT_EQ(result["bytes"], fs::file_size(path));
  EXPECT_EQ(path.filename().string(), result["id"].get<std::string>() + ".sql.zst");
  EXPECT_TRUE(std::regex_match(path.filename().string(), std::regex(source_.name() + "_[0-9]{8}_[0-9]{6}\\.sql\\.zst"))) << path;
  EXPECT_EQ(run_program("sha256sum", {path.string()}).out.substr(0, 64), result["sha256"]);
  EXPECT_EQ(result["rows"], 1000);
  EXPECT_EQ(result["tables"], 1);
  EXPECT_TRUE(result["seconds"].is_number());
  EXPECT_EQ(result["proof"], "L1");
  // Every line before it is an object of the same contract.
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    const auto object = json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    EXPECT_EQ(object["schema"], 1) << line;
    EXPECT_TRUE(object["kind"].is_string()) << line;
  }
}

TEST_F(Contract, TheLastLineOfARestoreIsTheResult) {
  bench_.backup(source_.url());
  const auto run = bench_.restore(source_.url(), {"latest", "--yes"});
  ASSERT_EQ(run.exit_code, 0) << run;
  const auto& result = run.last_json;
  EXPECT_EQ(result["schema"], 1);
  EXPECT_EQ(result["kind"], "result");
  EXPECT_EQ(result["tool"], "safety-restore");
  EXPECT_EQ(result["outcome"], "success");
  EXPECT_FALSE(result["id"].get<std::string>().empty());
  EXPECT_EQ(result["database"], source_.name());
  EXPECT_EQ(list_databases(source_.name() + "__previous_"), std::vector<std::string>{result["previous"].get<std::string>()});
  EXPECT_GT(result["downtime_seconds"].get<double>(), 0);
  EXPECT_LE(result["downtime_seconds"].get<double>(), result["seconds"].get<double>());
  ASSERT_TRUE(result["steps"].is_array());
  std::vector<std::string> ids;
  for (const auto& step : result["steps"]) ids.push_back(step["id"]);
  EXPECT_THAT(ids, ::testing::IsSupersetOf({"create_staging", "load", "verify", "carry_properties", "swap"}));
}

TEST_F(Contract, TheLastLineOfAFailureSaysWhatAndWhatNext) {
  struct Case {
    std::string tool, url;
    std::vector<std::string> arguments;
    Code code;
  };
  const auto nowhere = connection_url("no_such_database_at_all");
  for (const auto& one : std::vector<Case>{{"safety-backup", nowhere, {}, Code::connection},
                                           {"safety-backup", "postgresql:///x?host=/nonexistent", {}, Code::connection},
                                           {"safety-backup", "mysql://u:p@h/d", {}, Code::usage},
                                           {"safety-backup", source_.url(), {"--format", "rar"}, Code::usage},
                                           {"safety-backup", source_.url(), {"--no-such-flag"}, Code::usage},
                                           {"safety-backup", source_.url(), {"--jobs", "0"}, Code::usage},
                                           {"safety-restore", source_.url(), {"latest", "--yes"}, Code::no_such_checkpoint},
                                           {"safety-restore", source_.url(), {}, Code::usage},
                                           {"safety-restore", source_.url(), {"--undo", "--yes"}, Code::no_such_checkpoint},
                                           {"safety-restore", source_.url(), {"--resume"}, Code::usage},
                                           {"safety-verify", source_.url(), {"latest"}, Code::no_such_checkpoint}}) {
    const auto run = bench_.run(one.tool, one.url, one.arguments);
    EXPECT_EQ(run.exit_code, static_cast<int>(one.code)) << run;
    ASSERT_TRUE(run.last_json.is_object()) << run;
    EXPECT_EQ(run.last_json["schema"], 1);
    EXPECT_EQ(run.last_json["kind"], "result");
    EXPECT_EQ(run.last_json["tool"], one.tool);
    EXPECT_EQ(run.last_json["outcome"], name_of(one.code));
    EXPECT_EQ(run.last_json["exit_code"], static_cast<int>(one.code));
    EXPECT_FALSE(run.last_json["message"].get<std::string>().empty());
    const auto hint = run.last_json["hint"].get<std::string>();
    EXPECT_TRUE(hint.ends_with(".")) << "hint \"" << hint << "\"\n" << run;
    EXPECT_THAT(run.err, ::testing::HasSubstr(one.tool + ": error: "));
  }
}

TEST_F(Contract, ResultsGoToStdoutAndProgressToStderr) {
  const auto loud = run_tool("safety-backup", {}, bench_.environment(source_.url()));
  ASSERT_EQ(loud.exit_code, 0) << loud;
  EXPECT_THAT(loud.out, ::testing::StartsWith(bench_.folder().string()));
  EXPECT_THAT(loud.err, ::testing::HasSubstr("snapshot"));
  const auto quiet = run_tool("safety-backup", {"--quiet"}, bench_.environment(source_.url()));
  ASSERT_EQ(quiet.exit_code, 0) << quiet;
  EXPECT_EQ(quiet.err, "");
}

TEST_F(Contract, PrismasUrlParametersAreUnderstoodOrPassedOver) {
  auto url = source_.url() + "&schema=public&connection_limit=5&pool_timeout=10&pgbouncer=true&sslaccept=strict&socket_timeout=30&connect_timeout=7&statement_cache_size=0";
  const auto made = bench_.run("safety-backup", url, {});
  ASSERT_EQ(made.exit_code, 0) << made;
  const auto restored = bench_.restore(url, {"latest", "--yes"});
  ASSERT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(source_.value("SELECT count(*) FROM t"), "1000");
}

TEST_F(Contract, LibpqsVariablesWorkAsUsersExpect) {
  const auto url = source_.url();
  const auto host = admin_connection().value_of("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
  const Environment environment{{"PGHOST", host}, {"PGUSER", "postgres"}, {"PGDATABASE", source_.name()}, {"SAFETY_BACKUP_DIR", bench_.folder().string()}};
  const auto made = run_tool("safety-backup", {"--json"}, environment);
  ASSERT_EQ(made.exit_code, 0) << made;
  EXPECT_EQ(made.last_json["database"], source_.name());
  const auto restored = run_tool("safety-restore", {"latest", "--yes", "--json"}, environment);
  ASSERT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(restored.last_json["database"], source_.name());
}

TEST_F(Contract, FilesAreForTheirOwnerOnly) {
  const auto folder = bench_.file("deep") / "er";
  ::umask(0);
  auto environment = bench_.environment(source_.url());
  environment["SAFETY_BACKUP_DIR"] = folder.string();
  for (const auto& [tool, arguments] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"safety-backup", {}}, {"safety-restore", {"latest", "--yes"}}, {"safety-verify", {"latest", "--proof", "L3"}}}) {
    const auto run = run_tool(tool, arguments, environment);
    ASSERT_EQ(run.exit_code, 0) << run;
  }
  ::umask(022);
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto mode = static_cast<unsigned>(entry.status().permissions()) & 07777U;
    EXPECT_EQ(mode, entry.is_directory() ? 0700U : 0600U) << entry.path();
    files += entry.is_regular_file();
  }
  EXPECT_GE(files, 4U);  // archive, checksum, record, journals
  EXPECT_EQ(static_cast<unsigned>(fs::status(folder).permissions()) & 07777U, 0700U);
}

/// Command lines of all processes of this machine that hold `secret`, but for this test's own.
std::vector<std::string> command_lines_with(const std::string& secret) {
  std::vector<std::string> found;
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator("/proc", gone)) {
    if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
    // Not a stream: those throw when the process ends while it is read.
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen((entry.path() / "cmdline").c_str(), "rb"), &std::fclose);
    if (!file) continue;
    std::string line(65536, '\0');
    line.resize(std::fread(line.data(), 1, line.size(), file.get()));
    if (line.find(secret) != std::string::npos) found.push_back(line);
  }
  return found;
}

TEST_F(Contract, NoPasswordIsSeenAnywhere) {
  const std::string secret = "Gehe1mnis-f00";
  source_.load_demo(0.1);
  // A trusting server does not ask for it; it travels all the same.
  auto url = source_.url() + "&password=" + percent_encode(secret);
  const auto tar = bench_.file("dump.custom");
  ASSERT_EQ(run_program("pg_dump", {"-Fc", "-d", source_.url(), "-f", tar.string()}).exit_code, 0);
  std::string words;
  for (const auto& [tool, arguments] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {"safety-backup", {"--json"}}, {"safety-backup", {"--dry-run"}}, {"safety-verify", {"latest", "--proof", "L4"}},
           {"safety-restore", {"latest", "--dry-run"}}, {"safety-restore", {"latest", "--yes", "--json"}},
           {"safety-restore", {tar.string(), "--to", source_.name() + "__dumped"}}, {"safety-restore", {"latest", "--in-place", "--yes"}},
           {"safety-restore", {"--undo", "--yes"}}, {"safety-list", {"--rebuild", "--json"}}, {"safety-doctor", {"--json"}},
           {"safety-backup", {"--exclude-table-data", "nowhere", "--json"}}}) {
    auto running = start_tool(tool, arguments, bench_.environment(url));
    while (running.is_running()) {
      EXPECT_THAT(command_lines_with(secret), ::testing::IsEmpty()) << tool;
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    const auto run = running.wait();
    words += run.out + run.err;
  }
  const auto refused = bench_.run("safety-backup", "postgresql://postgres:" + secret + "@[broken/db", {});
  words += refused.out + refused.err;
  const auto unreachable = bench_.run("safety-backup", "postgresql://postgres:" + secret + "@localhost:1/db", {});
  EXPECT_EQ(unreachable.exit_code, static_cast<int>(Code::connection)) << unreachable;
  words += unreachable.out + unreachable.err;
  EXPECT_THAT(words, ::testing::Not(::testing::HasSubstr(secret)));
  for (const auto& entry : fs::recursive_directory_iterator(bench_.folder()))
    EXPECT_TRUE(!entry.is_regular_file() || read_text(entry.path()).find(secret) == std::string::npos) << entry.path();
  EXPECT_EQ(source_.value("SELECT count(*) FROM safety.checkpoints WHERE record::text LIKE '%" + secret + "%'"), "0");
}

TEST(ContractOfHelp, ShowsEveryExitCodeAndOption) {
  for (const auto& tool : tools()) {
    const auto run = run_tool(tool, {"--help"});
    EXPECT_EQ(run.exit_code, 0) << run;
    for (const auto& entry : code_table()) {
      EXPECT_THAT(run.out, ::testing::HasSubstr(std::string(entry.meaning))) << tool;
      EXPECT_TRUE(std::regex_search(run.out, std::regex("\n +" + std::to_string(static_cast<int>(entry.code)) + "  "))) << tool << " " << static_cast<int>(entry.code);
    }
    for (const char* flag : {"--database-url", "--backup-dir", "--config", "--json", "--quiet", "--show-config", "--version"})
      EXPECT_THAT(run.out, ::testing::HasSubstr(flag)) << tool;
    const auto version = run_tool(tool, {"--version"});
    EXPECT_EQ(version.exit_code, 0) << version;
    EXPECT_THAT(version.out, ::testing::StartsWith(tool + " ")) << version;
  }
}

TEST(ContractOfTheDispatcher, RunsTheToolOfTheVerb) {
  const auto help = run_tool("safety", {"backup", "--help"});
  EXPECT_EQ(help.exit_code, 0) << help;
  EXPECT_EQ(help.out, run_tool("safety-backup", {"--help"}).out);
  const auto list = run_tool("safety", {"--help"});
  EXPECT_EQ(list.exit_code, 0) << list;
  for (const auto& tool : tools()) EXPECT_THAT(list.out, ::testing::HasSubstr("  " + tool.substr(7) + "\n"));
  const auto unknown = run_tool("safety", {"dance"});
  EXPECT_EQ(unknown.exit_code, static_cast<int>(Code::usage)) << unknown;
  EXPECT_THAT(unknown.err, ::testing::HasSubstr("\"dance\""));
}

TEST(ContractOfTheDispatcher, PassesArgumentsAndExitCodesThrough) {
  const TestDatabase source;
  source.execute("CREATE TABLE t (id int)");
  const Workbench bench;
  const auto made = run_tool("safety", {"backup", "--label", "two words", "--json"}, bench.environment(source.url()));
  ASSERT_EQ(made.exit_code, 0) << made;
  EXPECT_EQ(made.last_json["tool"], "safety-backup");
  const auto missing = run_tool("safety", {"restore", "nothing of that name", "--yes"}, bench.environment(source.url()));
  EXPECT_EQ(missing.exit_code, static_cast<int>(Code::no_such_checkpoint)) << missing;
}

}  // namespace
}  // namespace safety::testing

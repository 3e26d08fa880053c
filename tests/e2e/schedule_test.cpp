// safety-schedule as it is used: what it installs is accepted by systemd, runs as it stands there, and is run by a real cron.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "tests/fault/fault_stage.hpp"
#include "tests/testing/age.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Schedule : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(scratch / "units");
    std::filesystem::create_directories(scratch / "metrics");
    // An installed run has none of a shell's variables.
    write_text(environment_file(), "DATABASE_URL='" + database.url() + "'\nSAFETY_PG_BIN='" + server_programs() + "'\n");
    ::chmod(environment_file().c_str(), 0600);
  }
  std::filesystem::path environment_file() const { return scratch / "shop.env"; }
  std::filesystem::path folder() const { return scratch / "it's 100% done"; }
  void configure(const std::string& text) const {
    write_text(scratch / "safety.toml", text);
    ::chmod((scratch / "safety.toml").c_str(), 0600);
  }
  ToolRun schedule(std::vector<std::string> arguments) const {
    const std::vector<std::string> always{"--environment-file", environment_file().string(), "--backup-dir", folder().string()};
    arguments.insert(arguments.end(), always.begin(), always.end());
    if (std::filesystem::exists(scratch / "safety.toml")) arguments.insert(arguments.end(), {"--config", (scratch / "safety.toml").string()});
    return run_tool("safety-schedule", arguments);
  }
  ToolRun install_units(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"install", "--systemd", "--unit-dir", (scratch / "units").string()});
    return schedule(more);
  }
  std::string unit(const std::string& name) const { return read_text(scratch / "units" / name); }
  std::vector<nlohmann::json> checkpoints() const {
    const auto listed = run_tool("safety-list", {"--json"}, {{"DATABASE_URL", database.url()}, {"SAFETY_BACKUP_DIR", folder().string()}});
    return listed.last_json["checkpoints"];
  }

  TempFolder scratch;
  TestDatabase database;
};

TEST_F(Schedule, UnitsMayWriteWhereTheSettingsSayAndNowhereElse) {
  configure("[notify]\nmetrics_file = \"" + (scratch / "metrics/safety.prom").string() + "\"\n[schedule]\nproof = \"L3\"\ngentle = true\n");
  const auto run = install_units({"--at", "02:30", "--drill-at", "0 4 * * sun", "--writable", scratch.path().string()});
  ASSERT_EQ(run.exit_code, 0) << run;
  const auto service = unit("safety-backup.service");
  EXPECT_THAT(service, AllOf(HasSubstr("ReadWritePaths=" + (scratch / "metrics").string() + "\n"), HasSubstr("ReadWritePaths=" + scratch.path().string() + "\n"),
                             HasSubstr("100%% done"), HasSubstr("ProtectSystem=strict"), Not(HasSubstr("DATABASE_URL"))));
  std::vector<std::string> files{"verify"};
  for (const char* name : {"safety-backup.service", "safety-backup.timer", "safety-drill.service", "safety-drill.timer"}) files.push_back((scratch / "units" / name).string());
  const auto verified = run_program("systemd-analyze", files);
  EXPECT_EQ(verified.exit_code, 0) << verified;
  EXPECT_EQ(schedule({"remove", "--systemd", "--unit-dir", (scratch / "units").string()}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "units"));
}

TEST_F(Schedule, WhatWouldFailAtNightIsRefusedByDay) {
  const auto refused = [&](const std::string& configuration, const std::string& words) {
    configure(configuration);
    const auto run = install_units();
    EXPECT_EQ(run.exit_code, 3) << run;
    EXPECT_THAT(run.err, HasSubstr(words)) << configuration;
  };
  refused("[notify]\nmetrics_file = \"/nowhere/safety.prom\"\n", "\"/nowhere\", which the jobs would write into, is no folder's absolute path");
  refused("temporary_dir = \"plain\"\n", "\"plain\"");
  refused("[notify]\nmetricsfile = \"x\"\n", "[notify] has no setting \"metricsfile\"");
  refused("[offsite]\nremote = \"" + (scratch / "nas").string() + "\"\n", "nas");
  write_text(environment_file(), "PATH=/bin\n");
  refused("", "would not know the database");
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "units"));
}

TEST_F(Schedule, WhatTheJobsWouldNotKnowOrCouldNotEncryptIsRefused) {
  const auto recipient = make_age_key(scratch / "key").recipient;
  const auto refused = [&](const ToolRun& run, int code, const std::string& words) {
    EXPECT_EQ(run.exit_code, code) << run;
    EXPECT_THAT(run.err, HasSubstr(words));
    EXPECT_TRUE(std::filesystem::is_empty(scratch / "units"));
  };
  refused(install_units({"--encrypt-to", recipient}), 2, "--encrypt-to is a setting of the jobs, which do not hear of this command line");
  refused(install_units({"--offsite-remote", "nas:x"}), 2, "--offsite-remote is a setting of the jobs");
  const std::vector<std::string> arguments{"install", "--systemd", "--unit-dir", (scratch / "units").string(), "--environment-file", environment_file().string()};
  refused(run_tool("safety-schedule", arguments, {{"SAFETY_ENCRYPT_TO", recipient}}), 3, "SAFETY_ENCRYPT_TO is set here");
  configure("encrypt_to = [\"age1bad\"]\n");
  refused(install_units(), 3, "malformed recipient \"age1bad\"");
  configure("encrypt_to = [\"team.keys\"]\n");
  refused(install_units(), 3, "\"team.keys\" is a relative path");
  configure("encrypt_to = [\"" + recipient + "\"]\n");
  refused(install_units({"--drill-at", "@weekly"}), 3, "drills of encrypted archives need an identity");
  configure("encrypt_to = [\"" + recipient + "\"]\nidentity = \"" + (scratch / "key").string() + "\"\n");
  EXPECT_EQ(install_units({"--drill-at", "@weekly"}).exit_code, 0);
}

TEST_F(Schedule, TheUnitsCommandBacksUpWithNothingButItsEnvironmentFile) {
  database.execute("CREATE TABLE t AS SELECT generate_series(1, 100) n");
  configure("[schedule]\nproof = \"L3\"\n[retention]\nkeep_last = 1\n");
  ASSERT_EQ(install_units().exit_code, 0);
  // As systemd reads it: words in double quotes, %% for %.
  const auto service = unit("safety-backup.service");
  const auto begin = service.find("ExecStart=") + 10;
  auto line = service.substr(begin, service.find('\n', begin) - begin);
  for (std::size_t at = 0; (at = line.find("%%", at)) != std::string::npos; ++at) line.erase(at, 1);
  for (int i = 0; i < 2; ++i) {
    const auto run = run_program("sh", {"-c", "set -a; . \"$0\"; set +a; exec " + line, environment_file().string()}, {.environment = {}, .folder = "/", .input = {}});
    EXPECT_EQ(run.exit_code, 0) << run << line;
  }
  const auto made = checkpoints();
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0]["proof"], "L3");
  EXPECT_EQ(made[0]["reason"], "scheduled");
}

/// cron itself, in the foreground, on the machine's own tables; for a minute or two.
TEST_F(Schedule, CronRunsWhatWasInstalled) {
  if (::geteuid() != 0) GTEST_SKIP() << "cron's daemon needs root";
  database.execute("CREATE TABLE t AS SELECT generate_series(1, 100) n");
  const auto name = "safety_test_" + std::to_string(::getpid());
  const auto installed = schedule({"install", "--cron", "--at", "* * * * *", "--name", name});
  ASSERT_EQ(installed.exit_code, 0) << installed;
  Background daemon("cron", {"-f"}, {{{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}}, {}, {}});
  const auto has_run = [&] { return std::filesystem::exists(folder() / "runs.jsonl") && read_text(folder() / "runs.jsonl").find("\"finished\":\"2") != std::string::npos; };
  for (int tenths = 0; tenths < 1300 && !has_run(); ++tenths) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const auto removed = schedule({"remove", "--cron", "--name", name});
  daemon.send_signal(SIGTERM);
  EXPECT_EQ(removed.exit_code, 0) << removed;
  EXPECT_THAT(run_program("crontab", {"-l"}).out, Not(HasSubstr(name)));
  ASSERT_TRUE(has_run()) << daemon.wait();
  const auto made = checkpoints();
  ASSERT_FALSE(made.empty()) << read_text(folder() / "runs.jsonl");
  EXPECT_EQ(made[0]["reason"], "scheduled");
  EXPECT_EQ(made[0]["proof"], "L2");
}

}  // namespace
}  // namespace safety::testing

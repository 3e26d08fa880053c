// Off site with the tools: a copy made with a backup, listed, and restored from after the folder was lost.
#include "tests/fault/fault_stage.hpp"
#include "tests/offsite/offsite_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Offsite : public ::testing::Test {
 protected:
  void SetUp() override {
    stage.environment()["SAFETY_OFFSITE_REMOTE"] = server.connection_string();
    stage.environment()["SAFETY_OFFSITE_RETRIES"] = "1";
  }
  /// No password may come out, however it is asked.
  ToolRun run(const std::string& tool, std::vector<std::string> arguments, bool is_json = true) const {
    if (is_json) arguments.push_back("--json");
    auto done = stage.run(tool, arguments);
    EXPECT_THAT(done.out + done.err, AllOf(Not(HasSubstr(kPassword)), Not(HasSubstr(obscured_password()))));
    return done;
  }

  TestDatabase database;
  Stage stage{database};
  Server server{"webdav"};
};

TEST_F(Offsite, ADatabaseComesBackAfterTheFolderWasLost) {
  const auto backup = run("safety-backup", {"--offsite", "--label", "before-v42"});
  ASSERT_EQ(backup.exit_code, 0) << backup;
  const std::string id = backup.last_json["id"];
  EXPECT_EQ(backup.last_json["offsite"]["remote"], ":webdav:copies");
  EXPECT_EQ(backup.last_json["offsite"]["was_there"], false);

  const auto listed = run("safety-list", {"--offsite"});
  ASSERT_EQ(listed.exit_code, 0) << listed;
  ASSERT_EQ(listed.last_json["checkpoints"].size(), 1u);
  EXPECT_EQ(listed.last_json["checkpoints"][0]["id"], id);
  EXPECT_EQ(listed.last_json["checkpoints"][0]["here"], true);

  const auto wanted = stage.content();
  std::filesystem::remove_all(stage.folder());
  EXPECT_EQ(run("safety-list", {"--offsite"}).last_json["checkpoints"][0]["here"], false);
  stage.run_sql(kDamage);
  EXPECT_EQ(run("safety-verify", {"offsite:latest", "--proof", "L1"}).exit_code, 0);
  const auto dry = run("safety-restore", {"offsite:latest", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry;
  EXPECT_FALSE(std::filesystem::exists(stage.folder() / (id + ".json")));

  const auto restored = run("safety-restore", {"offsite:latest", "--yes"});
  ASSERT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(stage.content(), wanted);
  EXPECT_EQ(restored.last_json["checkpoint"], id);
  // By its whole address, too.
  const auto verified = run("safety-verify", {server.connection_string() + "/before-v42"});
  EXPECT_EQ(verified.exit_code, 0) << verified;
  EXPECT_EQ(verified.last_json["proof"], "L2");
}

TEST_F(Offsite, ACopyThatFailsLeavesAGoodCheckpointAndSaysSo) {
  server.kill();
  const auto backup = run("safety-backup", {"--offsite"});
  EXPECT_EQ(backup.exit_code, static_cast<int>(Code::command_failed)) << backup;
  const std::string message = backup.last_json["message"];
  EXPECT_THAT(message, AllOf(HasSubstr("is made and good here; its copy off site is not"), HasSubstr(":webdav:copies")));
  EXPECT_THAT(std::string(backup.last_json["hint"]), HasSubstr("`safety-backup --copy-offsite "));
  EXPECT_EQ(run("safety-verify", {"latest", "--proof", "L2"}).exit_code, 0);
  server.start();
  const auto copied = run("safety-backup", {"--copy-offsite", "latest"});
  EXPECT_EQ(copied.exit_code, 0) << copied;
  EXPECT_EQ(run("safety-list", {"--offsite"}).last_json["checkpoints"][0]["archive_exists"], true);
}

TEST_F(Offsite, NoSecretIsOnACommandLine) {
  const auto programs = stage.scratch() / "programs", log = stage.scratch() / "log";
  std::filesystem::create_directory(programs);
  const auto real = std::string(trim(run_program("sh", {"-c", "command -v rclone"}).out));
  write_script(programs / "rclone", "echo \"$@\" >>" + log.string() + "\nexec " + real + " \"$@\"\n");
  stage.environment()["PATH"] = programs.string() + ":" + std::getenv("PATH");
  EXPECT_EQ(run("safety-backup", {"--offsite"}).exit_code, 0);
  EXPECT_THAT(read_text(log), AllOf(HasSubstr("copyto"), HasSubstr("safety_offsite:copies"), Not(HasSubstr(obscured_password())), Not(HasSubstr("keeper"))));
}

TEST_F(Offsite, SecretsAreNotShownAndNamesAreNotMixedUp) {
  const auto shown = run("safety-backup", {"--show-config"}, false);
  EXPECT_THAT(shown.out, HasSubstr("offsite.remote = \"**redacted**\""));
  auto& environment = stage.environment();
  environment["SAFETY_OFFSITE_REMOTE"] = "backups";
  EXPECT_EQ(run("safety-list", {"--offsite"}).exit_code, static_cast<int>(Code::usage));
  environment["SAFETY_OFFSITE_REMOTE"] = "nonesuch:x";
  EXPECT_EQ(run("safety-list", {"--offsite"}).exit_code, static_cast<int>(Code::config));
  environment.erase("SAFETY_OFFSITE_REMOTE");
  const auto unnamed = run("safety-restore", {"offsite:latest"});
  EXPECT_EQ(unnamed.exit_code, static_cast<int>(Code::config)) << unnamed;
  EXPECT_THAT(std::string(unnamed.last_json["hint"]), HasSubstr("[offsite]"));
  // A path is a file, whatever colons it has further on.
  for (const char* file : {"./nas:x/y", "/tmp/a:b/c", "C:/backups/x"})
    EXPECT_EQ(run("safety-verify", {file}).exit_code, static_cast<int>(Code::no_such_checkpoint)) << file;
}

TEST_F(Offsite, AConfigurationThatOthersMayWriteNamesNoRemote) {
  const auto file = stage.scratch() / "safety.toml";
  write_text(file, "[offsite]\nremote = \"nas:x\"\nverify = \"full\"\n");
  std::filesystem::permissions(file, std::filesystem::perms(0666));
  stage.environment().erase("SAFETY_OFFSITE_REMOTE");
  const auto refused = run("safety-list", {"--offsite", "--config", file.string()});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::config)) << refused;
  EXPECT_THAT(refused.err, HasSubstr("can be written by others, so it may not set remote"));
}

TEST_F(Offsite, WithoutRcloneItSaysWhatToInstall) {
  const auto empty = stage.scratch() / "empty";
  std::filesystem::create_directory(empty);
  stage.environment()["PATH"] = empty.string();
  const auto listed = run("safety-list", {"--offsite"});
  EXPECT_EQ(listed.exit_code, static_cast<int>(Code::command_failed)) << listed;
  EXPECT_THAT(listed.err, AllOf(HasSubstr("program \"rclone\" is not on PATH"), HasSubstr("apt-get install rclone")));
}

// A copy needs the same memory whatever its size: by hand the script does this with 1 GB.
TEST(OffsiteMemory, OfToolAndRcloneStaysUnder128MiB) {
  const auto bench = run_program(source_path("scripts/bench-offsite"), {"--tools", tool_path("safety-backup").parent_path().string(), "256"});
  EXPECT_EQ(bench.exit_code, 0) << bench;
  EXPECT_THAT(bench.out, HasSubstr("webdav 256 MB"));
}

TEST_F(Offsite, CopiesArePrunedByRulesOfTheirOwn) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(run("safety-backup", {"--offsite"}).last_json["id"]);
  const auto there = [&] {
    std::vector<std::string> names;
    const auto listed = run("safety-list", {"--offsite"});
    for (const auto& one : listed.last_json["checkpoints"]) names.push_back(one["id"]);
    return names;
  };
  ASSERT_EQ(there(), ids);
  const auto dry = run("safety-prune", {"--offsite", "--keep-last", "1", "--dry-run"}, false);
  EXPECT_EQ(dry.exit_code, 0) << dry;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("remove " + ids[0]), HasSubstr("keep   " + ids[2]), HasSubstr("2 copies")));
  EXPECT_EQ(run("safety-prune", {"--offsite", "--keep-last", "1"}).exit_code, 16);
  EXPECT_EQ(run("safety-prune", {"--offsite", "--yes"}).exit_code, 2) << "without a rule nothing is chosen";
  EXPECT_EQ(run("safety-prune", {"--offsite", "--keep-last", "1", "--min-free", "1GB", "--yes"}).exit_code, 2);
  EXPECT_EQ(run("safety-prune", {"--offsite", "--databases"}).exit_code, 2);
  EXPECT_EQ(there(), ids);
  const auto done = run("safety-prune", {"--offsite", "--keep-last", "1", "--yes"});
  EXPECT_EQ(done.exit_code, 0) << done;
  EXPECT_EQ(done.last_json["removed"], (nlohmann::json{ids[0], ids[1]}));
  EXPECT_EQ(there(), std::vector<std::string>{ids[2]});
  EXPECT_EQ(run("safety-list", {}).last_json["checkpoints"].size(), 3u) << "those here are another matter";
  EXPECT_EQ(run("safety-prune", {"--offsite", "--keep-last", "1", "--yes"}).last_json["removed"].size(), 0u);

  // Whose copies, when two databases' are there and no URL names one?
  const TestDatabase second;
  stage.environment()["DATABASE_URL"] = second.url();
  ASSERT_EQ(run("safety-backup", {"--offsite"}).exit_code, 0);
  stage.environment()["DATABASE_URL"] = "";
  stage.environment()["SAFETY_BACKUP_DIR"] = (stage.scratch() / "another").string();
  const auto unclear = run("safety-prune", {"--offsite", "--keep-last", "1", "--yes"});
  EXPECT_EQ(unclear.exit_code, 2) << unclear;
  EXPECT_THAT(unclear.err, AllOf(HasSubstr("2 databases"), HasSubstr("--all")));
  EXPECT_EQ(run("safety-prune", {"--offsite", "--keep-last", "1", "--yes", "--all"}).exit_code, 0);
}

}  // namespace
}  // namespace safety::testing

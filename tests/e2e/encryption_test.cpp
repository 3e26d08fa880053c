// Encrypted checkpoints through every tool: made where no key is, proven there, read with the key and refused without.
#include <signal.h>
#include <sys/stat.h>

#include "tests/deploy/deploy_stage.hpp"
#include "tests/testing/age.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// The environment of every tool says to whom archives are encrypted; the identity is given where a test gives it.
class Encrypted : public ::testing::Test {
 protected:
  void SetUp() override { stage.environment()["SAFETY_ENCRYPT_TO"] = make_age_key(key()).recipient; }
  std::filesystem::path key() const { return stage.scratch() / "key"; }
  ToolRun run(const std::string& tool, std::vector<std::string> arguments, const std::string& fault = "") const {
    arguments.emplace_back("--json");
    return stage.run(tool, arguments, fault);
  }
  ToolRun run_with_key(const std::string& tool, std::vector<std::string> arguments, const std::string& fault = "") const {
    arguments.insert(arguments.end(), {"--identity", key().string()});
    return run(tool, std::move(arguments), fault);
  }
  std::string back_up(std::vector<std::string> arguments = {}) const {
    const auto run = this->run("safety-backup", std::move(arguments));
    EXPECT_EQ(run.exit_code, 0) << run;
    return run.last_json["id"];
  }
  void expect_refused(const ToolRun& run) const {
    EXPECT_EQ(run.exit_code, 23) << run;
    EXPECT_EQ(run.last_json["outcome"], "encrypted");
    EXPECT_THAT(run.err, AllOf(HasSubstr("is encrypted"), HasSubstr("--identity")));
  }
  /// No file of the folder holds what the database does. `words` stand in clear in a script that is not compressed.
  void expect_nothing_in_clear() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(stage.folder()))
      if (entry.is_regular_file()) {
        EXPECT_EQ(read_text(entry.path()).find("CREATE TABLE public.owners"), std::string::npos) << entry.path();
      }
  }

  TestDatabase database;
  Stage stage{database};
};

TEST_F(Encrypted, IsMadeProvenAndListedWithoutAKeyAndRestoredByStockTools) {
  const auto run = this->run("safety-backup", {"--proof", "L2", "--label", "sealed", "--format", "none"});
  ASSERT_EQ(run.exit_code, 0) << run;
  const std::string id = run.last_json["id"], path = run.last_json["path"];
  EXPECT_THAT(path, ::testing::EndsWith(".sql.age"));
  EXPECT_EQ(run.last_json["proof"], "L2");
  EXPECT_EQ(run.last_json["bytes"], std::filesystem::file_size(path));
  expect_nothing_in_clear();
  const auto zst = back_up();
  const auto listed = this->run("safety-list", {});
  EXPECT_EQ(listed.last_json["checkpoints"][1]["path"], (stage.folder() / (zst + ".sql.zst.age")).string());
  EXPECT_EQ(run_program("sha256sum", {"-c", zst + ".sql.zst.age.sha256"}, {.environment = {}, .folder = stage.folder(), .input = {}}).exit_code, 0);

  const TestDatabase other;
  const auto stock = run_program("bash", {"-c", "set -o pipefail; age -d -i \"$0\" \"$1\" | zstdcat | psql -X -q -v ON_ERROR_STOP=1 -d \"$2\"", key().string(),
                                          (stage.folder() / (zst + ".sql.zst.age")).string(), other.url()});
  EXPECT_EQ(stock.exit_code, 0) << stock;
  EXPECT_EQ(other.value("SELECT count(*) FROM items"), "3000");
}

TEST_F(Encrypted, IsVerifiedAsFarAsTheKeyAtHandAllows) {
  const auto id = back_up();
  const auto without = run_tool("safety-verify", {}, {{"DATABASE_URL", stage.url()}, {"SAFETY_BACKUP_DIR", stage.folder().string()}});
  EXPECT_EQ(without.exit_code, 0) << without;
  EXPECT_THAT(without.out, HasSubstr("proof L1"));
  EXPECT_THAT(without.err, AllOf(HasSubstr("warning"), HasSubstr("only its digest is checked")));
  for (const char* level : {"L2", "L3", "L4"}) expect_refused(run("safety-verify", {"latest", "--proof", level}));
  const auto with = run_with_key("safety-verify", {"latest", "--proof", "L4"});
  EXPECT_EQ(with.exit_code, 0) << with;
  EXPECT_EQ(with.last_json["proof"], "L4");
  expect_refused(run("safety-verify", {"--drill"}));
  const auto drill = run_with_key("safety-verify", {"--drill"});
  EXPECT_EQ(drill.exit_code, 0) << drill;
  EXPECT_EQ(drill.last_json["proof"], "L5");
  EXPECT_EQ(run("safety-verify", {"latest", "--require-proof", "L5"}).exit_code, 0) << "asking the record needs no key";

  // A bare file has no recorded digest: without the key nothing can be said of it.
  const auto copy = stage.scratch() / "copy.age";
  std::filesystem::copy_file(stage.folder() / (id + ".sql.zst.age"), copy);
  expect_refused(run("safety-verify", {copy.string()}));
  EXPECT_EQ(run_with_key("safety-verify", {copy.string(), "--proof", "L3"}).exit_code, 0);

  std::filesystem::resize_file(stage.folder() / (id + ".sql.zst.age"), 3000);
  const auto cut = run("safety-verify", {});
  EXPECT_EQ(cut.exit_code, 6) << cut;
  EXPECT_EQ(run("safety-list", {}).last_json["checkpoints"][0]["proof"], "none") << "a bad one is not called good";
}

TEST_F(Encrypted, IsRestoredWithTheKeyAndRefusedWithoutBeforeAnythingIsTouched) {
  const auto id = back_up({"--label", "sealed"});
  const auto wanted = stage.content();
  stage.run_sql(kDamage);
  const auto damaged = stage.content();
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"sealed", "--yes"}, {"latest", "--to", stage.name() + "_x"}, {id, "--in-place", "--yes"}})
    expect_refused(run("safety-restore", arguments));
  EXPECT_EQ(stage.content(), damaged);
  EXPECT_EQ(stage.half_done_work(), "");
  EXPECT_THAT(stage.databases_beside(""), IsEmpty());

  const auto aside = run_with_key("safety-restore", {"sealed", "--to", stage.name() + "__part", "--table", "owners"});
  EXPECT_EQ(aside.exit_code, 0) << aside;
  const auto done = run_with_key("safety-restore", {"sealed", "--yes", "--proof", "L4", "--jobs", "3"});
  ASSERT_EQ(done.exit_code, 0) << done;
  EXPECT_EQ(stage.content(), wanted);
  EXPECT_EQ(run("safety-restore", {"--undo", "--yes"}).exit_code, 0);
  EXPECT_EQ(stage.content(), damaged);
  const auto in_place = run_with_key("safety-restore", {id, "--in-place", "--yes"});
  EXPECT_EQ(in_place.exit_code, 0) << in_place;
  EXPECT_EQ(stage.content(), wanted);
  EXPECT_THAT(stage.files_ending(".sql.zst"), IsEmpty()) << "the backup before it is encrypted, too";
  EXPECT_THAT(stage.files_ending(".sql.zst.age"), SizeIs(2));
}

TEST_F(Encrypted, ARestoreThatWasKilledGoesOnWithTheKeyAndIsTakenBackWithout) {
  back_up();
  const auto wanted = stage.content();
  stage.run_sql(kDamage);
  const auto damaged = stage.content();
  const int points = [&] {
    const auto file = stage.scratch() / "points";
    EXPECT_EQ(run_with_key("safety-restore", {"latest", "--to", stage.name() + "__count"}, "count:" + file.string()).exit_code, 0);
    const auto text = read_text(file);
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }();
  const auto kill = "kill:" + std::to_string(points / 2);
  EXPECT_EQ(run_with_key("safety-restore", {"latest", "--yes"}, kill).exit_code, 128 + SIGKILL);
  expect_nothing_in_clear();
  expect_refused(stage.run_when_unlocked("safety-restore", {"--resume", "--json"}));
  EXPECT_NE(stage.half_done_work(), "") << "it can still be resumed";
  EXPECT_EQ(run_with_key("safety-restore", {"--resume"}).exit_code, 0);
  EXPECT_EQ(stage.content(), wanted);

  stage.run_sql(kDamage);
  EXPECT_EQ(run_with_key("safety-restore", {"latest", "--yes"}, kill).exit_code, 128 + SIGKILL);
  EXPECT_EQ(stage.run_when_unlocked("safety-restore", {"--abort"}).exit_code, 0) << "what is undone needs no key";
  EXPECT_EQ(stage.content(), damaged);
}

TEST_F(Encrypted, ABackupThatIsKilledAnywhereLeavesNothingInClearAndNothingHalf) {
  const auto count = stage.count_points("safety-backup", {"--format", "none"});
  ASSERT_GT(count, 10);
  for (int point = 1; point <= count; point += 2) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    const auto killed = stage.run_when_unlocked("safety-backup", {"--format", "none"}, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    expect_nothing_in_clear();
    for (const auto& name : stage.files_ending(".age")) EXPECT_EQ(run_with_key("safety-verify", {(stage.folder() / name).string()}).exit_code, 0) << name;
  }
  for (int point = 2; point <= count; point += 2) {
    SCOPED_TRACE("failed at point " + std::to_string(point));
    const auto before = stage.files_ending("");
    EXPECT_EQ(stage.run_when_unlocked("safety-backup", {"--format", "none"}, "error:" + std::to_string(point)).exit_code, 70);
    EXPECT_EQ(stage.files_ending(""), before);
  }
}

TEST_F(Encrypted, TheNightlyRunProvesItWithoutAKey) {
  stage.environment()["SAFETY_OFFSITE_REMOTE"] = (stage.scratch() / "nas").string();
  std::filesystem::create_directory(stage.scratch() / "nas");
  const auto first = run("safety-backup", {"--scheduled", "--schedule-proof", "L4", "--keep-last", "1"});
  ASSERT_EQ(first.exit_code, 0) << first;
  EXPECT_EQ(first.last_json["proof"], "L4");
  const auto second = run("safety-backup", {"--scheduled", "--schedule-proof", "L4", "--keep-last", "1"});
  ASSERT_EQ(second.exit_code, 0) << second;
  EXPECT_THAT(second.last_json["pruned"], ElementsAre(first.last_json["id"]));
  EXPECT_THAT(stage.files_ending(".age"), ElementsAre(std::string(second.last_json["id"]) + ".sql.zst.age"));
  expect_nothing_in_clear();

  // All is lost but the copy off site and the key.
  const auto wanted = stage.content();
  std::filesystem::remove_all(stage.folder());
  stage.run_sql(kDamage);
  expect_refused(run("safety-restore", {"offsite:latest", "--yes"}));
  const auto restored = run_with_key("safety-restore", {"offsite:latest", "--yes"});
  EXPECT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(stage.content(), wanted);
}

TEST_F(Encrypted, ARecordIsRemadeWithTheKeyOnly) {
  const auto id = back_up();
  const auto record = nlohmann::json::parse(read_text(stage.folder() / (id + ".json")));
  std::filesystem::remove(stage.folder() / (id + ".json"));
  const auto without = run("safety-list", {"--rebuild"});
  EXPECT_EQ(without.exit_code, 0) << without;
  EXPECT_THAT(without.out, HasSubstr("is encrypted, and no identity was given"));
  EXPECT_THAT(stage.files_ending(".json"), IsEmpty());
  EXPECT_EQ(run("safety-backup", {"--scheduled"}).exit_code, 0) << "no reason to go without a backup";
  const auto with = run_with_key("safety-list", {"--rebuild"});
  EXPECT_EQ(with.exit_code, 0) << with;
  const auto again = nlohmann::json::parse(read_text(stage.folder() / (id + ".json")));
  for (const char* field : {"archive", "rows", "tables", "schema_fingerprint", "snapshot_time"}) EXPECT_EQ(again[field], record[field]) << field;
  EXPECT_EQ(run_with_key("safety-list", {"--tables", id}).last_json["tables"].size(), 4u);
  expect_refused(run("safety-list", {"--tables", id}));
}

TEST_F(Encrypted, SettingsOfTheFileAreCheckedAndDoctorTriesThem) {
  const auto file = stage.scratch() / "safety.toml";
  const auto recipient = stage.environment()["SAFETY_ENCRYPT_TO"];
  stage.environment().erase("SAFETY_ENCRYPT_TO");
  stage.environment()["SAFETY_CONFIG"] = file.string();
  write_text(file, "encrypt_to = [\"" + recipient + "\"]\nidentity = \"" + key().string() + "\"\n");
  ::chmod(file.c_str(), 0600);
  const auto id = back_up();
  EXPECT_TRUE(std::filesystem::exists(stage.folder() / (id + ".sql.zst.age")));
  EXPECT_EQ(run("safety-verify", {"--proof", "L3"}).exit_code, 0);
  EXPECT_THAT(run("safety-backup", {"--dry-run"}).out, HasSubstr("encrypt: the whole archive to 1 recipient, by age"));
  const auto doctor_says = [&] {
    const auto doctor = run("safety-doctor", {});
    for (const auto& check : doctor.last_json["checks"])
      if (check["name"] == "encryption") return std::string(check["state"]) + ": " + std::string(check["detail"]);
    return std::string();
  };
  EXPECT_EQ(doctor_says(), "OK: archives are encrypted to 1 recipient");

  ::chmod(file.c_str(), 0666);
  const auto open = run("safety-backup", {});
  EXPECT_EQ(open.exit_code, 3) << open;
  EXPECT_THAT(open.err, HasSubstr("can be written by others, so it may not set encrypt_to"));
  ::chmod(file.c_str(), 0600);
  write_text(file, "encrypt_to = [\"age1nobody\"]\n");
  const auto nobody = run("safety-backup", {});
  EXPECT_EQ(nobody.exit_code, 3) << nobody;
  EXPECT_THAT(nobody.err, HasSubstr("malformed recipient \"age1nobody\""));
  EXPECT_THAT(stage.files_ending(".age"), SizeIs(1)) << "rather none than one in clear";
  EXPECT_THAT(doctor_says(), AllOf(HasSubstr("FAILED"), HasSubstr("age1nobody")));
}

TEST_F(Encrypted, ADeployGoesBackToItsOwnArchiveWithoutAKey) {
  DeployStage project(stage);
  project.migrate_by("ALTER TABLE owners ADD COLUMN phone text;", "ALTER TABLE owners ADD COLUMN phone text; DROP TABLE items CASCADE; SELECT 1/0;");
  const auto before = stage.content();
  const auto failed = project.deploy({"--clone", "no"});
  EXPECT_EQ(failed.exit_code, 17) << failed;
  EXPECT_EQ(stage.content(), before);
  EXPECT_THAT(stage.files_ending(".sql.zst"), IsEmpty());
  EXPECT_THAT(stage.files_ending(".sql.zst.age"), SizeIs(1));
}

TEST_F(Encrypted, ARollbackUndoesFromTheArchiveWithTheKeyAndSaysWhatItLacksWithout) {
  back_up();
  const auto phones = database.value("SELECT md5(string_agg(body, ',' ORDER BY id)) FROM items");
  stage.run_sql("ALTER TABLE items DROP COLUMN body; INSERT INTO owners (name) VALUES ('since')");
  const auto without = run("safety-rollback", {"--last", "--yes"});
  EXPECT_EQ(without.exit_code, 8) << without;
  EXPECT_THAT(without.err, AllOf(HasSubstr("is encrypted and no identity was given (--identity)"), HasSubstr("has no clone")));
  const auto with = run_with_key("safety-rollback", {"--last", "--yes"});
  EXPECT_EQ(with.exit_code, 0) << with;
  EXPECT_EQ(database.value("SELECT md5(string_agg(body, ',' ORDER BY id)) FROM items"), phones);
  EXPECT_EQ(database.value("SELECT count(*) FROM owners WHERE name = 'since'"), "1");
  EXPECT_THAT(stage.files_ending(".sql.zst"), IsEmpty());
}

TEST_F(Encrypted, DumpsOfOthersRestoreWithTheKey) {
  for (const char* format : {"plain", "custom"}) {
    SCOPED_TRACE(format);
    const auto path = stage.scratch() / (std::string(format) + ".age");
    const auto made = run_program("bash", {"-c", "set -o pipefail; pg_dump -F \"$0\" \"$1\" | age -r \"$2\" -o \"$3\"", format, stage.url(),
                                           stage.environment()["SAFETY_ENCRYPT_TO"], path.string()});
    ASSERT_EQ(made.exit_code, 0) << made;
    expect_refused(run("safety-restore", {path.string(), "--to", stage.name() + "__dump"}));
    const auto restored = run_with_key("safety-restore", {path.string(), "--to", stage.name() + "__" + format});
    EXPECT_EQ(restored.exit_code, 0) << restored;
    pg::Connection copy(quiet_context(), pg::ConnectionInfo::parse(connection_url(stage.name() + "__" + format)));
    EXPECT_EQ(copy.value_of("SELECT count(*) FROM public.items"), "3000");
  }
}

TEST_F(Encrypted, AFullTemporaryFolderIsNamed) {
  back_up();
  const auto none = run_with_key("safety-restore", {"latest", "--to", stage.name() + "__x", "--temporary-dir", "/proc/none"});
  EXPECT_EQ(none.exit_code, 20) << none;
  EXPECT_THAT(none.err, HasSubstr("/proc/none"));
  EXPECT_THAT(stage.databases_beside("x"), IsEmpty());
}

}  // namespace
}  // namespace safety::testing

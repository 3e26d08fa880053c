// Archives and records that are not what they were, or not what they are taken for.
#include <random>

#include "libsafety/archive/index.hpp"
#include "libsafety/archive/sha256.hpp"
#include "tests/e2e/bad_input_stage.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class BadArchive : public BadInput {
 protected:
  void SetUp() override { stage.make_before_and_after(); }
  /// Refused by restore and verify alike, as a file without a record.
  void expect_refused(const fs::path& file, int exit_code, const std::vector<std::string>& words) {
    expect_error(stage.run("safety-restore", {file.string(), "--yes"}), exit_code, words);
    expect_error(stage.run("safety-verify", {file.string(), "--proof", "L2"}), exit_code, words);
    expect_nothing_left(stage.before());
  }
  fs::path beside(const std::string& name) const { return stage.scratch() / name; }
};

TEST_F(BadArchive, OneThatWasCutIsIncompleteWhereverItWasCut) {
  const auto whole = read_text(archive_path());
  const auto cut = beside("cut.sql.zst");
  for (const std::size_t kept : {whole.size() - 1, whole.size() - 193, whole.size() / 2, whole.size() / 10}) {
    SCOPED_TRACE("cut to " + std::to_string(kept) + " of " + std::to_string(whole.size()));
    write_text(cut, whole.substr(0, kept));
    expect_refused(cut, 7, {"cut.sql.zst"});
    if (HasFailure()) return;
  }
}

TEST_F(BadArchive, OneWithAFlippedBitIsDamaged) {
  const auto whole = read_text(archive_path());
  const auto flipped = beside("flipped.sql.zst");
  std::mt19937 random(7);  // NOLINT: the same bits every time
  for (int i = 0; i < 6; ++i) {
    auto bytes = whole;
    const auto at = std::uniform_int_distribution<std::size_t>(16, whole.size() - 400)(random);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (i % 8)));
    SCOPED_TRACE("flipped byte " + std::to_string(at));
    write_text(flipped, bytes);
    expect_error(stage.run("safety-restore", {flipped.string(), "--yes"}), 6, {});
    expect_error(stage.run("safety-verify", {flipped.string(), "--proof", "L2"}), 6, {});
    expect_nothing_left(stage.before());
    if (HasFailure()) return;
  }
}

TEST_F(BadArchive, AFlippedBitInARecordedOneIsFoundByItsDigestAndWrittenDown) {
  auto bytes = read_text(archive_path());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text(archive_path(), bytes);
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 6, {stage.checkpoint(), "SHA-256 differs", "safety-list"});
  expect_error(stage.run("safety-verify", {"latest"}), 6, {stage.checkpoint()});
  const auto list = stage.run("safety-list", {"--json"});
  EXPECT_EQ(list.last_json["checkpoints"][0]["proof"], "none") << "a failed proof takes the earlier ones away";
  expect_nothing_left(stage.before());
}

TEST_F(BadArchive, AnEmptyFileAndOtherFilesAreNone) {
  const auto file = beside("strange.sql.zst");
  write_text(file, "");
  expect_refused(file, 7, {"strange.sql.zst", "empty"});
  write_text(file, std::string(5000, '\0') + "what is this");
  expect_refused(file, 7, {"strange.sql.zst"});
  std::string noise;
  std::mt19937 random(3);  // NOLINT
  for (int i = 0; i < 20000; ++i) noise += static_cast<char>(random());
  write_text(file, noise);
  expect_refused(file, 7, {"strange.sql.zst"});
  expect_error(stage.run("safety-restore", {beside("missing.sql.zst").string(), "--yes"}), 8, {"no file", "missing.sql.zst"});
  expect_error(stage.run("safety-restore", {stage.scratch().string(), "--yes"}), 7, {"toc.dat"});
}

TEST_F(BadArchive, AScriptThatIsNoSqlIsRefusedAndLeavesNothing) {
  const auto file = beside("letter.sql");
  write_text(file, "Dear colleague,\nplease find the backup attached.\n");
  const auto run = stage.run("safety-restore", {file.string(), "--yes"});
  EXPECT_NE(run.exit_code, 0);
  expect_error(run, run.exit_code, {});
  expect_nothing_left(stage.before());
}

TEST_F(BadArchive, OneOfANewerFormatSaysThatAnUpgradeIsNeeded) {
  ASSERT_EQ(stage.run("safety-backup", {"--format", "none", "--label", "plain"}).exit_code, 0);
  const auto names = stage.files_ending(".sql");
  ASSERT_EQ(names.size(), 1U);
  auto bytes = read_text(stage.folder() / *names.begin());
  // The first line names the format; the footer's digest is made to fit again.
  const auto footer_at = bytes.size() - archive::kFooterTextBytes;
  auto footer = archive::parse_footer(bytes.substr(footer_at));
  auto index = bytes.substr(footer.index_offset, footer.index_stored_bytes);
  const std::string first_line = "-- safety index 1\n";
  ASSERT_TRUE(index.starts_with(first_line)) << index.substr(0, 300);
  index[first_line.size() - 2] = '9';
  footer.index_sha256 = archive::Sha256::of(index);
  const auto newer = beside("newer.sql");
  write_text(newer, bytes.substr(0, footer.index_offset) + index + archive::format_footer(footer));
  expect_refused(newer, 5, {"newer"});
}

TEST_F(BadArchive, OneOfAnotherDatabaseWantsToBeMeant) {
  const TestDatabase other;
  auto environment = Environment{{"DATABASE_URL", other.url()}, {"SAFETY_BACKUP_DIR", stage.folder().string()}};
  other.execute("CREATE TABLE t AS SELECT 1 AS one");
  const auto run = run_tool("safety-restore", {archive_path().string(), "--yes"}, environment);
  expect_error(run, 16, {"is of database \"" + stage.name() + "\"", "\"" + other.name() + "\" would be replaced", "--allow-other-source", "--to"});
  EXPECT_EQ(other.value("SELECT one FROM t"), "1");
  const auto meant = run_tool("safety-restore", {archive_path().string(), "--yes", "--allow-other-source"}, environment);
  EXPECT_EQ(meant.exit_code, 0) << meant;
  EXPECT_EQ(other.value("SELECT count(*) FROM items"), "3000");
  const auto none = run_tool("safety-restore", {"latest", "--yes"}, environment);
  expect_error(none, 8, {"latest", other.name(), "safety-list"});
}

TEST_F(BadArchive, OneOfAnotherServerWantsToBeMeant) {
  OwnCluster own({"shared_buffers=16MB", "max_connections=20"});
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres"))).execute("CREATE DATABASE " + stage.name() + " TEMPLATE template0");
  const Environment environment{{"DATABASE_URL", own.url(stage.name())}, {"SAFETY_BACKUP_DIR", stage.folder().string()}};
  expect_error(run_tool("safety-restore", {"latest", "--yes"}, environment), 16, {"another server", "--allow-other-source"});
  EXPECT_EQ(run_tool("safety-restore", {"latest", "--yes", "--allow-other-source"}, environment).exit_code, 0);
}

class BadRecord : public BadArchive {};

TEST_F(BadRecord, ACheckpointThatIsUnknownIsAnsweredWithThoseThatThereAre) {
  expect_error(stage.run("safety-restore", {"befor-v42", "--yes"}), 8, {"no checkpoint \"befor-v42\"", stage.checkpoint(), "safety-list"});
  stage.environment()["SAFETY_BACKUP_DIR"] = beside("nothing-here").string();
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 8, {"no checkpoint in", "nothing-here", "safety-backup"});
}

TEST_F(BadRecord, ALabelNamesTheNewestWithIt) {
  ASSERT_EQ(stage.run("safety-backup", {"--label", "before-v42"}).exit_code, 0);
  const auto second = stage.run("safety-backup", {"--label", "before-v42", "--json"});
  ASSERT_EQ(second.exit_code, 0);
  const auto run = stage.run("safety-restore", {"before-v42", "--yes", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.last_json["checkpoint"], second.last_json["id"]);
}

TEST_F(BadRecord, OneWithoutItsArchiveIsNamedByDoctorAndByRestore) {
  ASSERT_EQ(stage.run("safety-backup", {"--json", "--label", "second"}).exit_code, 0);
  fs::remove(archive_path());
  const auto doctor = stage.run("safety-doctor", {});
  EXPECT_EQ(doctor.exit_code, 1);
  EXPECT_THAT(doctor.out, HasSubstr("records without their archive: " + stage.checkpoint()));
  expect_error(stage.run("safety-restore", {stage.checkpoint(), "--yes"}), 20, {"has lost its archive", archive_path().string()});
  EXPECT_THAT(stage.run("safety-list", {}).out, HasSubstr("GONE"));
  EXPECT_EQ(stage.run("safety-restore", {"latest", "--yes"}).exit_code, 0) << "the newest that has one";
}

TEST_F(BadRecord, AnArchiveWithoutOneCanBeRestoredAndGetsOneAgain) {
  const auto record = stage.folder() / (stage.checkpoint() + ".json");
  fs::remove(record);
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 8, {"safety-list --rebuild"});
  EXPECT_EQ(stage.run("safety-restore", {archive_path().string(), "--yes"}).exit_code, 0);
  EXPECT_EQ(stage.content(), stage.after());
  EXPECT_THAT(stage.run("safety-doctor", {}).out, HasSubstr("archives without a record: " + stage.checkpoint()));
  EXPECT_EQ(stage.run("safety-list", {"--rebuild"}).exit_code, 0);
  EXPECT_TRUE(fs::exists(record));
  EXPECT_EQ(stage.run("safety-verify", {"latest"}).exit_code, 0);
}

TEST_F(BadRecord, ACorruptOneIsNamedAndDoesNotHideTheOthers) {
  const auto second = stage.run("safety-backup", {"--json"});
  ASSERT_EQ(second.exit_code, 0);
  const auto record = stage.folder() / (stage.checkpoint() + ".json");
  for (const std::string& text : {std::string("{ \"schema\": 1, "), std::string(), std::string("[]"),
                                  std::string(R"({"kind":"checkpoint","id":"x","archive":7,"facts":3,"proofs":{"a":1},"pins":"no","sequence":"x"})")}) {
    write_text(record, text);
    const auto list = stage.run("safety-list", {});
    EXPECT_EQ(list.exit_code, 0) << list;
    EXPECT_THAT(list.out, HasSubstr(std::string(second.last_json["id"])));
    const auto latest = stage.run("safety-verify", {"latest", "--json"});
    EXPECT_EQ(latest.exit_code, 0) << latest;
    EXPECT_EQ(latest.last_json["id"], second.last_json["id"]);
  }
  write_text(record, "{ \"schema\": 1, ");
  EXPECT_THAT(stage.run("safety-list", {}).err, ::testing::AllOf(HasSubstr(record.string()), HasSubstr("--rebuild")));
  EXPECT_EQ(stage.run("safety-list", {"--rebuild"}).exit_code, 0);
  EXPECT_EQ(stage.run("safety-verify", {stage.checkpoint()}).exit_code, 0);
}

TEST_F(BadRecord, AClockThatWentBackwardsDoesNotChangeWhatIsLatest) {
  // The first checkpoint was taken while the clock was a year ahead.
  const auto path = stage.folder() / (stage.checkpoint() + ".json");
  auto record = nlohmann::json::parse(read_text(path));
  record["snapshot_time"] = "2099-01-01T00:00:00.000Z";
  record["created"] = "2099-01-01T00:00:00.000Z";
  write_text(path, record.dump());
  const auto second = stage.run("safety-backup", {"--json"});
  ASSERT_EQ(second.exit_code, 0);
  EXPECT_EQ(stage.run("safety-verify", {"latest", "--json"}).last_json["id"], second.last_json["id"]);
  const auto restored = stage.run("safety-restore", {"latest", "--yes", "--json"});
  EXPECT_EQ(restored.last_json["checkpoint"], second.last_json["id"]);
  const auto list = stage.run("safety-list", {"--json"}).last_json["checkpoints"];
  EXPECT_EQ(list[1]["id"], second.last_json["id"]) << "newest last, by sequence";
}

}  // namespace
}  // namespace safety::testing

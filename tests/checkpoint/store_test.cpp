#include "libsafety/checkpoint/store.hpp"

#include "libsafety/archive/sha256.hpp"
#include "libsafety/archive/writer.hpp"
#include "tests/testing/testing.hpp"

namespace safety::checkpoint {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::quiet_context;
using ::testing::SizeIs;
using testing::TempFolder;
using testing::TestContext;
namespace fs = std::filesystem;

Record record(const std::string& id, std::uint64_t sequence, const std::string& database = "shop",
              const std::string& label = "") {
  Record made;
  made.id = id;
  made.sequence = sequence;
  made.database = database;
  made.label = label;
  made.archive = {id + ".sql.zst", 3, std::string(64, 'a'), "zst"};
  return made;
}

/// A record with a file in its archive's place.
void put(const Store& store, const Record& made) {
  testing::write_text(store.archive_path(made), "abc");
  store.save(made);
}

std::vector<std::string> ids(const std::vector<Record>& records) {
  std::vector<std::string> found;
  for (const auto& made : records) found.push_back(made.id);
  return found;
}

/// A small archive of ours, as safety-backup leaves it; `rows` tells them apart.
void write_archive(const fs::path& path, const std::string& time, const std::string& label, int rows) {
  archive::Index index;
  index.id = path.stem().stem();
  index.database = "shop";
  index.label = label;
  index.snapshot_time = time;
  index.server_version_num = 150000;
  archive::Table table;
  table.schema = "public";
  table.name = "t";
  table.columns = {"x"};
  archive::Writer writer(path, archive::Codec::plain, 0);
  writer.append(archive::Role::envelope, "BEGIN;\n");
  writer.declare_table(0, "COPY public.t (x) FROM stdin;\n");
  std::string text;
  for (int i = 0; i < rows; ++i) text += std::to_string(i) + "\n";
  writer.append_rows(0, text, text.size(), static_cast<std::uint64_t>(rows));
  table.rows = static_cast<std::uint64_t>(rows);
  table.plain_bytes = text.size();
  index.tables.push_back(table);
  writer.append(archive::Role::envelope, "COMMIT;\n");
  writer.commit(index);
}

TEST(Store, ListsBySequenceAndNotByNameOrTime) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("b", 2));
  put(store, record("a", 3));
  put(store, record("c", 1));
  EXPECT_THAT(ids(store.list(quiet_context())), ElementsAre("c", "b", "a"));
  EXPECT_EQ(store.next_sequence(quiet_context()), 4U);
}

TEST(Store, HoldsNothingWhenItsFolderIsMissing) {
  const Store store("/nonexistent/backups");
  EXPECT_THAT(store.list(quiet_context()), IsEmpty());
  EXPECT_EQ(store.next_sequence(quiet_context()), 1U);
  EXPECT_EQ(error_of([&] { store.resolve(quiet_context(), "latest", ""); }).code(), Code::no_such_checkpoint);
}

TEST(Store, WarnsAboutRecordsThatItCannotRead) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("a", 1));
  testing::write_text(folder / "broken.json", "{");
  TestContext test;
  EXPECT_THAT(ids(store.list(test)), ElementsAre("a"));
  const auto warnings = test.sink.texts(Event::Kind::warning);
  ASSERT_THAT(warnings, SizeIs(1));
  EXPECT_THAT(warnings[0], HasSubstr("broken.json"));
}

TEST(Store, ResolvesLatestBySequenceWhenTheClockWentBackwards) {
  TempFolder folder;
  const Store store(folder.path());
  auto early = record("shop_20261122_120000", 1), late = record("shop_20261122_090000", 2);
  early.created = "2026-11-22T12:00:00.000Z";
  late.created = "2026-11-22T09:00:00.000Z";
  put(store, late);
  put(store, early);
  fs::last_write_time(store.record_path(late.id), fs::file_time_type::clock::now() - std::chrono::hours(5));
  EXPECT_EQ(store.resolve(quiet_context(), "latest", "").id, late.id);
}

TEST(Store, ResolvesLatestAndLabelsWithinADatabase) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("s1", 1, "shop", "deploy"));
  put(store, record("m1", 2, "media", "deploy"));
  put(store, record("s2", 3, "shop", "deploy"));
  put(store, record("m2", 4, "media"));
  EXPECT_EQ(store.resolve(quiet_context(), "latest", "shop").id, "s2");
  EXPECT_EQ(store.resolve(quiet_context(), "latest", "media").id, "m2");
  EXPECT_EQ(store.resolve(quiet_context(), "deploy", "media").id, "m1");
  EXPECT_EQ(store.resolve(quiet_context(), "deploy", "shop").id, "s2") << "the newest with that label";
  EXPECT_EQ(store.resolve(quiet_context(), "s1", "media").id, "s1") << "an id needs no narrowing";
  EXPECT_EQ(error_of([&] { store.resolve(quiet_context(), "latest", ""); }).code(), Code::usage);
}

Record clone_alone(const std::string& id, std::uint64_t sequence, const std::string& label = "") {
  auto made = record(id, sequence, "shop", label);
  made.archive = {};
  made.clone = Clone{"shop__clone_20261122_100000", 16400, "wal_log", 7, 0.1, "2026-11-22T10:00:00.000Z"};
  return made;
}

TEST(Store, TakesACloneForLatestOnlyWhereAnArchiveIsNotWanted) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("archive", 1, "shop", "deploy"));
  store.save(clone_alone("clone", 2, "deploy"));
  for (const char* name : {"latest", "deploy"}) {
    EXPECT_EQ(store.resolve(quiet_context(), name, "shop").id, "archive");
    EXPECT_EQ(store.resolve(quiet_context(), name, "shop", Wanted::anything).id, "clone");
  }
  const auto by_id = store.resolve(quiet_context(), "clone", "");
  EXPECT_FALSE(store.has_archive(by_id));
  const auto error = error_of([&] { store.require_archive(by_id); });
  EXPECT_EQ(error.code(), Code::no_such_checkpoint);
  EXPECT_THAT(error.hint(), HasSubstr("`safety-restore clone`"));
  EXPECT_EQ(store.require_archive(store.resolve(quiet_context(), "archive", "")), folder / "archive.sql.zst");
}

TEST(Store, WritesNoSumOfAnArchiveThatThereIsNot) {
  TempFolder folder;
  const Store store(folder.path());
  store.save(clone_alone("clone", 1));
  EXPECT_THAT(folder.names(), ElementsAre("clone.json"));
  EXPECT_THAT(store.list_unrecorded_files(store.list(quiet_context())), IsEmpty());
}

TEST(Store, ForgetsAClone) {
  TempFolder folder;
  const Store store(folder.path());
  auto both = clone_alone("both", 1);
  both.archive = record("both", 1).archive;
  put(store, both);
  store.save(clone_alone("alone", 2));
  EXPECT_FALSE(store.forget_clone(both));
  EXPECT_TRUE(store.forget_clone(clone_alone("alone", 2)));
  const auto left = store.list(quiet_context());
  EXPECT_THAT(ids(left), ElementsAre("both"));
  EXPECT_FALSE(left[0].clone.has_value());
  EXPECT_TRUE(store.has_archive(left[0]));
}

TEST(Store, NamesWhatThereIsWhenACheckpointIsUnknown) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("shop_1", 1));
  const Error error = error_of([&] { store.resolve(quiet_context(), "shop_2", ""); });
  EXPECT_EQ(error.code(), Code::no_such_checkpoint);
  EXPECT_THAT(error.message(), HasSubstr("shop_2"));
  EXPECT_THAT(error.detail(), HasSubstr("shop_1"));
  EXPECT_THAT(error.hint(), HasSubstr("safety-list"));
}

TEST(Store, PassesOverRecordsWhoseArchiveIsGone) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("a", 1));
  store.save(record("b", 2));
  EXPECT_FALSE(store.has_archive(record("b", 2)));
  EXPECT_EQ(store.resolve(quiet_context(), "latest", "").id, "a");
}

TEST(Store, GivesEachIdOnce) {
  TempFolder folder;
  const Store store(folder.path());
  const auto now = *parse_rfc3339("2026-11-22T10:00:00.000Z");
  EXPECT_EQ(store.new_id("shop", now), "shop_20261122_100000");
  for (const char* ending :
       {".json", ".sql", ".sql.gz", ".sql.zst", ".sql.partial", ".sql.gz.partial", ".sql.zst.partial"}) {
    const auto taken = folder / ("shop_20261122_100000" + std::string(ending));
    testing::write_text(taken, "");
    EXPECT_EQ(store.new_id("shop", now), "shop_20261122_100000_2") << ending;
    fs::remove(taken);
  }
  testing::write_text(folder / "shop_20261122_100000.json", "");
  testing::write_text(folder / "shop_20261122_100000_2.sql.zst", "");
  EXPECT_EQ(store.new_id("shop", now), "shop_20261122_100000_3");
  EXPECT_EQ(store.new_id("../x", now), "%2E.%2Fx_20261122_100000");
}

TEST(Store, WritesADigestFileThatSha256sumReads) {
  TempFolder folder;
  const Store store(folder.path());
  auto made = record("a", 1);
  made.archive.sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // of "abc"
  put(store, made);
  testing::RunOptions options;
  options.folder = folder.path();
  EXPECT_EQ(testing::run_program("sha256sum", {"-c", "a.sql.zst.sha256"}, options).exit_code, 0);
  testing::write_text(store.archive_path(made), "abd");
  EXPECT_NE(testing::run_program("sha256sum", {"-c", "a.sql.zst.sha256"}, options).exit_code, 0);
}

TEST(Store, RebuildsRecordsFromArchivesAlone) {
  TempFolder folder;
  const Store store(folder.path());
  write_archive(folder / "shop_2.sql", "2026-11-22T12:00:00.000Z", "second", 2);
  write_archive(folder / "shop_1.sql", "2026-11-22T10:00:00.000Z", "first", 1);
  testing::write_text(folder / "foreign.sql", "SELECT 1;\n");
  testing::write_text(folder / "cut.sql.zst", "");
  TestContext test;
  EXPECT_THAT(ids(store.rebuild(test)), ElementsAre("shop_1", "shop_2"));
  const auto records = store.list(quiet_context());
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].label, "second");
  EXPECT_EQ(records[1].rows, 2U);
  EXPECT_EQ(records[1].sequence, 2U);
  EXPECT_EQ(records[1].proof(), Proof::digest);
  EXPECT_EQ(records[1].archive.sha256, archive::sha256_of_file(quiet_context(), folder / "shop_2.sql"));
  EXPECT_EQ(store.resolve(quiet_context(), "latest", "shop").id, "shop_2");
  EXPECT_THAT(store.rebuild(quiet_context()), IsEmpty()) << "a second time there is nothing to do";
}

TEST(Store, RebuildKeepsRecordsThatAreThere) {
  TempFolder folder;
  const Store store(folder.path());
  put(store, record("kept", 7, "shop", "mine"));
  write_archive(folder / "shop_1.sql", "2026-11-22T10:00:00.000Z", "", 1);
  EXPECT_THAT(ids(store.rebuild(quiet_context())), ElementsAre("shop_1"));
  EXPECT_EQ(store.resolve(quiet_context(), "kept", "").label, "mine");
  EXPECT_EQ(store.resolve(quiet_context(), "shop_1", "").sequence, 8U);
}

TEST(Store, RebuildRemakesARecordThatCannotBeRead) {
  TempFolder folder;
  const Store store(folder.path());
  write_archive(folder / "shop_1.sql", "2026-11-22T10:00:00.000Z", "", 1);
  testing::write_text(folder / "shop_1.json", "{\"half");
  EXPECT_THAT(ids(store.rebuild(quiet_context())), ElementsAre("shop_1"));
  TestContext test;
  EXPECT_THAT(ids(store.list(test)), ElementsAre("shop_1"));
  EXPECT_THAT(test.sink.texts(Event::Kind::warning), IsEmpty());
}

}  // namespace
}  // namespace safety::checkpoint

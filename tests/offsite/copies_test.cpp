// Copies on real servers: made, shown, proven, fetched, removed.
#include "tests/offsite/offsite_stage.hpp"

namespace safety::offsite {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::put_checkpoint;
using testing::quiet_context;
using ::testing::SizeIs;
using testing::TempFolder;
using testing::TestContext;

class Copies : public ::testing::TestWithParam<const char*> {
 protected:
  Uploaded upload_here(const checkpoint::Record& record, Thoroughness thoroughness = Thoroughness::hash) {
    return upload(context, remote, store, record, thoroughness);
  }
  bool has_hashes() const { return std::string(GetParam()) == "sftp"; }

  testing::Server server{GetParam()};
  Remote remote = server.remote();
  TempFolder folder, elsewhere;
  checkpoint::Store store{folder.path()}, other{elsewhere.path() / "backups"};
  TestContext context;
};

INSTANTIATE_TEST_SUITE_P(Protocol, Copies, ::testing::Values("webdav", "sftp"), [](const auto& one) { return std::string(one.param); });

class Webdav : public Copies {};
INSTANTIATE_TEST_SUITE_P(Protocol, Webdav, ::testing::Values("webdav"));

TEST_P(Copies, AreMadeListedFetchedAndRemoved) {
  const auto record = put_checkpoint(store, "shop_1", 1, 300'000);
  EXPECT_THAT(list(context, remote), IsEmpty());
  const auto first = upload_here(record);
  EXPECT_FALSE(first.was_there);
  EXPECT_THAT(first.proof.how, HasSubstr(has_hashes() ? "size and sha1" : "read back"));
  EXPECT_THAT(server.names(), ElementsAreArray(testing::names_of(record)));
  // What lies there is a backup folder.
  EXPECT_EQ(testing::run_program("sha256sum", {"-c", record.archive.file + ".sha256"}, {.environment = {}, .folder = server.file(""), .input = {}}).exit_code, 0);

  const auto there = list(context, remote);
  ASSERT_THAT(there, SizeIs(1));
  EXPECT_TRUE(there[0].has_archive);
  EXPECT_EQ(checkpoint::format_record(there[0].record), checkpoint::format_record(record));

  const auto fetched = fetch(context, remote, choose(context, remote, there, "latest", "shop").record, other);
  EXPECT_EQ(testing::read_text(other.archive_path(fetched)), testing::read_text(store.archive_path(record)));
  EXPECT_THAT(elsewhere.names(), ElementsAre("backups"));
  EXPECT_EQ(other.resolve(context, "latest", "shop").id, "shop_1");
  EXPECT_EQ(fetched.proof(), checkpoint::Proof::digest);

  remove(context, remote, record);
  EXPECT_THAT(server.names(), IsEmpty());
  remove(context, remote, record);  // nothing to do
}

TEST_P(Webdav, AreNotSentTwice) {
  auto record = put_checkpoint(store, "shop_1", 1, 300'000);
  upload_here(record);
  const auto written = std::filesystem::last_write_time(server.file(record.archive.file));
  // What was learned since travels all the same.
  record.proofs.push_back({checkpoint::Proof::content, "2026-11-26T03:00:00.000Z", 1, true, ""});
  const auto again = upload_here(record, Thoroughness::full);
  EXPECT_TRUE(again.was_there);
  EXPECT_EQ(again.proof.how, "read back, SHA-256 as recorded");
  EXPECT_EQ(std::filesystem::last_write_time(server.file(record.archive.file)), written);
  EXPECT_EQ(list(context, remote).at(0).record.proof(), checkpoint::Proof::content);
  EXPECT_THAT(server.names(), ElementsAreArray(testing::names_of(record)));
}

TEST_P(Copies, AreProvenAndAFlippedByteIsFound) {
  const auto record = put_checkpoint(store, "shop_1", 1, 300'000);
  upload_here(record);
  EXPECT_THAT(verify_copy(context, remote, store, record, Thoroughness::hash).how, HasSubstr(has_hashes() ? "sha1" : "read back"));
  // Where the archive is not at hand, a hash that nobody recorded tells nothing.
  EXPECT_THAT(verify_copy(context, remote, other, record, Thoroughness::hash).how, HasSubstr("read back"));
  testing::flip_byte(server.file(record.archive.file), 200'000);
  for (const auto thoroughness : {Thoroughness::hash, Thoroughness::full})
    EXPECT_EQ(error_of([&] { verify_copy(context, remote, store, record, thoroughness); }).code(), Code::archive_damaged);
  // A fetch refuses it and leaves nothing.
  const auto error = error_of([&] { fetch(context, remote, record, other); });
  EXPECT_EQ(error.code(), Code::archive_damaged);
  EXPECT_THAT(error.detail(), HasSubstr(record.archive.sha256));
  EXPECT_TRUE(std::filesystem::is_empty(other.folder()));
  // The next upload replaces it.
  EXPECT_FALSE(upload_here(record).was_there);
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), ElementsAre(HasSubstr("it is replaced")));
  verify_copy(context, remote, store, record, Thoroughness::full);
}

TEST_P(Webdav, ThatAreCutOrGoneAreToldAndReplaced) {
  const auto record = put_checkpoint(store, "shop_1", 1, 300'000);
  upload_here(record);
  std::filesystem::resize_file(server.file(record.archive.file), 299'999);
  EXPECT_EQ(error_of([&] { verify_copy(context, remote, store, record, Thoroughness::hash); }).code(), Code::archive_incomplete);
  EXPECT_FALSE(list(context, remote).at(0).has_archive);
  EXPECT_EQ(error_of([&] { choose(context, remote, list(context, remote), "shop_1", ""); }).code(), Code::no_such_checkpoint);
  std::filesystem::remove(server.file(record.archive.file));
  EXPECT_EQ(error_of([&] { verify_copy(context, remote, store, record, Thoroughness::hash); }).code(), Code::no_such_checkpoint);
  EXPECT_FALSE(upload_here(record).was_there);
  EXPECT_TRUE(list(context, remote).at(0).has_archive);
}

TEST_P(Webdav, ADamagedArchiveIsNotCopied) {
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  testing::flip_byte(store.archive_path(record), 10);
  EXPECT_EQ(error_of([&] { upload_here(record); }).code(), Code::archive_damaged);
  EXPECT_THAT(server.names(), IsEmpty());
}

TEST_P(Webdav, AnotherCheckpointOfThatIdStays) {
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  upload_here(record);
  std::filesystem::create_directories(other.folder());
  const auto impostor = put_checkpoint(other, "shop_1", 2, 1000);
  const auto error = error_of([&] { upload(context, remote, other, impostor, Thoroughness::hash); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.hint(), HasSubstr("a path of its own"));
  EXPECT_EQ(error_of([&] { fetch(context, remote, record, other); }).code(), Code::storage);
  verify_copy(context, remote, store, record, Thoroughness::full);
}

TEST(Choosing, TakesTheHighestNumberAndSaysWhenTimesDisagree) {
  TestContext context;
  const auto remote = parse_remote("nas:x");
  std::vector<RemoteCheckpoint> there;
  for (const char* id : {"shop_1", "shop_2", "shop_3", "media_1", "shop_4"}) {
    checkpoint::Record record;
    record.id = id;
    record.database = std::string(id).substr(0, std::string(id).find('_'));
    record.snapshot_time = fmt::format("2026-11-{:02}T00:00:00.000Z", there.size() + 1);
    there.push_back({record, true});
  }
  there[0].record.label = "before-v42";
  there[2].record.reason = "pre-restore";
  there[4].has_archive = false;
  const auto chosen = [&](const std::string& name, const std::string& database) { return choose(context, remote, there, name, database).record.id; };
  EXPECT_EQ(chosen("latest", "media"), "media_1");
  EXPECT_EQ(chosen("before-v42", "shop"), "shop_1");
  EXPECT_EQ(chosen("media_1", "shop"), "media_1");
  EXPECT_EQ(error_of([&] { chosen("latest", ""); }).code(), Code::usage);
  EXPECT_EQ(error_of([&] { chosen("shop_4", ""); }).code(), Code::no_such_checkpoint);
  EXPECT_THAT(error_of([&] { chosen("nonesuch", "shop"); }).detail(), HasSubstr("shop_4, media_1, shop_3, shop_2, shop_1"));
  there.erase(there.begin() + 2);
  EXPECT_EQ(chosen("latest", "shop"), "shop_2");
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), IsEmpty());
  there[0].record.snapshot_time = "2026-11-30T00:00:00.000Z";
  EXPECT_EQ(chosen("latest", "shop"), "shop_2");
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), ElementsAre(HasSubstr("shop_1 was taken later")));
}

TEST_P(Webdav, ARecordThatNamesOtherFilesIsNotBelieved) {
  auto record = put_checkpoint(store, "shop_1", 1, 10);
  std::filesystem::create_directories(server.file(""));
  testing::write_text(server.file("shop_2.sql.zst"), "precious");
  for (const char* file : {"../../etc/cron.d/x", "/etc/passwd", "shop_2.sql.zst"}) {
    record.archive.file = file;
    testing::write_text(server.file(fmt::format("{}.json", record.id)), checkpoint::format_record(record));
    // Nor does a mark remove them.
    testing::write_text(server.file(fmt::format("{}.json.removing", record.id)), checkpoint::format_record(record));
    record.id += "x";
  }
  EXPECT_THAT(list(context, remote), IsEmpty());
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), ::testing::AllOf(SizeIs(3), ::testing::Each(HasSubstr("is not believed"))));
  upload_here(put_checkpoint(store, "shop_4", 4, 10));
  EXPECT_EQ(testing::read_text(server.file("shop_2.sql.zst")), "precious");
}

TEST_P(Webdav, WhatDeadRunsLeftGoesAndWhatOthersHaveStays) {
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  std::filesystem::create_directories(server.file(""));
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const char* name : {"shop_1.sql.zst.partial", "old.sql.gz.partial", "live.sql.zst.partial", "movie.partial"}) testing::write_text(server.file(name), "x");
  for (const char* name : {"old.sql.gz.partial", "movie.partial"}) std::filesystem::last_write_time(server.file(name), now - std::chrono::hours(25));
  upload_here(record);
  EXPECT_THAT(server.names(), ::testing::IsSupersetOf({"live.sql.zst.partial", "movie.partial", "shop_1.json"}));
  EXPECT_THAT(server.names(), Not(::testing::Contains("old.sql.gz.partial")));
  EXPECT_THAT(server.names(), Not(::testing::Contains("shop_1.sql.zst.partial")));
}

TEST_P(Webdav, AFetchGoesOnWhereAnEarlierOneEnded) {
  const auto record = put_checkpoint(store, "shop_1", 1, 300'000);
  upload_here(record);
  const auto content = testing::read_text(store.archive_path(record));
  std::filesystem::create_directories(other.folder());
  const auto partial = other.archive_path(record).string() + ".partial";
  testing::write_text(partial, content.substr(0, 100'000));
  fetch(context, remote, record, other);
  EXPECT_EQ(testing::read_text(other.archive_path(record)), content);
  EXPECT_THAT(context.sink.texts(Event::Kind::note), ::testing::Contains(HasSubstr("going on with")));
  // From wrong bytes it begins again.
  std::filesystem::remove(other.archive_path(record));
  testing::write_text(partial, "wrong" + content.substr(5, 100'000));
  fetch(context, remote, record, other);
  EXPECT_EQ(testing::read_text(other.archive_path(record)), content);
  // What is here and good is not fetched; what is here and bad is told.
  server.kill();
  EXPECT_EQ(fetch(context, remote, record, other).id, "shop_1");
  testing::flip_byte(other.archive_path(record), 5);
  EXPECT_EQ(error_of([&] { fetch(context, remote, record, other); }).code(), Code::storage);
}

TEST_P(Webdav, TwoRunsDoNotCopyOneArchive) {
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  const auto lock = os::open_locked(store.archive_path(record));
  EXPECT_EQ(error_of([&] { upload_here(record); }).code(), Code::locked);
}

TEST(RemoteFolder, OfAMountTakesCopiesToo) {
  const TempFolder folder, mount;
  const checkpoint::Store store(folder.path());
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  const auto remote = parse_remote((mount / "nas").string());
  EXPECT_THAT(upload(quiet_context(), remote, store, record, Thoroughness::hash).proof.how, HasSubstr("sha256"));
  EXPECT_EQ(list(quiet_context(), remote).at(0).record.id, "shop_1");
}

}  // namespace
}  // namespace safety::offsite

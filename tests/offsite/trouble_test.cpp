// What goes wrong with remotes: lost, unreachable, full, refusing. The copy is whole or has no final name.
#include <sys/mount.h>

#include "tests/offsite/offsite_stage.hpp"

namespace safety::offsite {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::put_checkpoint;
using ::testing::SizeIs;
using testing::TempFolder;
using testing::TestContext;
using testing::wait_until;

class Trouble : public ::testing::TestWithParam<const char*> {
 protected:
  std::uintmax_t bytes_of(const std::filesystem::path& path) const {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    return error ? 0 : bytes;
  }
  void expect_nothing_with_a_final_name() const { EXPECT_THAT(server.names(), ::testing::Each(HasSubstr(".partial"))); }

  testing::Server server{GetParam()};
  Remote remote = server.remote();
  TempFolder folder, elsewhere;
  checkpoint::Store store{folder.path()}, other{elsewhere.path()};
  TestContext context;
};

INSTANTIATE_TEST_SUITE_P(Protocol, Trouble, ::testing::Values("webdav", "sftp"), [](const auto& one) { return std::string(one.param); });

/// What is rclone's and ours, whatever the server speaks.
class WebdavTrouble : public Trouble {};
INSTANTIATE_TEST_SUITE_P(Protocol, WebdavTrouble, ::testing::Values("webdav"));

TEST_P(Trouble, AConnectionLostDuringAnUploadIsTakenUpAgain) {
  const auto record = put_checkpoint(store, "shop_1", 1, 8'000'000);
  remote.bandwidth_limit = "3M";
  remote.retries.first_pause = std::chrono::milliseconds(400);
  std::thread breaker([&] {
    EXPECT_TRUE(wait_until([&] { return bytes_of(server.file(record.archive.file + ".partial")) > 1'000'000; }));
    server.kill();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    server.start();
  });
  const auto uploaded = upload(context, remote, store, record, Thoroughness::full);
  breaker.join();
  EXPECT_FALSE(uploaded.was_there);
  // Over WebDAV rclone begins again by itself when the server is back soon.
  if (std::string(GetParam()) == "sftp") {
    EXPECT_THAT(context.sink.texts(Event::Kind::note), Contains(AllOf(HasSubstr("cannot copy to"), HasSubstr("another attempt in"))));
  }
  EXPECT_EQ(testing::read_text(server.file(record.archive.file)), testing::read_text(store.archive_path(record)));
  EXPECT_THAT(server.names(), SizeIs(3));
  EXPECT_THAT(context.sink.events(), Contains(::testing::Field(&Event::total_bytes, 8'000'000u))) << "no progress was told";
}

TEST_P(WebdavTrouble, AConnectionLostDuringAFetchGoesOnWhereItWas) {
  const auto record = put_checkpoint(store, "shop_1", 1, 8'000'000);
  upload(context, remote, store, record, Thoroughness::hash);
  remote.bandwidth_limit = "3M";
  remote.retries.first_pause = std::chrono::milliseconds(400);
  const auto partial = other.archive_path(record).string() + ".partial";
  std::thread breaker([&] {
    EXPECT_TRUE(wait_until([&] { return bytes_of(partial) > 1'000'000; }));
    server.kill();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    server.start();
  });
  fetch(context, remote, record, other);
  breaker.join();
  EXPECT_EQ(testing::read_text(other.archive_path(record)), testing::read_text(store.archive_path(record)));
}

TEST_P(WebdavTrouble, AServerThatStaysAwayEndsInAnErrorAndTheNextRunRecovers) {
  const auto record = put_checkpoint(store, "shop_1", 1, 8'000'000);
  remote.bandwidth_limit = "3M";
  remote.retries = {1, std::chrono::milliseconds(100)};
  std::thread breaker([&] {
    EXPECT_TRUE(wait_until([&] { return bytes_of(server.file(record.archive.file + ".partial")) > 1'000'000; }));
    server.kill();
  });
  const auto error = error_of([&] { upload(context, remote, store, record, Thoroughness::full); });
  breaker.join();
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), AllOf(HasSubstr(remote.shown), HasSubstr("attempts")));
  EXPECT_THAT(error.hint(), HasSubstr("run it again"));
  expect_nothing_with_a_final_name();
  server.start();
  remote.bandwidth_limit.clear();
  EXPECT_FALSE(upload(context, remote, store, record, Thoroughness::full).was_there);
  EXPECT_THAT(server.names(), ::testing::ElementsAreArray(testing::names_of(record)));
}

TEST_P(WebdavTrouble, AnUnreachableOrRefusingRemoteIsToldWithoutItsPassword) {
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  remote.retries = {1, std::chrono::milliseconds(10)};
  auto wrong = remote;
  for (auto& [name, value] : wrong.environment)
    if (name.ends_with("_PASS")) value = testing::run_program("rclone", {"obscure", "wrong"}).out;
  const auto refused = error_of([&] { list(context, wrong); });
  EXPECT_EQ(refused.code(), Code::command_failed);
  EXPECT_THAT(refused.message(), HasSubstr("the remote refuses it"));
  server.kill();
  const auto unreachable = error_of([&] { upload(context, remote, store, record, Thoroughness::hash); });
  EXPECT_EQ(unreachable.code(), Code::command_failed);
  EXPECT_THAT(unreachable.detail(), HasSubstr("connection refused"));
  for (const auto& error : {refused, unreachable}) {
    const auto all = error.message() + error.detail() + error.hint();
    EXPECT_THAT(all, AllOf(Not(HasSubstr(testing::kPassword)), Not(HasSubstr(testing::obscured_password()))));
  }
}

TEST_P(WebdavTrouble, AStopEndsAnUpload) {
  const auto record = put_checkpoint(store, "shop_1", 1, 8'000'000);
  remote.bandwidth_limit = "1M";
  std::thread stopper([&] {
    EXPECT_TRUE(wait_until([&] { return bytes_of(server.file(record.archive.file + ".partial")) > 0; }));
    context.stop.request_stop();
  });
  EXPECT_EQ(error_of([&] { upload(context, remote, store, record, Thoroughness::hash); }).code(), Code::interrupted);
  stopper.join();
  expect_nothing_with_a_final_name();
}

/// A file system of 4 MB, where this user may make one.
class SmallDisk {
 public:
  SmallDisk() : is_mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m,mode=0700") == 0) {}
  ~SmallDisk() {
    if (is_mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempFolder folder_;
  bool is_mounted_;
};

/// WebDAV of rclone says that something went wrong, and not what: FailingRemote has the servers that do.
class FullDisk : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Protocol, FullDisk, ::testing::Values("sftp", "folder"), [](const auto& one) { return std::string(one.param); });

TEST_P(FullDisk, EndsInAnErrorAndTakesACopyOnceThereIsSpace) {
  const SmallDisk disk;
  if (!disk.is_mounted()) GTEST_SKIP() << "only root may mount a small file system";
  TempFolder folder;
  const checkpoint::Store store(folder.path());
  const TestContext context;
  std::optional<testing::Server> server;
  Remote remote;
  if (std::string(GetParam()) == "folder") {
    remote = parse_remote((disk.path() / "copies").string());
  } else {
    server.emplace(GetParam(), disk.path());
    remote = server->remote({1, std::chrono::milliseconds(10)});
  }
  const auto small = put_checkpoint(store, "shop_1", 1, 1'500'000), big = put_checkpoint(store, "shop_2", 2, 3'000'000);
  upload(context, remote, store, small, Thoroughness::hash);
  const auto error = error_of([&] { upload(context, remote, store, big, Thoroughness::hash); });
  EXPECT_EQ(error.code(), Code::storage) << error.what();
  EXPECT_FALSE(error.hint().empty());
  EXPECT_FALSE(std::filesystem::exists(disk.path() / "copies" / big.archive.file));
  EXPECT_FALSE(std::filesystem::exists(disk.path() / "copies/shop_2.json"));
  verify_copy(context, remote, store, small, Thoroughness::full);
  remove(context, remote, small);
  upload(context, remote, store, big, Thoroughness::hash);
  verify_copy(context, remote, store, big, Thoroughness::full);
}

/// A WebDAV server that lists an empty folder and answers each PUT with a status, or takes it and keeps something else.
class FailingServer {
 public:
  explicit FailingServer(const std::string& behaviour) {
    server_.emplace("python3", std::vector<std::string>{testing::source_path("tests/offsite/failing-webdav").string(), std::to_string(port_), behaviour});
    if (!wait_until([&] { return testing::is_listening(port_); })) throw std::runtime_error("no failing server: " + server_->err_so_far());
  }
  Remote remote() const {
    auto remote = parse_remote(fmt::format(":webdav,url='http://127.0.0.1:{}',vendor=other:copies", port_));
    remote.retries = {2, std::chrono::milliseconds(10)};
    return remote;
  }
  std::string log() const { return server_->out_so_far(); }

 private:
  int port_ = testing::free_port();
  std::optional<testing::Background> server_;
};

TEST(FailingRemote, ThatIsFullIsNotTriedAgain) {
  const FailingServer server("507");
  TempFolder folder;
  const checkpoint::Store store(folder.path());
  const TestContext context;
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  const auto error = error_of([&] { upload(context, server.remote(), store, record, Thoroughness::hash); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr("the remote is full"));
  EXPECT_THAT(context.sink.texts(Event::Kind::note), IsEmpty());
}

TEST(FailingRemote, ThatKeepsOtherBytesIsFoundOutBeforeAnythingGetsItsName) {
  const FailingServer server("corrupt");
  TempFolder folder;
  const checkpoint::Store store(folder.path());
  const TestContext context;
  const auto record = put_checkpoint(store, "shop_1", 1, 1000);
  const auto error = error_of([&] { upload(context, server.remote(), store, record, Thoroughness::hash); });
  EXPECT_EQ(error.code(), Code::archive_damaged) << error.what();
  EXPECT_THAT(error.message(), HasSubstr("is not what was sent, 2 times"));
  EXPECT_THAT(server.log(), AllOf(HasSubstr("PUT /copies/shop_1.sql.zst.partial"), HasSubstr("DELETE /copies/shop_1.sql.zst.partial"), Not(HasSubstr("MOVE")), Not(HasSubstr("json"))));
}

}  // namespace
}  // namespace safety::offsite

// Copies in a bucket: OpenStack Swift with its S3 interface, where python3-swift is installed.
#include <fstream>

#include "tests/offsite/offsite_stage.hpp"

namespace safety::offsite {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::error_of;
using testing::put_checkpoint;
using testing::TempFolder;
using testing::TestContext;
using testing::wait_until;

class S3 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (testing::run_program(program, {"--can"}).exit_code != 0) GTEST_SKIP() << "scripts/install-packages --test brings python3-swift";
    start();
    remote = parse_remote(fmt::format(":s3,provider=Other,endpoint='http://127.0.0.1:{}',access_key_id='test:tester',secret_access_key=testing,"
                                      "region=us-east-1,upload_cutoff=5M,chunk_size=5M:bucket/copies", port));
    remote.environment["AWS_CA_BUNDLE"] = "";  // rclone 1.60 cannot do with it
    remote.retries = {4, std::chrono::milliseconds(400)};
  }
  void start() {
    server.emplace(program, std::vector<std::string>{std::to_string(port), served.path().string()});
    ASSERT_TRUE(wait_until([&] { return testing::is_listening(port); })) << server->err_so_far();
  }

  const std::filesystem::path program = testing::source_path("tests/offsite/s3-server");
  int port = testing::free_port();
  TempFolder served, folder, elsewhere;
  std::optional<testing::Background> server;
  Remote remote;
  checkpoint::Store store{folder.path()}, other{elsewhere.path()};
  TestContext context;
};

TEST_F(S3, TakesSmallAndLargeCopiesAndGivesThemBack) {
  EXPECT_THAT(list(context, remote), IsEmpty());
  const auto small = put_checkpoint(store, "shop_1", 1, 1000), large = put_checkpoint(store, "shop_2", 2, 12'000'000);
  for (const auto& record : {small, large}) {
    const auto uploaded = upload(context, remote, store, record, Thoroughness::hash);
    EXPECT_FALSE(uploaded.was_there);
    EXPECT_THAT(uploaded.proof.how, HasSubstr("md5"));
    EXPECT_TRUE(upload(context, remote, store, record, Thoroughness::full).was_there);
    fetch(context, remote, record, other);
    EXPECT_EQ(testing::read_text(other.archive_path(record)), testing::read_text(store.archive_path(record)));
  }
  EXPECT_THAT(list(context, remote), SizeIs(2));
  remove(context, remote, small);
  EXPECT_THAT(list(context, remote), SizeIs(1));
  EXPECT_EQ(error_of([&] { verify_copy(context, remote, store, small, Thoroughness::hash); }).code(), Code::no_such_checkpoint);
}

TEST_F(S3, ThatGoesAwayDuringAnUploadGetsAWholeCopyLater) {
  const auto record = put_checkpoint(store, "shop_1", 1, 12'000'000);
  remote.bandwidth_limit = "4M";
  std::thread breaker([&] {
    EXPECT_TRUE(wait_until([&] {
      const auto events = context.sink.events();
      return std::any_of(events.begin(), events.end(), [](const Event& event) { return event.done_bytes > 2'000'000; });
    }));
    server.reset();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    start();
  });
  upload(context, remote, store, record, Thoroughness::full);
  breaker.join();
  EXPECT_TRUE(list(context, remote).at(0).has_archive);
}

TEST_F(S3, TellsAHashThatItsBytesDoNotHaveAndReadingThemBackFindsOut) {
  const auto record = put_checkpoint(store, "shop_1", 1, 3'000'000);
  upload(context, remote, store, record, Thoroughness::hash);
  std::filesystem::path data;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(served.path()))
    if (entry.is_regular_file() && entry.file_size() == record.archive.bytes) data = entry.path();
  ASSERT_FALSE(data.empty());
  // In place: what Swift knows of it is kept beside the file's bytes.
  std::fstream file(data, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(1'000'000);
  file.put(static_cast<char>(testing::random_bytes(3'000'000, 1)[1'000'000] ^ 1));
  file.close();
  EXPECT_THAT(verify_copy(context, remote, store, record, Thoroughness::hash).how, HasSubstr("as the remote tells"));
  remote.retries.count = 0;
  // The server itself may notice while it is read, and hang up.
  const auto code = error_of([&] { verify_copy(context, remote, store, record, Thoroughness::full); }).code();
  EXPECT_THAT(code, ::testing::AnyOf(Code::archive_damaged, Code::command_failed));
  EXPECT_NE(error_of([&] { fetch(context, remote, record, other); }).code(), Code::success);
  EXPECT_FALSE(std::filesystem::exists(other.archive_path(record)));
}

}  // namespace
}  // namespace safety::offsite

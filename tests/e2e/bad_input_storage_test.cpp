// Folders that cannot be written, disks that are full.
#include <sys/mount.h>
#include <unistd.h>

#include "tests/e2e/bad_input_stage.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;

/// A disk of a chosen size.
class SmallDisk {
 public:
  SmallDisk(fs::path folder, const std::string& size) : folder_(std::move(folder)) {
    fs::create_directories(folder_);
    is_mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_mounted() const { return is_mounted_; }
  const fs::path& folder() const { return folder_; }

 private:
  fs::path folder_;
  bool is_mounted_ = false;
};

class BadStorage : public BadInput {};

TEST_F(BadStorage, AFullDiskDuringABackupLeavesNothingOnIt) {
  const SmallDisk disk(stage.scratch() / "disk", "128k");
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a small disk needs root and the right to mount";
  stage.run_sql("CREATE TABLE much AS SELECT md5(n::text) FROM generate_series(1, 40000) n");
  content = stage.content();
  stage.environment()["SAFETY_BACKUP_DIR"] = disk.folder().string();
  expect_error(stage.run("safety-backup", {}), 20, {"No space left on device", disk.folder().string(), "--backup-dir"});
  EXPECT_TRUE(fs::is_empty(disk.folder()));
  EXPECT_EQ(stage.content(), content);
}

TEST_F(BadStorage, AFullDiskOfTheServerDuringARestoreLeavesProductionAsItWas) {
  OwnCluster own({"shared_buffers=16MB", "max_connections=20"});
  const SmallDisk disk(fs::path(own.socket_folder()) / "disk", "30m");
  if (!disk.is_mounted()) GTEST_SKIP() << "mounting a small disk needs root and the right to mount";
  const auto space = disk.folder() / "space";
  fs::create_directory(space);
  ASSERT_EQ(run_program("chown", {"postgres", space.string()}).exit_code, 0);
  pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres")));
  admin.execute("CREATE TABLESPACE small LOCATION " + pg::quote_literal(space.string()));
  admin.execute("CREATE DATABASE tight TEMPLATE template0 TABLESPACE small");
  Stage tight(own.url("tight"), "tight");
  tight.make();
  tight.run_sql("CREATE TABLE much AS SELECT md5(n::text) FROM generate_series(1, 160000) n");
  tight.make_before_and_after();
  const auto run = tight.run("safety-restore", {"latest", "--yes"});
  expect_error(run, 20, {"No space left on device", "server's disk is full"});
  EXPECT_EQ(tight.content(), tight.before());
  EXPECT_THAT(tight.databases_beside("staging"), ::testing::IsEmpty());
  EXPECT_EQ(tight.half_done_work(), "");
}

TEST_F(BadStorage, AMissingBackupFolderIsMadeAndPrivate) {
  const auto deep = stage.scratch() / "not" / "yet" / "there";
  stage.environment()["SAFETY_BACKUP_DIR"] = deep.string();
  EXPECT_EQ(stage.run("safety-backup", {}).exit_code, 0);
  EXPECT_EQ(static_cast<int>(fs::status(deep).permissions()), 0700);
  for (const auto& entry : fs::directory_iterator(deep)) EXPECT_EQ(static_cast<int>(entry.status().permissions()), 0600) << entry;
}

TEST_F(BadStorage, AFileInThePlaceOfTheBackupFolderIsNamed) {
  write_text(stage.folder(), "not a folder");
  expect_error(stage.run("safety-backup", {}), 20, {stage.folder().string(), "is not a folder", "--backup-dir"});
  EXPECT_EQ(read_text(stage.folder()), "not a folder");
}

TEST_F(BadStorage, AFolderThatMayNotBeWrittenIsNamed) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  const auto folder = fs::path("/tmp") / ("safety-closed-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec);
  RunOptions options;
  options.folder = "/";
  options.environment = {{"DATABASE_URL", stage.url()}, {"SAFETY_BACKUP_DIR", folder.string()}};
  // A copy that anybody can reach, whatever the build folder allows.
  const auto program = fs::path("/tmp") / ("safety-backup-" + std::to_string(::getpid()));
  fs::copy_file(tool_path("safety-backup"), program, fs::copy_options::overwrite_existing);
  const auto run = run_program("setpriv", {"--reuid=65534", "--regid=65534", "--clear-groups", program.string()}, options);
  fs::remove(program);
  expect_error(run, 20, {folder.string(), "Permission denied", "ls -ld"});
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
  EXPECT_EQ(stage.content(), content);
}

}  // namespace
}  // namespace safety::testing

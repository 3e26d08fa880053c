#include "libsafety/os/file.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempFolder;
namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

/// A mounted file system of a few kilobytes; root only.
class TinyFileSystem {
 public:
  TinyFileSystem() {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=64k,mode=0700") != 0)
      throw std::runtime_error(
          "a tmpfs could not be mounted: run this test as root, outside of unprivileged containers");
  }
  ~TinyFileSystem() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
};

TEST(AtomicFile, HasNoFinalNameBeforeCommit) {
  TempFolder folder;
  AtomicFile file(folder / "a");
  file.write("some bytes");
  EXPECT_THAT(folder.names(), ElementsAre("a.partial"));
  file.commit();
  EXPECT_THAT(folder.names(), ElementsAre("a"));
  EXPECT_EQ(read_file(folder / "a"), "some bytes");
  EXPECT_EQ(file.size(), 10U);
}

TEST(AtomicFile, LeavesNothingWhenAbandoned) {
  TempFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write("half");
  }
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(AtomicFile, LeavesTheOldFileWhenAReplacementIsAbandoned) {
  TempFolder folder;
  write_file_atomically(folder / "a", "old");
  {
    AtomicFile file(folder / "a", true);
    file.write("new");
  }
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_THAT(folder.names(), ElementsAre("a"));
}

TEST(AtomicFile, RefusesToReplaceABackup) {
  TempFolder folder;
  write_file_atomically(folder / "a", "old");
  const Error error = error_of([&] { AtomicFile file(folder / "a"); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr((folder / "a").string()));
  EXPECT_FALSE(error.hint().empty());
  EXPECT_EQ(read_file(folder / "a"), "old");
}

TEST(AtomicFile, RefusesAnExistingLinkEvenWhenItLeadsNowhere) {
  TempFolder folder;
  fs::create_symlink(folder / "nowhere", folder / "a");
  EXPECT_EQ(error_of([&] { AtomicFile file(folder / "a"); }).code(), Code::storage);
}

TEST(AtomicFile, DoesNotWriteThroughALinkAtItsPartialName) {
  TempFolder folder;
  write_file_atomically(folder / "victim", "precious");
  fs::create_symlink(folder / "victim", folder / "a.partial");
  EXPECT_EQ(error_of([&] { AtomicFile file(folder / "a"); }).code(), Code::storage);
  EXPECT_EQ(read_file(folder / "victim"), "precious");
}

TEST(AtomicFile, IsForItsOwnerOnlyWhateverTheUmask) {
  TempFolder folder;
  const mode_t before = ::umask(0);
  AtomicFile file(folder / "a");
  EXPECT_EQ(mode_of(folder / "a.partial"), 0600U);
  file.commit();
  append_line_durably(folder / "log", "x");
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
  EXPECT_EQ(mode_of(folder / "log"), 0600U);
}

TEST(AtomicFile, TakesOverAPartialReplacementThatACrashLeft) {
  TempFolder folder;
  testing::write_text(folder / "a.partial", "a long rest of a killed run");
  fs::permissions(folder / "a.partial", fs::perms::all);
  AtomicFile file(folder / "a", true);
  file.write("new");
  file.commit();
  EXPECT_EQ(read_file(folder / "a"), "new");
  EXPECT_EQ(mode_of(folder / "a"), 0600U);
}

TEST(AtomicFile, LetsOnlyOneWriterMakeANewFile) {
  TempFolder folder;
  AtomicFile first(folder / "a");
  first.write("first");
  EXPECT_EQ(error_of([&] { AtomicFile second(folder / "a"); }).code(), Code::storage);
  first.commit();
  EXPECT_EQ(read_file(folder / "a"), "first");
}

TEST(AtomicFile, DoesNotReplaceAFileThatAppearedMeanwhile) {
  TempFolder folder;
  {
    AtomicFile file(folder / "a");
    file.write("ours");
    testing::write_text(folder / "a", "theirs");
    EXPECT_EQ(error_of([&] { file.commit(); }).code(), Code::storage);
  }
  EXPECT_EQ(read_file(folder / "a"), "theirs");
  EXPECT_THAT(folder.names(), ElementsAre("a"));
}

TEST(AtomicFile, NamesAMissingFolder) {
  const Error error = error_of([] { AtomicFile file("/nonexistent/folder/a"); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr("/nonexistent/folder/a"));
  EXPECT_THAT(error.message(), HasSubstr("No such file or directory"));
}

TEST(AtomicFile, SaysThatTheDiskIsFullAndLeavesNothing) {
  TinyFileSystem tiny;
  const Error error = error_of([&] {
    AtomicFile file(tiny.folder() / "a");
    file.write(std::string(1 << 20, 'x'));
    file.commit();
  });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr("No space left on device"));
  EXPECT_THAT(error.hint(), HasSubstr("df -h"));
  EXPECT_THAT(tiny.folder().names(), IsEmpty());
}

TEST(ResumedFile, GoesOnWhereTheOneBeforeEnded) {
  const TempFolder folder;
  {
    ResumedFile file(folder / "a");
    file.write("one ");
  }
  EXPECT_THAT(folder.names(), ElementsAre("a.partial"));
  ResumedFile file(folder / "a");
  EXPECT_EQ(file.size(), 4u);
  file.write("two");
  file.commit();
  EXPECT_THAT(folder.names(), ElementsAre("a"));
  EXPECT_EQ(read_file(folder / "a"), "one two");
}

TEST(ResumedFile, CanBeClearedAndRemoved) {
  const TempFolder folder;
  ResumedFile file(folder / "a");
  file.write("wrong");
  file.clear();
  EXPECT_EQ(file.size(), 0u);
  file.write("right");
  EXPECT_EQ(read_file(file.partial_path()), "right");
  file.remove();
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(ResumedFile, IsFilledByOneAtATimeAndReplacesNothing) {
  const TempFolder folder;
  ResumedFile file(folder / "a");
  EXPECT_EQ(error_of([&] { ResumedFile(folder / "a"); }).code(), Code::locked);
  testing::write_text(folder / "a", "another's");
  file.write("ours");
  EXPECT_EQ(error_of([&] { file.commit(); }).code(), Code::storage);
  EXPECT_EQ(read_file(folder / "a"), "another's");
}

TEST(OpenLocked, GivesTheLockToOne) {
  const TempFolder folder;
  testing::write_text(folder / "a", "x");
  {
    const auto first = open_locked(folder / "a");
    EXPECT_TRUE(first);
    EXPECT_FALSE(open_locked(folder / "a"));
  }
  EXPECT_TRUE(open_locked(folder / "a"));
}

TEST(ReadFile, TellsAMissingFileFromAnUnreadableOne) {
  TempFolder folder;
  EXPECT_EQ(read_file_if_exists(folder / "a"), std::nullopt);
  EXPECT_EQ(error_of([&] { read_file(folder / "a"); }).code(), Code::storage);
  EXPECT_EQ(error_of([&] { read_file_if_exists(folder.path()); }).code(), Code::storage) << "a folder is no file";
}

TEST(ReadFile, ReadsEveryByteOfALargeFile) {
  TempFolder folder;
  std::string bytes;
  for (int i = 0; i < 300000; ++i) bytes += static_cast<char>(i * 7);
  write_file_atomically(folder / "a", bytes);
  EXPECT_EQ(read_file(folder / "a"), bytes);
}

TEST(AppendLine, KeepsWhatIsThereAlready) {
  TempFolder folder;
  append_line_durably(folder / "log", "one");
  append_line_durably(folder / "log", "two");
  EXPECT_EQ(read_file(folder / "log"), "one\ntwo\n");
}

TEST(ReadExactlyAt, SaysThatAFileWasCut) {
  TempFolder folder;
  write_file_atomically(folder / "a", "0123456789");
  const auto fd = open_for_reading(folder / "a");
  char bytes[8] = {};
  read_exactly_at(fd.get(), 6, bytes, 4, folder / "a");
  EXPECT_EQ(std::string(bytes, 4), "6789");
  EXPECT_EQ(error_of([&] { read_exactly_at(fd.get(), 6, bytes, 5, folder / "a"); }).code(), Code::archive_incomplete);
  EXPECT_EQ(file_size(fd.get(), folder / "a"), 10U);
}

TEST(FileSize, RefusesWhatIsNoRegularFile) {
  TempFolder folder;
  const auto fd = open_for_reading(folder.path());
  EXPECT_EQ(error_of([&] { file_size(fd.get(), folder.path()); }).code(), Code::storage);
}

TEST(MakePrivateFolder, MakesParentsAndClosesThemToOthers) {
  TempFolder folder;
  make_private_folder(folder / "a" / "b");
  EXPECT_EQ(mode_of(folder / "a"), 0700U);
  EXPECT_EQ(mode_of(folder / "a" / "b"), 0700U);
  make_private_folder(folder / "a" / "b");  // a second time is no error
}

TEST(MakePrivateFolder, RefusesAFileInItsPlace) {
  TempFolder folder;
  testing::write_text(folder / "a", "");
  const Error error = error_of([&] { make_private_folder(folder / "a"); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr((folder / "a").string()));
}

TEST(IsWritableByOthers, LooksAtModeAndOwner) {
  TempFolder folder;
  const auto path = folder / "config";
  testing::write_text(path, "");
  fs::permissions(path, fs::perms(0644));
  EXPECT_FALSE(is_writable_by_others(path));
  fs::permissions(path, fs::perms(0664));
  EXPECT_TRUE(is_writable_by_others(path));
  fs::permissions(path, fs::perms(0602));
  EXPECT_TRUE(is_writable_by_others(path));
  if (::geteuid() == 0) {
    fs::permissions(path, fs::perms(0600));
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_TRUE(is_writable_by_others(path)) << "another user owns it";
  }
}

TEST(FreeBytes, IsLessThanTheFileSystemHolds) {
  TinyFileSystem tiny;
  EXPECT_GT(free_bytes(tiny.folder().path()), 0U);
  EXPECT_LE(free_bytes(tiny.folder().path()), 65536U);
}

TEST(TemporaryFolder, IsPrivateAndGoesWithItsContent) {
  fs::path path;
  {
    TemporaryFolder folder;
    path = folder.path();
    EXPECT_EQ(mode_of(path), 0700U);
    testing::write_text(path / "a", "x");
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(UniqueFd, ClosesWhatItOwnsOnce) {
  int raw = -1;
  {
    UniqueFd a(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    raw = a.get();
    UniqueFd b(std::move(a));
    EXPECT_FALSE(a);  // NOLINT: what a move leaves behind is the point
    EXPECT_NE(::fcntl(raw, F_GETFD), -1);
    a = std::move(b);
    EXPECT_EQ(a.get(), raw);
  }
  EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

TEST(RenameDurably, MovesAFolderAndReplacesNothing) {
  const TempFolder folder;
  fs::create_directories(folder / "a/it's one");
  fs::create_directories(folder / "b");
  rename_durably(folder / "a/it's one", folder / "b/two");
  EXPECT_TRUE(fs::is_directory(folder / "b/two"));
  EXPECT_FALSE(fs::exists(folder / "a/it's one"));
  fs::create_directories(folder / "a/three");  // rename(2) itself would replace an empty folder
  for (const auto& [from, to] : {std::pair(folder / "a/three", folder / "b/two"), std::pair(folder / "a/none", folder / "b/none")}) {
    const auto error = error_of([&] { rename_durably(from, to); });
    EXPECT_EQ(error.code(), Code::storage);
    EXPECT_THAT(error.message(), HasSubstr(from.string()));
    EXPECT_THAT(error.message(), HasSubstr(to.string()));
  }
  EXPECT_TRUE(fs::is_directory(folder / "a/three"));
}

TEST(RemoveFileDurably, RemovesRegularFilesAlone) {
  const TempFolder folder;
  testing::write_text(folder / "a", "text");
  fs::create_symlink(folder / "a", folder / "link");
  fs::create_directory(folder / "d");
  for (const char* name : {"link", "d"}) {
    const auto error = error_of([&] { remove_file_durably(folder / name); });
    EXPECT_EQ(error.code(), Code::storage);
    EXPECT_THAT(error.message(), HasSubstr((folder / name).string()));
  }
  EXPECT_TRUE(remove_file_durably(folder / "a"));
  EXPECT_FALSE(remove_file_durably(folder / "a")) << "there is none any more";
  EXPECT_THAT(folder.names(), ElementsAre("d", "link"));
}

}  // namespace
}  // namespace safety::os

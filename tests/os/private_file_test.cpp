#include "libsafety/os/private_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

using testing::error_of;
using testing::TempFolder;

TEST(PrivateFile, HasNoNameAndIsRead) {
  const TempFolder folder;
  PrivateFile file(folder.path());
  file.write("secret ");
  file.write("rows");
  file.commit();
  EXPECT_EQ(file.size(), 11U);
  EXPECT_THAT(folder.names(), ::testing::IsEmpty());
  EXPECT_EQ(testing::read_text(file.path()), "secret rows");
  EXPECT_EQ(testing::run_program("cat", {file.path().string()}).out, "secret rows") << "a child reads it, too";
  struct stat status {};
  ASSERT_EQ(::stat(file.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_EQ(status.st_nlink, 0U);
}

TEST(PrivateFile, IsGoneWithItsObject) {
  const TempFolder folder;
  std::filesystem::path path;
  {
    PrivateFile file(folder.path());
    path = file.path();
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(PrivateFile, InMemoryTakesNoFolder) {
  PrivateFile file;
  file.write("key");
  EXPECT_EQ(testing::read_text(file.path()), "key");
}

TEST(PrivateFile, NamesAFolderThatIsMissing) {
  const auto error = error_of([] { PrivateFile file("/nonexistent/folder"); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), ::testing::HasSubstr("/nonexistent/folder"));
  EXPECT_THAT(error.hint(), ::testing::HasSubstr("--temporary-dir"));
}

}  // namespace
}  // namespace safety::os

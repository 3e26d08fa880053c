#include "libsafety/pg/dump_program.hpp"

#include "tests/testing/testing.hpp"

namespace safety::pg {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::quiet_context;
using testing::TempFolder;

/// A folder with one program, named by SAFETY_PG_BIN while it lives.
class FakeFolder {
 public:
  explicit FakeFolder(const std::string& body) {
    if (!body.empty()) testing::write_script(folder_ / "pg_dump", body);
    ::setenv("SAFETY_PG_BIN", folder_.path().c_str(), 1);
  }
  ~FakeFolder() { ::unsetenv("SAFETY_PG_BIN"); }
  const TempFolder& folder() const { return folder_; }

 private:
  TempFolder folder_;
};

std::string says(const std::string& version) {
  return "[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) " + version + "'";
}

TEST(ParseVersionNum, ReadsWhatServersAndProgramsSay) {
  EXPECT_EQ(parse_version_num("15.18 (Debian 15.18-0+deb12u1)"), 150018);
  EXPECT_EQ(parse_version_num("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), 150018);
  EXPECT_EQ(parse_version_num("pg_dump (PostgreSQL) 18beta1"), 180000);
  EXPECT_EQ(parse_version_num("17"), 170000);
  EXPECT_EQ(parse_version_num("nothing"), 0);
  EXPECT_EQ(parse_version_num(""), 0);
}

TEST(ChooseClientProgram, TakesTheOneInSafetyPgBin) {
  FakeFolder fake(says("15.18 (Debian 15.18-0)"));
  const auto program = choose_client_program(quiet_context(), "pg_dump", 150003);
  EXPECT_EQ(program.path, fake.folder() / "pg_dump");
  EXPECT_EQ(program.version, "15.18");
  EXPECT_EQ(program.version_num, 150018);
  EXPECT_EQ(program.major(), 15);
}

TEST(ChooseClientProgram, TakesANewerMajorAndAnOlderMinorVersion) {
  {
    FakeFolder fake(says("17.2"));
    EXPECT_EQ(choose_client_program(quiet_context(), "pg_dump", 150099).major(), 17);
  }
  FakeFolder fake(says("15.1"));
  EXPECT_EQ(choose_client_program(quiet_context(), "pg_dump", 150018).version, "15.1")
      << "minor versions do not matter";
}

TEST(ChooseClientProgram, NamesBothVersionsWhenNoneIsNewEnough) {
  FakeFolder fake(says("14.9"));
  const Error error = error_of([] { choose_client_program(quiet_context(), "pg_dump", 170002); });
  EXPECT_EQ(error.code(), Code::version);
  EXPECT_THAT(error.message(), HasSubstr("PostgreSQL 17"));
  EXPECT_THAT(error.message(), HasSubstr("14.9"));
  EXPECT_THAT(error.message(), HasSubstr((fake.folder() / "pg_dump").string()));
  EXPECT_THAT(error.hint(), HasSubstr("postgresql-client-17"));
}

TEST(ChooseClientProgram, SaysSoWhenThereIsNone) {
  FakeFolder fake("");
  const Error error = error_of([] { choose_client_program(quiet_context(), "pg_dump", 150002); });
  EXPECT_EQ(error.code(), Code::version);
  EXPECT_THAT(error.message(), HasSubstr("none was found"));
}

TEST(FindClientPrograms, PassesOverWhatDoesNotRunOrSaysNoVersion) {
  {
    FakeFolder fake("exit 1");
    EXPECT_TRUE(find_client_programs(quiet_context(), "pg_dump").empty());
  }
  {
    FakeFolder fake("echo hello");
    EXPECT_TRUE(find_client_programs(quiet_context(), "pg_dump").empty());
  }
  FakeFolder fake("");
  testing::write_text(fake.folder() / "pg_dump", "not a program");
  EXPECT_TRUE(find_client_programs(quiet_context(), "pg_dump").empty());
}

TEST(ChooseClientProgram, PrefersTheOldestThatIsNewEnough) {
  ::unsetenv("SAFETY_PG_BIN");
  TempFolder old_folder, fit_folder, new_folder;
  testing::write_script(old_folder / "pg_dump", says("98.1"));
  testing::write_script(fit_folder / "pg_dump", says("99.5"));
  testing::write_script(new_folder / "pg_dump", says("100.1"));
  const std::string before = std::getenv("PATH");
  ::setenv(
      "PATH",
      (new_folder.path().string() + ":" + old_folder.path().string() + ":" + fit_folder.path().string() + ":" + before)
          .c_str(),
      1);
  const auto program = choose_client_program(quiet_context(), "pg_dump", 990000);
  ::setenv("PATH", before.c_str(), 1);
  EXPECT_EQ(program.path, fit_folder / "pg_dump");
}

TEST(FindClientPrograms, FindsTheInstalledOneOfTheServersVersion) {
  auto admin = testing::admin_connection();
  EXPECT_GE(choose_client_program(quiet_context(), "pg_dump", admin.server_version_num()).major(),
            admin.server_major());
  EXPECT_GE(choose_client_program(quiet_context(), "pg_restore", admin.server_version_num()).major(),
            admin.server_major());
}

}  // namespace
}  // namespace safety::pg

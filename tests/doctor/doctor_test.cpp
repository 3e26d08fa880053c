#include "libsafety/doctor/doctor.hpp"

#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/plan/journal.hpp"
#include "tests/testing/testing.hpp"

namespace safety::doctor {
namespace {

using testing::quiet_context;
using State = Check::State;

Check named(const std::vector<Check>& checks, const std::string& name) {
  for (const auto& check : checks)
    if (check.name == name) return check;
  ADD_FAILURE() << "no check is called " << name;
  return {};
}

TEST(Doctor, FindsAWholeSetUpInOrder) {
  const testing::TestDatabase database;
  const testing::TempFolder folder;
  const auto checks = examine(quiet_context(), pg::ConnectionInfo::parse(database.url()), folder.path());
  for (const auto& check : checks) EXPECT_NE(check.state, State::failed) << check.name << ": " << check.detail;
  EXPECT_EQ(named(checks, "server").state, State::ok);
  EXPECT_EQ(named(checks, "checkpoints").state, State::warning) << "an empty folder holds none";
}

TEST(Doctor, SkipsWhatNeedsTheServerWhenThereIsNoneAndStillLooksAtTheFolder) {
  const testing::TempFolder folder;
  const auto checks = examine(quiet_context(), pg::ConnectionInfo::parse("postgresql:///nothing?host=/nonexistent"), folder.path());
  EXPECT_EQ(named(checks, "server").state, State::failed);
  EXPECT_FALSE(named(checks, "server").hint.empty());
  EXPECT_EQ(named(checks, "pg_dump").state, State::skipped);
  EXPECT_EQ(named(checks, "backup folder").state, State::ok);
}

TEST(Doctor, NamesTheHolderOfTheOperationLock) {
  const testing::TestDatabase database;
  const testing::TempFolder folder;
  const auto info = pg::ConnectionInfo::parse(database.url());
  const checkpoint::OperationLock lock(quiet_context(), info, info.database());
  const auto check = named(examine(quiet_context(), info, folder.path()), "operation lock");
  EXPECT_EQ(check.state, State::failed);
  EXPECT_NE(check.detail.find("session"), std::string::npos) << check.detail;
}

TEST(Doctor, FailsOnHalfDoneWorkAndSaysHowToGoOn) {
  const testing::TestDatabase database;
  const testing::TempFolder folder;
  {
    auto journal = plan::Journal::create(folder / "operations", {"restore_20260101_000000", "safety-restore", "shop", "here", "2026-01-01T00:00:00.000Z", {}});
    journal.step_began("load");
  }
  const auto check = named(examine(quiet_context(), pg::ConnectionInfo::parse(database.url()), folder.path()), "half-done work");
  EXPECT_EQ(check.state, State::failed);
  EXPECT_NE(check.detail.find("at step load"), std::string::npos) << check.detail;
  EXPECT_NE(check.hint.find("--resume"), std::string::npos) << check.hint;
}

TEST(Doctor, SeesPartialFilesAndAnOpenFolder) {
  const testing::TestDatabase database;
  const testing::TempFolder folder;
  testing::write_text(folder / "shop_20260101_000000.sql.zst.partial", "x");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
  const auto checks = examine(quiet_context(), pg::ConnectionInfo::parse(database.url()), folder.path());
  EXPECT_EQ(named(checks, "partial files").state, State::warning);
  EXPECT_EQ(named(checks, "backup folder").state, State::warning);
}

TEST(Doctor, NamesTheTableThatCannotBeRead) {
  testing::TestDatabase database;
  const testing::TempFolder folder;
  database.execute("CREATE TABLE secret (id int); DO $$ BEGIN CREATE ROLE safety_doctor_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
  auto url = database.url();
  url.replace(url.find("user=postgres"), 13, "user=safety_doctor_reader");
  const auto check = named(examine(quiet_context(), pg::ConnectionInfo::parse(url), folder.path()), "read privileges");
  EXPECT_EQ(check.state, State::failed);
  EXPECT_NE(check.detail.find("\"secret\""), std::string::npos) << check.detail;
}

}  // namespace
}  // namespace safety::doctor

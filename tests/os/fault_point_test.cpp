#include "libsafety/os/fault_point.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

/// SAFETY_FAULT is read once in a process, so each case has one of its own. Returns the wait status.
template <typename Act>
int status_with(const std::string& setting, Act act) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv("SAFETY_FAULT", setting.c_str(), 1);
    ::_exit(act());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

/// Passes three points; returns how many were passed before an error.
int pass_three() {
  int passed = 0;
  try {
    for (const char* name : {"one", "two", "three"}) {
      fault_point(name);
      ++passed;
    }
  } catch (const Error& error) {
    return error.code() == Code::internal ? 10 + passed : 99;
  }
  return passed;
}

TEST(FaultPoint, DoesNothingWithoutTheVariable) {
  ::unsetenv("SAFETY_FAULT");
  EXPECT_EQ(pass_three(), 3);
}

TEST(FaultPoint, NamesEveryPointPassedWhenItCounts) {
  testing::TempFolder folder;
  const int status = status_with("count:" + (folder / "points").string(), pass_three);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  EXPECT_EQ(testing::read_text(folder / "points"), "one\ntwo\nthree\n");
}

TEST(FaultPoint, KillsAtTheNumberedPoint) {
  const int status = status_with("kill:2", [] {
    fault_point("one");
    fault_point("two");
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(WEXITSTATUS(status_with("kill:4", pass_three)), 3) << "there is no fourth point";
}

TEST(FaultPoint, ThrowsAtTheNumberedPointOnly) {
  EXPECT_EQ(WEXITSTATUS(status_with("error:1", pass_three)), 10);
  EXPECT_EQ(WEXITSTATUS(status_with("error:3", pass_three)), 12);
}

TEST(FaultPoint, IgnoresASettingThatMakesNoSense) {
  for (const char* setting : {"", "kill", "explode:1", "kill:x", "error:0"})
    EXPECT_EQ(WEXITSTATUS(status_with(setting, pass_three)), 3) << setting;
}

}  // namespace
}  // namespace safety::os

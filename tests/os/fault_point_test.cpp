#include "libsafety/os/fault_point.hpp"

#include <signal.h>

#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

/// Passes three points; returns how many were passed, and 10 more after an error.
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

const testing::ChildProgram passing_child("pass_three", pass_three);
int exit_code_with(const std::string& setting) {
  return passing_child.run({{"SAFETY_FAULT", setting}}).exit_code;
}

TEST(FaultPoint, DoesNothingWithoutTheVariable) {
  EXPECT_EQ(passing_child.run().exit_code, 3);
}

TEST(FaultPoint, NamesEveryPointPassedWhenItCounts) {
  testing::TempFolder folder;
  EXPECT_EQ(exit_code_with("count:" + (folder / "points").string()), 3);
  EXPECT_EQ(testing::read_text(folder / "points"), "one\ntwo\nthree\n");
}

TEST(FaultPoint, KillsAtTheNumberedPoint) {
  EXPECT_EQ(exit_code_with("kill:2"), 128 + SIGKILL);
  EXPECT_EQ(exit_code_with("kill:4"), 3) << "there is no fourth point";
}

TEST(FaultPoint, ThrowsAtTheNumberedPointOnly) {
  EXPECT_EQ(exit_code_with("error:1"), 10);
  EXPECT_EQ(exit_code_with("error:3"), 12);
}

TEST(FaultPoint, IgnoresASettingThatMakesNoSense) {
  for (const char* setting : {"", "kill", "explode:1", "kill:x", "error:0"})
    EXPECT_EQ(exit_code_with(setting), 3) << setting;
}

}  // namespace
}  // namespace safety::os

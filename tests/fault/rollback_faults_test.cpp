// A rollback killed, and failed, at points all along its way: production is exactly before or after, services are as they
// were found, and one more call ends it with nothing left beside.
#include "tests/fault/rollback_stage.hpp"

namespace safety::testing {
namespace {

using Way = RollbackStage::Way;

class RollbackFaults : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  RollbackStage rollback{stage};

  /// The undo's, or the swap's, own; of the parts that have a suite of their own, and of the journal, every nth.
  std::vector<int> chosen_points(const std::string& own, std::size_t nth, std::size_t from) const {
    std::vector<int> points;
    const auto& names = rollback.points();
    for (std::size_t at = 0; at < names.size(); ++at)
      if (names[at].starts_with(own) || names[at] == "rollback.reverted" || at % nth == from) points.push_back(static_cast<int>(at) + 1);
    return points;
  }
  std::string describe(const char* what, int point) const {
    return what + std::string(" at point ") + std::to_string(point) + " of " + std::to_string(rollback.points().size()) + " (" + rollback.points()[static_cast<std::size_t>(point) - 1] + ")";
  }
  void expect_before_or_after() { EXPECT_THAT(rollback.state(), ::testing::AnyOf(rollback.before(), rollback.after())); }

  void end_it(bool resumes) {
    const bool is_after = rollback.state() == rollback.after();
    auto ended = stage.run_when_unlocked("safety-rollback", {resumes ? "--resume" : "--abort"});
    if (!resumes && ended.exit_code == 14) {
      EXPECT_TRUE(is_after) << "an abort refuses only what has taken place: " << ended;
      ended = stage.run("safety-rollback", {"--resume"});
      resumes = true;
    }
    EXPECT_EQ(ended.exit_code, 0) << ended;
    EXPECT_EQ(rollback.state(), resumes ? rollback.after() : rollback.before());
  }
  void end_by_rolling_back() {
    if (rollback.state() == rollback.after()) return;
    const auto again = rollback.roll_back();
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_EQ(rollback.state(), rollback.after());
  }
  void expect_ended() {
    EXPECT_TRUE(rollback.services_run()) << rollback.services().log();
    if (rollback.state() == rollback.after()) { EXPECT_TRUE(rollback.folder_is_moved()); }
    rollback.expect_tidy();
  }

  void kill_at(const std::vector<int>& points) {
    bool resumes = false;
    for (const int point : points) {
      resumes = !resumes;
      SCOPED_TRACE(describe("killed", point) + (resumes ? ", resumed" : ", aborted"));
      rollback.start_over();
      const auto killed = rollback.roll_back("kill:" + std::to_string(point));
      ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
      expect_before_or_after();
      // Before its own journal, or behind its end, the same call again is the one more.
      rollback.unfinished_tool() == "safety-rollback" ? end_it(resumes) : end_by_rolling_back();
      expect_ended();
      if (HasFailure()) return;
    }
  }
  void fail_at(const std::vector<int>& points) {
    for (const int point : points) {
      SCOPED_TRACE(describe("failed", point));
      rollback.start_over();
      const auto failed = rollback.roll_back("error:" + std::to_string(point));
      expect_before_or_after();
      if (failed.exit_code != 0) { EXPECT_THAT(failed.out + failed.err, ::testing::HasSubstr("injected fault")) << failed; }
      // A fault in the middle of a start stands for a start that failed: a person is told, of a rollback that is done.
      if (failed.exit_code == 1)
        for (const char* name : {"media api", "api"}) rollback.services().set_running(name, true);
      if (failed.exit_code <= 1 || failed.exit_code == 14) { EXPECT_EQ(rollback.state(), rollback.after()) << failed; }
      if (!rollback.unfinished_tool().empty()) end_it(true);
      expect_ended();
      if (HasFailure()) {
        ADD_FAILURE() << failed;
        return;
      }
    }
  }
};

TEST_F(RollbackFaults, AnUndoFromACloneThatIsKilledIsEndedByOneMoreCall) {
  rollback.prepare(Way::undo_from_clone);
  kill_at(chosen_points("undo.", 18, 3));
}

TEST_F(RollbackFaults, AnUndoFromACloneThatFailsLeavesTheStateBeforeOrTheStateAfter) {
  rollback.prepare(Way::undo_from_clone);
  fail_at(chosen_points("undo.", 18, 9));
}

TEST_F(RollbackFaults, AnUndoFromAnArchiveThatIsKilledOrFailsIsBeforeOrAfterAndEndedByOneMoreCall) {
  rollback.prepare(Way::undo_from_archive);
  kill_at(chosen_points("undo.", 50, 7));
  fail_at(chosen_points("undo.", 50, 37));
}

TEST_F(RollbackFaults, ASwapThatIsKilledOrFailsIsBeforeOrAfterAndEndedByOneMoreCall) {
  rollback.prepare(Way::swap);
  kill_at(chosen_points("swap.", 20, 4));
  fail_at(chosen_points("swap.", 20, 14));
}

}  // namespace
}  // namespace safety::testing

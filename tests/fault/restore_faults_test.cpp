// Kill the restore at every fault point, and make every fault point fail: production is the old database or the new
// one, and --resume or --abort end the matter.
#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

class RestoreFaults : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};

  void SetUp() override { stage.make_before_and_after(); }

  /// What is open after a kill is finished or undone; returns with production whole and nothing left.
  void end_it(bool by_resuming) {
    const auto unfinished = stage.half_done_work();
    const auto refused = stage.run_when_unlocked("safety-restore", {"latest", "--yes"});
    if (unfinished.empty()) {
      // Killed before its journal or after the journal's last line: there is nothing to end, and the next run is free.
      EXPECT_EQ(refused.exit_code, 0) << refused;
      EXPECT_EQ(stage.content(), stage.after());
      return;
    }
    EXPECT_THAT(unfinished, ::testing::HasSubstr("\"" + stage.name() + "\""));
    expect_refusal_of_unfinished(refused);
    EXPECT_EQ(stage.run("safety-restore", {"--undo", "--yes"}).exit_code, 14);
    auto ended = stage.run("safety-restore", {by_resuming ? "--resume" : "--abort"});
    if (!by_resuming && ended.exit_code == 14) {  // past the point of no return
      EXPECT_THAT(ended.err, ::testing::HasSubstr("--resume"));
      EXPECT_EQ(stage.content(), stage.after());
      by_resuming = true;
      ended = stage.run("safety-restore", {"--resume"});
    }
    EXPECT_EQ(ended.exit_code, 0) << ended;
    EXPECT_EQ(stage.content(), by_resuming ? stage.after() : stage.before());
    EXPECT_EQ(stage.half_done_work(), "");
    const auto again = stage.run("safety-restore", {"--resume"});
    EXPECT_EQ(again.exit_code, 2) << again;
  }

  void expect_nothing_beside() {
    EXPECT_THAT(stage.databases_beside("staging"), ::testing::IsEmpty());
    EXPECT_THAT(stage.databases_beside("proof"), ::testing::IsEmpty());
  }

  void start_over() {
    if (stage.content() != stage.before()) stage.damage_again();
    stage.drop(stage.databases_beside("previous"));
  }
};

TEST_F(RestoreFaults, KilledAtEveryPointOfASwapProductionIsOldOrNewAndTheNextRunEndsIt) {
  const int points = stage.count_points("safety-restore", {"latest", "--yes"});
  EXPECT_EQ(stage.content(), stage.after());
  ASSERT_GT(points, 20);
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    start_over();
    const auto killed = stage.run("safety-restore", {"latest", "--yes"}, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_THAT(stage.content(), ::testing::AnyOf(stage.before(), stage.after()));
    end_it(point % 2 == 0);
    expect_nothing_beside();
    if (HasFailure()) return;
  }
  const auto backup = stage.run("safety-backup", {"--json"});
  EXPECT_EQ(backup.exit_code, 0) << backup;
  const auto restored = stage.run("safety-restore", {"latest", "--yes", "--proof", "L4"});
  EXPECT_EQ(restored.exit_code, 0) << restored;
}

TEST_F(RestoreFaults, AFailureAtEveryPointOfASwapIsUndoneOrSaysThatItMustBeFinished) {
  const int points = stage.count_points("safety-restore", {"latest", "--yes"});
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("failed at point " + std::to_string(point));
    start_over();
    const auto failed = stage.run("safety-restore", {"latest", "--yes"}, "error:" + std::to_string(point));
    EXPECT_THAT(failed.err, ::testing::HasSubstr("injected fault")) << failed;
    const auto now = stage.content();
    if (failed.exit_code == 70) {
      EXPECT_EQ(now, stage.before());
      EXPECT_EQ(stage.half_done_work(), "");
    } else {
      EXPECT_EQ(failed.exit_code, 14) << failed;
      EXPECT_EQ(now, stage.after()) << "undone by itself before the point of no return, finished by --resume after it";
      if (!stage.half_done_work().empty()) {
        const auto resumed = stage.run("safety-restore", {"--resume"});
        EXPECT_EQ(resumed.exit_code, 0) << resumed;
        EXPECT_EQ(stage.content(), stage.after());
      }
    }
    expect_nothing_beside();
    if (HasFailure()) return;
  }
}

TEST_F(RestoreFaults, KilledAgainWhileResumingItCanStillBeEnded) {
  const int points = stage.count_points("safety-restore", {"latest", "--yes"});
  int turn = 0;
  for (const int first : {points / 4, points / 2, points - 5})
    for (int second = 1; second <= points; second += 4) {
      SCOPED_TRACE("killed at " + std::to_string(first) + ", then the resumed run at " + std::to_string(second));
      start_over();
      stage.run("safety-restore", {"latest", "--yes"}, "kill:" + std::to_string(first));
      const auto resumed = stage.run_when_unlocked("safety-restore", {"--resume"}, "kill:" + std::to_string(second));
      EXPECT_THAT(stage.content(), ::testing::AnyOf(stage.before(), stage.after()));
      if (resumed.exit_code == 0) {  // fewer points were left than that
        EXPECT_EQ(stage.content(), stage.after());
        break;
      }
      ASSERT_EQ(resumed.exit_code, 128 + SIGKILL) << resumed;
      end_it(++turn % 2 == 0);
      expect_nothing_beside();
      if (HasFailure()) return;
    }
}

TEST_F(RestoreFaults, KilledAgainWhileAbortingItCanStillBeEnded) {
  const int points = stage.count_points("safety-restore", {"latest", "--yes"});
  for (int second = 1; second < 10; ++second) {
    SCOPED_TRACE("the abort killed at " + std::to_string(second));
    start_over();
    stage.run("safety-restore", {"latest", "--yes"}, "kill:" + std::to_string(points / 2));
    const auto aborted = stage.run_when_unlocked("safety-restore", {"--abort"}, "kill:" + std::to_string(second));
    EXPECT_EQ(stage.content(), stage.before());
    if (aborted.exit_code == 0) return;
    ASSERT_EQ(aborted.exit_code, 128 + SIGKILL) << aborted;
    end_it(second % 2 == 0);
    expect_nothing_beside();
    if (HasFailure()) return;
  }
  FAIL() << "an abort passes fewer fault points than that";
}

TEST_F(RestoreFaults, KilledOrFailedAtEveryPointOfAnUndoOneOfTheTwoDatabasesIsInPlace) {
  ASSERT_EQ(stage.run("safety-restore", {"latest", "--yes"}).exit_code, 0);
  const int points = stage.count_points("safety-restore", {"--undo", "--yes"});
  ASSERT_EQ(stage.content(), stage.before());
  for (int point = 1; point <= 2 * points; ++point) {
    const bool kills = point <= points;
    const auto number = std::to_string(kills ? point : point - points);
    SCOPED_TRACE((kills ? "killed at point " : "failed at point ") + number);
    const auto here = stage.content();
    const auto there = here == stage.before() ? stage.after() : stage.before();
    const auto ended = stage.run("safety-restore", {"--undo", "--yes"}, (kills ? "kill:" : "error:") + number);
    EXPECT_EQ(ended.exit_code == 128 + SIGKILL, kills) << ended;
    EXPECT_THAT(stage.content(), ::testing::AnyOf(here, there));
    if (!stage.half_done_work().empty()) {
      const bool by_resuming = point % 2 == 0;
      expect_refusal_of_unfinished(stage.run_when_unlocked("safety-restore", {"latest", "--yes"}));
      auto done = stage.run("safety-restore", {by_resuming ? "--resume" : "--abort"});
      if (done.exit_code == 14) done = stage.run("safety-restore", {"--resume"});
      EXPECT_EQ(done.exit_code, 0) << done;
      EXPECT_THAT(stage.content(), ::testing::AnyOf(here, there));
      if (by_resuming) { EXPECT_EQ(stage.content(), there); }
      EXPECT_EQ(stage.half_done_work(), "");
    }
    expect_nothing_beside();
    EXPECT_EQ(stage.databases_beside("previous").size(), 1U) << "the other database is kept";
    if (HasFailure()) return;
  }
}

TEST_F(RestoreFaults, KilledOrFailedAtEveryPointARestoreBesideNeverShowsAHalfDatabase) {
  const auto beside = stage.name() + "__beside";
  const std::vector<std::string> arguments{"latest", "--to", beside};
  const auto content_beside = [&] { return content_of(connection_url(beside)); };
  const auto without_first_line = [](const std::string& text) { return text.substr(text.find('\n')); };
  const int points = stage.count_points("safety-restore", arguments);
  for (int point = 1; point <= 2 * points; ++point) {
    const bool kills = point <= points;
    const auto number = std::to_string(kills ? point : point - points);
    SCOPED_TRACE((kills ? "killed at point " : "failed at point ") + number);
    stage.drop({beside});
    const auto ended = stage.run("safety-restore", arguments, (kills ? "kill:" : "error:") + number);
    EXPECT_EQ(ended.exit_code == 128 + SIGKILL, kills) << ended;
    EXPECT_EQ(stage.content(), stage.before());
    const auto is_there = [&] { return !stage.databases_beside("beside").empty(); };
    if (is_there()) { EXPECT_EQ(without_first_line(content_beside()), without_first_line(stage.after())); }
    if (!stage.half_done_work().empty()) {
      const bool by_resuming = point % 2 == 0;
      expect_refusal_of_unfinished(stage.run_when_unlocked("safety-restore", arguments));
      auto done = stage.run("safety-restore", {by_resuming ? "--resume" : "--abort"});
      if (done.exit_code == 14) done = stage.run("safety-restore", {"--resume"});
      EXPECT_EQ(done.exit_code, 0) << done;
      if (by_resuming) { EXPECT_TRUE(is_there()); }
      if (is_there()) { EXPECT_EQ(without_first_line(content_beside()), without_first_line(stage.after())); }
    }
    expect_nothing_beside();
    EXPECT_EQ(stage.content(), stage.before());
    if (HasFailure()) return;
  }
}

TEST_F(RestoreFaults, KilledOrFailedAtEveryPointAProofLeavesNothingBeside) {
  const std::vector<std::string> arguments{"latest", "--proof", "L3"};
  const int points = stage.count_points("safety-verify", arguments);
  for (int point = 1; point <= 2 * points; ++point) {
    const bool kills = point <= points;
    const auto number = std::to_string(kills ? point : point - points);
    SCOPED_TRACE((kills ? "killed at point " : "failed at point ") + number);
    const auto ended = stage.run("safety-verify", arguments, (kills ? "kill:" : "error:") + number);
    EXPECT_EQ(ended.exit_code == 128 + SIGKILL, kills) << ended;
    EXPECT_EQ(stage.content(), stage.before());
    if (!stage.half_done_work().empty()) {
      expect_refusal_of_unfinished(stage.run_when_unlocked("safety-verify", arguments));
      const auto done = stage.run("safety-restore", {point % 2 == 0 ? "--resume" : "--abort"});
      EXPECT_EQ(done.exit_code, 0) << done;
    }
    expect_nothing_beside();
    if (HasFailure()) return;
  }
  const auto list = stage.run("safety-list", {"--json"});
  ASSERT_EQ(list.last_json["checkpoints"].size(), 1U) << list;
  EXPECT_EQ(stage.run_when_unlocked("safety-verify", arguments).exit_code, 0);
}

TEST_F(RestoreFaults, KilledOrFailedAtEveryPointARestoreInPlaceTellsTheTruthAboutWhatItDid) {
  // The pre-restore backup comes first: the points of the restore proper are those after the backup's.
  const std::vector<std::string> arguments{stage.checkpoint(), "--in-place", "--yes"};
  const int points = stage.count_points("safety-restore", arguments);
  EXPECT_EQ(stage.content(), stage.after());
  for (int point = points - 12; point <= points; ++point)
    for (const bool kills : {true, false}) {
      SCOPED_TRACE((kills ? "killed at point " : "failed at point ") + std::to_string(point));
      if (stage.content() != stage.before()) stage.damage_again();
      const auto ended = stage.run("safety-restore", arguments, (kills ? "kill:" : "error:") + std::to_string(point));
      EXPECT_EQ(ended.exit_code == 128 + SIGKILL, kills) << ended;
      const auto now = stage.content();
      EXPECT_THAT(now, ::testing::AnyOf(stage.before(), stage.after()));
      if (ended.exit_code == 70) { EXPECT_EQ(now, stage.before()) << ended; }
      if (!stage.half_done_work().empty()) {
        const bool by_resuming = point % 2 == 0;
        auto done = stage.run_when_unlocked("safety-restore", {by_resuming ? "--resume" : "--abort"});
        if (!by_resuming && done.exit_code == 14) {
          EXPECT_EQ(now, stage.after()) << "an abort refuses only what has taken place";
          done = stage.run("safety-restore", {"--resume"});
          EXPECT_EQ(stage.content(), stage.after());
        } else {
          EXPECT_EQ(stage.content(), by_resuming ? stage.after() : stage.before()) << done;
        }
        EXPECT_EQ(done.exit_code, 0) << done;
      }
      EXPECT_EQ(stage.half_done_work(), "");
      if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace safety::testing

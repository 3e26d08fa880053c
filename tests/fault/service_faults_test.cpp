// Killed, or failed, at every point from the first service's stop to the last one's start: production is one of the two
// databases, and once the next call has ended it services run as they were found.
#include "tests/fault/service_stage.hpp"

namespace safety::testing {
namespace {

class ServiceFaults : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  ServiceStage services{stage};
  int first = 0, last = 0;

  void SetUp() override {
    stage.make_before_and_after();
    stage.count_points("safety-restore", {"latest", "--yes"});
    const auto names = split_lines(read_text(stage.scratch() / "points"));
    for (std::size_t at = 0; at < names.size(); ++at) {
      if (names[at].find("service.") == std::string::npos) continue;
      if (first == 0) first = static_cast<int>(at);  // the point before, too
      last = static_cast<int>(at) + 2;
    }
    ASSERT_GT(last - first, 10) << "two services pass that many points at least";
  }
  void start_over() {
    if (stage.content() != stage.before()) stage.damage_again();
    stage.drop(stage.databases_beside("previous"));
    services.forget();
  }
  void expect_services_run() {
    EXPECT_TRUE(services.is_running("media api")) << services.log();
    EXPECT_TRUE(services.is_running("api")) << services.log();
  }
};

TEST_F(ServiceFaults, KilledAtEveryPointTheNextCallEndsItAndServicesRun) {
  for (int point = first; point <= last; ++point)
    for (const bool by_resuming : {false, true}) {
      SCOPED_TRACE("killed at point " + std::to_string(point) + (by_resuming ? ", resumed" : ", aborted"));
      start_over();
      const auto killed = stage.run("safety-restore", {"latest", "--yes"}, "kill:" + std::to_string(point));
      ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
      const auto now = stage.content();
      EXPECT_THAT(now, ::testing::AnyOf(stage.before(), stage.after()));
      expect_refusal_of_unfinished(stage.run_when_unlocked("safety-restore", {"latest", "--yes"}));
      auto ended = stage.run("safety-restore", {by_resuming ? "--resume" : "--abort"});
      if (ended.exit_code == 14) {  // past the point of no return
        EXPECT_EQ(now, stage.after());
        ended = stage.run("safety-restore", {"--resume"});
      }
      EXPECT_EQ(ended.exit_code, 0) << ended;
      EXPECT_EQ(stage.half_done_work(), "");
      expect_services_run();
      if (HasFailure()) return;
    }
}

TEST_F(ServiceFaults, AFailureAtEveryPointLeavesServicesRunning) {
  for (int point = first; point <= last; ++point) {
    SCOPED_TRACE("failed at point " + std::to_string(point));
    start_over();
    const auto failed = stage.run("safety-restore", {"latest", "--yes"}, "error:" + std::to_string(point));
    EXPECT_NE(failed.exit_code, 0) << failed;
    EXPECT_THAT(failed.err, ::testing::HasSubstr("injected fault")) << failed;
    EXPECT_THAT(stage.content(), ::testing::AnyOf(stage.before(), stage.after()));
    // A fault in the middle of a start stands for a start that failed: a person is told, with the command.
    if (failed.exit_code == 11 || failed.exit_code == 18) {
      EXPECT_THAT(failed.err, ::testing::HasSubstr("by hand")) << failed;
    } else {
      expect_services_run();
    }
    if (!stage.half_done_work().empty()) {
      const auto resumed = stage.run("safety-restore", {"--resume"});
      EXPECT_EQ(resumed.exit_code, 0) << resumed;
    }
    services.set_running("api", true);
    services.set_running("media api", true);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace safety::testing

// A deploy killed, and failed, at points all along its way: production is exactly before or after, and one more call ends it.
#include "tests/deploy/deploy_stage.hpp"

namespace safety::testing {
namespace {

class DeployFaults : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  DeployStage app{stage};
  std::string before, after;
  std::vector<std::string> names;  // of the points, in order

  void SetUp() override {
    app.migrate_by("ALTER TABLE owners ADD COLUMN IF NOT EXISTS phone text; UPDATE owners SET phone = 'none' WHERE phone IS NULL;");
    before = stage.content();
    stage.count_points("safety-deploy", {"--yes"});
    names = split_lines(read_text(stage.scratch() / "points"));
    after = stage.content();
    ASSERT_NE(after, before);
    start_over();
  }
  void start_over() {
    if (stage.content() != before) stage.run_sql("ALTER TABLE owners DROP COLUMN phone");
    ASSERT_EQ(stage.content(), before);
    for (const char* kind : {"previous", "clone"}) stage.drop(stage.databases_beside(kind));
  }
  /// The deploy's own, each once; of the parts that have a suite of their own a sample.
  std::vector<int> chosen_points() const {
    std::vector<int> points;
    for (std::size_t at = 0; at < names.size(); ++at)
      if (names[at].starts_with("deploy.") || at % 6 == 1) points.push_back(static_cast<int>(at) + 1);
    return points;
  }
};

TEST_F(DeployFaults, KilledAnywhereOneMoreCallTakesItBackOrFinishesIt) {
  ASSERT_GT(names.size(), 60U);
  bool resumes = false;
  for (const int point : chosen_points()) {
    resumes = !resumes;
    SCOPED_TRACE("killed at point " + std::to_string(point) + " (" + names[static_cast<std::size_t>(point) - 1] + (resumes ? "), resumed" : "), aborted"));
    start_over();
    const auto killed = app.deploy({}, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_THAT(stage.content(), ::testing::AnyOf(before, after));
    if (stage.half_done_work().empty()) continue;  // before the journal, or behind its end
    auto ended = stage.run_when_unlocked("safety-deploy", {resumes ? "--resume" : "--abort"});
    if (!resumes && ended.exit_code == 14) ended = stage.run("safety-deploy", {"--resume"});  // accepted already
    EXPECT_EQ(ended.exit_code, 0) << ended;
    if (resumes) {
      EXPECT_EQ(stage.content(), after);
    }
    EXPECT_EQ(stage.half_done_work(), "");
    for (const char* kind : {"rehearsal", "staging"}) EXPECT_THAT(stage.databases_beside(kind), ::testing::IsEmpty());
    if (HasFailure()) return;
  }
}

TEST_F(DeployFaults, AFailureAnywhereLeavesTheStateBeforeOrTheStateAfter) {
  for (const int point : chosen_points()) {
    SCOPED_TRACE("failed at point " + std::to_string(point) + " (" + names[static_cast<std::size_t>(point) - 1] + ")");
    start_over();
    const auto failed = app.deploy({}, "error:" + std::to_string(point));
    EXPECT_THAT(stage.content(), ::testing::AnyOf(before, after)) << failed;
    if (!stage.half_done_work().empty()) {
      const auto resumed = stage.run("safety-deploy", {"--resume"});
      EXPECT_EQ(resumed.exit_code, 0) << failed << resumed;
    }
    EXPECT_EQ(stage.half_done_work(), "");
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace safety::testing

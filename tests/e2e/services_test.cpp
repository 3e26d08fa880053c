// Services around a restore: down before the swap, up after it, as they were found; and every way that can fail.
#include "tests/fault/service_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;

class Services : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  ServiceStage services{stage};

  void SetUp() override { stage.make_before_and_after(); }

  ToolRun restore(const std::vector<std::string>& more = {}, const std::string& fault = "") {
    std::vector<std::string> arguments{"latest", "--yes", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return stage.run("safety-restore", arguments, fault);
  }
  void expect_both_running() {
    EXPECT_TRUE(services.is_running("media api"));
    EXPECT_TRUE(services.is_running("api"));
  }
};

constexpr const char* kDownAndUp = "stop media api\nstop api\nstart api\nstart media api\n";

TEST_F(Services, AreStoppedInOrderAndStartedInReverse) {
  const auto run = restore();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(stage.content(), stage.after());
  EXPECT_EQ(services.log(), kDownAndUp);
  expect_both_running();
  ASSERT_EQ(run.last_json["services"].size(), 2U);
  EXPECT_EQ(run.last_json["services"][0]["found"], "healthy");
  double downtime = 0;
  for (const auto& step : run.last_json["steps"])
    if (step["id"] == "stop_services" || step["id"] == "swap" || step["id"] == "start_services") downtime += double(step["seconds"]);
  EXPECT_NEAR(run.last_json["downtime_seconds"], downtime, 1e-6);
  EXPECT_LT(downtime, run.last_json["seconds"]);
}

TEST_F(Services, GoDownForAnUndoToo) {
  ASSERT_EQ(restore().exit_code, 0);
  services.forget();
  EXPECT_EQ(stage.run("safety-restore", {"--undo", "--yes"}).exit_code, 0);
  EXPECT_EQ(services.log(), kDownAndUp);
  EXPECT_EQ(stage.content(), stage.before());
}

TEST_F(Services, GoDownForARestoreInPlaceToo) {
  const auto run = restore({"--in-place"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(services.log(), kDownAndUp);
}

TEST_F(Services, AreLeftAloneWhenNothingIsReplacedOrSomebodySaysSo) {
  EXPECT_EQ(restore({"--to", stage.name() + "__beside"}).exit_code, 0);
  stage.drop({stage.name() + "__beside"});
  EXPECT_EQ(restore({"--no-services"}).exit_code, 0);
  EXPECT_EQ(services.log(), "");
}

TEST_F(Services, FoundStoppedStayStopped) {
  services.set_running("api", false);
  const auto run = restore();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(services.log(), "stop media api\nstart media api\n");
  EXPECT_FALSE(services.is_running("api"));
}

TEST_F(Services, AreStartedAgainWhenTheSwapFails) {
  services.set_running("api", false);
  const int points = stage.count_points("safety-restore", {"latest", "--yes"});
  const auto names = split_lines(read_text(stage.scratch() / "points"));
  ASSERT_EQ(static_cast<int>(names.size()), points);
  const auto point = std::find_if(names.begin(), names.end(), [](const auto& line) { return line.find("swap.before_commit") != std::string::npos; });
  ASSERT_NE(point, names.end());
  stage.damage_again();
  services.forget();
  const auto run = restore({}, "error:" + std::to_string(point - names.begin() + 1));
  EXPECT_EQ(run.exit_code, 70) << run;
  EXPECT_EQ(stage.content(), stage.before());
  EXPECT_EQ(services.log(), "stop media api\nstart media api\n");
}

TEST_F(Services, ThatDoNotStopEndTheRestoreBeforeAnythingIsReplaced) {
  services.give("api", "stays");
  const auto run = restore();
  EXPECT_EQ(run.exit_code, 11) << run;
  EXPECT_THAT(run.err, HasSubstr("service \"api\" does not stop"));
  EXPECT_EQ(stage.content(), stage.before());
  expect_both_running();
  EXPECT_EQ(stage.half_done_work(), "");
}

TEST_F(Services, ThatAreNotHealthyAfterwardsAreNamedWithTheWayBack) {
  services.give("media api", "sick");
  const auto run = restore();
  EXPECT_EQ(run.exit_code, 11) << run;
  EXPECT_THAT(run.err, HasSubstr("the database is restored, but services are not as they were: service \"media api\" is not healthy"));
  EXPECT_THAT(run.err, HasSubstr("safety-restore --undo --yes"));
  EXPECT_EQ(stage.content(), stage.after());
  expect_both_running();
  EXPECT_EQ(stage.half_done_work(), "");
  services.heal("media api", "sick");
  const auto undone = stage.run("safety-restore", {"--undo", "--yes"});
  EXPECT_EQ(undone.exit_code, 0) << undone;
  EXPECT_EQ(stage.content(), stage.before());
}

TEST_F(Services, ThatDoNotStartKeepNobodyElseDown) {
  services.give("api", "broken");
  const auto run = restore();
  EXPECT_EQ(run.exit_code, 11) << run;
  EXPECT_THAT(run.err, HasSubstr("start"));
  EXPECT_TRUE(services.is_running("media api"));
  EXPECT_FALSE(services.is_running("api"));
}

TEST_F(Services, ThatAreNotHealthyAreSwappedBackWhenThatWasAskedFor) {
  services.give("media api", "sick");
  const auto run = restore({"--undo-on-unhealthy"});
  // On the old database it is as sick, and the last word is that.
  EXPECT_EQ(run.exit_code, 11) << run;
  EXPECT_EQ(stage.content(), stage.before());
  services.heal("media api", "sick");
  services.forget();
  services.give("api", "broken");
  const auto second = stage.start("safety-restore", {"latest", "--yes", "--undo-on-unhealthy"});
  auto& waiting = const_cast<Background&>(second);
  ASSERT_TRUE(waiting.wait_for_output("swapping back"));
  services.heal("api", "broken");
  const auto ended = waiting.wait();
  EXPECT_EQ(ended.exit_code, 17) << ended;
  EXPECT_THAT(ended.err, HasSubstr("the old one is back"));
  EXPECT_EQ(stage.content(), stage.before());
  expect_both_running();
}

TEST_F(Services, ComeBackAfterASignalInEveryPhase) {
  services.give("api", "sick");
  auto run = stage.start("safety-restore", {"latest", "--yes"});
  ASSERT_TRUE(run.wait_for_output("waiting for service \"api\""));
  run.send_signal(SIGTERM);
  const auto ended = run.wait();
  EXPECT_EQ(ended.exit_code, 14) << ended;
  expect_both_running();
  EXPECT_EQ(stage.content(), stage.after());
  services.heal("api", "sick");
  const auto resumed = stage.run("safety-restore", {"--resume"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
}

TEST_F(Services, ThatNobodyKnowsEndItBeforeAnythingIsTouched) {
  std::ofstream(services.config(), std::ios::app) << "\n[services.worker]\nunit = \"x\"\n";
  const auto stray = restore();
  EXPECT_EQ(stray.exit_code, 3) << stray;
  EXPECT_THAT(stray.err, HasSubstr("[services.worker] is not in `order`"));
  write_text(services.config(), "[services]\norder = [\"api\"]\npreset = \"command\"\nstop = \"true\"\nstart = \"true\"\nstate = \"echo no such thing >&2; exit 1\"\n");
  const auto unknown = restore();
  EXPECT_EQ(unknown.exit_code, 10) << unknown;
  EXPECT_THAT(unknown.err, HasSubstr("no such thing"));
  EXPECT_EQ(stage.content(), stage.before());
  EXPECT_EQ(stage.half_done_work(), "");
}

TEST_F(Services, OfAFileThatOthersCanWriteAreRefused) {
  std::filesystem::permissions(services.config(), std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  const auto run = restore();
  EXPECT_EQ(run.exit_code, 3) << run;
  EXPECT_THAT(run.err, HasSubstr("chmod go-w"));
  EXPECT_EQ(services.log(), "");
}

}  // namespace
}  // namespace safety::testing

// The runbook of safety-rollback at a terminal: each step asked of a person, who may want to know more, pass it over, stop or leave.
#include "tests/e2e/rollback_stage.hpp"
#include "tests/e2e/terminal.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Runbook : public RollbackTool {
 protected:
  void SetUp() override {
    id = stage();
    migrated = content();
    const auto state = bench.file("api.state").string(), log = bench.file("api.log").string();
    write_text(state, "running\n");
    write_text(log, "");
    config = bench.file("safety.toml");
    write_text(config, "[services]\norder = [\"api\"]\npreset = \"command\"\nstop_timeout = \"2s\"\nhealth_timeout = \"2s\"\n"
                       "stop = \"echo stop >>" + log + "; echo stopped >" + state + "\"\nstart = \"echo start >>" + log + "; echo running >" + state + "\"\n"
                       "state = \"grep -q running " + state + " || exit 3\"\n");
    std::filesystem::permissions(config, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  Environment environment() const {
    auto all = bench.environment(url());
    all["SAFETY_CONFIG"] = config.string();
    all["USER"] = "alice";
    all["SUDO_USER"] = "";
    return all;
  }
  Terminal begin(std::vector<std::string> arguments = {"--last"}) const { return Terminal("safety-rollback", std::move(arguments), environment()); }
  /// Until it asks about that step.
  static void expect_step(Terminal& terminal, const std::string& what) {
    ASSERT_TRUE(terminal.wait_for(": " + what)) << terminal.said();
    ASSERT_TRUE(terminal.wait_for("resume later: ")) << terminal.said();
  }
  /// Left at `step`, yes until there.
  ToolRun leave_at(const std::string& step) const {
    auto terminal = begin();
    EXPECT_TRUE(terminal.wait_for("[y/N] ")) << terminal.said();
    terminal.type("y");
    for (const std::string what : {"back the database up", "stop api", "undo the schema change", "read the histories", "start api"}) {
      EXPECT_TRUE(terminal.wait_for(": " + what)) << terminal.said();
      EXPECT_TRUE(terminal.wait_for("resume later: ")) << terminal.said();
      if (what == step) break;
      terminal.type("y");
    }
    terminal.type("q");
    return terminal.wait();
  }
  ToolRun run_quietly(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return run_tool("safety-rollback", arguments, environment());
  }
  bool is_running() const { return read_text(bench.file("api.state")).starts_with("running"); }
  std::string log() const { return read_text(bench.file("api.log")); }

  std::string id, migrated;
  std::filesystem::path config;
};

TEST_F(Runbook, ExplainsShowsAndRecordsWhoPassedAStepOverAndWhy) {
  auto terminal = begin();
  ASSERT_TRUE(terminal.wait_for("recommended: ")) << terminal.said();
  ASSERT_TRUE(terminal.wait_for("goes back to checkpoint " + id + " by undo")) << terminal.said();
  ASSERT_TRUE(terminal.wait_for("[y/N] "));
  terminal.type("y");
  expect_step(terminal, "back the database up as it is, broken");
  EXPECT_THAT(terminal.said(), HasSubstr("step 1 of 5: "));
  terminal.type("what?");
  ASSERT_TRUE(terminal.wait_for("resume later: ")) << "it asks again";
  terminal.type("e");
  ASSERT_TRUE(terminal.wait_for("a rollback can be rolled back")) << terminal.said();
  terminal.type("k");
  ASSERT_TRUE(terminal.wait_for("why (it is recorded): "));
  terminal.type("");
  ASSERT_TRUE(terminal.wait_for("resume later: ")) << "without a reason nothing is passed over";
  terminal.type("k");
  ASSERT_TRUE(terminal.wait_for("why (it is recorded): "));
  terminal.type("the nightly one is from a minute ago");
  expect_step(terminal, "stop api");
  EXPECT_TRUE(is_running());
  terminal.type("y");
  expect_step(terminal, "undo the schema change");
  EXPECT_FALSE(is_running());
  terminal.type("k");
  ASSERT_TRUE(terminal.wait_for("resume later: ")) << "what it is all about cannot be passed over";
  EXPECT_EQ(content(), migrated);
  terminal.type("s");
  ASSERT_TRUE(terminal.wait_for("orders")) << terminal.said();
  ASSERT_TRUE(terminal.wait_for("resume later: "));
  terminal.type("y");
  ASSERT_TRUE(terminal.wait_for("step 4 of 5: ")) << terminal.said();
  ASSERT_TRUE(terminal.wait_for("resume later: "));
  EXPECT_EQ(terminal.said().find("[n] stop", terminal.said().find("step 4 of 5")), std::string::npos) << "nothing can be stopped by then";
  terminal.type("y");
  ASSERT_TRUE(terminal.wait_for("step 5 of 5: "));
  terminal.type("y");
  const auto done = terminal.wait();
  EXPECT_EQ(done.exit_code, 0) << done;
  EXPECT_THAT(done.out, HasSubstr("is back at checkpoint"));
  expect_undone();
  EXPECT_EQ(log(), "stop\nstart\n");
  EXPECT_EQ(database.value("SELECT count(*) FROM safety.steps WHERE step = 'checkpoint' AND detail LIKE '%the nightly one is from a minute ago%' AND who LIKE 'alice@%'"), "1");
  const auto report = run_quietly({"--report", "last"});
  ASSERT_EQ(report.exit_code, 0) << report;
}

TEST_F(Runbook, LeftBeforeTheRevertHoldsOthersOffAndGoesOn) {
  const auto left = leave_at("undo the schema change");
  EXPECT_EQ(left.exit_code, 14) << left;
  EXPECT_THAT(left.out, AllOf(HasSubstr("left by request"), HasSubstr("safety-rollback --resume"), HasSubstr("--abort"), HasSubstr("services stay stopped"), HasSubstr("api")));
  EXPECT_EQ(content(), migrated);
  EXPECT_FALSE(is_running());
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"--last", "--yes"}, {"--dry-run"}, {"--undo", "--yes"}}) {
    const auto refused = run_quietly(arguments);
    EXPECT_EQ(refused.exit_code, 14) << refused;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("unfinished"), HasSubstr("safety-rollback --resume")));
  }
  const auto restore = run_tool("safety-restore", {"latest", "--yes"}, environment());
  EXPECT_EQ(restore.exit_code, 14) << restore;
  const auto resumed = run_quietly({"--resume", "--yes"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
  expect_undone();
  EXPECT_EQ(log(), "stop\nstart\n");
  EXPECT_TRUE(is_running());
  EXPECT_EQ(resumed.last_json["checkpoint"], id);
  EXPECT_NE(resumed.last_json["broken_checkpoint"], "");
  EXPECT_EQ(run_quietly({"--undo", "--yes"}).exit_code, 0);
}

TEST_F(Runbook, LeftBeforeTheRevertCanBeUndone) {
  EXPECT_EQ(leave_at("undo the schema change").exit_code, 14);
  const auto aborted = run_quietly({"--abort"});
  EXPECT_EQ(aborted.exit_code, 0) << aborted;
  EXPECT_EQ(content(), migrated);
  EXPECT_TRUE(is_running());
  EXPECT_EQ(run_quietly({"--last", "--yes"}).exit_code, 0);
  expect_undone();
}

TEST_F(Runbook, LeftAtItsFirstStepHasDoneNothing) {
  const auto left = leave_at("back the database up");
  EXPECT_EQ(left.exit_code, 14) << left;
  EXPECT_THAT(left.out, Not(HasSubstr("stay stopped")));
  EXPECT_TRUE(is_running());
  auto terminal = begin({"--resume"});
  expect_step(terminal, "back the database up");
  terminal.type("n");
  const auto stopped = terminal.wait();
  EXPECT_EQ(stopped.exit_code, 16) << stopped;
  EXPECT_EQ(content(), migrated);
  EXPECT_EQ(log(), "");
}

TEST_F(Runbook, LeftAfterTheRevertCanOnlyBeFinished) {
  EXPECT_EQ(leave_at("read the histories").exit_code, 14);
  expect_undone();
  EXPECT_FALSE(is_running());
  const auto aborted = run_quietly({"--abort"});
  EXPECT_EQ(aborted.exit_code, 14) << aborted;
  EXPECT_THAT(aborted.err, HasSubstr("safety-rollback --resume"));
  EXPECT_FALSE(is_running());
  auto terminal = begin({"--resume"});
  expect_step(terminal, "read the histories");
  terminal.leave();
  const auto left = terminal.wait();
  EXPECT_EQ(left.exit_code, 14) << left << "a terminal that is gone decides nothing";
  EXPECT_EQ(run_quietly({"--resume", "--yes"}).exit_code, 0);
  expect_undone();
  EXPECT_TRUE(is_running());
}

TEST_F(Runbook, StoppedBeforeTheRevertStartsTheServicesAgain) {
  auto terminal = begin();
  ASSERT_TRUE(terminal.wait_for("[y/N] "));
  terminal.type("y");
  for (const char* what : {"back the database up", "stop api"}) {
    expect_step(terminal, what);
    terminal.type("y");
  }
  expect_step(terminal, "undo the schema change");
  EXPECT_FALSE(is_running());
  terminal.type("n");
  const auto stopped = terminal.wait();
  EXPECT_EQ(stopped.exit_code, 16) << stopped;
  EXPECT_THAT(stopped.out, AllOf(HasSubstr("by request"), HasSubstr("hint: ")));
  EXPECT_EQ(content(), migrated);
  EXPECT_TRUE(is_running());
  EXPECT_EQ(run_quietly({"--resume"}).exit_code, 2) << "nothing is unfinished";
}

TEST_F(Runbook, DeclinedDoesNothing) {
  auto terminal = begin();
  ASSERT_TRUE(terminal.wait_for("[y/N] "));
  terminal.type("n");
  const auto declined = terminal.wait();
  EXPECT_EQ(declined.exit_code, 16) << declined;
  EXPECT_EQ(content(), migrated);
  EXPECT_EQ(log(), "");
}

}  // namespace
}  // namespace safety::testing

// An undo in the middle of its transaction: its session is ended, its process is told to end, its server is lost.
#include "tests/fault/lost_server.hpp"
#include "tests/fault/rollback_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Way = RollbackStage::Way;

/// Holds the history's row that the undo's transaction deletes at its end, when all tables are made anew.
class Obstacle {
 public:
  explicit Obstacle(const std::string& url) : session_(quiet_context(), pg::ConnectionInfo::parse(url)), watch_(quiet_context(), pg::ConnectionInfo::parse(url)) {
    session_.execute("BEGIN; SELECT FROM _prisma_migrations WHERE id = '2_change' FOR UPDATE");
    pid_ = session_.value_of("SELECT pg_backend_pid()");
  }
  /// The pid of the session that waits for us.
  std::string wait_for_undo() {
    for (const Stopwatch watch; watch.seconds() < 60; std::this_thread::sleep_for(std::chrono::milliseconds(20)))
      if (const auto rows = watch_.query("SELECT pid FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))", {pid_}); rows.rows() > 0) return rows.text(0, 0);
    throw std::runtime_error("no undo came");
  }
  void terminate(const std::string& pid) { watch_.query("SELECT pg_terminate_backend($1::int)", {pid}); }
  void go_away() { session_.execute("ROLLBACK"); }

 private:
  pg::Connection session_, watch_;
  std::string pid_;
};

Background start_undo(const Stage& stage, const RollbackStage& rollback) {
  auto arguments = rollback.arguments();
  arguments.insert(arguments.end(), {"--lock-timeout", "60s"});
  return stage.start("safety-rollback", arguments);
}

class InterruptedRollback : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  RollbackStage rollback{stage};

  void expect_as_before(Obstacle& obstacle) {
    EXPECT_EQ(rollback.state(), rollback.before());
    EXPECT_TRUE(rollback.services_run()) << rollback.services().log();
    rollback.expect_tidy();
    obstacle.go_away();
    const auto again = rollback.roll_back();
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_EQ(rollback.state(), rollback.after());
  }
};

TEST_F(InterruptedRollback, ThatLosesItsSessionSaysSoAndLeavesTheDatabaseAsItWas) {
  rollback.prepare(Way::undo_from_clone);
  Obstacle obstacle(stage.url());
  auto undo = start_undo(stage, rollback);
  obstacle.terminate(obstacle.wait_for_undo());
  const auto ended = undo.wait();
  EXPECT_EQ(ended.exit_code, 4) << ended;
  EXPECT_THAT(ended.err, AllOf(HasSubstr("terminating connection"), HasSubstr("hint: "))) << ended;
  expect_as_before(obstacle);
}

TEST_F(InterruptedRollback, ThatIsToldToEndDoesSoAtOnceAndLeavesTheDatabaseAsItWas) {
  rollback.prepare(Way::undo_from_archive);
  Obstacle obstacle(stage.url());
  auto undo = start_undo(stage, rollback);
  obstacle.wait_for_undo();
  undo.send_signal(SIGTERM);
  const auto ended = undo.wait();
  EXPECT_EQ(ended.exit_code, 128 + SIGTERM) << ended;
  EXPECT_LT(ended.seconds, 30);
  expect_as_before(obstacle);
}

TEST(LostServerOfARollback, LeavesTheStateBeforeAndARollbackThatCanBeResumed) {
  OwnCluster cluster({"max_connections=20", "shared_buffers=16MB"});
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(cluster.url("postgres"))).execute("CREATE DATABASE lost TEMPLATE template0");
  Stage stage(cluster.url("lost"), "lost");
  stage.make();
  RollbackStage rollback(stage);
  rollback.prepare(Way::undo_from_clone);
  for (const bool resumes : {false, true}) {
    SCOPED_TRACE(resumes ? "resumed" : "aborted");
    auto undo = start_undo(stage, rollback);
    {
      Obstacle obstacle(stage.url());
      obstacle.wait_for_undo();
      kill_server(cluster);
    }
    const auto ended = undo.wait();
    EXPECT_EQ(ended.exit_code, 15) << ended;  // nobody can look
    EXPECT_THAT(ended.err, AllOf(HasSubstr("may or may not have taken effect"), HasSubstr("--resume"))) << ended;
    EXPECT_TRUE(rollback.services_run()) << rollback.services().log();
    start_server(cluster);
    EXPECT_EQ(rollback.state(), rollback.before());
    const auto done = stage.run("safety-rollback", {resumes ? "--resume" : "--abort"});
    EXPECT_EQ(done.exit_code, 0) << done;
    EXPECT_EQ(rollback.state(), resumes ? rollback.after() : rollback.before());
    EXPECT_TRUE(rollback.services_run()) << rollback.services().log();
    rollback.expect_tidy();
  }
}

}  // namespace
}  // namespace safety::testing

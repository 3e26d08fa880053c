// Signals, lost sessions and a lost server, at moments nobody chose: a seeded clock picks them.
#include <signal.h>

#include <random>

#include "tests/fault/fault_stage.hpp"
#include "tests/fault/lost_server.hpp"

namespace safety::testing {
namespace {

using std::chrono::milliseconds;

class Interruptions : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  std::mt19937 random{20260711};  // NOLINT: the same moments every time
  double seconds_of_restore = 1, seconds_of_backup = 1;

  void SetUp() override {
    stage.make_before_and_after();
    seconds_of_backup = stage.run("safety-backup", {"--label", "measured"}).seconds;
    seconds_of_restore = stage.run("safety-restore", {stage.checkpoint(), "--to", stage.name() + "__timing"}).seconds;
  }
  void sleep_somewhere_in(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(std::uniform_real_distribution<>(0, seconds)(random)));
  }
  void start_over() {
    if (stage.content() != stage.before()) stage.damage_again();
    stage.drop(stage.databases_beside("previous"));
  }
  void expect_nothing_left() {
    EXPECT_THAT(stage.databases_beside("staging"), ::testing::IsEmpty());
    EXPECT_EQ(stage.half_done_work(), "");
    auto partial = stage.files_ending(".partial");
    // The beginning of a journal that a kill cut off: the next run removes it once it is old enough to be nobody's.
    std::erase_if(partial, [](const std::string& name) { return name.ends_with(".journal.partial"); });
    EXPECT_THAT(partial, ::testing::IsEmpty());
  }
};

TEST_F(Interruptions, KilledAtAnyMomentARestoreIsEndedByTheNextRun) {
  for (int run = 0; run < 20; ++run) {
    SCOPED_TRACE("run " + std::to_string(run));
    start_over();
    auto restore = stage.start("safety-restore", {stage.checkpoint(), "--yes"});
    sleep_somewhere_in(seconds_of_restore);
    restore.send_signal(SIGKILL);
    const auto killed = restore.wait();
    EXPECT_THAT(stage.content(), ::testing::AnyOf(stage.before(), stage.after()));
    if (killed.exit_code != 0 && !stage.half_done_work().empty()) {
      auto ended = stage.run_when_unlocked("safety-restore", {run % 2 == 0 ? "--resume" : "--abort"});
      if (ended.exit_code == 14) ended = stage.run("safety-restore", {"--resume"});
      EXPECT_EQ(ended.exit_code, 0) << ended;
    }
    EXPECT_THAT(stage.content(), ::testing::AnyOf(stage.before(), stage.after()));
    expect_nothing_left();
    if (HasFailure()) return;
  }
  EXPECT_EQ(stage.run_when_unlocked("safety-backup", {}).exit_code, 0);
  const auto cut = stage.folder() / "operations" / "restore_20260101_000000.journal.partial";
  write_text(cut, "{");
  std::filesystem::last_write_time(cut, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1));
  const auto restored = stage.run("safety-restore", {"latest", "--yes"});
  EXPECT_EQ(restored.exit_code, 0) << restored;
  EXPECT_FALSE(std::filesystem::exists(cut)) << "the beginning of a journal that nobody writes any more";
}

TEST_F(Interruptions, ASignalAtAnyMomentEndsARestoreWithTheSignalsExitCodeAndNothingLeft) {
  for (int run = 0; run < 12; ++run) {
    const int signal = run % 2 == 0 ? SIGINT : SIGTERM;
    SCOPED_TRACE("run " + std::to_string(run));
    start_over();
    auto restore = stage.start("safety-restore", {stage.checkpoint(), "--yes"});
    std::this_thread::sleep_for(milliseconds(20));  // before that it has not set its handlers up yet
    sleep_somewhere_in(seconds_of_restore);
    restore.send_signal(signal);
    const auto ended = restore.wait();
    const auto now = stage.content();
    if (ended.exit_code == 0) {
      EXPECT_EQ(now, stage.after()) << ended;
    } else if (ended.exit_code == 14) {
      EXPECT_EQ(now, stage.after()) << ended;
      EXPECT_THAT(ended.err, ::testing::HasSubstr("after the point of no return"));
      EXPECT_EQ(stage.run("safety-restore", {"--resume"}).exit_code, 0);
    } else {
      EXPECT_EQ(ended.exit_code, 128 + signal) << ended;
      EXPECT_EQ(now, stage.before()) << ended;
    }
    expect_nothing_left();
    if (HasFailure()) return;
  }
}

TEST_F(Interruptions, ASignalAtAnyMomentEndsABackupWithTheSignalsExitCodeAndNothingLeft) {
  for (int run = 0; run < 12; ++run) {
    const int signal = run % 2 == 0 ? SIGTERM : SIGINT;
    SCOPED_TRACE("run " + std::to_string(run));
    const auto archives = stage.files_ending(".sql.zst"), records = stage.files_ending(".json");
    auto backup = stage.start("safety-backup", {});
    std::this_thread::sleep_for(milliseconds(20));
    sleep_somewhere_in(seconds_of_backup);
    backup.send_signal(signal);
    const auto ended = backup.wait();
    if (ended.exit_code != 0) {
      EXPECT_EQ(ended.exit_code, 128 + signal) << ended;
      EXPECT_EQ(stage.files_ending(".sql.zst"), archives) << ended;
      EXPECT_EQ(stage.files_ending(".json"), records) << ended;
    }
    EXPECT_EQ(stage.files_ending(".json").size(), stage.files_ending(".sql.zst").size());
    expect_nothing_left();
    EXPECT_EQ(stage.content(), stage.before());
    if (HasFailure()) return;
  }
}

TEST_F(Interruptions, SessionsOfOursThatAreTerminatedMakeTheRunFailAndClean) {
  auto admin = stage.admin_of_cluster();
  // Other tests run beside this one: only sessions of its own tools are ended.
  stage.environment()["PGAPPNAME"] = stage.name();
  for (int run = 0; run < 12; ++run) {
    SCOPED_TRACE("run " + std::to_string(run));
    start_over();
    const bool is_backup = run % 3 == 0;
    auto tool = is_backup ? stage.start("safety-backup", {}) : stage.start("safety-restore", {stage.checkpoint(), "--yes"});
    sleep_somewhere_in(is_backup ? seconds_of_backup : seconds_of_restore);
    admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
                  "application_name = " + pg::quote_literal(stage.name()) + " AND backend_type = 'client backend'");
    const auto ended = tool.wait();
    const auto now = stage.content();
    EXPECT_THAT(now, ::testing::AnyOf(stage.before(), stage.after()));
    EXPECT_THAT(ended.exit_code, ::testing::AnyOf(0, 4, 10, 14, 15)) << ended;
    if (ended.exit_code != 0) { EXPECT_THAT(ended.err, ::testing::HasSubstr("hint: ")); }
    if (ended.exit_code == 14 || ended.exit_code == 15) { EXPECT_EQ(stage.run_when_unlocked("safety-restore", {"--resume"}).exit_code, 0); }
    if (ended.exit_code == 4 || ended.exit_code == 10) { EXPECT_EQ(now, stage.before()); }
    expect_nothing_left();
    if (HasFailure()) return;
  }
}

// A server of its own, started and killed as its owner does it.
class LostServer : public ::testing::Test {
 protected:
  OwnCluster cluster{{"max_connections=20", "shared_buffers=16MB"}};
  std::string url = cluster.url("lost");
  Stage stage{url, "lost"};

  void SetUp() override {
    pg::Connection(quiet_context(), pg::ConnectionInfo::parse(cluster.url("postgres"))).execute("CREATE DATABASE lost TEMPLATE template0");
    stage.make();
    // Enough that a COPY is under way when the server goes.
    stage.run_sql("CREATE TABLE wide AS SELECT n AS id, repeat(md5(n::text), 8) AS body FROM generate_series(1, 100000) n; CHECKPOINT");
    stage.make_before_and_after();
  }
};

TEST_F(LostServer, KilledInTheMiddleOfABackupLeavesNothingBehindAndTheNextOneWorks) {
  const auto archives = stage.files_ending(".sql.zst");
  auto backup = stage.start("safety-backup", {"--jobs", "1"});
  ASSERT_TRUE(backup.wait_for_output("rows ..."));
  std::this_thread::sleep_for(milliseconds(30));
  kill_server(cluster);
  const auto ended = backup.wait();
  EXPECT_EQ(ended.exit_code, 4) << ended;
  EXPECT_THAT(ended.err, ::testing::AllOf(::testing::HasSubstr("connection"), ::testing::HasSubstr("hint: ")));
  EXPECT_LT(ended.seconds, 30);
  EXPECT_EQ(stage.files_ending(".sql.zst"), archives);
  EXPECT_THAT(stage.files_ending(".partial"), ::testing::IsEmpty());
  start_server(cluster);
  EXPECT_EQ(stage.content(), stage.before());
  const auto again = stage.run("safety-backup", {});
  EXPECT_EQ(again.exit_code, 0) << again;
}

TEST_F(LostServer, KilledInTheMiddleOfARestoreSaysThatItCanBeResumedAndIs) {
  auto restore = stage.start("safety-restore", {"latest", "--yes"});
  ASSERT_TRUE(restore.wait_for_output("rows and indexes"));
  std::this_thread::sleep_for(milliseconds(50));
  kill_server(cluster);
  const auto ended = restore.wait();
  EXPECT_EQ(ended.exit_code, 14) << ended;
  EXPECT_THAT(ended.err, ::testing::AllOf(::testing::HasSubstr("step load failed"), ::testing::HasSubstr("--abort"), ::testing::HasSubstr("--resume")));
  start_server(cluster);
  EXPECT_EQ(stage.content(), stage.before());
  expect_refusal_of_unfinished(stage.run("safety-restore", {"latest", "--yes"}));
  const auto resumed = stage.run("safety-restore", {"--resume"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed;
  EXPECT_EQ(stage.content(), stage.after());
  EXPECT_THAT(stage.databases_beside("staging"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace safety::testing

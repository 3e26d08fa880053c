// Kill a backup with a clone at every fault point, and make every fault point fail: production is open and untouched,
// and only a clone that a record names is taken for one.
#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CloneFaults : public ::testing::TestWithParam<std::vector<std::string>> {
 protected:
  nlohmann::json databases() const {
    return stage.run("safety-list", {"--databases", "--json"}).last_json["databases"];
  }
  std::size_t count_recorded_clones() const {
    const auto list = stage.run("safety-list", {"--databases", "--json"});
    std::size_t count = 0;
    for (const auto& checkpoint : list.last_json["checkpoints"])
      if (checkpoint.contains("clone")) {
        EXPECT_EQ(checkpoint["clone"]["exists"], true) << list;
        ++count;
      }
    return count;
  }

  TestDatabase database;
  Stage stage{database};
};

TEST_P(CloneFaults, KilledAtEveryPointLeavesProductionOpenAndNoHalfCheckpoint) {
  const auto production = stage.content();
  const int points = stage.count_points("safety-backup", GetParam());
  ASSERT_GE(points, 8);
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    const auto recorded = count_recorded_clones();
    const auto killed = stage.run_when_unlocked("safety-backup", GetParam(), "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_EQ(stage.content(), production) << "sessions are let in";
    stage.expect_only_whole_archives();
    // Recorded ones are there and whole; others are named as left over, and go.
    const auto now_recorded = count_recorded_clones();
    EXPECT_LE(now_recorded, recorded + 1);
    std::vector<std::string> leftovers;
    for (const auto& one : databases())
      if (one["leftover"]) leftovers.push_back(one["database"]);
    EXPECT_LE(leftovers.size(), 1U);
    if (!leftovers.empty()) {
      EXPECT_THAT(stage.run("safety-doctor", {}).out, HasSubstr("left over or in use: " + leftovers.front()));
      const auto pruned = stage.run_when_unlocked("safety-prune", {"--databases", leftovers.front(), "--yes"});
      EXPECT_EQ(pruned.exit_code, 0) << pruned;
      EXPECT_EQ(stage.databases_beside("clone").size(), now_recorded);
    }
    if (HasFailure()) return;
  }
  EXPECT_EQ(stage.run_when_unlocked("safety-backup", GetParam()).exit_code, 0);
}

TEST_P(CloneFaults, AFailureAtEveryPointLeavesEitherACheckpointOrNothing) {
  const auto production = stage.content();
  const int points = stage.count_points("safety-backup", GetParam());
  const auto files = stage.files_ending(""), clones = std::set<std::string>{stage.databases_beside("clone").front()};
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("failed at point " + std::to_string(point));
    const auto failed = stage.run("safety-backup", GetParam(), "error:" + std::to_string(point));
    EXPECT_EQ(failed.exit_code, 70) << failed;
    EXPECT_THAT(failed.err, HasSubstr("injected fault"));
    EXPECT_EQ(stage.files_ending(""), files);
    const auto left = stage.databases_beside("clone");
    EXPECT_EQ(std::set<std::string>(left.begin(), left.end()), clones);
    EXPECT_EQ(stage.content(), production);
    if (HasFailure()) return;
  }
  EXPECT_EQ(stage.run("safety-backup", GetParam()).exit_code, 0);
}

TEST_P(CloneFaults, APruneKilledAtEveryPointLeavesRecordsThatTellTheTruth) {
  const auto production = stage.content();
  const auto make = [&] { EXPECT_EQ(stage.run_when_unlocked("safety-backup", GetParam()).exit_code, 0); };
  make();
  const int points = stage.count_points("safety-prune", {"--databases", "--yes"});
  ASSERT_GE(points, 4);
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    make();
    ASSERT_EQ(
        stage.run_when_unlocked("safety-prune", {"--databases", "--yes"}, "kill:" + std::to_string(point)).exit_code,
        128 + SIGKILL);
    const auto again = stage.run_when_unlocked("safety-prune", {"--databases", "--yes"});
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(stage.databases_beside("clone"), IsEmpty());
    EXPECT_EQ(count_recorded_clones(), 0U);
    stage.expect_only_whole_archives();
    EXPECT_EQ(stage.content(), production);
    if (HasFailure()) return;
  }
}

TEST_P(CloneFaults, KilledWhileTheServerMakesItLeavesALeftoverAtMost) {
  const auto production = stage.content();
  auto admin = stage.admin_of_cluster();
  std::optional<pg::Transaction> holder(std::in_place, admin);
  // The statement waits for the database's lock, so the kill surely meets it; the server then goes on without us.
  admin.execute("COMMENT ON DATABASE " + pg::quote_identifier(stage.name()) + " IS 'precious'");
  auto backup = stage.start("safety-backup", GetParam());
  auto watcher = stage.admin_of_cluster();
  const Stopwatch watch;
  const auto is_waiting = [&] {
    return watcher.value_of(
               "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE DATABASE%" +
               stage.name() + "%'") == "1";
  };
  while (!is_waiting() && watch.seconds() < 20) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ASSERT_TRUE(is_waiting());
  backup.send_signal(SIGKILL);
  EXPECT_EQ(backup.wait().exit_code, 128 + SIGKILL);
  holder->commit();
  holder.reset();
  EXPECT_EQ(stage.content(), production) << "whoever comes is let in";
  EXPECT_EQ(stage.run_when_unlocked("safety-backup", GetParam()).exit_code, 0);
  for (const auto& one : databases()) EXPECT_EQ(one["leftover"], one["checkpoint"] == "") << one;
  EXPECT_EQ(stage.run("safety-prune", {"--databases", "--yes"}).exit_code, 0);
  EXPECT_THAT(stage.databases_beside("clone"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Kinds, CloneFaults,
                         ::testing::Values(std::vector<std::string>{"--clone"},
                                           std::vector<std::string>{"--clone", "--no-archive"}),
                         [](const auto& param_info) {
                           return std::string(param_info.param.size() == 1 ? "WithArchive" : "Alone");
                         });

}  // namespace
}  // namespace safety::testing

// Kill the backup at every fault point, and make every fault point fail: production is untouched, and nothing that is
// not whole has a final name.
#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

class BackupFaults : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
};

TEST_F(BackupFaults, KilledAtEveryPointLeavesProductionAloneAndNothingThatLooksLikeABackupButIsNone) {
  const auto production = stage.content();
  const int points = stage.count_points("safety-backup", {});
  ASSERT_GT(points, 10);
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    const auto before = stage.files_ending(".sql.zst");
    const auto partial_before = stage.files_ending(".partial");
    const auto killed = stage.run_when_unlocked("safety-backup", {}, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_EQ(stage.content(), production);
    stage.expect_only_whole_archives();
    const auto doctor = stage.run("safety-doctor", {});
    const bool has_new_archive = stage.files_ending(".sql.zst") != before;
    const bool has_record = stage.files_ending(".json").size() == stage.files_ending(".sql.zst").size();
    if (stage.files_ending(".partial") != partial_before) {
      EXPECT_THAT(doctor.out, ::testing::HasSubstr(".partial")) << "what is half-done is named";
    }
    if (has_new_archive && !has_record) {
      EXPECT_THAT(doctor.out, ::testing::HasSubstr("archives without a record")) << doctor;
      EXPECT_EQ(stage.run("safety-list", {"--rebuild"}).exit_code, 0);
      EXPECT_EQ(stage.files_ending(".json").size(), stage.files_ending(".sql.zst").size());
    }
    if (HasFailure()) return;
  }
  EXPECT_EQ(stage.run_when_unlocked("safety-backup", {}).exit_code, 0);
  stage.run_sql(kDamage);
  const auto restored = stage.run("safety-restore", {"latest", "--yes", "--proof", "L4"});
  EXPECT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(stage.content(), production);
}

TEST_F(BackupFaults, AFailureAtEveryPointLeavesEitherACheckpointOrNothing) {
  const auto production = stage.content();
  const int points = stage.count_points("safety-backup", {});
  for (int point = 1; point <= points; ++point) {
    SCOPED_TRACE("failed at point " + std::to_string(point));
    const auto archives = stage.files_ending(".sql.zst"), records = stage.files_ending(".json"), sums = stage.files_ending(".sha256");
    const auto failed = stage.run("safety-backup", {}, "error:" + std::to_string(point));
    EXPECT_EQ(failed.exit_code, 70) << failed;
    EXPECT_THAT(failed.err, ::testing::HasSubstr("injected fault"));
    EXPECT_EQ(stage.files_ending(".sql.zst"), archives);
    EXPECT_EQ(stage.files_ending(".json"), records);
    EXPECT_EQ(stage.files_ending(".sha256"), sums);
    EXPECT_THAT(stage.files_ending(".partial"), ::testing::IsEmpty());
    EXPECT_EQ(stage.content(), production);
    if (HasFailure()) return;
  }
  EXPECT_EQ(stage.run("safety-backup", {}).exit_code, 0);
}

}  // namespace
}  // namespace safety::testing

// safety-prune without --databases: what it says, asks and removes.
#include "libsafety/checkpoint/operation_lock.hpp"
#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class PruneArchives : public ::testing::Test {
 protected:
  std::string back_up(const std::vector<std::string>& arguments = {}) const {
    auto all = arguments;
    all.push_back("--json");
    const auto run = stage.run("safety-backup", all);
    EXPECT_EQ(run.exit_code, 0) << run;
    return run.last_json["id"];
  }
  ToolRun prune(std::vector<std::string> arguments) const { return stage.run("safety-prune", arguments); }
  ToolRun prune_json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    return prune(std::move(arguments));
  }
  std::set<std::string> archives() const { return stage.files_ending(".sql.zst"); }

  TestDatabase database;
  Stage stage{database};
};

TEST_F(PruneArchives, ShowsReasonsAsksAndRemovesWithTheRows) {
  const auto first = back_up(), second = back_up({"--label", "v42"}), third = back_up({"--reason", "scheduled"}), fourth = back_up();
  const auto dry = prune({"--keep-last", "1", "--keep-label", "v*", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("keep   " + fourth), HasSubstr("last 1, min-keep, the newest with the highest proof (L1)"), HasSubstr("labelled v42"),
                             HasSubstr("remove " + first), HasSubstr("no rule keeps it"), HasSubstr("1 archive")));
  EXPECT_THAT(archives(), SizeIs(4));

  const auto asked = prune({"--keep-last", "1", "--keep-label", "v*"});
  EXPECT_EQ(asked.exit_code, 16) << asked;
  EXPECT_THAT(asked.err, AllOf(HasSubstr("1 archive and 0 partial files"), HasSubstr("will be removed for good"), HasSubstr("--yes")));
  EXPECT_THAT(archives(), SizeIs(4));

  const auto run = prune_json({"--keep-last", "1", "--keep-label", "v*", "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.last_json["removed"], ElementsAre(first));
  EXPECT_GT(run.last_json["bytes"], 1000);
  EXPECT_GT(run.last_json["free_bytes"], 0);
  ASSERT_THAT(run.last_json["checkpoints"], SizeIs(4));
  EXPECT_EQ(run.last_json["checkpoints"][0]["id"], fourth);
  EXPECT_EQ(run.last_json["checkpoints"][3]["remove"], true);
  EXPECT_THAT(run.last_json["checkpoints"][3]["why"], ElementsAre("no rule keeps it"));
  EXPECT_THAT(archives(), UnorderedElementsAre(second + ".sql.zst", third + ".sql.zst", fourth + ".sql.zst"));
  EXPECT_EQ(database.value("SELECT string_agg(id, ' ' ORDER BY sequence) FROM safety.checkpoints"), second + " " + third + " " + fourth);
  stage.expect_only_whole_archives();

  const auto again = prune({"--keep-last", "1", "--keep-label", "v*"});
  EXPECT_EQ(again.exit_code, 0) << again << "nothing to remove needs no confirmation";
  EXPECT_THAT(again.out, HasSubstr("removed 0 archives"));
}

TEST_F(PruneArchives, RefusesWithoutARuleAndFlagsInTheWrongPlace) {
  back_up();
  const auto refuses = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const auto run = prune(arguments);
    EXPECT_EQ(run.exit_code, 2) << run;
    EXPECT_THAT(run.err, HasSubstr(words)) << run;
  };
  refuses({"--yes"}, "no rule says which archives to keep");
  refuses({"--min-keep", "3", "--yes"}, "no rule says which archives to keep");
  refuses({"--keep-daily", "0"}, "no rule says which archives to keep");
  refuses({"--keep-daily", "1", "--min-keep", "0"}, "--min-keep 1");
  refuses({"--keep-within", "soon"}, "36h, 14d");
  refuses({"--min-free", "much"}, "10GB");
  refuses({"--keep-daily", "7", "--older-than", "7d"}, "--older-than goes with --databases");
  refuses({"--keep-daily", "7", "--keep=3"}, "--keep goes with --databases");
  refuses({"--databases", "--keep-last", "3"}, "--keep-last is about archives");
  EXPECT_THAT(archives(), SizeIs(1));
}

TEST_F(PruneArchives, TakesItsRulesFromTheFileAndTheEnvironment) {
  back_up(), back_up(), back_up();
  write_text(stage.scratch() / "safety.toml", "[retention]\nkeep_last = 2\n");
  stage.environment()["SAFETY_CONFIG"] = (stage.scratch() / "safety.toml").string();
  EXPECT_THAT(prune_json({"--yes"}).last_json["removed"], SizeIs(1));
  EXPECT_EQ(prune({"--databases", "--yes"}).exit_code, 0) << "rules of the file are no rules for databases, and no mistake";
  stage.environment()["SAFETY_KEEP_LAST"] = "1";
  EXPECT_THAT(prune_json({"--yes"}).last_json["removed"], SizeIs(1));
  write_text(stage.scratch() / "safety.toml", "[retention]\nkeep_lots = 2\n");
  EXPECT_EQ(prune({"--yes"}).exit_code, 3);
}

TEST_F(PruneArchives, NeedsNoServer) {
  const auto first = back_up(), second = back_up();
  stage.environment()["DATABASE_URL"] = "postgresql:///" + stage.name() + "?host=/nonexistent";
  const auto unreachable = prune_json({"--keep-last", "1", "--dry-run"});
  EXPECT_EQ(unreachable.exit_code, 0) << unreachable;
  stage.environment()["DATABASE_URL"] = "";
  const auto run = prune_json({"--keep-last", "1", "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.last_json["removed"], ElementsAre(first));
  EXPECT_THAT(archives(), ElementsAre(second + ".sql.zst"));
}

TEST_F(PruneArchives, AsksWhichDatabaseWhenThereAreSeveral) {
  const auto first = back_up(), second = back_up();
  const TestDatabase other;
  const auto of_other = run_tool("safety-backup", {"--json"}, {{"DATABASE_URL", other.url()}, {"SAFETY_BACKUP_DIR", stage.folder().string()}});
  ASSERT_EQ(of_other.exit_code, 0) << of_other;
  EXPECT_THAT(prune_json({"--keep-last", "1", "--dry-run"}).last_json["checkpoints"], SizeIs(2));
  stage.environment()["DATABASE_URL"] = "";
  const auto run = prune({"--keep-last", "1", "--yes"});
  EXPECT_EQ(run.exit_code, 2) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("2 databases"), HasSubstr(other.name()), HasSubstr("--all")));
  const auto all = prune_json({"--keep-last", "1", "--yes", "--all"});
  EXPECT_THAT(all.last_json["checkpoints"], SizeIs(3));
  EXPECT_THAT(all.last_json["removed"], ElementsAre(first));
}

TEST_F(PruneArchives, WaitsForNoOperationThatRuns) {
  back_up(), back_up();
  const checkpoint::OperationLock lock(quiet_context(), connection_info(stage.name()), stage.name());
  const auto run = prune({"--keep-last", "1", "--yes"});
  EXPECT_EQ(run.exit_code, 9) << run;
  EXPECT_THAT(archives(), SizeIs(2));
}

TEST_F(PruneArchives, LeavesACloneItsRecordAndItsRow) {
  const auto both = back_up({"--clone"}), second = back_up();
  const auto run = prune_json({"--keep-last", "1", "--yes"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.last_json["records_without_archive"], ElementsAre(both));
  EXPECT_THAT(run.last_json["removed"], IsEmpty());
  EXPECT_EQ(database.value("SELECT archive_file IS NULL AND clone_database IS NOT NULL AND proof = 'none' FROM safety.checkpoints WHERE id = '" + both + "'"), "t");
  EXPECT_THAT(stage.databases_beside("clone"), SizeIs(1));
  stage.run_sql(kDamage);
  EXPECT_EQ(stage.run("safety-restore", {both, "--yes"}).exit_code, 0) << "from the clone";
}

TEST_F(PruneArchives, LeavesWhatAnUnfinishedRestoreNeeds) {
  const auto first = back_up();
  back_up();
  const int points = stage.count_points("safety-restore", {first, "--yes"});
  ASSERT_EQ(stage.run_when_unlocked("safety-restore", {first, "--yes"}, "kill:" + std::to_string(points / 4)).exit_code, 128 + SIGKILL);
  const auto run = stage.run_when_unlocked("safety-prune", {"--keep-last", "1", "--yes", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.last_json["removed"], IsEmpty());
  EXPECT_THAT(std::string(run.last_json["checkpoints"][1]["why"][0]), HasSubstr("is unfinished and names it"));
  EXPECT_EQ(stage.run("safety-restore", {"--resume"}).exit_code, 0);
  EXPECT_THAT(prune_json({"--keep-last", "1", "--yes"}).last_json["removed"], ElementsAre(first));
}

TEST_F(PruneArchives, SaysWhenTheDiskCannotBeFreed) {
  back_up(), back_up();
  const auto dry = prune({"--min-free", "900PB", "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry;
  EXPECT_THAT(dry.out, AllOf(HasSubstr("must be free"), HasSubstr("nothing else may go")));
  const auto run = prune_json({"--min-free", "900PB", "--yes"});
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(run.last_json["removed"], SizeIs(1));
  EXPECT_THAT(archives(), SizeIs(1));
  EXPECT_EQ(prune({"--min-free", "1kB"}).exit_code, 0) << "there is as much";
}

}  // namespace
}  // namespace safety::testing

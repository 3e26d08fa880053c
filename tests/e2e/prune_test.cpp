// safety-prune --databases: drops what it says, and nothing else.
#include "tests/fault/fault_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr const char* kOld = "20200102_030405";

class Prune : public ::testing::Test {
 protected:
  void create(const std::string& name) const {
    stage.admin_of_cluster().execute("CREATE DATABASE " + pg::quote_identifier(name) +
                                     " TEMPLATE template0 STRATEGY file_copy");
  }
  std::string beside(const std::string& kind, const std::string& stamp = kOld) const {
    return stage.name() + "__" + kind + "_" + stamp;
  }
  nlohmann::json back_up(const std::vector<std::string>& arguments) const {
    auto all = arguments;
    all.insert(all.end(), {"--clone", "--json"});
    const auto run = stage.run("safety-backup", all);
    EXPECT_EQ(run.exit_code, 0) << run;
    return run.last_json;
  }
  ToolRun prune(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "--databases");
    arguments.push_back("--json");
    return stage.run("safety-prune", arguments);
  }
  std::vector<std::string> dropped(const ToolRun& run) const {
    EXPECT_EQ(run.exit_code, 0) << run;
    std::vector<std::string> names;
    for (const auto& one : run.last_json["dropped"]) names.push_back(one["database"]);
    return names;
  }

  TestDatabase database;
  Stage stage{database};
};

TEST_F(Prune, SaysWhatItTakes) {
  for (const auto& arguments : {std::vector<std::string>{}, {"--keep", "3"}, {"name"}}) {
    const auto run = stage.run("safety-prune", arguments);
    EXPECT_EQ(run.exit_code, 2) << run;
    EXPECT_THAT(run.err, HasSubstr("--databases"));
  }
  const auto age = prune({"--older-than", "soon"});
  EXPECT_EQ(age.exit_code, 2) << age;
  EXPECT_THAT(age.err, HasSubstr("7d"));
  EXPECT_EQ(stage.run("safety", {"prune", "--databases"}).exit_code, 0) << "nothing to drop needs no confirmation";
}

TEST_F(Prune, DropsClonesWithTheirRecordsAndLeavesArchives) {
  const auto both = back_up({}), alone = back_up({"--no-archive"});
  const auto refused = prune({});
  EXPECT_EQ(refused.exit_code, 16) << refused;
  EXPECT_THAT(stage.databases_beside("clone"), SizeIs(2));
  const auto dry = prune({"--dry-run"});
  EXPECT_EQ(dry.exit_code, 0) << dry;
  EXPECT_THAT(dry.last_json["databases"], SizeIs(2));
  EXPECT_THAT(stage.databases_beside("clone"), SizeIs(2));

  const auto run = prune({"--yes"});
  EXPECT_THAT(dropped(run), ElementsAre(both["clone"]["database"], alone["clone"]["database"]));
  EXPECT_GT(run.last_json["bytes"], 2000000);
  EXPECT_THAT(run.last_json["records_without_clone"], ElementsAre(both["id"]));
  EXPECT_THAT(run.last_json["records_removed"], ElementsAre(alone["id"]));
  EXPECT_THAT(stage.databases_beside("clone"), IsEmpty());
  const auto list = stage.run("safety-list", {"--json"});
  ASSERT_THAT(list.last_json["checkpoints"], SizeIs(1));
  EXPECT_FALSE(list.last_json["checkpoints"][0].contains("clone"));
  EXPECT_EQ(database.value("SELECT string_agg(id || COALESCE(clone_database, ''), ' ') FROM safety.checkpoints"),
            std::string(both["id"]));
  EXPECT_EQ(stage.run("safety-verify", {"latest"}).exit_code, 0);
}

TEST_F(Prune, DropsPreviousAndLeftOverOnesOfThisDatabaseOnly) {
  for (const char* kind : {"staging", "proof", "previous", "clone"}) create(beside(kind));
  const std::vector<std::string> others{stage.name() + "2__previous_" + kOld, stage.name() + "__previous_mine",
                                        stage.name() + "__clone__clone_" + kOld, stage.name() + "__other_" + kOld};
  for (const auto& name : others) create(name);
  EXPECT_THAT(dropped(prune({"--yes"})),
              UnorderedElementsAre(beside("staging"), beside("proof"), beside("previous"), beside("clone")));
  for (const auto& name : others) EXPECT_THAT(list_databases(name), ElementsAre(name));
  EXPECT_EQ(database.value("SELECT count(*) FROM owners"), "200");
  stage.drop(others);
}

TEST_F(Prune, KeepsTheNewestAndTheYoung) {
  const auto clone = std::string(back_up({"--no-archive"})["clone"]["database"]);
  create(beside("previous"));
  create(beside("previous", "20210102_030405"));
  create(beside("staging"));
  EXPECT_THAT(dropped(prune({"--keep", "1", "--yes"})), UnorderedElementsAre(beside("previous"), beside("staging")));
  EXPECT_THAT(dropped(prune({"--older-than", "7d", "--yes"})), ElementsAre(beside("previous", "20210102_030405")));
  EXPECT_THAT(stage.databases_beside(""), ElementsAre(clone));
}

TEST_F(Prune, DropsWhatIsNamedAlone) {
  const auto one = back_up({"--no-archive"}), two = back_up({"--no-archive"});
  create(beside("previous"));
  EXPECT_THAT(dropped(prune({std::string(one["id"]), beside("previous"), "--yes"})),
              UnorderedElementsAre(one["clone"]["database"], beside("previous")));
  EXPECT_THAT(stage.databases_beside(""), ElementsAre(std::string(two["clone"]["database"])));
  for (const auto& name : {stage.name(), std::string("postgres"), beside("previous")}) {
    const auto run = prune({name, "--yes"});
    EXPECT_EQ(run.exit_code, 2) << run;
    EXPECT_THAT(run.err, HasSubstr("\"" + name + "\" is no clone"));
  }
}

TEST_F(Prune, LeavesWhatAnUnfinishedRestoreNeeds) {
  stage.make_before_and_after();
  // At each of its steps; a restore that was killed late names both a staging database and the previous one to be.
  const int points = stage.count_points("safety-restore", {"latest", "--yes"});
  stage.run_sql(kDamage);
  EXPECT_THAT(dropped(prune({"--yes"})), SizeIs(1)) << "the previous database of the restore that was counted";
  for (const int point : {points / 4, points / 2, points - 6}) {
    SCOPED_TRACE("killed at point " + std::to_string(point) + " of " + std::to_string(points));
    ASSERT_EQ(stage.run_when_unlocked("safety-restore", {"latest", "--yes"}, "kill:" + std::to_string(point)).exit_code,
              128 + SIGKILL);
    const auto there = stage.databases_beside("");
    const auto run = stage.run_when_unlocked("safety-prune", {"--databases", "--yes", "--json"});
    EXPECT_THAT(dropped(run), IsEmpty());
    EXPECT_EQ(stage.databases_beside(""), there);
    if (!there.empty()) {
      const auto named = prune({there.front(), "--yes"});
      EXPECT_EQ(named.exit_code, 14) << named;
      EXPECT_THAT(named.err, HasSubstr("--resume"));
    }
    EXPECT_EQ(stage.run("safety-restore", {"--resume"}).exit_code, 0);
    EXPECT_EQ(stage.content(), stage.after());
    EXPECT_THAT(dropped(prune({"--yes"})), SizeIs(1)) << "when it is finished the previous one may go";
    stage.run_sql(kDamage);
  }
}

TEST_F(Prune, LeavesWhatSomebodyIsInUnlessItIsNamed) {
  create(beside("previous"));
  const pg::Connection inside(quiet_context(), connection_info(beside("previous")));
  const auto run = prune({"--yes"});
  EXPECT_THAT(dropped(run), IsEmpty());
  EXPECT_EQ(run.last_json["databases"][0]["why"], "1 session in it");
  EXPECT_THAT(dropped(prune({beside("previous"), "--yes"})), ElementsAre(beside("previous")));
}

TEST_F(Prune, LeavesAPinnedCheckpointsCloneUnlessItIsNamed) {
  const std::string id = back_up({"--no-archive"})["id"];
  const auto path = stage.folder() / (id + ".json");
  auto record = nlohmann::json::parse(read_text(path));
  record["pins"] = {"incident 7"};
  write_text(path, record.dump());
  EXPECT_THAT(dropped(prune({"--yes"})), IsEmpty());
  EXPECT_THAT(dropped(prune({id, "--yes"})), SizeIs(1));
}

TEST_F(Prune, LeavesAPreviousDatabaseInWhichASubscriptionIsAtWork) {
  create(beside("previous"));
  {
    pg::Connection inside(quiet_context(), connection_info(beside("previous")));
    inside.execute(
        "CREATE SUBSCRIPTION feed CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = "
        "'ours')");
    inside.execute("ALTER SUBSCRIPTION feed ENABLE");
  }
  EXPECT_THAT(dropped(prune({"--yes"})), IsEmpty());
  const auto named = prune({beside("previous"), "--yes"});
  EXPECT_EQ(named.exit_code, 9) << named;
  EXPECT_THAT(named.err, HasSubstr("subscription \"feed\""));
}

TEST_F(Prune, CorrectsRecordsOfClonesThatSomebodyDropped) {
  const auto both = back_up({}), alone = back_up({"--no-archive"});
  stage.drop({both["clone"]["database"], alone["clone"]["database"]});
  // One of the same name is not the clone.
  create(both["clone"]["database"]);
  const auto list = stage.run("safety-list", {"--databases", "--json"});
  for (const auto& checkpoint : list.last_json["checkpoints"]) EXPECT_EQ(checkpoint["clone"]["exists"], false);
  EXPECT_EQ(list.last_json["databases"][0]["leftover"], true);
  EXPECT_THAT(stage.run("safety-doctor", {}).out,
              HasSubstr("left over or in use: " + std::string(both["clone"]["database"])));
  const auto run = prune({"--yes"});
  EXPECT_THAT(dropped(run), ElementsAre(both["clone"]["database"]));
  EXPECT_THAT(run.last_json["records_without_clone"], ElementsAre(both["id"]));
  EXPECT_THAT(run.last_json["records_removed"], ElementsAre(alone["id"]));
}

TEST_F(Prune, KnowsClonesThatOtherBackupFoldersRecord) {
  const std::string clone = back_up({"--no-archive"})["clone"]["database"];
  const TempFolder other;
  stage.environment()["SAFETY_BACKUP_DIR"] = other.path().string();
  EXPECT_THAT(dropped(prune({"--keep", "1", "--yes"})), IsEmpty()) << "schema safety tells that it is a checkpoint's";
  EXPECT_THAT(dropped(prune({"--yes"})), ElementsAre(clone));
  EXPECT_EQ(database.value("SELECT count(*) FROM safety.checkpoints"), "0");
}

}  // namespace
}  // namespace safety::testing

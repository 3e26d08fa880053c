#include "libsafety/migrations/drizzle_history.hpp"

#include "libsafety/archive/sha256.hpp"
#include "tests/migrations/histories.hpp"
#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::TestDatabase;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct DrizzleStage {
  /// Journal entries: name and time.
  explicit DrizzleStage(const std::vector<std::pair<std::string, std::int64_t>>& entries, bool is_by_name = false) {
    project.drizzle.emplace();
    project.drizzle->config = "/code/drizzle.config.ts";
    for (const auto& [name, when] : entries)
      project.drizzle->migrations.push_back({name, is_by_name ? "/code/drizzle/" + name + "/migration.sql" : "/code/drizzle/" + name + ".sql", sql_of(name), when});
    database.execute("CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)");
  }
  void add_row(const std::string& name, std::int64_t when, std::string hash = "") const {
    if (hash.empty()) hash = archive::Sha256::of(sql_of(name));
    database.execute("INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('" + hash + "', " + std::to_string(when) + ")");
  }
  History read() const {
    auto connection = database.connect();
    return read_histories(testing::quiet_context(), connection, project).at(0);
  }
  Project project;
  TestDatabase database;
};

TEST(DrizzleHistory, TellsAppliedFromPending) {
  const DrizzleStage stage({{"0000_a", 1000}, {"0001_b", 2000}, {"0002_c", 3000}});
  stage.add_row("0000_a", 1000);
  stage.add_row("0001_b", 2000);
  const auto history = stage.read();
  EXPECT_EQ(history.tool, "drizzle");
  EXPECT_EQ(history.schema, "drizzle");
  EXPECT_THAT(states_of(history), ElementsAre("0000_a applied", "0001_b applied", "0002_c pending"));
  EXPECT_THAT(pending_of(history), ElementsAre("0002_c"));
  EXPECT_EQ(history.head, "0001_b");
  EXPECT_THAT(history.problems, IsEmpty());
}

TEST(DrizzleHistory, SeesWhatDrizzlePassesOverInSilence) {
  const DrizzleStage stage({{"0000_a", 1000}, {"0001_merged", 1500}, {"0001_b", 2000}});
  stage.add_row("0000_a", 1000);
  stage.add_row("0001_b", 2000);
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("0000_a applied", "0001_merged pending", "0001_b applied"));
  EXPECT_THAT(pending_of(history), IsEmpty());
  EXPECT_THAT(codes_of(history), ElementsAre("warning drizzle-skipped-migration"));
}

TEST(DrizzleHistory, SeesEditedAndMissingOnes) {
  const DrizzleStage stage({{"0000_a", 1000}});
  stage.add_row("0000_a", 1000, std::string(64, 'f'));
  stage.add_row("0001_gone", 2000);
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("0000_a edited", "hash " + archive::Sha256::of(sql_of("0001_gone")).substr(0, 12) + " deleted"));
  EXPECT_THAT(codes_of(history), ElementsAre("warning drizzle-edited-migration", "warning drizzle-missing-migration"));
}

TEST(DrizzleHistory, GoesByNamesFromVersionOneOn) {
  const DrizzleStage stage({{"20260101000000_a", 1767225600000}, {"20260102000000_late", 1767312000000}, {"20260103000000_c", 1767398400000}}, true);
  stage.database.execute("ALTER TABLE drizzle.__drizzle_migrations ADD COLUMN name text, ADD COLUMN applied_at timestamptz");
  stage.add_row("20260101000000_a", 1767225600123);  // from before there were names
  stage.database.execute("INSERT INTO drizzle.__drizzle_migrations (hash, created_at, name, applied_at) VALUES ('" + archive::Sha256::of(sql_of("20260103000000_c")) +
                         "', 1767398400000, '20260103000000_c', '2026-02-01 00:00+00')");
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("20260101000000_a applied", "20260102000000_late pending", "20260103000000_c applied"));
  EXPECT_THAT(pending_of(history), ElementsAre("20260102000000_late"));
  EXPECT_THAT(history.problems, IsEmpty());
  EXPECT_FALSE(history.entries[2].finished.empty());
}

TEST(DrizzleHistory, SeesAJournalThatNamesAFileWhichIsNotThere) {
  DrizzleStage stage({{"0000_a", 1000}});
  stage.project.drizzle->migrations[0].path.clear();
  EXPECT_THAT(codes_of(stage.read()), ElementsAre("error drizzle-migration-without-sql"));
}

TEST(DrizzleHistory, FindsTheTableThatTheConfigNames) {
  DrizzleStage stage({{"0000_a", 1000}});
  stage.database.execute("ALTER TABLE drizzle.__drizzle_migrations RENAME TO history; ALTER TABLE drizzle.history SET SCHEMA public");
  stage.project.drizzle->migrations_table = "history";
  stage.database.execute("INSERT INTO history (hash, created_at) VALUES ('" + archive::Sha256::of(sql_of("0000_a")) + "', 1000)");
  EXPECT_THAT(states_of(stage.read()), ElementsAre("0000_a applied"));
}

TEST(DrizzleHistory, WarnsWhereTablesOfAPushMeetAFirstMigration) {
  DrizzleStage stage({{"0000_a", 1000}});
  stage.project.drizzle->tables = {"media"};
  stage.database.execute("DROP TABLE drizzle.__drizzle_migrations; CREATE TABLE media (id int)");
  const auto history = stage.read();
  EXPECT_THAT(pending_of(history), ElementsAre("0000_a"));
  EXPECT_THAT(codes_of(history), ElementsAre("warning drizzle-not-baselined"));
}

TEST(DrizzleHistory, OfAPushIsNone) {
  DrizzleStage stage({});
  stage.database.execute("DROP SCHEMA drizzle CASCADE");
  auto history = stage.read();
  EXPECT_THAT(history.entries, IsEmpty());
  EXPECT_THAT(codes_of(history), ElementsAre("info drizzle-no-history"));
  // Migrations may lie there from an earlier time: what counts is which command runs.
  DrizzleStage both({{"0000_a", 1000}});
  both.database.execute("DROP SCHEMA drizzle CASCADE");
  both.project.commands = {"cd . && npx drizzle-kit push --force"};
  EXPECT_THAT(codes_of(both.read()), ElementsAre("info drizzle-no-history"));
  EXPECT_THAT(pending_of(both.read()), IsEmpty());
}

TEST(DrizzleHistory, SaysWhatOfTheConfigCouldNotBeRead) {
  DrizzleStage stage({{"0000_a", 1000}});
  stage.project.drizzle->not_understood = {"tablesFilter: tables()"};
  const auto history = stage.read();
  EXPECT_THAT(codes_of(history), ElementsAre("info drizzle-not-understood"));
  EXPECT_THAT(history.problems[0].message, HasSubstr("drizzle.config.ts could not be read without running it: tablesFilter: tables()"));
}

TEST(DrizzleHistory, NamesATableThatIsNoHistory) {
  const DrizzleStage stage({{"0000_a", 1000}});
  stage.database.execute("ALTER TABLE drizzle.__drizzle_migrations DROP COLUMN hash");
  EXPECT_THAT(codes_of(stage.read()), ElementsAre("error drizzle-unknown-history"));
}

TEST(ReadHistories, GivesOneForEachTool) {
  DrizzleStage stage({{"0000_a", 1000}});
  stage.project.prisma.emplace();
  auto connection = stage.database.connect();
  const auto histories = read_histories(testing::quiet_context(), connection, stage.project);
  ASSERT_EQ(histories.size(), 2U);
  EXPECT_EQ(histories[0].tool, "prisma");
  EXPECT_EQ(histories[1].tool, "drizzle");
}

TEST(ReadHistories, ReadsTablesOfToolsThatTheProjectHasNot) {
  const DrizzleStage stage({});
  stage.add_row("a", 1000);
  auto connection = stage.database.connect();
  const auto histories = read_histories(testing::quiet_context(), connection, Project());
  ASSERT_EQ(histories.size(), 1U);
  EXPECT_THAT(states_of(histories[0]), ElementsAre(HasSubstr("applied")));
  EXPECT_THAT(histories[0].problems, IsEmpty());
}

}  // namespace
}  // namespace safety::migrations

#include "libsafety/migrations/prisma_history.hpp"

#include "libsafety/archive/sha256.hpp"
#include "libsafety/migrations/checksum.hpp"
#include "tests/migrations/histories.hpp"
#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::TestDatabase;
using testing::TestRole;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kTable =
    "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, "
    "migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), "
    "applied_steps_count INTEGER NOT NULL DEFAULT 0)";

/// A project with the migrations "1_a", "2_b" ... and a database with Prisma's table.
struct PrismaStage {
  explicit PrismaStage(const std::vector<std::string>& names, const std::string& in_schema = "public") : schema(in_schema) {
    project.prisma.emplace();
    project.prisma->provider = "postgresql";
    for (const auto& name : names) project.prisma->migrations.push_back({name, "/code/" + name + "/migration.sql", sql_of(name)});
    if (schema != "public") database.execute("CREATE SCHEMA " + schema);
    database.execute("SET search_path = " + schema + "; " + kTable);
  }
  /// A row; `finished`, `rolled_back` and `log` as SQL.
  void add_row(const std::string& name, const std::string& finished = "now()", const std::string& rolled_back = "NULL", const std::string& log = "NULL", std::string checksum = "") {
    if (checksum.empty()) checksum = archive::Sha256::of(sql_of(name));
    ++rows;
    database.execute("INSERT INTO " + schema + "._prisma_migrations (id, checksum, migration_name, finished_at, rolled_back_at, logs, started_at) VALUES ('" + std::to_string(rows) + "', '" +
                     checksum + "', '" + name + "', " + finished + ", " + rolled_back + ", " + log + ", now() + interval '" + std::to_string(rows) + " s')");
  }
  std::vector<History> read_all() const {
    auto connection = database.connect();
    return read_histories(testing::quiet_context(), connection, project);
  }
  History read() const { return read_all().at(0); }

  Project project;
  std::string schema;
  TestDatabase database;
  int rows = 0;
};

const Problem& problem_of(const History& history, const std::string& code) {
  for (const auto& problem : history.problems)
    if (problem.code == code) return problem;
  throw std::runtime_error("there is no problem " + code);
}

TEST(Checksum, AcceptsAllFourForms) {
  const std::string lf = "SELECT 1;\nSELECT 2;\n", crlf = "SELECT 1;\r\nSELECT 2;\r\n";
  EXPECT_TRUE(is_checksum_of(archive::Sha256::of(lf), lf));
  EXPECT_TRUE(is_checksum_of(archive::Sha256::of(lf), crlf));
  EXPECT_TRUE(is_checksum_of(archive::Sha256::of(crlf), lf));
  EXPECT_FALSE(is_checksum_of(archive::Sha256::of(lf), lf + " "));
  EXPECT_FALSE(is_checksum_of("", lf));
  // The digest of this text holds bytes below 16, which early versions wrote as one digit.
  const std::string text = "SELECT 7;\n", digest = archive::Sha256::of(text);
  std::string legacy;
  for (std::size_t at = 0; at < 64; at += 2) legacy += digest[at] == '0' ? digest.substr(at + 1, 1) : digest.substr(at, 2);
  ASSERT_LT(legacy.size(), 64U);
  EXPECT_TRUE(is_checksum_of(legacy, text));
  EXPECT_FALSE(is_checksum_of(legacy, lf));
}

TEST(PrismaHistory, TellsAppliedFromPending) {
  PrismaStage stage({"1_a", "2_b", "3_c"});
  stage.add_row("1_a");
  stage.add_row("2_b", "now()", "NULL", "''");  // as `resolve --applied` writes it
  const auto history = stage.read();
  EXPECT_EQ(history.tool, "prisma");
  EXPECT_EQ(history.schema, "public");
  EXPECT_THAT(states_of(history), ElementsAre("1_a applied", "2_b applied", "3_c pending"));
  EXPECT_THAT(pending_of(history), ElementsAre("3_c"));
  EXPECT_EQ(history.head, "2_b");
  EXPECT_THAT(history.problems, IsEmpty());
  EXPECT_FALSE(history.entries[0].finished.empty());
  EXPECT_EQ(history.entries[0].path, "/code/1_a/migration.sql");
}

TEST(PrismaHistory, ShowsTheLogOfAFailureThatPrismaHides) {
  PrismaStage stage({"1_a", "2_b"});
  stage.add_row("1_a");
  stage.add_row("2_b", "NULL", "NULL", "'ERROR: column \"x\" contains null values'");
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("1_a applied", "2_b failed"));
  EXPECT_THAT(codes_of(history), ElementsAre("error prisma-failed-migration"));
  EXPECT_THAT(problem_of(history, "prisma-failed-migration").message, HasSubstr("contains null values"));
  EXPECT_THAT(problem_of(history, "prisma-failed-migration").hint, HasSubstr("--rolled-back 2_b"));
  EXPECT_THAT(history.entries[1].log, HasSubstr("contains null values"));
  EXPECT_THAT(pending_of(history), IsEmpty());
  EXPECT_EQ(history.head, "1_a");
}

TEST(PrismaHistory, TakesFromTheLogWhatTheDatabaseSaid) {
  const auto message_of = [](const std::string& log) {
    PrismaRow row{"1", "c", "1_a", "then", "", "", log};
    return judge_prisma(nullptr, "public", {row}, std::nullopt).problems.at(0).message;
  };
  EXPECT_EQ(message_of("A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more: https://x\n\nMigration name: 1_a\n\n"
                       "Database error code: 23502\n\nDatabase error:\nERROR: column \"email\" contains null values\n\nDbError { severity: \"ERROR\" }\n\n   0: sql_schema_connector::apply"),
            "migration 1_a failed (then): Database error code: 23502 ERROR: column \"email\" contains null values");
  EXPECT_EQ(message_of("external connector error\nNull constraint failed: \n   0: sql_schema_connector::apply\n"), "migration 1_a failed (then): external connector error Null constraint failed:");
  EXPECT_EQ(message_of("   0: only::frames"), "migration 1_a failed (then): its log does not say why");
}

TEST(PrismaHistory, TellsKilledFromRunningByWhoHoldsTheLock) {
  PrismaStage stage({"1_a"});
  stage.add_row("1_a", "NULL");
  auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("1_a unfinished"));
  EXPECT_THAT(codes_of(history), ElementsAre("error prisma-unfinished-migration"));
  EXPECT_THAT(history.problems[0].message, HasSubstr("so it was killed"));

  auto holder = stage.database.connect();
  holder.execute("SET application_name = 'some deploy'; SELECT pg_advisory_lock(72707369)");
  history = stage.read();
  EXPECT_THAT(codes_of(history), ElementsAre("error prisma-unfinished-migration", "error prisma-lock-held"));
  const auto pid = std::to_string(holder.backend_pid());
  EXPECT_THAT(history.problems[0].message, HasSubstr("session " + pid));
  EXPECT_THAT(history.problems[1].message, HasSubstr("some deploy"));
  EXPECT_THAT(history.problems[1].message, HasSubstr("SELECT pg_advisory_lock(72707369)"));
  EXPECT_THAT(history.problems[1].hint, HasSubstr("SELECT pg_terminate_backend(" + pid + ");"));
}

TEST(PrismaHistory, LooksOnlyAtTheLockOfThisDatabaseAndThisForm) {
  PrismaStage stage({"1_a"});
  const TestDatabase other;
  auto elsewhere = other.connect(), here = stage.database.connect();
  elsewhere.execute("SELECT pg_advisory_lock(72707369)");
  here.execute("SELECT pg_advisory_lock(0, 72707369)");
  EXPECT_THAT(codes_of(stage.read()), Not(Contains("error prisma-lock-held")));
}

TEST(PrismaHistory, SeesWhatWasChangedAfterItWasApplied) {
  PrismaStage stage({"1_a"});
  stage.add_row("1_a", "now()", "NULL", "NULL", archive::Sha256::of("something else"));
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("1_a edited"));
  EXPECT_THAT(codes_of(history), ElementsAre("warning prisma-edited-migration"));
  EXPECT_EQ(history.head, "1_a");
}

TEST(PrismaHistory, SeesThatTheDatabaseIsAheadOfTheCode) {
  PrismaStage stage({"1_a"});
  stage.add_row("1_a");
  stage.add_row("2_gone");
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("1_a applied", "2_gone deleted"));
  EXPECT_THAT(codes_of(history), ElementsAre("warning prisma-missing-migration"));
  EXPECT_EQ(history.head, "2_gone");
}

TEST(PrismaHistory, KnowsThatWhatWasRolledBackIsAppliedAgain) {
  PrismaStage stage({"1_a", "2_b", "3_c"});
  stage.add_row("1_a", "NULL", "now()", "'failed'");  // resolve --rolled-back
  stage.add_row("2_b", "now()", "now()");             // by hand
  stage.add_row("3_c", "NULL", "now()");              // by hand, the other way
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("1_a rolled back", "2_b rolled back", "3_c rolled back"));
  EXPECT_THAT(codes_of(history), ElementsAre("warning prisma-rolled-back-migration", "warning prisma-applied-but-rolled-back", "warning prisma-rolled-back-migration"));
  EXPECT_THAT(pending_of(history), ElementsAre("1_a", "2_b", "3_c"));
  EXPECT_THAT(problem_of(history, "prisma-applied-but-rolled-back").hint, HasSubstr("DELETE FROM \"public\".\"_prisma_migrations\" WHERE migration_name = '2_b'"));
  EXPECT_EQ(history.head, "");
}

TEST(PrismaHistory, TakesTheAttemptThatSucceededAfterOneThatFailed) {
  PrismaStage stage({"1_a"});
  stage.add_row("1_a", "NULL", "now()", "'failed at first'");
  stage.add_row("1_a");
  const auto history = stage.read();
  EXPECT_THAT(states_of(history), ElementsAre("1_a applied"));
  EXPECT_THAT(history.problems, IsEmpty());
  EXPECT_EQ(history.entries[0].rows, 2);
  EXPECT_EQ(history.entries[0].log, "failed at first");
}

TEST(PrismaHistory, NamesWhatIsRecordedTwice) {
  PrismaStage stage({"1_a"});
  stage.add_row("1_a");
  stage.add_row("1_a");
  EXPECT_THAT(codes_of(stage.read()), ElementsAre("warning prisma-duplicate-row"));
}

TEST(PrismaHistory, SeesWhatIsPendingAndOlderThanTheNewest) {
  PrismaStage stage({"1_a", "2_b", "3_c"});
  stage.add_row("1_a");
  stage.add_row("3_c");
  const auto history = stage.read();
  EXPECT_THAT(codes_of(history), ElementsAre("warning prisma-out-of-order"));
  EXPECT_EQ(history.problems[0].migration, "2_b");
  EXPECT_THAT(pending_of(history), ElementsAre("2_b"));
}

TEST(PrismaHistory, SeesFoldersWithoutSqlAndAnotherProvider) {
  PrismaStage stage({"1_a", "2_b"});
  stage.add_row("1_a");
  for (auto& migration : stage.project.prisma->migrations) migration.path.clear(), migration.sql.clear();
  stage.project.prisma->provider = "mysql";
  EXPECT_THAT(codes_of(stage.read()), ElementsAre("error prisma-provider", "warning prisma-migration-without-sql", "error prisma-migration-without-sql"));
}

TEST(PrismaHistory, WantsABaselineWhereTablesAreAndNoHistory) {
  PrismaStage stage({"1_a"});
  stage.database.execute("DROP TABLE _prisma_migrations");
  EXPECT_THAT(codes_of(stage.read()), IsEmpty());  // an empty database: all is pending
  EXPECT_THAT(pending_of(stage.read()), ElementsAre("1_a"));
  stage.database.execute("CREATE SCHEMA safety; CREATE TABLE safety.checkpoints (id int); CREATE VIEW v AS SELECT 1");
  EXPECT_THAT(codes_of(stage.read()), IsEmpty());
  stage.database.execute("CREATE TABLE users (id int)");
  const auto history = stage.read();
  EXPECT_EQ(history.schema, "");
  EXPECT_THAT(codes_of(history), ElementsAre("error prisma-not-baselined"));
  EXPECT_THAT(history.problems[0].hint, HasSubstr("npx prisma migrate resolve --applied"));
}

TEST(PrismaHistory, NeverTakesATableThatItMayNotReadForAnEmptyOne) {
  const TestRole role;
  PrismaStage stage({"1_a"});
  stage.add_row("1_a");
  for (const char* obstacle : {"SELECT is not granted", "row security hides rows of it", "USAGE on schema"}) {
    if (std::string_view(obstacle).starts_with("row"))
      stage.database.execute("GRANT SELECT ON _prisma_migrations TO " + role.name() + "; ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY");
    if (std::string_view(obstacle).starts_with("USAGE")) stage.database.execute("REVOKE USAGE ON SCHEMA public FROM public");
    pg::Connection connection(testing::quiet_context(), testing::connection_info(stage.database.name(), role.name()));
    const auto history = read_histories(testing::quiet_context(), connection, stage.project).at(0);
    EXPECT_THAT(codes_of(history), ElementsAre("error prisma-no-permission"));
    EXPECT_THAT(history.problems[0].message, HasSubstr(obstacle));
    EXPECT_THAT(history.pending, IsEmpty());
    EXPECT_THAT(history.entries, IsEmpty());
  }
}

TEST(PrismaHistory, DoesNotTakeAnyTableOfThatNameForAHistory) {
  PrismaStage stage({"1_a"});
  stage.database.execute("ALTER TABLE _prisma_migrations DROP COLUMN logs; ALTER TABLE _prisma_migrations RENAME checksum TO sum");
  const auto history = stage.read();
  EXPECT_THAT(codes_of(history), ElementsAre("error prisma-unknown-history"));
  EXPECT_THAT(history.problems[0].message, HasSubstr("checksum, logs"));
  EXPECT_THAT(history.pending, IsEmpty());
}

TEST(PrismaHistory, FindsTheProjectsTableAmongSeveral) {
  PrismaStage stage({"1_a", "2_b"}, "api");
  stage.add_row("1_a");
  stage.database.execute(std::string(kTable) + "; INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '9_other', now())");
  const auto histories = stage.read_all();
  ASSERT_EQ(histories.size(), 2U);
  EXPECT_EQ(histories[0].schema, "api");
  EXPECT_THAT(pending_of(histories[0]), ElementsAre("2_b"));
  EXPECT_EQ(histories[1].schema, "public");
  EXPECT_THAT(states_of(histories[1]), ElementsAre("9_other applied"));
  EXPECT_THAT(codes_of(histories[1]), ElementsAre("info prisma-further-history"));
}

TEST(PrismaHistory, SaysThatPrisma8IsNotUnderstood) {
  PrismaStage stage({});
  stage.database.execute("CREATE SCHEMA prisma_contract");
  EXPECT_THAT(codes_of(stage.read_all().back()), ElementsAre("warning prisma-contract"));
}

TEST(PrismaHistory, WithoutADatabaseAllIsPending) {
  PrismaStage stage({"1_a", "2_b"});
  const auto histories = histories_of_code(stage.project);
  ASSERT_EQ(histories.size(), 1U);
  EXPECT_THAT(pending_of(histories[0]), ElementsAre("1_a", "2_b"));
  EXPECT_THAT(histories[0].problems, IsEmpty());
}

TEST(PrismaHistory, TakesNoLockThatAWriterWaitsFor) {
  PrismaStage stage({"1_a"});
  auto reader = stage.database.connect();
  reader.execute("BEGIN");
  read_histories(testing::quiet_context(), reader, stage.project);
  EXPECT_EQ(stage.database.value("SELECT count(*) FROM pg_locks WHERE relation = '_prisma_migrations'::regclass AND mode <> 'AccessShareLock'"), "0");
}

}  // namespace
}  // namespace safety::migrations

#include "libsafety/rollback/bookkeeping.hpp"

#include "libsafety/archive/sha256.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/migrations/history.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

using testing::error_of;
using testing::quiet_context;
using testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kPrisma =
    "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, "
    "migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), "
    "applied_steps_count INTEGER NOT NULL DEFAULT 0);";
constexpr const char* kDrizzle = "CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint);";
constexpr const char* kAllRows = "SELECT string_agg(t::text, E'\\n' ORDER BY id) FROM public._prisma_migrations t";
constexpr const char* kRollback = "rollback_20261126_101500";

std::string sql_of(const std::string& name) { return "-- " + name + "\nSELECT 'it''s \\ \"quoted\"';\n"; }

/// A row; `finished`, `rolled_back` and `log` as SQL.
void add_row(const TestDatabase& database, const std::string& id, const std::string& name, const std::string& finished = "now()", const std::string& rolled_back = "NULL",
             const std::string& log = "NULL", const std::string& table = "_prisma_migrations") {
  static int seconds = 0;
  database.execute("INSERT INTO " + table + " (id, checksum, migration_name, finished_at, rolled_back_at, logs, started_at) VALUES ('" + id + "', '" +
                   archive::Sha256::of(sql_of(name)) + "', '" + name + "', " + finished + ", " + rolled_back + ", " + log + ", now() + interval '" + std::to_string(++seconds) + " s')");
}

/// The checkpoint's database and the one that was migrated since, with the first migration in both.
struct HistoryStage {
  explicit HistoryStage(const std::vector<std::string>& names = {}) {
    project.prisma.emplace();
    for (const auto& name : names) project.prisma->migrations.push_back({name, "/code/" + name + "/migration.sql", sql_of(name)});
    for (const auto* one : {&origin, &target}) {
      one->execute(kPrisma);
      add_row(*one, "first", "1_first");
    }
    checkpoint::Registry(quiet_context(), target.info()).prepare();
  }
  std::vector<HistoryRow> since() const {
    auto in_target = target.connect(), in_origin = origin.connect();
    return rows_since(in_target, in_origin, project);
  }
  void take_back(const std::vector<HistoryRow>& rows) const {
    auto session = target.connect();
    pg::Transaction transaction(session);
    take_rows_back(session, kRollback, rows, project);
    transaction.commit();
  }
  void put_again() const {
    auto session = target.connect();
    pg::Transaction transaction(session);
    put_rows_again(session, kRollback);
    transaction.commit();
  }

  migrations::Project project;
  TestDatabase origin, target;
};

std::vector<std::string> words_of(const std::vector<HistoryRow>& rows) {
  std::vector<std::string> words;
  for (const auto& row : rows) words.push_back(row.tool + " " + row.schema + "." + row.table + " " + row.name + " " + row.state);
  return words;
}

TEST(HistoryRows, AreThoseThatTheCheckpointDoesNotHaveOldestFirst) {
  const HistoryStage stage;
  add_row(stage.target, "b", "3_failed", "NULL", "NULL", "'ERROR: it broke'");
  add_row(stage.target, "a", "2_applied");
  add_row(stage.target, "c", "4_killed", "NULL");
  add_row(stage.target, "d", "5_given_up", "NULL", "now()", "'ERROR: it broke'");
  EXPECT_THAT(words_of(stage.since()), ElementsAre("prisma public._prisma_migrations 3_failed failed", "prisma public._prisma_migrations 2_applied applied",
                                                   "prisma public._prisma_migrations 4_killed unfinished", "prisma public._prisma_migrations 5_given_up rolled back"));
}

TEST(HistoryRows, TellWhoWroteThemLast) {
  const HistoryStage stage;
  add_row(stage.target, "a", "2_applied", "NULL");
  auto session = stage.target.connect();
  const auto xid = session.value_of("WITH done AS (UPDATE _prisma_migrations SET finished_at = now() WHERE id = 'a' RETURNING 1) SELECT pg_current_xact_id()::xid::text FROM done");
  const auto rows = stage.since();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].xid, xid);
  EXPECT_EQ(rows[0].finished, session.value_of("SELECT finished_at FROM _prisma_migrations WHERE id = 'a'"));
  EXPECT_EQ(nlohmann::json::parse(rows[0].json).at("migration_name"), "2_applied");
}

TEST(HistoryRows, LeaveAloneWhatTheCheckpointHadInAnotherStateOrWhatIsGone) {
  const HistoryStage stage;
  for (const auto* one : {&stage.origin, &stage.target}) add_row(*one, "then", "0_failed_then", "NULL", "NULL", "'ERROR'");
  add_row(stage.origin, "gone", "0_gone");
  stage.target.execute("UPDATE _prisma_migrations SET rolled_back_at = now() WHERE id = 'then'");
  EXPECT_THAT(stage.since(), IsEmpty());
  add_row(stage.target, "again", "0_failed_then");  // resolved and tried again since: that attempt is of now
  EXPECT_THAT(words_of(stage.since()), ElementsAre("prisma public._prisma_migrations 0_failed_then applied"));
}

TEST(HistoryRows, AreFoundInEverySchemaAndWhereTheCheckpointHadNoTable) {
  const HistoryStage stage;
  stage.target.execute(std::string("CREATE SCHEMA \"it's \"\"odd\"\"\"; SET search_path = \"it's \"\"odd\"\"\"; ") + kPrisma);
  add_row(stage.target, "x", "1_odd", "now()", "NULL", "''", "\"it's \"\"odd\"\"\"._prisma_migrations");
  stage.target.execute("CREATE SCHEMA other; CREATE TABLE other._prisma_migrations (road text)");  // nobody's history
  const auto rows = stage.since();
  EXPECT_THAT(words_of(rows), ElementsAre("prisma it's \"odd\"._prisma_migrations 1_odd applied"));
  stage.take_back(rows);
  EXPECT_EQ(stage.target.value("SELECT count(*) FROM \"it's \"\"odd\"\"\"._prisma_migrations"), "0");
  stage.put_again();
  EXPECT_EQ(stage.target.value("SELECT migration_name FROM \"it's \"\"odd\"\"\"._prisma_migrations"), "1_odd");
}

TEST(HistoryRows, CanBeComparedWithNamesAlone) {
  const HistoryStage stage;
  add_row(stage.target, "a", "2_applied");
  auto session = stage.target.connect();
  EXPECT_THAT(words_of(rows_since(session, {"1_first"}, stage.project)), ElementsAre("prisma public._prisma_migrations 2_applied applied"));
  EXPECT_THAT(rows_since(session, {"1_first", "2_applied"}, stage.project), IsEmpty());
  EXPECT_EQ(rows_since(session, std::vector<std::string>(), stage.project).size(), 2U);
}

TEST(HistoryRows, OfATableThatMayNotBeReadAreAnErrorAndNotNone) {
  const testing::TestRole role;
  const HistoryStage stage;
  pg::Connection session(quiet_context(), testing::connection_info(stage.target.name(), role.name()));
  auto origin = stage.origin.connect();
  const auto error = error_of([&] { rows_since(session, origin, stage.project); });
  EXPECT_EQ(error.code(), Code::not_permitted);
  EXPECT_THAT(error.message(), HasSubstr("\"_prisma_migrations\""));
  EXPECT_FALSE(error.hint().empty());
}

TEST(HistoryRows, AppliedOnesGoAndFailedOnesAreMarkedAsPrismaDoes) {
  const HistoryStage stage({"1_first", "2_applied", "3_failed"});
  add_row(stage.target, "a", "2_applied");
  add_row(stage.target, "b", "3_failed", "NULL", "NULL", "'ERROR: it broke'");
  add_row(stage.target, "c", "4_killed", "NULL");
  add_row(stage.target, "d", "5_given_up", "NULL", "'2026-11-01 10:00+00'", "'ERROR'");
  const auto before = stage.target.value(kAllRows);
  const auto rows = stage.since();
  stage.take_back(rows);
  EXPECT_EQ(stage.target.value("SELECT string_agg(migration_name || ':' || (rolled_back_at IS NOT NULL) || ':' || (finished_at IS NOT NULL), ' ' ORDER BY migration_name) FROM _prisma_migrations"),
            "1_first:false:true 3_failed:true:false 4_killed:true:false 5_given_up:true:false");
  EXPECT_EQ(stage.target.value("SELECT string_agg(concat_ws(':', migration, action, operation, tool, schema_name, table_name, by_role), ' ' ORDER BY migration) FROM safety.rolled_back_migrations"),
            "2_applied:deleted:rollback_20261126_101500:prisma:public:_prisma_migrations:postgres 3_failed:marked:rollback_20261126_101500:prisma:public:_prisma_migrations:postgres "
            "4_killed:marked:rollback_20261126_101500:prisma:public:_prisma_migrations:postgres");
  EXPECT_EQ(stage.target.value("SELECT sql FROM safety.rolled_back_migrations WHERE migration = '2_applied'"), sql_of("2_applied"));
  EXPECT_EQ(stage.target.value("SELECT checksum FROM safety.rolled_back_migrations WHERE migration = '2_applied'"), archive::Sha256::of(sql_of("2_applied")));
  EXPECT_EQ(stage.target.value("SELECT sql IS NULL FROM safety.rolled_back_migrations WHERE migration = '4_killed'"), "t");  // its code is not here

  stage.put_again();
  EXPECT_EQ(stage.target.value(kAllRows), before);
  EXPECT_EQ(stage.target.value("SELECT count(*) FROM safety.rolled_back_migrations WHERE redone_at IS NULL"), "0");
  stage.put_again();  // what was put again is not put twice
  EXPECT_EQ(stage.target.value(kAllRows), before);
}

TEST(HistoryRows, LeaveAHistoryThatOurOwnJudgeFindsClean) {
  HistoryStage stage({"1_first"});
  add_row(stage.target, "a", "2_applied");
  stage.take_back(stage.since());
  auto session = stage.target.connect();
  const auto histories = migrations::read_histories(quiet_context(), session, stage.project);
  ASSERT_EQ(histories.size(), 1U);
  EXPECT_THAT(histories[0].problems, IsEmpty());
  EXPECT_EQ(histories[0].head, "1_first");
}

TEST(HistoryRows, SurviveEveryValueOnTheirWayThroughTheLedger) {
  const HistoryStage stage;
  add_row(stage.target, "a", "2_it''s \"odd\" \xC3\xA9", "'2026-11-26 10:15:00.123456+02'", "NULL", "E'tab\\t back\\\\slash\\nline {\"json\": 1}'");
  const auto before = stage.target.value(kAllRows);
  auto rows = stage.since();
  auto session = stage.target.connect();
  session.execute("SET TimeZone = 'Asia/Kathmandu'");  // the rows were read under another one
  pg::Transaction transaction(session);
  take_rows_back(session, kRollback, rows, stage.project);
  transaction.commit();
  EXPECT_EQ(stage.target.value("SELECT count(*) FROM _prisma_migrations"), "1");
  stage.put_again();
  EXPECT_EQ(stage.target.value(kAllRows), before);
}

TEST(HistoryRows, ThatChangedSinceTheyWereSeenStopTheRollback) {
  const HistoryStage stage;
  add_row(stage.target, "a", "2_running", "NULL");
  const auto rows = stage.since();
  stage.target.execute("UPDATE _prisma_migrations SET finished_at = now() WHERE id = 'a'");  // it came to its end
  const auto error = error_of([&] { stage.take_back(rows); });
  EXPECT_EQ(error.code(), Code::database);
  EXPECT_THAT(error.message(), HasSubstr("2_running"));
  EXPECT_FALSE(error.hint().empty());
  stage.target.execute("DELETE FROM _prisma_migrations WHERE id = 'a'");
  EXPECT_EQ(error_of([&] { stage.take_back(rows); }).code(), Code::database);
  EXPECT_EQ(stage.target.value("SELECT count(*) FROM safety.rolled_back_migrations"), "0");
}

TEST(HistoryRows, ThatWereTakenOutByHandCannotBePutAgain) {
  const HistoryStage stage;
  add_row(stage.target, "b", "3_failed", "NULL", "NULL", "'ERROR'");
  stage.take_back(stage.since());
  stage.target.execute("DELETE FROM _prisma_migrations WHERE id = 'b'");
  const auto error = error_of([&] { stage.put_again(); });
  EXPECT_EQ(error.code(), Code::database);
  EXPECT_THAT(error.message(), HasSubstr("3_failed"));
  EXPECT_EQ(stage.target.value("SELECT count(*) FROM safety.rolled_back_migrations WHERE redone_at IS NULL"), "1");
}

TEST(HistoryRows, GoWithoutTheirSqlWhereTheDatabaseCannotHoldIt) {
  HistoryStage stage({"2_applied"});
  stage.project.prisma->migrations[0].sql = "SELECT 'caf\xE9';";  // of Latin 1
  add_row(stage.target, "a", "2_applied");
  stage.take_back(stage.since());
  EXPECT_EQ(stage.target.value("SELECT migration || ':' || (sql IS NULL) FROM safety.rolled_back_migrations"), "2_applied:true");
  EXPECT_EQ(stage.target.value("SELECT count(*) FROM _prisma_migrations"), "1");
}

TEST(HistoryRows, OfDrizzleAreDeletedUnderTheNameThatTheCodeHas) {
  HistoryStage stage;
  stage.project.drizzle.emplace();
  const std::string sql = "ALTER TABLE media ADD COLUMN alt text;";
  stage.project.drizzle->migrations = {{"0000_first", "/code/0000_first.sql", "SELECT 1;", 1700000000000}, {"0001_alt", "/code/0001_alt.sql", sql, 1700000001000}};
  for (const auto* one : {&stage.origin, &stage.target})
    one->execute(std::string(kDrizzle) + "INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('" + archive::Sha256::of("SELECT 1;") + "', 1700000000000)");
  stage.target.execute("INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('" + archive::Sha256::of(sql) + "', 1700000001000), ('0123456789abcdef', 1700000002000)");
  const auto rows = stage.since();
  EXPECT_THAT(words_of(rows), ElementsAre("drizzle drizzle.__drizzle_migrations 0001_alt applied", "drizzle drizzle.__drizzle_migrations hash 0123456789ab applied"));
  auto session = stage.target.connect();
  EXPECT_EQ(words_of(rows_since(session, {"1_first", archive::Sha256::of("SELECT 1;")}, stage.project)), words_of(rows));
  const auto before = stage.target.value("SELECT string_agg(t::text, ' ' ORDER BY id) FROM drizzle.__drizzle_migrations t");
  stage.take_back(rows);
  EXPECT_EQ(stage.target.value("SELECT string_agg(id::text, ' ') FROM drizzle.__drizzle_migrations"), "1");
  EXPECT_EQ(stage.target.value("SELECT sql || checksum FROM safety.rolled_back_migrations WHERE migration = '0001_alt'"), sql + archive::Sha256::of(sql));
  stage.put_again();
  EXPECT_EQ(stage.target.value("SELECT string_agg(t::text, ' ' ORDER BY id) FROM drizzle.__drizzle_migrations t"), before);
}

TEST(HistoryRows, OfDrizzleThatGotAnOldNumberAgainAreNew) {
  const HistoryStage stage;
  for (const auto* one : {&stage.origin, &stage.target}) one->execute(kDrizzle);
  stage.origin.execute("INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('old', 1)");
  stage.target.execute("INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('new', 2)");
  EXPECT_THAT(words_of(stage.since()), ElementsAre("drizzle drizzle.__drizzle_migrations hash new applied"));
  stage.target.execute("TRUNCATE drizzle.__drizzle_migrations RESTART IDENTITY; INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('old', 1), ('old', 1)");
  EXPECT_EQ(stage.since().size(), 1U);  // the second time is of now
}

TEST(HistoryRows, OfDrizzleNeedNoNumber) {
  const HistoryStage stage;
  for (const auto* one : {&stage.origin, &stage.target})
    one->execute("CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (hash text NOT NULL, created_at bigint, name text, applied_at timestamptz); "
                 "INSERT INTO drizzle.__drizzle_migrations VALUES ('old', 1, '0000_old', NULL)");
  stage.target.execute("INSERT INTO drizzle.__drizzle_migrations VALUES ('new', 2, '0001_new', '2026-11-26 10:00+00')");
  const auto rows = stage.since();
  ASSERT_THAT(words_of(rows), ElementsAre("drizzle drizzle.__drizzle_migrations 0001_new applied"));
  EXPECT_THAT(rows[0].finished, HasSubstr("2026-11-26"));
  stage.take_back(rows);
  EXPECT_EQ(stage.target.value("SELECT string_agg(name, ' ') FROM drizzle.__drizzle_migrations"), "0000_old");
}

}  // namespace
}  // namespace safety::rollback

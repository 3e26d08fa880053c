#include "libsafety/pg/connection.hpp"

#include <signal.h>

#include <thread>

#include "libsafety/base/time.hpp"
#include "libsafety/pg/quote.hpp"
#include "tests/testing/testing.hpp"

namespace safety::pg {
namespace {

using testing::admin_connection;
using testing::connection_info;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::quiet_context;
using testing::TestContext;
using testing::TestDatabase;

Error error_of_sql(const std::string& sql) {
  auto connection = admin_connection();
  return error_of([&] { connection.execute(sql); });
}

TEST(Connection, ReturnsTheResultOfTheLastStatement) {
  auto connection = admin_connection();
  const auto rows = connection.execute("SELECT 1; SELECT 'a', NULL, true UNION ALL SELECT 'b', '', false");
  ASSERT_EQ(rows.rows(), 2);
  EXPECT_EQ(rows.value(0, 0), "a");
  EXPECT_TRUE(rows.is_null(0, 1));
  EXPECT_FALSE(rows.is_null(1, 1));
  EXPECT_TRUE(rows.is_true(0, 2));
  EXPECT_FALSE(rows.is_true(1, 2));
}

TEST(Connection, PassesParametersAsValues) {
  auto connection = admin_connection();
  EXPECT_EQ(connection.value_of("SELECT $1 || coalesce($2, ' and nothing')", {"'; DROP TABLE x; --", std::nullopt}),
            "'; DROP TABLE x; -- and nothing");
}

TEST(Connection, CountsAffectedRows) {
  const TestDatabase database;
  auto connection = database.connect();
  connection.execute("CREATE TABLE t AS SELECT g FROM generate_series(1, 7) g");
  EXPECT_EQ(connection.execute("DELETE FROM t WHERE g > 2").affected_rows(), 5U);
}

TEST(Connection, GivesEachFailureItsCode) {
  EXPECT_EQ(error_of_sql("SELECT * FROM nowhere").code(), Code::database);
  EXPECT_EQ(error_of_sql("SELECT * FROM nowhere").sqlstate(), "42P01");
  EXPECT_EQ(error_of_sql("SET ROLE pg_read_all_stats; SELECT * FROM pg_authid").code(), Code::not_permitted);
  EXPECT_EQ(error_of_sql("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$").code(), Code::storage);
  EXPECT_EQ(error_of_sql("DO $$ BEGIN RAISE EXCEPTION 'slots' USING ERRCODE = '53300'; END $$").code(),
            Code::connection);
  EXPECT_EQ(error_of_sql("DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END $$").code(), Code::locked);
}

TEST(Connection, QuotesTheStatementAndTheServersDetail) {
  const Error error =
      error_of_sql("DO $$ BEGIN RAISE EXCEPTION 'the message' USING DETAIL = 'the detail', HINT = 'Do this.'; END $$");
  EXPECT_EQ(error.message(), "the message");
  EXPECT_THAT(error.detail(), HasSubstr("the detail"));
  EXPECT_THAT(error.detail(), HasSubstr("RAISE EXCEPTION"));
  EXPECT_EQ(error.hint(), "Do this.");
}

TEST(Connection, StaysUsableAfterAnError) {
  auto connection = admin_connection();
  error_of([&] { connection.execute("SELECT 1; SELECT broken; SELECT 2"); });
  EXPECT_EQ(connection.value_of("SELECT 3"), "3");
  error_of([&] { connection.value_of("SELECT 1 WHERE false"); });
  EXPECT_FALSE(connection.is_broken());
}

TEST(Connection, SpeaksTheDatabasesOwnEncoding) {
  const TestDatabase latin1("ENCODING 'LATIN1' LOCALE 'C'");
  auto connection = latin1.connect();
  connection.execute("CREATE TABLE t (x text); INSERT INTO t VALUES (chr(233))");
  EXPECT_EQ(connection.value_of("SELECT x FROM t"), "\xE9") << "no conversion to UTF-8";
}

TEST(Connection, NamesTheServerThatCannotBeReached) {
  const auto info = ConnectionInfo::parse("postgresql://ann:hunter2@/d?host=%2Fnonexistent");
  const Error error = error_of([&] { Connection(quiet_context(), info); });
  EXPECT_EQ(error.code(), Code::connection);
  EXPECT_THAT(error.message(), HasSubstr("postgresql://ann@/nonexistent/d"));
  EXPECT_THAT(error.what(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(error.hint(), HasSubstr("pg_isready"));
}

TEST(Connection, NamesTheDatabaseThatDoesNotExist) {
  const Error error = error_of([] { Connection(quiet_context(), connection_info("no_such_database")); });
  EXPECT_EQ(error.code(), Code::connection);
  EXPECT_THAT(error.message(), HasSubstr("no_such_database"));
  EXPECT_THAT(error.hint(), HasSubstr("psql -l"));
}

TEST(Connection, SaysThatThePasswordIsWrongWithoutShowingIt) {
  testing::OwnCluster cluster;
  {
    Connection admin(quiet_context(), ConnectionInfo::parse(cluster.url("postgres")));
    admin.execute("CREATE ROLE ann LOGIN PASSWORD 'right'");
    testing::write_text(cluster.data_folder() / "pg_hba.conf", "local all ann scram-sha-256\nlocal all all trust\n");
    admin.execute("SELECT pg_reload_conf()");
  }
  auto info = [&](const std::string& password) {
    return ConnectionInfo::parse(cluster.url("postgres", "ann") + "&password=" + password);
  };
  // The new rules hold for new sessions as soon as the postmaster has read them.
  Error error(Code::success, "");
  for (const Stopwatch watch; watch.seconds() < 10 && error.code() == Code::success;) {
    try {
      Connection(quiet_context(), info("hunter2"));
    } catch (const Error& refused) {
      error = refused;
    }
  }
  EXPECT_EQ(error.code(), Code::connection);
  EXPECT_THAT(error.message(), HasSubstr("password authentication failed"));
  EXPECT_THAT(error.hint(), HasSubstr("%XX"));
  EXPECT_THAT(std::string(error.what()) + error.hint(), Not(HasSubstr("hunter2")));
  EXPECT_EQ(Connection(quiet_context(), info("right")).value_of("SELECT current_user"), "ann");
}

TEST(Connection, GivesUpOnAServerThatDoesNotAnswer) {
  // A socket that accepts and stays silent.
  testing::TempFolder folder;
  const auto silent =
      testing::Background("python3", {"-c",
                                      "import socket,sys,time\ns=socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\n"
                                      "s.listen(5)\nprint('ready',flush=True)\ntime.sleep(60)",
                                      (folder / ".s.PGSQL.5432").string()});
  for (const Stopwatch watch; watch.seconds() < 10 && silent.out_so_far().empty();)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const Stopwatch watch;
  const auto info =
      ConnectionInfo::parse("host=" + folder.path().string() + " dbname=d user=u connect_timeout=1 gssencmode=disable");
  const Error error = error_of([&] { Connection(quiet_context(), info); });
  EXPECT_EQ(error.code(), Code::connection);
  EXPECT_THAT(error.message(), HasSubstr("no answer in 1 s"));
  EXPECT_LT(watch.seconds(), 5);
}

TEST(Connection, CancelsALongQueryWhenStoppedAndStaysUsable) {
  TestContext test;
  Connection connection(test, connection_info("postgres"));
  const auto pid = connection.backend_pid();
  Stopwatch since_stop;
  const std::jthread stopper([&] {
    auto admin = admin_connection();
    while (admin.value_of("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT "
                          "pg_sleep%' AND pid = " +
                          std::to_string(pid)) == "0")
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    since_stop = {};
    test.stop.request_stop();
  });
  EXPECT_THROW(connection.execute("SELECT pg_sleep(60)"), Interrupted);
  EXPECT_LT(since_stop.seconds(), 1);
  EXPECT_FALSE(connection.is_broken());
  EXPECT_EQ(admin_connection().value_of("SELECT state FROM pg_stat_activity WHERE pid = " + std::to_string(pid)),
            "idle");
}

TEST(Connection, StopsACopyInBothDirections) {
  const TestDatabase database;
  database.execute("CREATE TABLE t (x int)");
  for (const bool is_out : {true, false}) {
    TestContext test;
    Connection connection(test, database.info());
    const Stopwatch watch;
    EXPECT_THROW(
        {
          if (is_out) {
            connection.copy_out("COPY (SELECT generate_series(1, 100000000)) TO STDOUT",
                                [&](std::string_view) { test.stop.request_stop(); });
          } else {
            connection.copy_in_begin("COPY t FROM STDIN");
            for (int i = 0; i < 100000000; ++i) {
              connection.copy_in_put("1\n");
              if (i == 1000) test.stop.request_stop();
            }
          }
        },
        Interrupted);
    EXPECT_LT(watch.seconds(), 8);
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM t"), "0");
}

TEST(Connection, CopiesAHundredThousandRowsThereAndBack) {
  const TestDatabase database;
  auto connection = database.connect();
  connection.execute(
      "CREATE TABLE a AS SELECT g AS id, repeat(chr(9 + g % 80), g % 30) || E'\\\\.' AS x, CASE WHEN g % 7 = 0 THEN "
      "NULL ELSE g / 3.0 END AS y "
      "FROM generate_series(1, 100000) g; CREATE TABLE b (LIKE a)");
  std::string rows;
  std::uint64_t calls = 0;
  EXPECT_EQ(connection.copy_out("COPY a TO STDOUT",
                                [&](std::string_view row) {
                                  EXPECT_TRUE(row.ends_with('\n'));
                                  rows += row;
                                  ++calls;
                                }),
            100000U);
  EXPECT_EQ(calls, 100000U);
  connection.copy_in_begin("COPY b FROM STDIN");
  // In pieces that break lines anywhere.
  for (std::size_t at = 0; at < rows.size(); at += 77777)
    connection.copy_in_put(std::string_view(rows).substr(at, 77777));
  EXPECT_EQ(connection.copy_in_finish(), 100000U);
  EXPECT_EQ(connection.value_of("SELECT count(*) FROM (TABLE a EXCEPT ALL TABLE b) x"), "0");
}

TEST(Connection, NamesTheTableWhenACopyFails) {
  const TestDatabase database;
  database.execute("CREATE TABLE t (x int)");
  auto connection = database.connect();
  const Error error = error_of([&] {
    connection.copy_in_begin("COPY t FROM STDIN");
    connection.copy_in_put("1\nnot a number\n");
    connection.copy_in_finish();
  });
  EXPECT_EQ(error.code(), Code::database);
  EXPECT_EQ(error.sqlstate(), "22P02");
  EXPECT_THAT(error.detail(), HasSubstr("COPY t, line 2, column x"));
  EXPECT_EQ(connection.value_of("SELECT count(*) FROM t"), "0") << "the session goes on";
  EXPECT_EQ(error_of([&] { connection.copy_in_begin("COPY missing FROM STDIN"); }).sqlstate(), "42P01");
  EXPECT_EQ(error_of([&] { connection.copy_out("COPY missing TO STDOUT", [](auto) {}); }).sqlstate(), "42P01");
}

TEST(Connection, ReportsAServerKilledInTheMiddleOfACopy) {
  for (const bool is_out : {true, false}) {
    testing::OwnCluster cluster;
    Connection connection(quiet_context(), ConnectionInfo::parse(cluster.url("postgres")));
    connection.execute("CREATE TABLE t (x text)");
    const auto kill_server = [&] {
      ::kill(static_cast<pid_t>(connection.backend_pid()), SIGKILL);
      ::kill(cluster.postmaster_pid(), SIGKILL);
    };
    const Error error = error_of([&] {
      if (is_out) {
        bool is_first = true;
        connection.copy_out("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) TO STDOUT",
                            [&](std::string_view) {
                              if (std::exchange(is_first, false)) kill_server();
                            });
      } else {
        connection.copy_in_begin("COPY t FROM STDIN");
        const std::string row = std::string(1000, 'x') + "\n";
        for (int i = 0; i < 10000000; ++i) {
          connection.copy_in_put(row);
          if (i == 100) kill_server();
        }
      }
    });
    EXPECT_EQ(error.code(), Code::connection) << is_out << ": " << error.what();
    EXPECT_FALSE(error.hint().empty()) << is_out;
    EXPECT_TRUE(connection.is_broken()) << is_out;
    EXPECT_EQ(error_of([&] { connection.execute("SELECT 1"); }).code(), Code::connection);
  }
}

TEST(Transaction, RollsBackUnlessCommitted) {
  const TestDatabase database;
  database.execute("CREATE TABLE t (x int)");
  auto connection = database.connect();
  {
    const Transaction transaction(connection);
    connection.execute("INSERT INTO t VALUES (1)");
  }
  EXPECT_EQ(connection.value_of("SELECT count(*) FROM t"), "0");
  Transaction transaction(connection);
  connection.execute("INSERT INTO t VALUES (1)");
  transaction.commit();
  EXPECT_EQ(database.value("SELECT count(*) FROM t"), "1");
}

TEST(Transaction, IsInDoubtWhenTheConnectionBreaksDuringCommit) {
  const TestDatabase database;
  auto connection = database.connect();
  Transaction transaction(connection);
  // A deferred trigger ends the session while it commits.
  connection.execute(
      "CREATE TABLE t (x int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
      "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION f(); "
      "INSERT INTO t VALUES (1)");
  EXPECT_EQ(error_of([&] { transaction.commit(); }).code(), Code::in_doubt);
}

TEST(UseDumpSettings, MakesRowsTheSameTextWhateverTheDatabaseSays) {
  const TestDatabase database;
  const auto name = quote_identifier(database.name());
  database.execute("ALTER DATABASE " + name + " SET DateStyle = 'German'; ALTER DATABASE " + name +
                   " SET IntervalStyle = 'sql_standard'; "
                   "ALTER DATABASE " +
                   name + " SET extra_float_digits = -3; ALTER DATABASE " + name +
                   " SET bytea_output = 'escape'; "
                   "ALTER DATABASE " +
                   name + " SET statement_timeout = '1ms'; ALTER DATABASE " + name +
                   " SET default_transaction_read_only = on; "
                   "ALTER DATABASE " +
                   name + " SET search_path = 'odd'");
  auto connection = database.connect();
  use_dump_settings(connection);
  const auto rows = connection.execute(
      "SELECT '2026-11-22'::date, '1 day 2 hours'::interval, (0.1::float8 + 0.2::float8), '\\x00ff'::bytea, "
      "current_setting('search_path'), current_setting('statement_timeout'), current_setting('transaction_read_only')");
  EXPECT_EQ(rows.value(0, 0), "2026-11-22");
  EXPECT_EQ(rows.value(0, 1), "1 day 02:00:00");
  EXPECT_EQ(rows.value(0, 2), "0.30000000000000004");
  EXPECT_EQ(rows.value(0, 3), "\\x00ff");
  EXPECT_EQ(rows.value(0, 4), "\"\"");
  EXPECT_EQ(rows.value(0, 5), "0");
  EXPECT_EQ(rows.value(0, 6), "off");
}

TEST(ConnectToMaintenance, SitsOutsideOfTheTarget) {
  const TestDatabase database;
  auto connection = connect_to_maintenance(quiet_context(), database.info());
  EXPECT_EQ(connection.database(), "postgres");
  EXPECT_TRUE(connection.is_local());
}

TEST(ConnectToMaintenance, TakesTemplate1WhenThereIsNoPostgres) {
  testing::OwnCluster cluster;
  {
    Connection admin(quiet_context(), ConnectionInfo::parse(cluster.url("template1")));
    admin.execute("DROP DATABASE postgres");
  }
  EXPECT_EQ(connect_to_maintenance(quiet_context(), ConnectionInfo::parse(cluster.url("any"))).database(), "template1");
  EXPECT_EQ(error_of([] {
              connect_to_maintenance(quiet_context(), ConnectionInfo::parse("postgresql:///d?host=%2Fnonexistent"));
            }).code(),
            Code::connection);
}

TEST(Connection, TellsWhatLibpqFoundByItself) {
  const testing::TestRole role("LOGIN PASSWORD 'from a file'");
  const testing::TestDatabase database;
  const testing::TempFolder folder;
  testing::write_text(folder / "pass", "*:*:*:" + role.name() + ":from a file\n");
  std::filesystem::permissions(folder / "pass", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto info = database.info().with("user", role.name()).with("passfile", (folder / "pass").string());
  const Connection connection(testing::quiet_context(), info);
  const auto resolved = connection.resolved_info();
  EXPECT_EQ(resolved.parameters().at("password"), "from a file");
  EXPECT_EQ(resolved.parameters().at("port"), "5432");
  EXPECT_EQ(resolved.parameters().at("host"), info.parameters().at("host"));
  EXPECT_EQ(Connection(testing::quiet_context(), ConnectionInfo::parse(resolved.url())).value_of("SELECT current_user || ' ' || current_database()"),
            role.name() + " " + database.name());
}

}  // namespace
}  // namespace safety::pg

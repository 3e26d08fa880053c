#include "libsafety/transfer/cluster.hpp"

#include <atomic>
#include <optional>
#include <thread>

#include "tests/testing/testing.hpp"

namespace safety::transfer {
namespace {

using testing::quiet_context;

TEST(DerivedName, StaysWithinWhatPostgresTakes) {
  for (const std::size_t length : {1U, 30U, 40U, 63U}) {
    const auto name = derived_name(std::string(length, 'd'), "previous", "20260101_000000_12");
    EXPECT_LE(name.size(), 63U);
    EXPECT_TRUE(name.starts_with(derived_prefix(std::string(length, 'd'), "previous")));
  }
}

TEST(DerivedName, KeepsLongNamesApartThatShareTheirBeginning) {
  const std::string common(60, 'd');
  EXPECT_NE(derived_name(common + "one", "staging", "20260101_000000"), derived_name(common + "two", "staging", "20260101_000000"));
}

TEST(DerivedName, CutsAtACharactersBorder) {
  std::string name;
  for (int i = 0; i < 31; ++i) name += "ü";
  const auto prefix = derived_prefix(name, "previous");
  const auto cut = prefix.substr(0, prefix.find('~'));
  EXPECT_EQ(cut.size() % 2, 0U) << "half an ü is no character";
}

TEST(DerivedName, OfOneDatabaseIsNotTakenForAnothers) {
  EXPECT_FALSE(derived_name("shop2", "previous", "20260101_000000").starts_with(derived_prefix("shop", "previous")));
}

TEST(DerivedName, TellsItsTimeForExactlyItsOwnDatabaseAndKind) {
  const auto time = parse_rfc3339("2026-01-02T03:04:05.000Z");
  for (const std::string& database : {std::string("shop"), std::string(63, 'd')}) {
    for (const char* stamp : {"20260102_030405", "20260102_030405_2", "20260102_030405_99"})
      EXPECT_EQ(time_of_derived(derived_name(database, "clone", stamp), database, "clone"), time) << database << stamp;
    for (const char* stamp : {"", "x", "20260102", "20260102_030405_", "20260102_030405x", "20260102_030405_2x", "20260102-030405", "2026010a_030405",
                              "20261302_030405", "20260102_030405__clone_20260102_030405"})
      EXPECT_EQ(time_of_derived(derived_prefix(database, "clone") + stamp, database, "clone"), std::nullopt) << stamp;
    EXPECT_EQ(time_of_derived(derived_name(database, "clone", "20260102_030405"), database, "previous"), std::nullopt);
  }
  EXPECT_EQ(time_of_derived("shop2__clone_20260102_030405", "shop", "clone"), std::nullopt);
  EXPECT_EQ(time_of_derived("shop__clone_20260102_030405", "sho", "clone"), std::nullopt);
}

TEST(ListDerived, LeavesOutWhatOnlyBeginsLikeOne) {
  testing::TestDatabase database;
  auto maintenance = pg::connect_to_maintenance(quiet_context(), database.info());
  for (const char* stamp : {"20260102_030405_2", "20260102_030405", "mine", "20260102_030405__previous_20260102_030405"})
    maintenance.execute("CREATE DATABASE \"" + derived_prefix(database.name(), "previous") + stamp + "\" TEMPLATE template0 STRATEGY file_copy");
  const auto found = list_derived(maintenance, database.name(), "previous");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, derived_name(database.name(), "previous", "20260102_030405"));
  EXPECT_GT(found[0].bytes, 1000000U);
  EXPECT_TRUE(find_database(maintenance, found[0].name, found[0].oid).has_value());
  EXPECT_FALSE(find_database(maintenance, found[0].name, found[1].oid).has_value()) << "another database took the name";
}

TEST(RenameDatabases, SwapsBothOrNeither) {
  testing::TestDatabase database;
  const auto info = pg::ConnectionInfo::parse(database.url());
  const auto name = info.database();
  auto maintenance = pg::connect_to_maintenance(quiet_context(), info);
  maintenance.execute("CREATE DATABASE \"" + name + "__staging_x\" TEMPLATE template0");
  const auto production = oid_of(maintenance, name), staging = oid_of(maintenance, name + "__staging_x");

  // The second renaming cannot work: the first must not stay.
  const auto error = testing::error_of([&] {
    rename_databases(quiet_context(), maintenance, {{name, name + "__previous_x"}, {name + "__nothing", name}}, 1);
  });
  EXPECT_EQ(error.code(), Code::database) << error.what();
  EXPECT_EQ(oid_of(maintenance, name), production);

  rename_databases(quiet_context(), maintenance, {{name, name + "__previous_x"}, {name + "__staging_x", name}});
  EXPECT_EQ(oid_of(maintenance, name), staging);
  EXPECT_EQ(oid_of(maintenance, name + "__previous_x"), production);
}

TEST(RenameDatabases, GetsPastClientsThatReconnectInALoop) {
  testing::TestDatabase database;
  const auto info = pg::ConnectionInfo::parse(database.url());
  const auto name = info.database();
  auto maintenance = pg::connect_to_maintenance(quiet_context(), info);
  maintenance.execute("CREATE DATABASE \"" + name + "__staging_x\" TEMPLATE template0");
  const auto staging = oid_of(maintenance, name + "__staging_x");

  std::atomic<int> connected{0}, ended{0}, refused_for_another_reason{0};
  std::atomic<bool> is_over{false};
  std::vector<std::jthread> clients;
  for (int i = 0; i < 4; ++i)
    clients.emplace_back([&] {
      while (!is_over) {
        try {
          pg::Connection client(quiet_context(), info);
          ++connected;
          client.execute("SELECT pg_sleep(10)");
        } catch (const Error& error) {
          if (error.code() != Code::connection && error.code() != Code::database) ++refused_for_another_reason;
        }
      }
      ++ended;
    });
  while (connected < 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  rename_databases(quiet_context(), maintenance, {{name, name + "__previous_x"}, {name + "__staging_x", name}});
  is_over = true;
  EXPECT_EQ(oid_of(maintenance, name), staging);
  // Those that reconnected sit in the new database: end them until every client has seen that it is over.
  const auto end_clients = [&] {
    maintenance.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(datname::text, $1)", {name});
  };
  for (int round = 0; round < 50 && ended < 4; ++round) {
    end_clients();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  clients.clear();
  EXPECT_EQ(refused_for_another_reason, 0);
}

TEST(RenameDatabases, OpensAClosedOneInTheSameTransaction) {
  testing::TestDatabase database;
  auto maintenance = pg::connect_to_maintenance(quiet_context(), database.info());
  const auto closed = database.name() + "__clone_x";
  maintenance.execute("CREATE DATABASE \"" + closed + "\" TEMPLATE template0 ALLOW_CONNECTIONS false");
  rename_databases(quiet_context(), maintenance, {{database.name(), database.name() + "__previous_x"}, {closed, database.name(), true}});
  EXPECT_EQ(database.value("SELECT datallowconn FROM pg_database WHERE datname = current_database()"), "t");
}

TEST(RunWithoutSessions, LetsThoseStayThatCameInWhenItWasOver) {
  testing::TestDatabase database;
  auto maintenance = pg::connect_to_maintenance(quiet_context(), database.info());
  auto before = database.connect();
  // Connects while the gate is closed, and so waits until it opens.
  std::optional<pg::Connection> waited;
  std::jthread client;
  run_without_sessions(quiet_context(), maintenance, {database.name()}, 10, [&] {
    pg::Transaction transaction(maintenance);
    maintenance.execute("ALTER DATABASE \"" + database.name() + "\" RENAME TO \"" + database.name() + "__x\"");
    maintenance.execute("ALTER DATABASE \"" + database.name() + "__x\" RENAME TO \"" + database.name() + "\"");
    client = std::jthread([&] { waited.emplace(database.connect()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    transaction.commit();
  });
  client.join();
  EXPECT_EQ(testing::error_of([&] { before.execute("SELECT 1"); }).code(), Code::connection) << "it was there before";
  EXPECT_EQ(waited->value_of("SELECT 1"), "1") << "it was not there before";
}

TEST(DropDatabase, DropsOneThatIsATemplateAndClosed) {
  testing::TestDatabase database;
  auto maintenance = pg::connect_to_maintenance(quiet_context(), database.info());
  const auto name = database.name() + "__clone_x";
  maintenance.execute("CREATE DATABASE \"" + name + "\" TEMPLATE template0 IS_TEMPLATE true ALLOW_CONNECTIONS false");
  drop_database(maintenance, name);
  EXPECT_EQ(oid_of(maintenance, name), 0U);
}

TEST(DropDatabase, DropsOneThatHasASubscription) {
  testing::TestDatabase database;
  const auto info = pg::ConnectionInfo::parse(database.url());
  auto maintenance = pg::connect_to_maintenance(quiet_context(), info);
  const auto name = info.database() + "__staging_sub";
  maintenance.execute("CREATE DATABASE \"" + name + "\" TEMPLATE template0");
  {
    pg::Connection inside(quiet_context(), info.with_database(name));
    inside.execute("CREATE SUBSCRIPTION odd CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = 'not_ours')");
  }
  drop_database(maintenance, name);
  EXPECT_EQ(oid_of(maintenance, name), 0U);
}

}  // namespace
}  // namespace safety::transfer

#include "libsafety/transfer/cluster.hpp"

#include <atomic>
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

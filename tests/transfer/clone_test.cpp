#include "libsafety/transfer/clone.hpp"

#include <atomic>
#include <thread>

#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/transfer/database_properties.hpp"
#include "tests/testing/testing.hpp"

namespace safety::transfer {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::quiet_context;
using testing::TestDatabase;
using testing::TestRole;

constexpr const char* kStamp = "20260102_030405";

class CloneTest : public ::testing::Test {
 protected:
  std::string name() const { return derived_name(database.name(), "clone", kStamp); }
  MadeClone make(CloneStrategy strategy = CloneStrategy::file_copy, double patience = 20) {
    return make_clone(quiet_context(), maintenance, database.name(), name(), strategy, patience);
  }
  TestRole role{"LOGIN"};
  TestDatabase database;
  pg::Connection maintenance = pg::connect_to_maintenance(quiet_context(), database.info());
};

TEST_F(CloneTest, HoldsTheSameContentByEitherStrategy) {
  database.load_demo(0.01);
  for (const auto strategy : {CloneStrategy::file_copy, CloneStrategy::wal_log}) {
    const auto made = make(strategy);
    EXPECT_EQ(made.strategy, strategy);
    EXPECT_EQ(made.oid, oid_of(maintenance, made.name));
    EXPECT_GT(made.bytes, 5000000U);
    EXPECT_GT(made.seconds, 0);
    open_clone(maintenance, made);
    testing::expect_equal_databases(database.url(), testing::connection_url(made.name));
    drop_database(maintenance, made.name);
  }
}

TEST_F(CloneTest, HasTheDatabasesProperties) {
  const auto quoted = pg::quote_identifier(database.name());
  maintenance.execute("ALTER DATABASE " + quoted + " OWNER TO " + role.name());
  maintenance.execute("ALTER DATABASE " + quoted + " SET search_path = 'a b', public");
  maintenance.execute("ALTER ROLE " + role.name() + " IN DATABASE " + quoted + " SET work_mem = '9MB'");
  maintenance.execute("COMMENT ON DATABASE " + quoted + " IS 'it''s precious'");
  maintenance.execute("REVOKE CONNECT ON DATABASE " + quoted + " FROM PUBLIC");
  maintenance.execute("ALTER DATABASE " + quoted + " CONNECTION LIMIT 1 IS_TEMPLATE true");
  const auto made = make();
  open_clone(maintenance, made);
  {
    // More than the limit: whoever reads the clone for an archive needs several sessions.
    std::vector<std::unique_ptr<pg::Connection>> several;
    for (int i = 0; i < 3; ++i)
      several.push_back(
          std::make_unique<pg::Connection>(quiet_context(), testing::connection_info(made.name, role.name())));
  }
  close_clone(maintenance, made);
  const auto properties = read_properties(maintenance, made.name);
  EXPECT_THAT(describe_differences(read_properties(maintenance, database.name()), properties), ::testing::IsEmpty());
  EXPECT_EQ(properties.connection_limit, 1);
  EXPECT_FALSE(properties.is_template) << "it could not be dropped";
}

TEST_F(CloneTest, IsClosedButForItsMaker) {
  const auto refused = [&] {
    return error_of([&] { pg::Connection(quiet_context(), testing::connection_info(name())); });
  };
  const auto made = make();
  EXPECT_EQ(refused().code(), Code::connection) << "before it has its privileges nobody enters it";
  open_clone(maintenance, made);
  pg::Connection inside(quiet_context(), testing::connection_info(name()));
  close_clone(maintenance, made);
  EXPECT_EQ(error_of([&] { inside.execute("SELECT 1"); }).code(), Code::connection);
  EXPECT_THAT(refused().message(), HasSubstr("not currently accepting connections"));
}

// One client writes, commits and notes what it knows to be committed, reconnecting whenever it is thrown out.
TEST_F(CloneTest, OfABusyDatabaseHoldsWhatWasCommittedBeforeItAndNothingFromAfter) {
  database.execute("CREATE TABLE written (client int, n int)");
  std::atomic<bool> is_over{false};
  std::atomic<int> connected{0};
  constexpr int kClients = 4;
  std::vector<std::atomic<int>> committed(kClients);
  std::vector<std::jthread> clients;
  for (int client = 0; client < kClients; ++client)
    clients.emplace_back([&, client] {
      for (int n = 1; !is_over;) {
        try {
          auto connection = database.connect();
          ++connected;
          // A commit whose answer got lost may have happened.
          n = std::max(n, std::stoi(connection.value_of("SELECT COALESCE(max(n), 0) + 1 FROM written WHERE client = " +
                                                        std::to_string(client))));
          for (; !is_over; ++n) {
            connection.execute("INSERT INTO written VALUES (" + std::to_string(client) + ", " + std::to_string(n) +
                               ")");
            committed[static_cast<std::size_t>(client)] = n;
          }
        } catch (const Error&) {
        }
      }
    });
  while (connected < kClients) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  std::vector<int> before;
  for (const auto& one : committed) before.push_back(one);
  const auto made = make();
  const auto came_back_after = connected.load();
  for (int round = 0; round < 200 && connected < came_back_after + kClients; ++round)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_GE(connected, 2 * kClients) << "they were let in again";
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  is_over = true;
  clients.clear();
  open_clone(maintenance, made);
  pg::Connection inside(quiet_context(), testing::connection_info(made.name));
  for (int client = 0; client < kClients; ++client) {
    const auto of = " FROM written WHERE client = " + std::to_string(client);
    const int last = std::stoi(inside.value_of("SELECT max(n)" + of));
    EXPECT_GE(last, before[static_cast<std::size_t>(client)]) << "what was acknowledged before is in it";
    EXPECT_LT(last, committed[static_cast<std::size_t>(client)]) << "and the client went on in the database itself";
    EXPECT_EQ(inside.value_of("SELECT count(*) = max(n) AND count(DISTINCT n) = max(n)" + of), "t") << "without a hole";
    EXPECT_EQ(database.value("SELECT count(*) >= max(n)" + of), "t") << "and nothing acknowledged is missing there";
  }
}

TEST(CloneOfADatabaseInUse, IsRefusedWhileAPreparedTransactionIsOpen) {
  testing::OwnCluster own({"max_prepared_transactions=5", "max_connections=20", "shared_buffers=16MB"});
  pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres")));
  admin.execute("CREATE DATABASE shop");
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(own.url("shop")))
      .execute("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION 'the one'");
  const auto error = error_of([&] { estimate_clone(admin, "shop", 0); });
  EXPECT_EQ(error.code(), Code::locked);
  EXPECT_THAT(error.message(), HasSubstr("\"the one\""));
  // And should one appear just then, nothing is left.
  const auto in_vain = error_of(
      [&] { make_clone(quiet_context(), admin, "shop", "shop__clone_20260102_030405", CloneStrategy::wal_log, 1); });
  EXPECT_EQ(in_vain.code(), Code::locked);
  EXPECT_THAT(in_vain.hint(), HasSubstr("pg_prepared_xacts"));
  EXPECT_EQ(oid_of(admin, "shop__clone_20260102_030405"), 0U);
}

TEST_F(CloneTest, NamesSessionsThatItMayNotEnd) {
  TestRole owner("LOGIN CREATEDB");
  maintenance.execute("ALTER DATABASE " + pg::quote_identifier(database.name()) + " OWNER TO " + owner.name());
  auto mine = pg::connect_to_maintenance(quiet_context(), testing::connection_info("postgres", owner.name()));
  EXPECT_NO_THROW(estimate_clone(mine, database.name(), 0));
  auto superusers = database.connect();
  const auto error = error_of([&] { estimate_clone(mine, database.name(), 0); });
  EXPECT_EQ(error.code(), Code::locked);
  EXPECT_THAT(error.message(), HasSubstr("session " + std::to_string(superusers.backend_pid()) + " of role postgres"));
  const auto in_vain =
      error_of([&] { make_clone(quiet_context(), mine, database.name(), name(), CloneStrategy::wal_log, 1); });
  EXPECT_EQ(in_vain.code(), Code::locked);
  EXPECT_THAT(in_vain.detail(), HasSubstr(std::to_string(superusers.backend_pid())));
  EXPECT_EQ(oid_of(maintenance, name()), 0U);
  EXPECT_EQ(superusers.value_of("SELECT 1"), "1");
  maintenance.execute("ALTER DATABASE " + pg::quote_identifier(database.name()) + " OWNER TO CURRENT_USER");
}

TEST_F(CloneTest, NeedsCreatedbAndOwnership) {
  auto mine = pg::connect_to_maintenance(quiet_context(), testing::connection_info("postgres", role.name()));
  const auto without = error_of([&] { estimate_clone(mine, database.name(), 0); });
  EXPECT_EQ(without.code(), Code::not_permitted);
  EXPECT_THAT(without.hint(), HasSubstr("ALTER ROLE \"" + role.name() + "\" CREATEDB"));
  maintenance.execute("ALTER ROLE " + role.name() + " CREATEDB");
  const auto not_owner = error_of([&] { estimate_clone(mine, database.name(), 0); });
  EXPECT_EQ(not_owner.code(), Code::not_permitted);
  EXPECT_THAT(not_owner.message(), HasSubstr("belongs to \"postgres\""));
}

TEST_F(CloneTest, IsEstimatedByWhatAnEarlierOneReached) {
  const auto unknown = estimate_clone(maintenance, database.name(), 0);
  EXPECT_EQ(unknown.bytes, static_cast<std::uint64_t>(
                               std::stoll(maintenance.value_of("SELECT pg_database_size('" + database.name() + "')"))));
  EXPECT_EQ(unknown.strategy, choose_strategy(maintenance.server_major(), unknown.bytes));
  EXPECT_GT(unknown.seconds, 0.1);
  const auto known = estimate_clone(maintenance, database.name(), static_cast<double>(unknown.bytes) / 50);
  EXPECT_GT(known.seconds, 50);
  EXPECT_LT(known.seconds, 52);
}

TEST_F(CloneTest, SaysWhichSubscriptionsItWillNotHave) {
  database.execute(
      "CREATE SUBSCRIPTION feed CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = "
      "'not_ours')");
  EXPECT_THAT(estimate_clone(maintenance, database.name(), 0).subscriptions, ::testing::ElementsAre("feed"));
  const auto made = make();
  EXPECT_EQ(maintenance.value_of("SELECT count(*) FROM pg_subscription WHERE subdbid = " + std::to_string(made.oid)),
            "0")
      << "the server copies none, so nothing is applied twice";
}

TEST_F(CloneTest, IsGoneAgainWhenItIsStopped) {
  testing::TestContext test;
  auto stoppable = pg::connect_to_maintenance(test.context, database.info());
  // Holds the database's lock, so that the clone is waited for until the stop.
  auto other = pg::connect_to_maintenance(quiet_context(), database.info());
  const pg::Transaction holder(other);
  other.execute("COMMENT ON DATABASE " + pg::quote_identifier(database.name()) + " IS 'held'");
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    test.stop.request_stop();
  });
  EXPECT_EQ(
      error_of([&] { make_clone(test.context, stoppable, database.name(), name(), CloneStrategy::file_copy); }).code(),
      Code::interrupted);
  EXPECT_EQ(oid_of(maintenance, name()), 0U);
  EXPECT_EQ(database.value("SELECT 1"), "1");
}

TEST(CloneStrategy, IsTheBestThatTheServerHas) {
  constexpr std::uint64_t kSmall = 10'000'000, kLarge = 1'000'000'000;
  EXPECT_EQ(choose_strategy(14, kSmall), CloneStrategy::file_copy);
  EXPECT_EQ(choose_strategy(15, kSmall), CloneStrategy::wal_log);
  EXPECT_EQ(choose_strategy(17, kLarge), CloneStrategy::file_copy);
  EXPECT_EQ(choose_strategy(18, kLarge), CloneStrategy::clone);
  EXPECT_EQ(choose_strategy(18, kSmall), CloneStrategy::wal_log);
}

}  // namespace
}  // namespace safety::transfer

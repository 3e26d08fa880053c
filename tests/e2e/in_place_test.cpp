// Servers where no second database can be made: one transaction inside the database, by a role that owns it and no more.
#include <atomic>
#include <set>
#include <thread>

#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

/// A database as hosters hand it out: its owner may do everything inside it and nothing beside it.
class InPlace : public ::testing::Test {
 protected:
  InPlace() {
    admin_connection().execute("ALTER DATABASE " + database_.name() + " OWNER TO " + role_.name());
    // citext may be created by an owner, pg_buffercache by superusers only; both belong to the superuser here.
    database_.execute("CREATE EXTENSION citext; CREATE EXTENSION pg_buffercache");
    as_owner(R"(
CREATE TABLE marker (version text);
INSERT INTO marker VALUES ('backed up');
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE SCHEMA inner_space;
CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email citext UNIQUE, m mood DEFAULT 'good');
CREATE TABLE inner_space.orders (id int PRIMARY KEY, user_id int REFERENCES users ON DELETE CASCADE, note text);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW v AS SELECT u.email, o.note FROM users u JOIN inner_space.orders o ON o.user_id = u.id;
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM v;
CREATE SEQUENCE tickets START 77;
INSERT INTO users (email) SELECT n || '@Example.org' FROM generate_series(1, 2000) n;
INSERT INTO inner_space.orders SELECT n, n, repeat('note ', 20) FROM generate_series(1, 2000) n;
REFRESH MATERIALIZED VIEW mv;
SELECT lo_from_bytea(0, '\x0102');
)");
    bench_.backup(url());
    original_ = database_.name() + "__original";
    auto admin = admin_connection();
    admin.execute("CREATE DATABASE " + original_ + " TEMPLATE " + database_.name() + " OWNER " + role_.name());
    as_owner("UPDATE marker SET version = 'changed since'; DROP TABLE users CASCADE; DROP VIEW IF EXISTS v CASCADE; "
             "CREATE TABLE new_since (id int); CREATE TYPE new_type AS (a int); CREATE FUNCTION new_function() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
             "SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
  }
  std::string url() const { return connection_url(database_.name(), role_.name()); }
  void as_owner(const std::string& sql) const { pg::Connection(quiet_context(), pg::ConnectionInfo::parse(url())).execute(sql); }
  std::string version() const { return database_.value("SELECT version FROM marker"); }

  TestRole role_;
  TestDatabase database_;
  Workbench bench_;
  std::string original_;
};

TEST_F(InPlace, IsWhatAPlainRestoreSuggestsToARoleWithoutCreatedb) {
  const auto refused = bench_.restore(url(), {"latest", "--yes"});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::not_permitted)) << refused;
  EXPECT_NE(refused.last_json.value("hint", "").find("--in-place"), std::string::npos) << refused;
  EXPECT_EQ(version(), "changed since");
}

TEST_F(InPlace, NeedsAYes) {
  const auto refused = bench_.restore(url(), {"latest", "--in-place"});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::confirmation_needed)) << refused;
  EXPECT_EQ(version(), "changed since");
  EXPECT_EQ(bench_.run("safety-list", url(), {}).last_json["checkpoints"].size(), 1U);
}

TEST_F(InPlace, BringsTheContentBackWhileOthersSeeTheOldOrTheNew) {
  std::atomic<bool> is_over{false};
  std::set<std::string> seen;
  std::string trouble;
  std::thread poller([&] {
    try {
      pg::Connection connection(quiet_context(), pg::ConnectionInfo::parse(url()));
      while (!is_over) seen.insert(connection.value_of("SELECT string_agg(version, ',') FROM marker"));
      seen.insert(connection.value_of("SELECT string_agg(version, ',') FROM marker"));
    } catch (const std::exception& error) {
      trouble = error.what();
    }
  });
  const auto done = bench_.restore(url(), {"latest", "--in-place", "--yes", "--proof", "L4"});
  is_over = true;
  poller.join();
  ASSERT_EQ(done.exit_code, 0) << done;
  EXPECT_EQ(trouble, "");
  EXPECT_EQ(seen, (std::set<std::string>{"backed up", "changed since"}));
  EXPECT_EQ(done.last_json.value("previous", "-"), "") << done;
  EXPECT_GT(done.last_json.value("downtime_seconds", 0.0), 0) << done;
  expect_equal_databases(connection_url(original_), database_.url());

  // The way back: the archive that was made before.
  const auto list = bench_.run("safety-list", url(), {}).last_json["checkpoints"];
  ASSERT_EQ(list.size(), 2U) << list;
  EXPECT_EQ(list[1]["reason"], "pre-restore");
  const auto back = bench_.restore(url(), {list[1]["id"].get<std::string>(), "--in-place", "--yes"});
  ASSERT_EQ(back.exit_code, 0) << back;
  EXPECT_EQ(version(), "changed since");
  EXPECT_EQ(database_.value("SELECT count(*) FROM new_since"), "0");
  EXPECT_EQ(database_.value("SELECT to_regclass('users') IS NULL"), "t");
}

TEST_F(InPlace, LeavesTheOldContentWhenItFailsInTheMiddle) {
  // A view of somebody else's that hangs on a table, in a schema of theirs, must not be lost: the drop is refused.
  database_.execute("CREATE SCHEMA of_postgres; CREATE TABLE of_postgres.precious (id int); INSERT INTO of_postgres.precious VALUES (1)");
  const auto failed = bench_.restore(url(), {"latest", "--in-place", "--yes"});
  EXPECT_NE(failed.exit_code, 0) << failed;
  EXPECT_EQ(failed.last_json.value("outcome", ""), name_of(static_cast<Code>(failed.exit_code))) << failed;
  EXPECT_EQ(version(), "changed since");
  EXPECT_EQ(database_.value("SELECT count(*) FROM of_postgres.precious"), "1");
  // Nothing is left unfinished: with the obstacle gone the same command works.
  database_.execute("DROP SCHEMA of_postgres CASCADE");
  const auto done = bench_.restore(url(), {"latest", "--in-place", "--yes"});
  EXPECT_EQ(done.exit_code, 0) << done;
}

TEST_F(InPlace, LeavesTheOldContentWhenItsSessionIsEnded) {
  // A lock that nobody gives up stops the restore in the middle; then its session is ended.
  pg::Connection holder(quiet_context(), pg::ConnectionInfo::parse(url()));
  holder.execute("BEGIN; LOCK TABLE inner_space.orders IN ACCESS SHARE MODE");
  auto running = start_tool("safety-restore", {bench_.run("safety-list", url(), {}).last_json["checkpoints"][0]["id"].get<std::string>(),
                                               "--in-place", "--yes", "--json"}, bench_.environment(url()));
  auto admin = admin_connection();
  std::string ended;
  for (int attempt = 0; attempt < 500 && ended != "t"; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto rows = admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'", {database_.name()});
    if (rows.rows() > 0) ended = rows.text(0, 0);
  }
  ASSERT_EQ(ended, "t") << running.out_so_far() << running.err_so_far();
  const auto failed = running.wait();
  EXPECT_NE(failed.exit_code, 0) << failed;
  holder.execute("COMMIT");
  EXPECT_EQ(version(), "changed since");
}

TEST_F(InPlace, RefusesAnArchiveWhoseRoleIsMissing) {
  auto admin = admin_connection();
  const auto role = database_.name() + "_gone";
  admin.execute("CREATE ROLE " + role);
  database_.execute("GRANT SELECT ON marker TO " + role);
  const auto archive = bench_.backup(database_.url());
  database_.execute("DROP OWNED BY " + role);
  admin.execute("DROP ROLE " + role);
  const auto refused = bench_.restore(url(), {archive.string(), "--in-place", "--yes"});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::not_permitted)) << refused;
  EXPECT_NE(refused.err.find(role), std::string::npos) << refused;
  EXPECT_EQ(version(), "changed since");
}

}  // namespace
}  // namespace safety::testing

// What else goes on around a backup or a restore: other runs, other sessions, what the server lacks, what was left over.
#include <unistd.h>

#include <atomic>

#include "tests/e2e/bad_input_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;

class BadWorld : public BadInput {};

TEST_F(BadWorld, ASecondRunIsRefusedAndToldWhoHoldsTheLock) {
  // A table lock holds the first run where it is.
  auto blocker = database.connect();
  blocker.execute("BEGIN; LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
  auto first = stage.start("safety-backup", {"--lock-wait-timeout", "30s"});
  const auto waits = "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND datname = '" + stage.name() + "'";
  for (int i = 0; i < 500 && admin_connection().value_of(waits) == "0"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  expect_error(stage.run("safety-backup", {}), 9, {"another operation works on database \"" + stage.name() + "\"", "session ", "safety", "safety-doctor"});
  const auto doctor = stage.run("safety-doctor", {});
  EXPECT_EQ(doctor.exit_code, 1);
  EXPECT_THAT(doctor.out, HasSubstr("FAILED   operation lock    another operation works"));
  blocker.execute("ROLLBACK");
  const auto done = first.wait();
  EXPECT_EQ(done.exit_code, 0) << done;
  EXPECT_EQ(stage.run("safety-backup", {}).exit_code, 0);
}

TEST_F(BadWorld, ARunningMigrationIsNamedWithItsTableAndSession) {
  auto migration = database.connect();
  migration.execute("SET application_name = 'prisma migrate'; BEGIN; ALTER TABLE items ADD COLUMN extra int");
  const auto run = stage.run("safety-backup", {"--lock-wait-timeout", "300ms"});
  expect_error(run, 9, {"a table lock was not had within", "table items is held by session " + std::to_string(migration.backend_pid()),
                        "prisma migrate", "ALTER TABLE items ADD COLUMN extra int", "--lock-wait-timeout"});
  EXPECT_LT(run.seconds, 10);
  migration.execute("ROLLBACK");
  expect_no_backup_left();
}

TEST_F(BadWorld, ClientsThatKeepConnectingDoNotKeepTheSwapFromHappening) {
  stage.make_before_and_after();
  std::atomic<bool> ends{false};
  std::atomic<int> answers{0}, strange{0};
  std::vector<std::jthread> clients;
  const auto info = database.info();
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      while (!ends) {
        try {
          pg::Connection client(quiet_context(), info);
          for (int n = 0; n < 20 && !ends; ++n) {
            // The old database has the new table and the new prices, the restored one neither.
            const auto tables = client.value_of("SELECT count(*) FROM pg_class WHERE relname = 'written_since'");
            const auto rows = client.value_of("SELECT count(*) FROM items WHERE body = 'damaged'");
            if (!(tables == "1" && rows == "1000") && !(tables == "0" && rows == "0")) ++strange;
            ++answers;
          }
        } catch (const Error&) {  // ended by the swap; it comes again at once, as a pool does
        }
      }
    });
  const auto run = stage.run("safety-restore", {"latest", "--yes", "--json"});
  const int at_swap = answers;
  for (int i = 0; i < 100 && answers < at_swap + 50; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ends = true;
  clients.clear();
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_LT(double(run.last_json["downtime_seconds"]), 5.0);
  EXPECT_EQ(strange, 0) << "every answer came from one whole database or the other";
  EXPECT_GE(answers, at_swap + 50) << "clients came back by themselves";
  expect_nothing_left(stage.after());
}

TEST_F(BadWorld, APreparedTransactionIsNamedBeforeAnythingIsRestored) {
  OwnCluster own({"shared_buffers=16MB", "max_connections=20", "max_prepared_transactions=5"});
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres"))).execute("CREATE DATABASE prepared TEMPLATE template0");
  Stage here(own.url("prepared"), "prepared");
  here.make();
  here.make_before_and_after();
  here.run_sql("BEGIN; INSERT INTO owners (name) VALUES ('undecided'); PREPARE TRANSACTION 'half'");
  expect_error(here.run("safety-restore", {"latest", "--yes"}), 9, {"prepared", "1 prepared transaction", "pg_prepared_xacts"});
  EXPECT_THAT(here.databases_beside("staging"), ::testing::IsEmpty());
  here.run_sql("ROLLBACK PREPARED 'half'");
  EXPECT_EQ(here.run("safety-restore", {"latest", "--yes"}).exit_code, 0);
}

TEST_F(BadWorld, AStagingDatabaseThatSomebodyLeftIsNamedByDoctorAndInNobodysWay) {
  stage.make_before_and_after();
  const auto left = stage.name() + "__staging_20200101_000000";
  admin_connection().execute("CREATE DATABASE " + left + " TEMPLATE template0");
  const auto doctor = stage.run("safety-doctor", {});
  EXPECT_THAT(doctor.out, ::testing::AllOf(HasSubstr("WARNING  databases beside"), HasSubstr(left), HasSubstr("safety-prune --databases")));
  EXPECT_EQ(stage.run("safety-restore", {"latest", "--yes"}).exit_code, 0);
  EXPECT_EQ(stage.content(), stage.after());
  EXPECT_THAT(stage.databases_beside("staging"), ::testing::ElementsAre(left)) << "what is not ours is not removed";
}

TEST_F(BadWorld, ARoleThatIsMissingIsNamed) {
  {
    const TestRole role("NOLOGIN");
    stage.run_sql("ALTER TABLE items OWNER TO " + role.name());
    stage.make_before_and_after();
    stage.run_sql("ALTER TABLE items OWNER TO CURRENT_USER");
  }
  const auto production = stage.content();
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 19, {"needs a role that this server lacks: \"r_", "createuser", "--no-owner"});
  expect_nothing_left(production);
  const auto without = stage.run("safety-restore", {"latest", "--yes", "--no-owner", "--no-privileges"});
  EXPECT_EQ(without.exit_code, 0) << without;
}

TEST_F(BadWorld, AnExtensionOrTablespaceThatIsMissingIsNamed) {
  // The archive comes from a server that has them; this one does not.
  OwnCluster own({"shared_buffers=16MB", "max_connections=20"});
  pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres")));
  const auto space = std::filesystem::path(own.socket_folder()) / "space";
  std::filesystem::create_directory(space);
  if (::geteuid() == 0) { ASSERT_EQ(run_program("chown", {"postgres", space.string()}).exit_code, 0); }
  admin.execute("CREATE TABLESPACE elsewhere LOCATION " + pg::quote_literal(space.string()));
  admin.execute("CREATE DATABASE " + stage.name() + " TEMPLATE template0");
  Stage source(own.url(stage.name()), stage.name());
  source.run_sql("CREATE TABLE t TABLESPACE elsewhere AS SELECT 1 AS one");
  ASSERT_EQ(source.run("safety-backup", {}).exit_code, 0);
  stage.environment()["SAFETY_BACKUP_DIR"] = source.folder().string();
  expect_error(stage.run("safety-restore", {"latest", "--yes", "--allow-other-source"}), 19, {"tablespace", "\"elsewhere\"", "CREATE TABLESPACE"});
  EXPECT_EQ(stage.content(), content);
  EXPECT_THAT(stage.databases_beside("staging"), ::testing::IsEmpty());
  stage.environment().erase("SAFETY_BACKUP_DIR");

  // An extension known to the catalog only: its files are not on this server.
  stage.run_sql("INSERT INTO pg_extension SELECT 99999, 'departed', 10, (SELECT oid FROM pg_namespace WHERE nspname = 'public'), false, '1.0', NULL, NULL");
  const auto backup = stage.run("safety-backup", {});
  ASSERT_EQ(backup.exit_code, 0) << backup;
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 19, {"extension", "\"departed\"", "apt-get install"});
  expect_nothing_left(content);
}

TEST_F(BadWorld, ANewNameThatIsTakenIsRefused) {
  stage.make_before_and_after();
  expect_error(stage.run("safety-restore", {"latest", "--to", stage.name()}), 2, {"\"" + stage.name() + "\" exists already", "--to"});
  expect_error(stage.run("safety-restore", {"latest", "--to", "postgres"}), 2, {"\"postgres\" exists already"});
  expect_error(stage.run("safety-restore", {"latest", "--to", std::string(64, 'x')}), 2, {"63 bytes"});
  expect_nothing_left(stage.before());
}

}  // namespace
}  // namespace safety::testing

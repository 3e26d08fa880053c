// Servers, logins and programs that are not what they should be.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/e2e/bad_input_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BadServer : public BadInput {};

TEST_F(BadServer, AUrlThatIsNoneIsRefusedWithoutRepeatingIt) {
  for (const char* url : {"mysql://user:hunter2@host/db", "postgresql://user:hunter2@host:port/db", "postgresql://user:hunter2%zz@host/db"}) {
    stage.environment()["DATABASE_URL"] = url;
    for (const char* tool : {"safety-backup", "safety-doctor"}) {
      const auto run = stage.run(tool, {});
      expect_error(run, 2, {"database URL", "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"});
      EXPECT_THAT(run.err + run.out, Not(HasSubstr("hunter2")));
    }
  }
  stage.environment().erase("DATABASE_URL");
  expect_no_backup_left();
}

TEST_F(BadServer, AWrongPasswordIsNamedButNotShown) {
  OwnCluster own({"shared_buffers=16MB", "max_connections=20"});
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres"))).execute("CREATE ROLE api LOGIN PASSWORD 'correct'");
  // A method that wants passwords, for that role only.
  const auto hba = own.data_folder() / "pg_hba.conf";
  write_text(hba, "local all api scram-sha-256\n" + read_text(hba));
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(own.url("postgres"))).execute("SELECT pg_reload_conf()");
  stage.environment()["DATABASE_URL"] = own.url("postgres", "api") + "&password=hunter2";
  const auto run = stage.run("safety-backup", {});
  expect_error(run, 4, {"cannot connect to postgresql://api@", "password authentication failed for user \"api\"", "~/.pgpass"});
  EXPECT_THAT(run.err, Not(HasSubstr("hunter2")));
  stage.environment()["DATABASE_URL"] = own.url("postgres", "api");
  expect_error(stage.run("safety-backup", {}), 4, {"no password supplied"});
  stage.environment()["DATABASE_URL"] = own.url("postgres", "api") + "&password=correct";
  EXPECT_EQ(stage.run("safety-backup", {}).exit_code, 0);
}

TEST_F(BadServer, AHostThatDoesNotAnswerIsGivenUpInTime) {
  // A port that accepts nothing: the listening queue is never served.
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto port = std::to_string(ntohs(address.sin_port));
  stage.environment()["DATABASE_URL"] = "postgresql://u@127.0.0.1:" + port + "/db?connect_timeout=3";
  const auto silent = stage.run("safety-backup", {});
  expect_error(silent, 4, {"postgresql://u@127.0.0.1:" + port + "/db", "no answer in 3 s", "pg_isready"});
  EXPECT_LT(silent.seconds, 15);
  ::close(listener);
  const auto refused = stage.run("safety-backup", {});
  expect_error(refused, 4, {"Connection refused", "Check that the server runs"});
  stage.environment()["DATABASE_URL"] = "postgresql://u@no-such-host.invalid/db";
  const auto unknown = stage.run("safety-restore", {"latest", "--yes"});
  EXPECT_EQ(unknown.exit_code, 8) << "without a checkpoint the server is not even asked" << unknown;
  expect_error(stage.run("safety-backup", {}), 4, {"no-such-host.invalid", "host and port"});
  EXPECT_LT(unknown.seconds, 15);
}

TEST_F(BadServer, ADatabaseThatDoesNotExistIsNamed) {
  stage.environment()["DATABASE_URL"] = connection_url("no_such_database");
  expect_error(stage.run("safety-backup", {}), 4, {"database \"no_such_database\" does not exist", "psql -l"});
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), "no_such_user");
  expect_error(stage.run("safety-backup", {}), 4, {"role \"no_such_user\" does not exist"});
}

TEST_F(BadServer, ParametersOfPrismaInTheUrlArePassedOverAndSaidSo) {
  stage.environment()["DATABASE_URL"] = stage.url() + "&schema=public&connection_limit=5&pool_timeout=10&pgbouncer=true&sslaccept=strict&socket_timeout=3";
  const auto run = stage.run("safety-backup", {"--json"});
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.out + run.err, HasSubstr("pgbouncer"));
  EXPECT_EQ(stage.run("safety-restore", {"latest", "--yes"}).exit_code, 0);
}

TEST_F(BadServer, APgDumpOlderThanTheServerIsNamedWithBothVersions) {
  const auto bin = stage.scratch() / "bin";
  std::filesystem::create_directory(bin);
  write_script(bin / "pg_dump", "echo 'pg_dump (PostgreSQL) 14.11'");
  stage.environment()["SAFETY_PG_BIN"] = bin.string();
  const auto major = stage.admin_of_cluster().server_major();
  expect_error(stage.run("safety-backup", {}), 5,
               {"the server is PostgreSQL " + std::to_string(major), "the newest is 14.11", "postgresql-client-" + std::to_string(major)});
  std::filesystem::remove(bin / "pg_dump");
  expect_error(stage.run("safety-backup", {}), 5, {"needs pg_dump", "none was found", "SAFETY_PG_BIN"});
  const auto doctor = stage.run("safety-doctor", {});
  EXPECT_EQ(doctor.exit_code, 1);
  EXPECT_THAT(doctor.out, HasSubstr("FAILED   pg_dump"));
  stage.environment().erase("SAFETY_PG_BIN");
  expect_no_backup_left();
}

TEST_F(BadServer, APgDumpThatFailsIsQuoted) {
  const auto bin = stage.scratch() / "bin";
  std::filesystem::create_directory(bin);
  write_script(bin / "pg_dump", "[ \"$1\" = --version ] && { echo 'pg_dump (PostgreSQL) 17.1'; exit 0; }\necho 'pg_dump: error: the moon is full' >&2; exit 1");
  stage.environment()["SAFETY_PG_BIN"] = bin.string();
  expect_error(stage.run("safety-backup", {}), 10, {"pg_dump", "the moon is full"});
  stage.environment().erase("SAFETY_PG_BIN");
  expect_no_backup_left();
}

class BadPrivileges : public BadInput {};

TEST_F(BadPrivileges, ATableThatMayNotBeReadIsNamedBeforeAnythingIsWritten) {
  const TestRole role;
  stage.run_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role.name() + "; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO " + role.name() +
                "; REVOKE SELECT ON items FROM " + role.name());
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), role.name());
  expect_error(stage.run("safety-backup", {}), 19, {"no SELECT privilege on 1 table", "items", "pg_read_all_data"});
  stage.environment().erase("DATABASE_URL");
  expect_no_backup_left();
  stage.run_sql("DROP OWNED BY " + role.name());
}

TEST_F(BadPrivileges, RowSecurityThatWouldFilterIsRefused) {
  const TestRole role;
  stage.run_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role.name() + "; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO " + role.name() +
                "; ALTER TABLE items ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON items USING (id < 10)");
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), role.name());
  expect_error(stage.run("safety-backup", {}), 19, {"row", "items"});
  stage.environment().erase("DATABASE_URL");
  EXPECT_THAT(stage.files_ending(".sql.zst"), ::testing::IsEmpty());
  EXPECT_THAT(stage.files_ending(".partial"), ::testing::IsEmpty());
  stage.run_sql("DROP OWNED BY " + role.name());
}

TEST_F(BadPrivileges, ARoleWithoutCreatedbIsToldBothWaysOut) {
  const TestRole role;
  stage.run_sql("ALTER DATABASE " + stage.name() + " OWNER TO " + role.name());
  stage.make_before_and_after();
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), role.name());
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 19, {"role \"" + role.name() + "\" may not create databases", "CREATEDB", "--in-place"});
  stage.environment().erase("DATABASE_URL");
  expect_nothing_left(stage.before());
  stage.run_sql("ALTER DATABASE " + stage.name() + " OWNER TO CURRENT_USER");
}

TEST_F(BadPrivileges, ADatabaseOfSomebodyElseIsNotSwapped) {
  const TestRole role("LOGIN CREATEDB");
  stage.make_before_and_after();
  stage.environment()["DATABASE_URL"] = connection_url(stage.name(), role.name());
  expect_error(stage.run("safety-restore", {"latest", "--yes"}), 19, {"belongs to \"postgres\"", "owner or a superuser"});
  stage.environment().erase("DATABASE_URL");
  expect_nothing_left(stage.before());
}

}  // namespace
}  // namespace safety::testing

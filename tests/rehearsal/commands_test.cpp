#include "libsafety/rehearsal/commands.hpp"

#include <thread>

#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rehearsal {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::TempFolder;
using testing::TestContext;
using testing::TestDatabase;

migrations::Project project_of(const std::filesystem::path& folder, std::vector<std::string> commands) {
  migrations::Project project;
  project.directory = folder;
  project.commands = std::move(commands);
  return project;
}

std::string psql(const std::string& sql) { return "psql -X -q -v ON_ERROR_STOP=1 -d \"$DATABASE_URL\" -c \"" + sql + "\""; }

TEST(RunCommands, RunInTheProjectsFolderAgainstTheDatabaseNamed) {
  const TempFolder folder;
  const TestDatabase database;
  testing::write_text(folder / "up.sql", "CREATE TABLE made (id int);");
  const auto watched = run_commands(testing::quiet_context(), database.info(), project_of(folder.path(), {"psql -X -q -d \"$DATABASE_URL\" -f up.sql", "psql -X -At -c 'SELECT current_database()'"}));
  ASSERT_EQ(watched.commands.size(), 2U);
  EXPECT_TRUE(watched.has_succeeded()) << watched.commands[0].output;
  EXPECT_EQ(database.value("SELECT count(*) FROM made"), "0");
  EXPECT_EQ(watched.commands[1].output, database.name() + "\n") << "libpq's own variables name it too";
  EXPECT_GT(watched.commands[0].seconds, 0);
  EXPECT_GE(watched.seconds, watched.commands[0].seconds + watched.commands[1].seconds);
}

TEST(RunCommands, KeepTheOrderOfWhatWasSaidOnBothStreams) {
  const TempFolder folder;
  const TestDatabase database;
  const auto watched = run_commands(testing::quiet_context(), database.info(), project_of(folder.path(), {"echo one; echo two >&2; echo three; cat"}));
  EXPECT_EQ(watched.commands[0].output, "one\ntwo\nthree\n") << "and there is nothing to read for cat";
}

TEST(RunCommands, EndWithTheFirstFailure) {
  const TempFolder folder;
  const TestDatabase database;
  std::vector<std::string> heard;
  const auto watched = run_commands(testing::quiet_context(), database.info(), project_of(folder.path(), {"true", psql("SELECT 1 / 0 AS gone"), "echo never"}),
                                    [&](const CommandOutcome& outcome) { heard.push_back(outcome.has_succeeded() ? "good" : "bad"); });
  ASSERT_EQ(watched.commands.size(), 2U);
  EXPECT_FALSE(watched.has_succeeded());
  EXPECT_EQ(watched.commands[1].exit_code, 1);
  EXPECT_EQ(watched.commands[1].trouble, "division by zero");
  EXPECT_THAT(heard, ElementsAre("good", "bad"));
}

TEST(RunCommands, JudgeACommandThatEndsWithZeroHavingFailed) {
  const TempFolder folder;
  const TestDatabase database;
  testing::write_script(folder / "push", "echo \"error: relation \\\"x\\\" does not exist\"; echo \"  severity: 'ERROR',\"; echo \"  code: '42P01',\"; exit 0");
  const auto watched = run_commands(testing::quiet_context(), database.info(), project_of(folder.path(), {"./push", "echo never"}));
  ASSERT_EQ(watched.commands.size(), 1U);
  EXPECT_EQ(watched.commands[0].exit_code, 0);
  EXPECT_EQ(watched.commands[0].trouble, "relation \"x\" does not exist");
  EXPECT_FALSE(watched.has_succeeded());
}

TEST(RunCommands, SeeThatATerminalIsMissing) {
  const TempFolder folder;
  const TestDatabase database;
  const auto watched = run_commands(testing::quiet_context(), database.info(),
                                    project_of(folder.path(), {"test -t 0 || { echo 'Error: Interactive prompts require a TTY terminal'; exit 0; }"}));
  EXPECT_TRUE(watched.commands[0].wanted_terminal);
  EXPECT_FALSE(watched.has_succeeded());
}

TEST(RunCommands, EndACommandThatHangsWithItsChildren) {
  const TempFolder folder;
  const TestDatabase database;
  auto project = project_of(folder.path(), {"(sleep 60; touch late) & echo waiting; sleep 60"});
  project.timeout = std::chrono::milliseconds(300);
  const auto watched = run_commands(testing::quiet_context(), database.info(), project);
  ASSERT_EQ(watched.commands.size(), 1U);
  EXPECT_TRUE(watched.commands[0].has_timed_out);
  EXPECT_THAT(watched.commands[0].trouble, HasSubstr("did not end within 0.300 s"));
  EXPECT_EQ(watched.commands[0].output, "waiting\n");
  EXPECT_LT(watched.seconds, 5) << "nobody waited for the children";
}

TEST(RunCommands, EndTheirChildrenWhenAStopIsRequested) {
  const TempFolder folder;
  const TestDatabase database;
  TestContext context;
  std::thread stopper([&] {
    while (!std::filesystem::exists(folder / "begun")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    context.stop.request_stop();
  });
  const auto error = testing::error_of([&] { run_commands(context, database.info(), project_of(folder.path(), {"touch begun; sleep 60 & echo $! > child; wait; echo after > after"})); });
  stopper.join();
  EXPECT_EQ(error.code(), Code::interrupted);
  const auto child = testing::read_text(folder / "child");
  EXPECT_FALSE(std::filesystem::exists("/proc/" + child.substr(0, child.find('\n')) + "/status") &&
               testing::read_text("/proc/" + child.substr(0, child.find('\n')) + "/status").find("State:\tS") != std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "after"));
}

TEST(RunCommands, LeaveNothingRunningOnTheServerWhenAStopIsRequested) {
  const TempFolder folder;
  const TestDatabase database;
  database.execute("CREATE TABLE users (id int)");
  TestContext context;
  const char* const running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()";
  std::thread stopper([&] {
    while (database.value(running) == "0") std::this_thread::sleep_for(std::chrono::milliseconds(5));
    context.stop.request_stop();
  });
  EXPECT_EQ(testing::error_of([&] { run_commands(context, database.info(), project_of(folder.path(), {psql("INSERT INTO users SELECT 1 FROM pg_sleep(60)")})); }).code(), Code::interrupted);
  stopper.join();
  EXPECT_EQ(database.value(running), "0");
}

TEST(RunCommands, NameAFolderThatIsNotThere) {
  const TempFolder folder;
  const TestDatabase database;
  const auto error = testing::error_of([&] { run_commands(testing::quiet_context(), database.info(), project_of(folder / "api", {"true"})); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr("api"));
}

TEST(RunCommands, ShowNoPassword) {
  const TempFolder folder;
  const testing::TestRole role("LOGIN PASSWORD 'se/cr et'");
  const TestDatabase database;
  const auto info = database.info().with("user", role.name()).with("password", "se/cr et");
  const auto watched = run_commands(testing::quiet_context(), info, project_of(folder.path(), {"echo $DATABASE_URL; echo $PGPASSWORD"}));
  EXPECT_THAT(watched.commands[0].output, AllOf(HasSubstr(role.name() + ":**redacted**@"), Not(HasSubstr("se/cr et")), Not(HasSubstr("se%2Fcr"))));
}

TEST(RunCommands, HandOnWhatOnlyPrismaKnowsOfTheUrl) {
  const TempFolder folder;
  const TestDatabase database;
  const auto info = pg::ConnectionInfo::parse(database.url() + "&schema=shop&connection_limit=1");
  const auto watched = run_commands(testing::quiet_context(), info, project_of(folder.path(), {"echo $DATABASE_URL"}));
  EXPECT_THAT(watched.commands[0].output, AllOf(HasSubstr("&schema=shop&connection_limit=1"), HasSubstr("/" + database.name() + "?host=%2F")));
}

TEST(RunCommands, TellTheLocksOfTablesThatWereThereBefore) {
  const TempFolder folder;
  const TestDatabase database;
  database.execute("CREATE TABLE users (id int); CREATE TABLE logs (id int); CREATE SCHEMA safety; CREATE TABLE safety.mine (id int)");
  const auto watched = run_commands(
      testing::quiet_context(), database.info(),
      project_of(folder.path(), {psql("BEGIN; ALTER TABLE users ADD name text; CREATE TABLE made (id int); LOCK TABLE safety.mine; SELECT pg_sleep(0.4); COMMIT"),
                                 psql("BEGIN; CREATE INDEX ON logs (id); SELECT pg_sleep(0.2); COMMIT")}));
  ASSERT_TRUE(watched.has_succeeded()) << watched.commands.back().output;
  ASSERT_EQ(watched.locks.size(), 2U);
  EXPECT_EQ(watched.locks[0].object, "public.users");
  EXPECT_EQ(watched.locks[0].mode, "AccessExclusiveLock");
  EXPECT_TRUE(watched.locks[0].blocks_reads && watched.locks[0].blocks_writes);
  EXPECT_THAT(watched.locks[0].statement, HasSubstr("ALTER TABLE users ADD name text"));
  EXPECT_GT(watched.locks[0].seconds, 0.2);
  EXPECT_LT(watched.locks[0].seconds, watched.seconds);
  EXPECT_EQ(watched.locks[1].object, "public.logs");
  EXPECT_EQ(watched.locks[1].mode, "ShareLock");
  EXPECT_FALSE(watched.locks[1].blocks_reads);
  EXPECT_TRUE(watched.locks[1].blocks_writes);
}

TEST(RunCommands, TellOfALockThatIsWaitedFor) {
  const TempFolder folder;
  const TestDatabase database;
  database.execute("CREATE TABLE users (id int)");
  auto other = database.connect();
  other.execute("BEGIN; SELECT * FROM users");
  std::thread letting_go([&] {
    const auto watching = database.connect();
    while (database.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'") == "0") std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    other.execute("COMMIT");
  });
  const auto watched = run_commands(testing::quiet_context(), database.info(), project_of(folder.path(), {psql("ALTER TABLE users ADD name text")}));
  letting_go.join();
  ASSERT_TRUE(watched.has_succeeded());
  ASSERT_EQ(watched.locks.size(), 1U);
  EXPECT_GT(watched.locks[0].waited_seconds, 0.1);
  EXPECT_GE(watched.locks[0].seconds, watched.locks[0].waited_seconds);
}

TEST(RunCommands, DoNotTakeSessionsThatWereThereForTheirs) {
  const TempFolder folder;
  const TestDatabase database;
  database.execute("CREATE TABLE users (id int)");
  auto other = database.connect();
  other.execute("BEGIN; LOCK TABLE users");
  const auto watched = run_commands(testing::quiet_context(), database.info(), project_of(folder.path(), {"sleep 0.1"}));
  EXPECT_THAT(watched.locks, IsEmpty());
}

TEST(RunCommands, RememberTheStatementThatHung) {
  const TempFolder folder;
  const TestDatabase database;
  auto project = project_of(folder.path(), {"exec psql -X -d \"$DATABASE_URL\" -c 'SELECT pg_sleep(30) AS \"the long one\"'"});
  project.timeout = std::chrono::milliseconds(500);
  const auto watched = run_commands(testing::quiet_context(), database.info(), project);
  EXPECT_THAT(watched.commands[0].last_seen, HasSubstr("the long one"));
  EXPECT_EQ(database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%the long one%' AND pid <> pg_backend_pid()"), "0")
      << "the server does not go on with it";
}

}  // namespace
}  // namespace safety::rehearsal

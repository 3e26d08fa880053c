#include "libsafety/rehearsal/rehearsal.hpp"

#include <thread>

#include "libsafety/backup/backup.hpp"
#include "libsafety/plan/journal.hpp"
#include "libsafety/restore/restore.hpp"
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
using ::testing::StartsWith;
using migrations::Owner;
using testing::TempFolder;
using testing::TestContext;
using testing::TestDatabase;
using Strings = std::vector<std::string>;

constexpr const char* kSchema = R"(
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL, phone text);
INSERT INTO users SELECT i, 'u' || i || '@example.org', CASE WHEN i <= 4 THEN '555' END FROM generate_series(1, 10) i;
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users ON DELETE CASCADE, body text);
INSERT INTO posts SELECT i, 1 + i % 10, 'text' FROM generate_series(1, 30) i;
CREATE TABLE media (id int PRIMARY KEY, path text);
INSERT INTO media SELECT i, 'p' FROM generate_series(1, 5) i;
CREATE TABLE nothing (id int);
)";

/// A database, its checkpoint, and a project of two tools that are scripts.
class RehearsalTest : public ::testing::Test {
 protected:
  RehearsalTest() {
    database.execute(kSchema);
    backup::BackupOptions options;
    options.folder = folder / "backups";
    options.tool_version = "test";
    const auto made = backup::back_up(testing::quiet_context(), database.info(), options);
    wanted.folder = options.folder;
    wanted.archive = made.path;
    wanted.checkpoint = made.record.id;
    project.directory = folder / "app";
    std::filesystem::create_directories(project.directory / "node_modules/.bin");
    project.prisma = migrations::PrismaProject{};
    project.prisma->tables = {"users", "posts"};
    project.drizzle = migrations::DrizzleProject{};
    project.drizzle->tables = {"media"};
  }

  void write_tool(const std::string& name, const std::string& sql) {
    testing::write_script(project.directory / "node_modules/.bin" / name, "psql -X -q -v ON_ERROR_STOP=1 -d \"$DATABASE_URL\" <<'SQL'\n" + sql + "\nSQL\n");
  }
  Rehearsal run(Strings commands) {
    project.commands = std::move(commands);
    return rehearse(testing::quiet_context(), database.info(), project, wanted);
  }
  Rehearsal run_sql(const std::string& sql) {
    testing::write_text(project.directory / "up.sql", sql);
    return run({"psql -X -q -v ON_ERROR_STOP=1 -d \"$DATABASE_URL\" -f up.sql"});
  }
  Strings copies() const { return testing::list_databases(database.name() + "__"); }

  static constexpr const char* kPrisma = "./node_modules/.bin/prisma migrate deploy";
  static constexpr const char* kDrizzle = "./node_modules/.bin/drizzle-kit push --force";
  TempFolder folder;
  TestDatabase database;
  migrations::Project project;
  RehearsalOptions wanted;
};

TEST_F(RehearsalTest, TellsWhatAMigrationDoesAndLeavesNothingBehind) {
  const auto done = run_sql("ALTER TABLE users ADD name text DEFAULT 'x'; CREATE TABLE tags (id int); INSERT INTO tags VALUES (1), (2); INSERT INTO media VALUES (6, 'q')");
  EXPECT_TRUE(done.has_succeeded());
  EXPECT_EQ(done.proof, "L4");
  Strings words;
  for (const auto& change : done.changes) words.push_back(change.words);
  EXPECT_THAT(words, ElementsAre("table public.tags added", "column public.users.name added: text DEFAULT 'x'::text"));
  ASSERT_EQ(done.rows.size(), 2U);
  EXPECT_EQ(done.rows[0].table, "public.media");
  EXPECT_EQ(done.rows[0].before, 5U);
  EXPECT_EQ(done.rows[0].after, 6U);
  EXPECT_EQ(done.rows[0].owner, Owner::drizzle);
  EXPECT_TRUE(done.rows[1].is_new);
  EXPECT_THAT(done.lost, IsEmpty());
  EXPECT_THAT(done.crossings, IsEmpty());
  EXPECT_FALSE(done.before.empty());
  EXPECT_GT(done.after.size(), done.before.size());
  EXPECT_THAT(copies(), IsEmpty());
  EXPECT_EQ(database.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'users'"), "3") << "the database itself is as it was";
  EXPECT_EQ(database.value("SELECT count(*) FROM pg_event_trigger"), "0");
}

TEST_F(RehearsalTest, SeesTheStatementsFromInsideThoughTheirLocksAreShort) {
  const auto done = run_sql("ALTER TABLE users ALTER id TYPE bigint; CREATE INDEX ON posts (body); DROP TABLE nothing; CREATE TABLE own (id int); ALTER TABLE own ADD x int");
  Strings seen;
  for (const auto& one : done.statements) seen.push_back(one.tag + " " + one.object);
  EXPECT_THAT(seen, ElementsAre("rewrite public.users", "ALTER TABLE public.users", "CREATE INDEX public.posts_body_idx", "DROP TABLE public.nothing", "CREATE TABLE public.own", "ALTER TABLE public.own"));
  const auto has_lock = [](const char* object, const char* mode) { return Contains(AllOf(Field(&LockSeen::object, object), Field(&LockSeen::mode, mode))); };
  EXPECT_THAT(done.watched.locks, has_lock("public.users", "AccessExclusiveLock"));
  EXPECT_THAT(done.watched.locks, has_lock("public.posts", "ShareLock"));
  EXPECT_THAT(done.watched.locks, has_lock("public.nothing", "AccessExclusiveLock"));
  EXPECT_THAT(done.watched.locks, Not(Contains(Field(&LockSeen::object, "public.own")))) << "nobody waits for what was not there";
  EXPECT_EQ(done.watched.locks.front().mode, "AccessExclusiveLock");
}

TEST_F(RehearsalTest, TellsTheFailingStatementOfAMigrationThatStoppedHalfWay) {
  const auto done = run_sql("CREATE TABLE made (id int);\nALTER TABLE users ADD CONSTRAINT one UNIQUE (phone);\n");
  EXPECT_FALSE(done.has_succeeded());
  ASSERT_EQ(done.watched.commands.size(), 1U);
  EXPECT_THAT(done.watched.commands[0].trouble, HasSubstr("could not create unique index \"one\""));
  EXPECT_EQ(done.changes.size(), 1U) << "what stayed of it";
  EXPECT_THAT(format_text(done), AllOf(StartsWith("rehearsal FAILED: a command failed"), HasSubstr("table public.made added"), HasSubstr("could not create unique index")));
  EXPECT_THAT(copies(), IsEmpty());
}

TEST_F(RehearsalTest, CountsWhatIsLost) {
  const auto done = run_sql("DROP TABLE posts; ALTER TABLE users DROP phone; DELETE FROM users WHERE id > 7; TRUNCATE media; DROP TABLE nothing; ALTER TABLE media DROP path; ALTER TABLE media ADD path text");
  EXPECT_TRUE(done.watched.has_succeeded());
  EXPECT_THAT(done.lost, ElementsAre("all 5 rows of table public.media", "table public.posts with 30 rows", "3 of 10 rows of table public.users", "column public.users.phone with 4 values",
                                     "column public.media.path, made anew, with 5 values"));
}

TEST_F(RehearsalTest, KnowsARenamingFromALoss) {
  const auto done = run_sql("ALTER TABLE users RENAME TO people; ALTER TABLE people RENAME phone TO telephone; ALTER TABLE media RENAME path TO \"Path\"");
  EXPECT_THAT(done.lost, IsEmpty());
  EXPECT_THAT(done.rows, IsEmpty());
  EXPECT_THAT(done.renamed, ElementsAre("column public.media.path to public.media.Path", "table public.users to public.people"));
  for (const auto& change : done.changes) EXPECT_FALSE(change.loses_data) << change.words;
}

TEST_F(RehearsalTest, FindsWhatAToolDidToTheOthersTables) {
  write_tool("prisma", "CREATE TABLE tags (id int); ALTER TABLE users ADD x int;");
  write_tool("drizzle-kit", "ALTER TABLE media ADD size int; DROP TABLE posts; DELETE FROM users WHERE id = 1; ALTER TABLE users DROP phone; DROP TABLE nothing;");
  const auto done = run({kPrisma, kDrizzle});
  EXPECT_TRUE(done.watched.has_succeeded()) << done.watched.commands.back().output;
  EXPECT_FALSE(done.has_succeeded());
  const auto command = std::string("`") + kDrizzle + "` ";
  EXPECT_THAT(done.crossings, ElementsAre(command + "dropped table public.posts of Prisma with 30 rows", command + "changed table public.users of Prisma: column public.users.phone dropped",
                                          command + "deleted 1 of 10 rows of table public.users of Prisma"));
  EXPECT_THAT(format_text(done), HasSubstr("owners crossed"));
}

TEST_F(RehearsalTest, FindsAnEmptiedTableOfTheOthers) {
  write_tool("drizzle-kit", "TRUNCATE users CASCADE;");
  EXPECT_THAT(run({kDrizzle}).crossings, ElementsAre(HasSubstr("emptied table public.posts of Prisma of 30 rows"), HasSubstr("emptied table public.users of Prisma of 10 rows")));
}

TEST_F(RehearsalTest, FindsThatTheToolkitsOwnSchemaWasDropped) {
  write_tool("drizzle-kit", "DROP SCHEMA safety CASCADE;");
  EXPECT_THAT(run({kDrizzle}).crossings, ElementsAre(HasSubstr("dropped the toolkit's own schema")));
}

TEST_F(RehearsalTest, TellsOfATableThatAnotherCommandThanAToolTouchedAsNoCrossing) {
  EXPECT_THAT(run_sql("DROP TABLE posts; DROP TABLE media").crossings, IsEmpty());
}

TEST_F(RehearsalTest, RunsTheSmokeChecks) {
  project.smoke = {"SELECT count(*) = 10 FROM users", "SELECT count(*) = 11 FROM users", "SELECT true WHERE false", "SELECT NULL::boolean", "SELECT no FROM users",
                   "INSERT INTO media VALUES (99, 'x') RETURNING true", "SELECT true"};
  const auto done = run({"true"});
  EXPECT_THAT(done.failed_smoke, ElementsAre("`SELECT count(*) = 11 FROM users` gave f", "`SELECT true WHERE false` gave no row", "`SELECT NULL::boolean` gave NULL",
                                             AllOf(StartsWith("`SELECT no FROM users` failed: "), HasSubstr("does not exist")), HasSubstr("read-only transaction")));
  EXPECT_TRUE(done.watched.has_succeeded());
  EXPECT_FALSE(done.has_succeeded());
}

TEST_F(RehearsalTest, JudgesDrizzlesFailureThatEndsWithZero) {
  testing::write_script(project.directory / "node_modules/.bin/drizzle-kit", "echo \"error: column x contains null values\"; echo \"  code: '23502',\"");
  const auto done = run({kDrizzle});
  EXPECT_FALSE(done.has_succeeded());
  EXPECT_THAT(format_text(done), HasSubstr("column x contains null values (it ended with 0 all the same)"));
}

TEST_F(RehearsalTest, EndsACommandThatHangsAndDropsTheCopyUnderIt) {
  project.timeout = std::chrono::milliseconds(500);
  const auto done = run({"psql -X -d \"$DATABASE_URL\" -c 'BEGIN; LOCK TABLE users; SELECT pg_sleep(60)'"});
  EXPECT_TRUE(done.watched.commands[0].has_timed_out);
  EXPECT_THAT(format_text(done), HasSubstr("timed out"));
  EXPECT_THAT(copies(), IsEmpty());
}

TEST_F(RehearsalTest, DropsTheCopyWhenItIsInterrupted) {
  TestContext context;
  project.commands = {"touch begun; sleep 60"};
  std::thread stopper([&] {
    while (!std::filesystem::exists(project.directory / "begun")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(copies().size(), 1U);
    context.stop.request_stop();
  });
  EXPECT_EQ(testing::error_of([&] { rehearse(context, database.info(), project, wanted); }).code(), Code::interrupted);
  stopper.join();
  EXPECT_THAT(copies(), IsEmpty());
}

/// Requests a stop when a phase begins.
class StopAt final : public Sink {
 public:
  explicit StopAt(std::string name) : name_(std::move(name)) {}
  void on(const Event& event) override {
    if (event.kind == Event::Kind::phase && event.name == name_) stop.request_stop();
  }
  std::stop_source stop;

 private:
  std::string name_;
};

TEST_F(RehearsalTest, DropsTheCopyWheneverItIsInterrupted) {
  project.commands = {"true"};
  for (const char* phase : {"rows and indexes", "content compared with the snapshot's digests", "rehearsal: planner statistics", "rehearsal: rows and values counted", "command: true"}) {
    StopAt sink(phase);
    const Context context{sink, sink.stop.get_token()};
    EXPECT_EQ(testing::error_of([&] { rehearse(context, database.info(), project, wanted); }).code(), Code::interrupted) << phase;
    EXPECT_TRUE(sink.stop.stop_requested()) << phase;
    EXPECT_THAT(copies(), IsEmpty()) << phase;
    EXPECT_FALSE(restore::find_unfinished(wanted.folder, database.name())) << phase;
  }
}

TEST_F(RehearsalTest, OfTheSchemaAloneHasIndexesAndKeysButNoRows) {
  wanted.is_schema_only = true;
  const auto done = run({"psql -X -At -d \"$DATABASE_URL\" -c 'SELECT count(*) FROM users' -c 'ALTER TABLE posts DROP body' -c 'DROP TABLE media'"});
  EXPECT_TRUE(done.has_succeeded()) << done.watched.commands[0].output;
  EXPECT_THAT(done.watched.commands[0].output, StartsWith("0\n"));
  EXPECT_EQ(done.proof, "");
  EXPECT_THAT(done.before, Contains(Field(&schema::Definition::name, "public.posts posts_author_fkey")));
  EXPECT_THAT(done.lost, ElementsAre("table public.media (not counted: without rows)", "column public.posts.body (not counted: without rows)"));
  EXPECT_THAT(format_text(done), HasSubstr("schema only"));
}

TEST_F(RehearsalTest, IsAPartOfAnOperationThatHoldsTheLock) {
  checkpoint::OperationLock lock(testing::quiet_context(), database.info(), database.name());
  EXPECT_EQ(testing::error_of([&] { run({"true"}); }).code(), Code::locked);
  wanted.held_lock = &lock;
  EXPECT_TRUE(run({"true"}).has_succeeded());
}

TEST_F(RehearsalTest, RefusesAnArchiveThatIsNotTheOneRecorded) {
  wanted.expected_sha256 = std::string(64, '0');
  EXPECT_EQ(testing::error_of([&] { run({"true"}); }).code(), Code::archive_damaged);
  EXPECT_THAT(copies(), IsEmpty());
}

TEST_F(RehearsalTest, UndoesOneThatWasKilledWhileItRestored) {
  plan::JournalHead head;
  head.operation = "restore_20260101_000000";
  head.tool = "safety-restore";
  head.database = database.name();
  head.started = "2026-01-01T00:00:00.000Z";
  head.arguments = {{"stamp", "20260101_000000"}, {"staging", database.name() + "__staging_20260101_000000"}, {"folder", wanted.folder.string()}, {"source", wanted.archive.string()},
                    {"mode", "new_database"}, {"new_name", database.name() + "__rehearsal_20260101_000000"}};
  {
    auto journal = plan::Journal::create(wanted.folder / "operations", head);
    journal.step_began("create_staging");
  }
  ASSERT_TRUE(restore::find_unfinished(wanted.folder, database.name()));
  EXPECT_TRUE(run({"true"}).has_succeeded());
  EXPECT_FALSE(restore::find_unfinished(wanted.folder, database.name()));
}

TEST_F(RehearsalTest, IsToldInFullToPrograms) {
  write_tool("drizzle-kit", "DROP TABLE posts;");
  const auto done = run({kDrizzle, "false"});
  const auto json = nlohmann::json::parse(format_json(done));
  EXPECT_EQ(json["success"], false);
  EXPECT_EQ(json["commands"].size(), 2U);
  EXPECT_EQ(json["commands"][0]["command"], kDrizzle);
  EXPECT_EQ(json["changes"][0]["what"], "dropped");
  EXPECT_EQ(json["changes"][0]["loses_data"], true);
  EXPECT_THAT(json["changes"][0]["sql"].get<std::string>(), HasSubstr("DROP TABLE public.posts;"));
  EXPECT_EQ(json["rows"][0]["owner"], "Prisma");
  EXPECT_EQ(json["rows"][0]["gone"], true);
  EXPECT_EQ(json["lost"][0], "table public.posts with 30 rows");
  EXPECT_EQ(json["proof"], "L4");
  EXPECT_FALSE(json["locks"].empty());
  EXPECT_EQ(json["statements"][0]["tag"], "DROP TABLE");
}

TEST_F(RehearsalTest, WorksForARoleThatIsNoSuperuser) {
  const testing::TestRole role("LOGIN CREATEDB");
  const TestDatabase other("OWNER " + role.name());
  const auto info = testing::connection_info(other.name(), role.name());
  {
    pg::Connection connection(testing::quiet_context(), info);
    connection.execute("CREATE SCHEMA mine; CREATE TABLE mine.things (id int); INSERT INTO mine.things VALUES (1)");
  }
  backup::BackupOptions options;
  options.folder = folder / "others";
  wanted.archive = backup::back_up(testing::quiet_context(), info, options).path;
  wanted.folder = options.folder;
  project.commands = {"psql -X -q -d \"$DATABASE_URL\" -c 'ALTER TABLE mine.things ADD x int'"};
  const auto done = rehearse(testing::quiet_context(), info, project, wanted);
  EXPECT_TRUE(done.has_succeeded()) << format_text(done);
  EXPECT_EQ(done.changes.size(), 1U);
  EXPECT_THAT(done.statements, IsEmpty());
}

TEST(TakeSnapshot, CountsEveryTablePartitionsWithTheirs) {
  const TestDatabase database;
  database.execute("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2); CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT; INSERT INTO p VALUES (1);"
                   "CREATE TABLE base (id int); CREATE TABLE child () INHERITS (base); INSERT INTO child VALUES (1), (2), (3); CREATE SCHEMA safety; CREATE TABLE safety.x (id int)");
  const auto snapshot = take_snapshot(testing::quiet_context(), database.info(), {});
  Strings rows;
  for (const auto& one : snapshot.rows) {
    EXPECT_EQ(one.before, one.after);
    rows.push_back(one.table + " " + std::to_string(one.before));
  }
  EXPECT_THAT(rows, ElementsAre("public.a 2", "public.base 0", "public.child 3", "public.p 1"));
  EXPECT_THAT(snapshot.definitions, Contains(Field(&schema::Definition::name, "public.p1")));
}

}  // namespace
}  // namespace safety::rehearsal

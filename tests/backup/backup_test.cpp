#include "libsafety/backup/backup.hpp"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/pg/quote.hpp"
#include "tests/testing/testing.hpp"

namespace safety::backup {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::quiet_context;
using ::testing::SizeIs;
using testing::TempFolder;
using testing::TestContext;
using testing::TestDatabase;
using ::testing::UnorderedElementsAre;
namespace fs = std::filesystem;

BackupOptions options_for(const TempFolder& folder) {
  BackupOptions options;
  options.folder = folder.path();
  options.tool_version = "0.1.0-test";
  return options;
}

constexpr const char* kTables = R"(
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users, body text);
INSERT INTO users SELECT g, 'user ' || g FROM generate_series(1, 1000) g;
INSERT INTO posts SELECT g, 1 + g % 1000, repeat('words ', g % 50) FROM generate_series(1, 5000) g;
CREATE TABLE empty (x int);
)";

const archive::Table& table_of(const archive::Index& index, std::string_view name) {
  for (const auto& table : index.tables)
    if (table.name == name) return table;
  throw std::runtime_error("no such table in the archive: " + std::string(name));
}

TEST(BackUp, HoldsEveryRowOfTheDemoStack) {
  const TestDatabase database;
  database.load_demo();
  TempFolder folder;
  for (const auto codec : {archive::Codec::zstd, archive::Codec::gzip, archive::Codec::plain}) {
    auto options = options_for(folder);
    options.codec = codec;
    options.level = archive::default_level(codec);
    const auto result = back_up(quiet_context(), database.info(), options);
    const auto reader = archive::Reader::open(quiet_context(), result.path);
    archive::check_every_frame(quiet_context(), reader, 2);
    std::uint64_t sum = 0;
    EXPECT_GE(reader.index().tables.size(), 33U);
    for (const auto& table : reader.index().tables) {
      const auto counted = database.value("SELECT count(*) FROM " + pg::quote_qualified(table.schema, table.name));
      EXPECT_EQ(std::to_string(table.rows), counted) << table.name;
      EXPECT_FALSE(table.digest.empty()) << table.name;
      sum += table.rows;
    }
    EXPECT_GT(sum, 5000U);
    EXPECT_EQ(result.record.rows, sum);
    EXPECT_EQ(result.record.tables, reader.index().tables.size());
  }
}

TEST(BackUp, WritesTheSameDigestsWhateverTheNumberOfSessions) {
  const TestDatabase database;
  database.execute(kTables);
  // Enough pages for a table to be split.
  database.execute("CREATE TABLE wide AS SELECT g, repeat(md5(g::text), 30) AS x FROM generate_series(1, 40000) g");
  TempFolder folder;
  std::map<std::string, std::string> first;
  for (const unsigned jobs : {1U, 4U}) {
    auto options = options_for(folder);
    options.jobs = jobs;
    const auto reader = archive::Reader::open(quiet_context(), back_up(quiet_context(), database.info(), options).path);
    std::map<std::string, std::string> digests;
    for (const auto& table : reader.index().tables)
      digests[table.name] = std::to_string(table.rows) + " " + table.digest;
    if (first.empty()) first = digests;
    EXPECT_EQ(digests, first);
  }
}

TEST(BackUp, LeavesArchiveRecordAndDigestAndNothingElse) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder folder;
  auto options = options_for(folder);
  options.label = "before";
  options.reason = "pre-migration";
  const auto result = back_up(quiet_context(), database.info(), options);
  const auto id = result.record.id;
  EXPECT_THAT(id, ::testing::StartsWith(database.name() + "_2"));
  EXPECT_THAT(folder.names(), UnorderedElementsAre(id + ".json", id + ".sql.zst", id + ".sql.zst.sha256"));
  for (const auto& name : folder.names()) {
    struct stat status {};
    ASSERT_EQ(::stat((folder / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
  }
  const auto stored = checkpoint::Store(folder.path()).resolve(quiet_context(), "latest", database.name());
  EXPECT_EQ(stored.id, id);
  EXPECT_EQ(stored.label, "before");
  EXPECT_EQ(stored.reason, "pre-migration");
  EXPECT_EQ(stored.rows, 6000U);
  EXPECT_EQ(stored.proof(), checkpoint::Proof::digest);
  EXPECT_EQ(stored.archive.bytes, fs::file_size(result.path));
  EXPECT_EQ(stored.archive.sha256, archive::sha256_of_file(quiet_context(), result.path));
  EXPECT_EQ(database.value("SELECT id || ' ' || rows || ' ' || label FROM safety.checkpoints"), id + " 6000 before");
  EXPECT_EQ(database.value("SELECT kind || ' ' || outcome FROM safety.operations"), "backup success");
}

TEST(BackUp, DoesNotBackUpItsOwnRegistry) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder folder;
  back_up(quiet_context(), database.info(), options_for(folder));
  const auto second = archive::Reader::open(quiet_context(), back_up(quiet_context(), database.info(), options_for(folder)).path);
  for (const auto& table : second.index().tables) EXPECT_NE(table.schema, "safety") << table.name;
  EXPECT_EQ(second.read_all(archive::Role::pre_data).find("CREATE SCHEMA safety"), std::string::npos);
}

TEST(BackUp, SeesOneInstantWhileOthersWrite) {
  const TestDatabase database;
  database.execute("CREATE TABLE a (x int); CREATE TABLE b (x int)");
  std::atomic<bool> ends{false};
  std::jthread writer([&] {
    auto connection = database.connect();
    while (!ends) connection.execute("BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (1); COMMIT");
  });
  TempFolder folder;
  for (int round = 0; round < 3; ++round) {
    const auto reader = archive::Reader::open(quiet_context(), back_up(quiet_context(), database.info(), options_for(folder)).path);
    EXPECT_EQ(table_of(reader.index(), "a").rows, table_of(reader.index(), "b").rows);
  }
  ends = true;
}

TEST(BackUp, IsNotStoppedByTablesThatComeAndGo) {
  const TestDatabase database;
  database.execute("CREATE TABLE stays AS SELECT generate_series(1, 5) n");
  std::atomic<bool> ends{false};
  std::jthread others([&] {
    auto connection = database.connect();
    while (!ends) {
      connection.execute("CREATE TABLE passing AS SELECT 1 AS n");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      connection.execute("DROP TABLE passing");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  });
  const TempFolder folder;
  for (int round = 0; round < 2; ++round) {
    const auto record = back_up(quiet_context(), database.info(), options_for(folder)).record;
    EXPECT_TRUE(record.rows == 5 || record.rows == 6) << record.rows;
  }
  ends = true;
}

/// Starts `act` when the rows are about to be read.
struct AtTheRows final : Sink {
  std::function<void()> act;
  std::vector<std::string> notes;
  void on(const Event& event) override {
    if (event.kind == Event::Kind::phase && event.name == "rows") act();
    if (event.kind == Event::Kind::note) notes.push_back(event.text);
  }
};

// A migration that begins meanwhile waits for the backup, and everybody who asks for its table waits behind it: a backup must not.
TEST(BackUp, ReadsATableThatAMigrationWaitsFor) {
  for (const unsigned jobs : {1u, 2u}) {
    SCOPED_TRACE(jobs);
    const TestDatabase database;
    const TempFolder folder;
    database.execute("CREATE TABLE awaited AS SELECT n, md5(n::text) AS m FROM generate_series(1, 20000) n; CREATE TABLE other AS SELECT generate_series(1, 10) n;"
                     "SELECT lo_create(4711)");
    std::jthread migration;
    AtTheRows sink;
    sink.act = [&] {
      migration = std::jthread([&] { database.execute("ALTER TABLE awaited ADD COLUMN later int; DROP TABLE other"); });
      const auto waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'awaited'::regclass";
      for (int i = 0; i < 500 && database.value(waits) != "1"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    };
    auto options = options_for(folder);
    options.jobs = jobs;
    options.lock_wait = std::chrono::milliseconds(20000);
    std::optional<BackupResult> result;
    const Stopwatch watch;
    try {
      result = back_up(Context{sink, {}}, database.info(), options);
    } catch (const Error& error) {
      ADD_FAILURE() << error.message() << " " << error.detail();
    }
    migration.join();
    EXPECT_LT(watch.seconds(), 15);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->record.rows, 20010u);
    EXPECT_THAT(sink.notes, Contains(HasSubstr("somebody waits to lock table \"public\".\"awaited\"")));
    EXPECT_EQ(database.value("SELECT count(*) FROM information_schema.columns WHERE column_name = 'later'"), "1") << "the migration went on";
  }
}

// An index that is rebuilt is waited for, in the middle of a table as well: of what was read nothing is read twice.
TEST(BackUp, WaitsForAnIndexThatIsRebuiltInTheMiddleOfATable) {
  const TestDatabase database;
  const TempFolder folder;
  database.execute("CREATE TABLE docs (n int PRIMARY KEY, body text); ALTER TABLE docs ALTER body SET STORAGE EXTERNAL;"
                   "INSERT INTO docs SELECT n, repeat(md5(n::text), 200) FROM generate_series(1, 3000) n; CREATE TABLE small AS SELECT generate_series(1, 10) n");
  std::jthread others;
  AtTheRows sink;
  sink.act = [&] {
    others = std::jthread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      database.execute("BEGIN; REINDEX TABLE docs; SELECT pg_sleep(1.5); COMMIT");
    });
  };
  auto options = options_for(folder);
  options.jobs = 1;
  options.rest = 2;  // so that it is read for longer than the others take to begin
  options.proof = checkpoint::Proof::decodes;
  options.lock_wait = std::chrono::milliseconds(500);
  const auto result = back_up(Context{sink, {}}, database.info(), options);
  others.join();
  const auto reader = archive::Reader::open(quiet_context(), result.path);
  EXPECT_EQ(table_of(reader.index(), "docs").rows, 3000u);
  EXPECT_EQ(table_of(reader.index(), "small").rows, 10u);
  EXPECT_THAT(sink.notes, Not(Contains(HasSubstr("waits to lock"))));
}

TEST(BackUp, LeavesOutRowsOfExcludedTablesOnly) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder folder;
  auto options = options_for(folder);
  options.exclude_table_data = {"public.po*"};
  const auto result = back_up(quiet_context(), database.info(), options);
  const auto reader = archive::Reader::open(quiet_context(), result.path);
  EXPECT_TRUE(table_of(reader.index(), "posts").is_data_excluded);
  EXPECT_EQ(table_of(reader.index(), "posts").rows, 0U);
  EXPECT_EQ(table_of(reader.index(), "users").rows, 1000U);
  EXPECT_THAT(reader.read_all(archive::Role::pre_data), HasSubstr("CREATE TABLE public.posts"));
  EXPECT_TRUE(result.record.is_partial);
}

TEST(BackUp, RefusesAnExclusionThatMatchesNothing) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder folder;
  auto options = options_for(folder);
  options.exclude_table_data = {"users", "user_"};
  const Error error = error_of([&] { back_up(quiet_context(), database.info(), options); });
  EXPECT_EQ(error.code(), Code::usage);
  EXPECT_THAT(error.message(), HasSubstr("\"user_\""));
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(BackUp, HoldsNoRowsWhenOnlyTheSchemaIsWanted) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder folder;
  auto options = options_for(folder);
  options.is_schema_only = true;
  const auto result = back_up(quiet_context(), database.info(), options);
  const auto reader = archive::Reader::open(quiet_context(), result.path);
  EXPECT_EQ(reader.index().total_rows(), 0U);
  EXPECT_EQ(reader.read_all(archive::Role::rows), "");
  EXPECT_THAT(reader.read_all(archive::Role::post_data), HasSubstr("posts_author_fkey"));
  EXPECT_TRUE(result.record.is_schema_only);
}

TEST(BackUp, NamesTheLockedTableAndLeavesNoFile) {
  const TestDatabase database;
  database.execute(kTables);
  auto holder = database.connect();
  holder.execute("BEGIN; LOCK TABLE posts IN ACCESS EXCLUSIVE MODE");
  TempFolder folder;
  auto options = options_for(folder);
  options.lock_wait = std::chrono::milliseconds(300);
  const Stopwatch watch;
  const Error error = error_of([&] { back_up(quiet_context(), database.info(), options); });
  EXPECT_EQ(error.code(), Code::locked);
  EXPECT_THAT(std::string(error.what()), HasSubstr("posts"));
  EXPECT_THAT(std::string(error.what()), HasSubstr(std::to_string(holder.backend_pid())));
  EXPECT_LT(watch.seconds(), 10);
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(BackUp, NamesTablesThatItMayNotReadAndLeavesNoFile) {
  const testing::TestRole role;
  const TestDatabase database;
  database.execute(kTables);
  database.execute("GRANT SELECT ON users, empty TO " + role.name());
  TempFolder folder;
  const Error error = error_of(
      [&] { back_up(quiet_context(), testing::connection_info(database.name(), role.name()), options_for(folder)); });
  EXPECT_EQ(error.code(), Code::not_permitted);
  EXPECT_THAT(error.message(), HasSubstr("\"public\".\"posts\""));
  EXPECT_FALSE(error.hint().empty());
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(BackUp, IsRefusedWhileAnotherOperationRuns) {
  const TestDatabase database;
  const checkpoint::OperationLock lock(quiet_context(), database.info(), database.name());
  TempFolder folder;
  EXPECT_EQ(error_of([&] { back_up(quiet_context(), database.info(), options_for(folder)); }).code(), Code::locked);
  EXPECT_THAT(folder.names(), IsEmpty());
}

TEST(BackUp, IsAPartOfAnOperationThatHoldsTheLock) {
  const TestDatabase database;
  const TempFolder folder;
  auto options = options_for(folder);
  checkpoint::OperationLock lock(quiet_context(), database.info(), database.name());
  options.held_lock = &lock;
  EXPECT_TRUE(std::filesystem::exists(back_up(quiet_context(), database.info(), options).path));
  EXPECT_EQ(error_of([&] { checkpoint::OperationLock(quiet_context(), database.info(), database.name()); }).code(), Code::locked) << "it is still held";
}

/// Requests a stop at the first event of a kind and name.
class StopAt final : public Sink {
 public:
  explicit StopAt(std::string name) : name_(std::move(name)) {}
  void on(const Event& event) override {
    if (event.name == name_ || event.text == name_) stop.request_stop();
  }
  std::stop_source stop;

 private:
  std::string name_;
};

TEST(BackUp, LeavesNoFileWhenItIsInterrupted) {
  const TestDatabase database;
  database.execute(kTables);
  for (const char* phase : {"snapshot", "rows", "sequences, large objects, keys and indexes", "commit"}) {
    TempFolder folder;
    StopAt sink(phase);
    const Context context{sink, sink.stop.get_token()};
    EXPECT_THROW(back_up(context, database.info(), options_for(folder)), Interrupted) << phase;
    EXPECT_THAT(folder.names(), IsEmpty()) << phase;
  }
}

const testing::ChildProgram faulty_backup("faulty_backup", [] {
  BackupOptions options;
  options.folder = std::getenv("SAFETY_TEST_FOLDER");
  back_up(quiet_context(), pg::ConnectionInfo::parse(std::getenv("DATABASE_URL")), options);
  return 0;
});

TEST(BackUp, LeavesAllOrNothingWhenItFailsAnywhere) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder counted;
  ASSERT_EQ(faulty_backup
                .run({{"DATABASE_URL", database.url()},
                      {"SAFETY_TEST_FOLDER", (counted / "a").string()},
                      {"SAFETY_FAULT", "count:" + (counted / "points").string()}})
                .exit_code,
            0);
  const auto points = testing::read_text(counted / "points");
  const auto count = std::count(points.begin(), points.end(), '\n');
  ASSERT_GE(count, 8);
  for (long point = 1; point <= count; ++point) {
    TempFolder folder;
    const auto run = faulty_backup.run({{"DATABASE_URL", database.url()},
                                        {"SAFETY_TEST_FOLDER", folder.path().string()},
                                        {"SAFETY_FAULT", "error:" + std::to_string(point)}});
    const auto records = checkpoint::Store(folder.path()).list(quiet_context());
    if (run.exit_code == 0) {
      EXPECT_THAT(records, SizeIs(1)) << "point " << point;
    } else {
      EXPECT_EQ(run.exit_code, static_cast<int>(Code::internal)) << "point " << point;
      EXPECT_THAT(folder.names(), IsEmpty()) << "point " << point;
    }
  }
}

TEST(BackUp, SaysThatTheDiskIsFullAndLeavesNothing) {
  const TestDatabase database;
  // Random text does not compress: more than the file system holds.
  database.execute("CREATE TABLE t AS SELECT md5(g::text) || md5((g + 1)::text) AS x FROM generate_series(1, 30000) g");
  TempFolder folder;
  ASSERT_EQ(::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=512k,mode=0700"), 0)
      << "run as root: a tmpfs is mounted here";
  const Error error = error_of([&] { back_up(quiet_context(), database.info(), options_for(folder)); });
  const auto left = folder.names();
  ::umount2(folder.path().c_str(), MNT_DETACH);
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr("No space left on device"));
  EXPECT_THAT(left, IsEmpty());
}

TEST(BackUp, NotesParametersThatItPassedOver) {
  const TestDatabase database;
  TempFolder folder;
  TestContext test;
  back_up(test, pg::ConnectionInfo::parse(database.url() + "&schema=public&connection_limit=3"), options_for(folder));
  EXPECT_THAT(test.sink.texts(Event::Kind::note), Contains(HasSubstr("\"connection_limit\"")));
}

TEST(BackUp, GivesTwoCheckpointsOfOneSecondTwoNames) {
  const TestDatabase database;
  TempFolder folder;
  auto options = options_for(folder);
  options.writes_registry = false;
  const auto one = back_up(quiet_context(), database.info(), options),
             two = back_up(quiet_context(), database.info(), options);
  EXPECT_NE(one.record.id, two.record.id);
  EXPECT_EQ(two.record.sequence, one.record.sequence + 1);
}

TEST(BackUp, WarnsWhenTheRegistryCannotBeWritten) {
  const TestDatabase database;
  database.execute("CREATE SCHEMA safety; CREATE TABLE safety.helmets (x int)");
  TempFolder folder;
  TestContext test;
  const auto result = back_up(test, database.info(), options_for(folder));
  EXPECT_THAT(test.sink.texts(Event::Kind::warning), ElementsAre(HasSubstr("belongs to somebody else")));
  EXPECT_EQ(table_of(archive::Reader::open(quiet_context(), result.path).index(), "helmets").schema, "safety")
      << "another's schema is content";
}

TEST(DescribeBackup, SaysWhatWouldBeDoneAndDoesNothing) {
  const TestDatabase database;
  database.execute(kTables);
  TempFolder folder;
  const auto lines = describe_backup(quiet_context(), database.info(), options_for(folder));
  EXPECT_THAT(lines, Contains(HasSubstr("3 tables")));
  EXPECT_THAT(folder.names(), IsEmpty());
  EXPECT_EQ(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'safety'"), "0");
}

}  // namespace
}  // namespace safety::backup

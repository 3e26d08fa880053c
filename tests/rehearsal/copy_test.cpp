// What a rehearsal needs of restore and beside: a copy without rows, inside of another operation, known when it is left.
#include "libsafety/rehearsal/copy.hpp"

#include "libsafety/backup/backup.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/beside/prune.hpp"
#include "libsafety/restore/restore.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rehearsal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempFolder;
using testing::TestDatabase;

class CopyTest : public ::testing::Test {
 protected:
  CopyTest() {
    database.execute("CREATE TABLE users (id serial PRIMARY KEY, email text); INSERT INTO users (email) SELECT 'x' FROM generate_series(1, 20); CREATE INDEX users_email ON users (email);"
                     "CREATE TABLE posts (author int REFERENCES users); CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM users; SELECT lo_from_bytea(0, 'large')");
    backup::BackupOptions options;
    options.folder = folder.path();
    archive = backup::back_up(testing::quiet_context(), database.info(), options).path;
  }
  restore::RestoreOptions restore_options() const {
    restore::RestoreOptions options;
    options.folder = folder.path();
    options.source = archive;
    options.mode = restore::Mode::new_database;
    options.new_name = database.name() + "__rehearsal_20260101_000000";
    return options;
  }
  std::vector<beside::Database> beside_it() {
    auto maintenance = testing::admin_connection();
    return beside::list_beside(maintenance, database.name(), folder / "operations", {});
  }

  TempFolder folder;
  TestDatabase database;
  std::filesystem::path archive;
};

TEST_F(CopyTest, OfTheSchemaAloneHasAllButRowsAndWhatLargeObjectsHold) {
  auto options = restore_options();
  options.is_schema_only = true;
  EXPECT_EQ(restore::restore(testing::quiet_context(), database.info(), options).rows, 0U);
  pg::Connection copy(testing::quiet_context(), testing::connection_info(options.new_name));
  EXPECT_EQ(copy.value_of("SELECT count(*) FROM users"), "0");
  EXPECT_EQ(copy.value_of("SELECT count(*) FROM pg_largeobject"), "0");
  EXPECT_EQ(copy.value_of("SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid = 'users'::regclass"), "users_email users_pkey");
  EXPECT_EQ(copy.value_of("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"), "1");
  EXPECT_EQ(copy.value_of("SELECT last_value FROM users_id_seq"), "20");
  EXPECT_EQ(copy.value_of("SELECT * FROM counts"), "0");
}

TEST_F(CopyTest, OfTheSchemaAloneNeverReplacesADatabase) {
  for (const auto mode : {restore::Mode::swap, restore::Mode::in_place}) {
    auto options = restore_options();
    options.is_schema_only = true;
    options.mode = mode;
    EXPECT_EQ(testing::error_of([&] { restore::restore(testing::quiet_context(), database.info(), options); }).code(), Code::usage);
  }
  auto options = restore_options();
  options.is_schema_only = options.reads_digests_back = true;
  EXPECT_EQ(testing::error_of([&] { restore::restore(testing::quiet_context(), database.info(), options); }).code(), Code::usage);
  EXPECT_EQ(database.value("SELECT count(*) FROM users"), "20");
}

TEST_F(CopyTest, IsRestoredInsideOfAnOperationThatHoldsTheLock) {
  checkpoint::OperationLock lock(testing::quiet_context(), database.info(), database.name());
  auto options = restore_options();
  EXPECT_EQ(testing::error_of([&] { restore::restore(testing::quiet_context(), database.info(), options); }).code(), Code::locked);
  options.held_lock = &lock;
  EXPECT_EQ(restore::restore(testing::quiet_context(), database.info(), options).rows, 20U);
}

TEST_F(CopyTest, ThatWasLeftIsKnownAndPruned) {
  restore::restore(testing::quiet_context(), database.info(), restore_options());
  const auto found = beside_it();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].kind, beside::Kind::rehearsal);
  EXPECT_EQ(beside::name_of(found[0].kind), "rehearsal");
  EXPECT_TRUE(found[0].is_leftover());
  EXPECT_EQ(format_rfc3339(found[0].made), "2026-01-01T00:00:00.000Z");
  const checkpoint::Store store(folder.path());
  const auto choices = beside::choose(found, {}, std::chrono::system_clock::now());
  EXPECT_EQ(beside::prune(testing::quiet_context(), database.info(), store, choices).dropped.size(), 1U);
  EXPECT_THAT(testing::list_databases(database.name() + "__"), IsEmpty());
}

TEST_F(CopyTest, IsDroppedWithWhoeverIsInIt) {
  checkpoint::OperationLock lock(testing::quiet_context(), database.info(), database.name());
  RehearsalOptions options;
  options.folder = folder.path();
  options.archive = archive;
  std::optional<pg::Connection> session;
  {
    const Copy copy(testing::quiet_context(), database.info(), options, lock);
    EXPECT_EQ(copy.proof(), "L4");
    EXPECT_THAT(testing::list_databases(database.name() + "__"), ElementsAre(copy.name()));
    EXPECT_EQ(beside_it().at(0).kind, beside::Kind::rehearsal);
    session.emplace(testing::quiet_context(), copy.info().with("application_name", "an app"));
    copy.end_sessions();
    EXPECT_THROW(session->execute("SELECT 1"), Error);
    session.emplace(testing::quiet_context(), copy.info());
    EXPECT_EQ(session->value_of("SELECT reltuples FROM pg_class WHERE relname = 'users'"), "20") << "as the planner of the real one knows it";
    EXPECT_FALSE(std::filesystem::is_empty(folder / "operations"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder / "operations")) << "a restore into what is no more is no history";
  EXPECT_THAT(testing::list_databases(database.name() + "__"), IsEmpty());
}

TEST_F(CopyTest, LeavesAnUnfinishedRestoreOfAnotherKindAlone) {
  plan::JournalHead head;
  head.operation = "restore_20260101_000000";
  head.tool = "safety-restore";
  head.database = database.name();
  head.arguments = {{"mode", "new_database"}, {"new_name", "somewhere"}, {"folder", folder.path().string()}};
  { auto journal = plan::Journal::create(folder / "operations", head); }
  checkpoint::OperationLock lock(testing::quiet_context(), database.info(), database.name());
  RehearsalOptions options;
  options.folder = folder.path();
  options.archive = archive;
  const auto error = testing::error_of([&] { Copy(testing::quiet_context(), database.info(), options, lock); });
  EXPECT_EQ(error.code(), Code::resumable);
  EXPECT_TRUE(restore::find_unfinished(folder.path(), database.name()));
}

}  // namespace
}  // namespace safety::rehearsal

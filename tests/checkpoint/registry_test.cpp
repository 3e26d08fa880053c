#include "libsafety/checkpoint/registry.hpp"

#include "libsafety/checkpoint/operation_lock.hpp"
#include "tests/testing/testing.hpp"

namespace safety::checkpoint {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using testing::quiet_context;
using testing::TestDatabase;

Record noted(const std::string& id, const std::string& label = "") {
  Record made;
  made.id = id;
  made.sequence = 1;
  made.label = label;
  made.snapshot_time = "2026-11-22T10:00:00.000Z";
  made.rows = 12;
  made.archive = {id + ".sql.zst", 10, std::string(64, 'a'), "zst"};
  made.proofs.push_back({Proof::digest, "2026-11-22T10:00:01.000Z", 0, true, ""});
  return made;
}

Operation operation(const std::string& id, const std::string& finished = "") {
  return {id, "restore", "cp", "2026-11-22T10:00:00.000Z", finished, finished.empty() ? "" : "success", ""};
}

TEST(Registry, IsThereOnlyAfterItWasPrepared) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  EXPECT_FALSE(registry.is_there());
  registry.prepare();
  EXPECT_TRUE(registry.is_there());
  registry.prepare();  // a second time is no error
}

TEST(Registry, MirrorsARecordAndItsChanges) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  auto made = noted("a", "it's \"quoted\" \xC3\xA9");
  registry.put(made);
  EXPECT_EQ(database.value("SELECT label || '|' || rows || '|' || proof FROM safety.checkpoints"),
            "it's \"quoted\" \xC3\xA9|12|L1");
  made.proofs.push_back({Proof::content, "2026-11-22T11:00:00.000Z", 1, true, ""});
  registry.put(made);
  EXPECT_EQ(
      database.value(
          "SELECT count(*) || '|' || min(proof) || '|' || min(proven_at AT TIME ZONE 'UTC') FROM safety.checkpoints"),
      "1|L4|2026-11-22 11:00:00");
  EXPECT_EQ(database.value("SELECT record ->> 'id' FROM safety.checkpoints"), "a");
}

TEST(Registry, RefusesARecordWithoutADigest) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  auto made = noted("a");
  made.archive.sha256.clear();
  EXPECT_EQ(error_of([&] { registry.put(made); }).sqlstate(), "23514");
}

TEST(Registry, TakesACloneAloneButNotACheckpointOfNothing) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  auto made = noted("a");
  made.clone = Clone{"shop__clone_20261122_100000", 16400, "wal_log", 7, 0.1, "2026-11-22T10:00:00.000Z"};
  registry.put(made);
  made.archive = {};
  registry.put(made);
  EXPECT_EQ(database.value("SELECT clone_database || '|' || COALESCE(archive_file, 'none') || '|' || num_nulls(archive_bytes, sha256) FROM safety.checkpoints"),
            "shop__clone_20261122_100000|none|2");
  const auto listed = registry.list();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0].clone->oid, 16400U);
  made.clone.reset();
  EXPECT_EQ(error_of([&] { registry.put(made); }).sqlstate(), "23514");
  registry.remove("a");
  EXPECT_EQ(database.value("SELECT count(*) FROM safety.checkpoints"), "0");
}

/// Turns a registry into one of the second version, as it was written by toolkits that knew of no rollbacks.
void make_second_version(const TestDatabase& database) {
  database.execute(
      "DROP TABLE safety.steps, safety.rolled_back_migrations; "
      "COMMENT ON SCHEMA safety IS 'safety registry 2: a mirror of the record files, remade by safety-list --rebuild'");
}

/// ... and of the first, which knew of no clones either.
void make_first_version(const TestDatabase& database) {
  make_second_version(database);
  database.execute(
      "ALTER TABLE safety.checkpoints DROP CONSTRAINT archive_is_whole, DROP CONSTRAINT has_content, DROP COLUMN clone_database, "
      "ALTER COLUMN archive_file SET NOT NULL, ALTER COLUMN archive_bytes SET NOT NULL, ALTER COLUMN sha256 SET NOT NULL; "
      "COMMENT ON SCHEMA safety IS 'safety registry 1: a mirror of the record files, remade by safety-list --rebuild'");
}

TEST(Registry, BringsAnOlderOneUpToDateAndKeepsItsRows) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  registry.put(noted("old"));
  make_first_version(database);
  auto made = noted("new");
  made.archive = {};
  made.clone = Clone{"shop__clone_20261122_100000", 16400, "wal_log", 7, 0.1, "2026-11-22T10:00:00.000Z"};
  registry.put(made);
  EXPECT_EQ(database.value("SELECT string_agg(id || ':' || COALESCE(sha256, clone_database), ' ' ORDER BY id DESC) FROM safety.checkpoints"),
            "old:" + std::string(64, 'a') + " new:shop__clone_20261122_100000");
  EXPECT_EQ(database.value("SELECT obj_description('safety'::regnamespace) LIKE 'safety registry 3:%'"), "t");
  EXPECT_EQ(database.value("SELECT count(*) FROM safety.rolled_back_migrations"), "0");
  registry.prepare();  // a second time is no error
}

TEST(Registry, BringsTheSecondVersionUpToDateWithTheFirstStep) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  registry.put(noted("old"));
  registry.put(operation("one", "2026-11-22T10:05:00.000Z"));
  make_second_version(database);
  EXPECT_THAT(registry.list_steps("one"), ::testing::IsEmpty());
  registry.put(StepRecord{"one", 1, "revert", "done", "2026-11-22T10:01:00.000Z", "", ""});
  EXPECT_EQ(registry.list_steps("one").size(), 1U);
  EXPECT_EQ(database.value("SELECT obj_description('safety'::regnamespace) LIKE 'safety registry 3:%'"), "t");
  EXPECT_EQ(database.value("SELECT (SELECT string_agg(id, ' ') FROM safety.checkpoints) || ' ' || (SELECT string_agg(id, ' ') FROM safety.operations)"), "old one");
}

TEST(Registry, LeavesANewerVersionAsItIs) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  database.execute("COMMENT ON SCHEMA safety IS 'safety registry 4: of tomorrow'");
  registry.prepare();
  registry.put(noted("a"));
  EXPECT_EQ(database.value("SELECT obj_description('safety'::regnamespace)"), "safety registry 4: of tomorrow");
}

TEST(Registry, KeepsStepsByTheirNumberAndTheirLastState) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  registry.put(StepRecord{"one", 2, "revert", "began", "2026-11-22T10:01:00.250Z", "alice@host", ""});
  registry.put(StepRecord{"one", 1, "latch", "done", "2026-11-22T10:00:00.000Z", "alice@host", ""});
  registry.put(StepRecord{"two", 1, "latch", "done", "2026-11-22T12:00:00.000Z", "", ""});
  registry.put(StepRecord{"one", 2, "revert", "skipped", "2026-11-22T10:02:00.250Z", "bob@host", "it's \"done\" by hand"});
  const auto steps = registry.list_steps("one");
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].step, "latch");
  EXPECT_EQ(steps[1].number, 2);
  EXPECT_EQ(steps[1].state + "|" + steps[1].at + "|" + steps[1].who + "|" + steps[1].detail, "skipped|2026-11-22T10:02:00.250Z|bob@host|it's \"done\" by hand");
  EXPECT_THAT(registry.list_steps("three"), ::testing::IsEmpty());
}

TEST(Registry, GivesAnOperationBack) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  EXPECT_FALSE(registry.get_operation("one"));
  registry.put(operation("one"));
  ASSERT_TRUE(registry.get_operation("one"));
  EXPECT_EQ(registry.get_operation("one")->finished, "");
  registry.put(operation("one", "2026-11-22T10:05:00.000Z"));
  const auto one = *registry.get_operation("one");
  EXPECT_EQ(one.kind + "|" + one.checkpoint + "|" + one.started + "|" + one.finished + "|" + one.outcome,
            "restore|cp|2026-11-22T10:00:00.000Z|2026-11-22T10:05:00.000Z|success");
}

TEST(Registry, OfAnOlderVersionIsCarriedIntoANewerOne) {
  const TestDatabase old_one, new_one;
  Registry from(quiet_context(), old_one.info()), to(quiet_context(), new_one.info());
  from.prepare();
  from.put(noted("a", "tab\tand\\backslash\n"));
  make_first_version(old_one);
  to.prepare();
  to.put(StepRecord{"stale", 1, "revert", "done", "2026-11-22T10:01:00.000Z", "", ""});
  from.copy_to(to);
  EXPECT_EQ(new_one.value("SELECT id || label || sha256 || record::text FROM safety.checkpoints"),
            old_one.value("SELECT id || label || sha256 || record::text FROM safety.checkpoints"));
  EXPECT_THAT(to.list_steps("stale"), ::testing::IsEmpty());  // nor has the older one any
  EXPECT_EQ(old_one.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'safety'"), "2");  // and is left as it was
}

TEST(Registry, ClosesAnOperationThatACrashLeftOpen) {
  const TestDatabase database;
  Registry registry(quiet_context(), database.info());
  registry.prepare();
  registry.put(operation("one"));
  registry.put(operation("two"));
  EXPECT_EQ(database.value("SELECT outcome FROM safety.operations WHERE id = 'one'"), "crashed");
  registry.put(operation("two", "2026-11-22T10:05:00.000Z"));
  EXPECT_EQ(
      database.value(
          "SELECT string_agg(id || ':' || outcome, ' ' ORDER BY id) FROM safety.operations WHERE finished IS NOT NULL"),
      "one:crashed two:success");
}

TEST(Registry, IsCarriedIntoTheDatabaseThatTakesOver) {
  const TestDatabase old_one, new_one;
  Registry from(quiet_context(), old_one.info()), to(quiet_context(), new_one.info());
  from.prepare();
  from.put(noted("a", "tab\tand\\backslash\n"));
  from.put(operation("one"));
  from.put(StepRecord{"one", 1, "revert", "done", "2026-11-22T10:01:00.000Z", "alice", "tab\t"});
  old_one.execute("INSERT INTO safety.rolled_back_migrations (operation, tool, schema_name, table_name, migration, action, row) "
                  "VALUES ('one', 'prisma', 'public', '_prisma_migrations', '1_a', 'deleted', '{\"id\": \"\\\\ \\\"\"}')");
  to.prepare();
  to.put(noted("stale"));
  from.copy_to(to);
  for (const char* table : {"checkpoints", "operations", "rolled_back_migrations", "steps"}) {
    const auto sql = std::string("SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM safety.") + table + " t";
    EXPECT_NE(old_one.value(sql), "") << table;
    EXPECT_EQ(new_one.value(sql), old_one.value(sql)) << table;
  }
  EXPECT_EQ(new_one.value("SELECT obj_description('safety'::regnamespace)"),
            old_one.value("SELECT obj_description('safety'::regnamespace)"));
}

TEST(Registry, LeavesASchemaOfSomebodyElseAlone) {
  const TestDatabase database;
  database.execute("CREATE SCHEMA safety; CREATE TABLE safety.helmets (x int)");
  Registry registry(quiet_context(), database.info());
  const Error error = error_of([&] { registry.prepare(); });
  EXPECT_EQ(error.code(), Code::database);
  EXPECT_THAT(error.message(), HasSubstr("belongs to somebody else"));
  EXPECT_EQ(database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'safety'"), "1");
}

TEST(Registry, LeavesATableOfSomebodyElseAlone) {
  // A schema that happens to have a table of our name, but not our mark.
  const TestDatabase database;
  database.execute("CREATE SCHEMA safety; CREATE TABLE safety.checkpoints (road text)");
  Registry registry(quiet_context(), database.info());
  EXPECT_FALSE(registry.is_there());
  EXPECT_EQ(error_of([&] { registry.prepare(); }).code(), Code::database);
}

TEST(Registry, WorksInDatabasesOfOtherEncodings) {
  for (const char* options : {"ENCODING 'SQL_ASCII' LOCALE 'C'", "ENCODING 'LATIN1' LOCALE 'C'"}) {
    const TestDatabase database(options);
    Registry registry(quiet_context(), database.info());
    registry.prepare();
    registry.put(noted("a", "caf\xC3\xA9"));
    EXPECT_EQ(database.value("SELECT count(*) FROM safety.checkpoints"), "1") << options;
  }
}

TEST(OperationLock, KeepsOthersOutAndNamesTheHolder) {
  const TestDatabase database;
  std::optional<OperationLock> held(std::in_place, quiet_context(), database.info(), database.name());
  const Error error = error_of([&] { OperationLock(quiet_context(), database.info(), database.name()); });
  EXPECT_EQ(error.code(), Code::locked);
  EXPECT_THAT(error.message(), HasSubstr(database.name()));
  EXPECT_THAT(error.message(), HasSubstr("session " + std::to_string(held->session().backend_pid())));
  EXPECT_FALSE(error.hint().empty());
  const OperationLock other(quiet_context(), database.info(),
                            database.name() + "_other");  // another database's is free
  held.reset();
  // The server lets go when it has noticed that the session ended.
  for (int attempt = 0;; ++attempt) {
    try {
      const OperationLock again(quiet_context(), database.info(), database.name());
      break;
    } catch (const Error& busy) {
      ASSERT_LT(attempt, 100) << busy.what();
    }
  }
}

TEST(OperationLock, DoesNotSitInTheDatabaseItself) {
  const TestDatabase database;
  OperationLock lock(quiet_context(), database.info(), database.name());
  EXPECT_NE(lock.session().database(), database.name());
}

}  // namespace
}  // namespace safety::checkpoint

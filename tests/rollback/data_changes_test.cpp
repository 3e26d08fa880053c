// What of a migration an undo of the schema leaves behind. The checkpoint has the tables of then(); each case says which of them are told of.
#include "libsafety/rollback/data_changes.hpp"

#include <filesystem>

#include "libsafety/pg/connection.hpp"
#include "libsafety/schema/changes.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

using migrations::MigrationFile;
using schema::Definition;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void add_table(std::vector<Definition>& into, const std::string& name, const std::vector<std::string>& columns, const std::string& kind = "table") {
  into.push_back({kind, name, "", "CREATE TABLE"});
  for (const auto& column : columns) into.push_back({"column", name + "." + column, name, "text"});
}

std::vector<Definition> then() {
  std::vector<Definition> all;
  add_table(all, "public.users", {"id", "email", "name", "updated_at"});
  add_table(all, "public.\"User\"", {"id", "name"});
  add_table(all, "public.sessions", {"id", "user_id"});
  add_table(all, "public.log", {"id"});
  add_table(all, "audit.log", {"id", "actor"});
  add_table(all, "public.measures", {"at", "value"}, "partitioned table");
  all.push_back({"view", "public.active_users", "", "CREATE VIEW public.active_users AS SELECT * FROM users"});
  all.push_back({"materialized view", "public.totals", "", "CREATE MATERIALIZED VIEW public.totals AS SELECT 1"});
  all.push_back({"index", "public.users_email_key", "public.users", "CREATE UNIQUE INDEX"});
  all.push_back({"function", "public.purge(integer)", "", "CREATE OR REPLACE FUNCTION public.purge(days integer) RETURNS void LANGUAGE plpgsql AS $function$ BEGIN DELETE FROM log; END $function$"});
  all.push_back({"function", "public.touch()", "", "CREATE OR REPLACE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN NEW.updated_at = now(); RETURN NEW; END $function$"});
  all.push_back({"function", "public.purge_all()", "", "CREATE OR REPLACE FUNCTION public.purge_all() RETURNS void LANGUAGE sql AS $function$ SELECT purge(0) $function$"});
  all.push_back({"function", "public.py()", "", "CREATE OR REPLACE FUNCTION public.py() RETURNS void LANGUAGE plpython3u AS $function$ pass $function$"});
  all.push_back({"function", "public.median(text)", "", "CREATE AGGREGATE median(text) (SFUNC = x, STYPE = text)"});
  return all;
}

std::vector<DataChange> changes_of(const std::vector<std::string>& sql) {
  std::vector<MigrationFile> files;
  for (const auto& one : sql) files.push_back({"m" + std::to_string(files.size() + 1), "", one, 0});
  return find_data_changes(files, then());
}

std::vector<std::string> tables_of(const std::vector<DataChange>& changes) {
  std::vector<std::string> tables;
  for (const auto& change : changes) tables.push_back(change.table);
  return tables;
}

struct Case {
  std::string sql;
  std::vector<std::string> tables;  // of each statement that is told of
};

void expect_all(const std::vector<Case>& cases) {
  for (const auto& [sql, tables] : cases) EXPECT_THAT(tables_of(changes_of({sql})), ElementsAreArray(tables)) << sql;
}

TEST(DataChanges, AreStatementsThatChangeRowsOfTheCheckpointsTables) {
  expect_all({{"UPDATE users SET email = lower(email);", {"public.users"}},
              {"UPDATE \"public\".\"User\" AS u SET name = 'x' FROM users WHERE users.id = u.id", {"public.User"}},
              {"UPDATE ONLY users SET (name, email) = (SELECT 'a', 'b')", {"public.users"}},
              {"INSERT INTO users (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x';", {"public.users"}},
              {"INSERT INTO audit.log SELECT 1", {"audit.log"}},
              {"DELETE FROM sessions USING users WHERE users.id = user_id;", {"public.sessions"}},
              {"DELETE FROM measures WHERE at < '2020-01-01'", {"public.measures"}},
              {"TRUNCATE TABLE fresh, sessions;", {"public.sessions"}},
              {"MERGE INTO users u USING staged s ON s.id = u.id WHEN MATCHED THEN UPDATE SET name = s.name", {"public.users"}},
              {"COPY users (id) FROM stdin;\n1\n2\n\\.\nSELECT 1;", {"public.users"}},
              {"UPDATE active_users SET name = 'x'", {"public.active_users"}},
              {"EXPLAIN ANALYZE DELETE FROM users", {"public.users"}},
              {"PREPARE p AS DELETE FROM users", {"public.users"}}});
}

TEST(DataChanges, AreFoundInCommonTableExpressions) {
  expect_all({{"WITH gone AS (DELETE FROM sessions RETURNING id) INSERT INTO archive SELECT * FROM gone;", {"public.sessions"}},
              {"WITH done AS (UPDATE users SET name = '' RETURNING id) SELECT count(*) FROM done;", {"public.users"}},
              {"WITH a AS (SELECT 1), b AS (INSERT INTO fresh VALUES (1) RETURNING id) SELECT * FROM b", {}},
              {"COPY (DELETE FROM sessions RETURNING *) TO stdout", {"public.sessions"}}});
}

TEST(DataChanges, AreNotWhatOnlyReadsOrDefines) {
  expect_all({{"SELECT * FROM users FOR UPDATE", {}},
              {"SELECT setval('users_id_seq', (SELECT max(id) FROM users)), pg_catalog.nextval('s')", {}},
              {"SELECT pg_advisory_lock(72707369); SELECT set_config('lock_timeout', '5s', true)", {}},
              {"COPY users TO stdout", {}},
              {"CREATE TABLE copies AS SELECT * FROM users; INSERT INTO copies SELECT * FROM users", {}},
              {"SELECT * INTO copies FROM users; DELETE FROM copies", {}},
              {"ALTER TABLE users ALTER COLUMN id TYPE bigint USING id::bigint, ALTER COLUMN name SET DEFAULT 'x'", {}},
              {"CREATE UNIQUE INDEX u ON users (email); DROP TABLE sessions; REFRESH MATERIALIZED VIEW totals", {}},
              {"CREATE RULE r AS ON INSERT TO users DO ALSO INSERT INTO log VALUES (1)", {}},
              {"CREATE TRIGGER t BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()", {}},
              {"ALTER TABLE sessions ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE ON UPDATE CASCADE", {}},
              {"GRANT INSERT, UPDATE, DELETE ON users TO app", {}},
              {"COMMENT ON TABLE users IS 'UPDATE users SET x'; -- DELETE FROM users\n/* INSERT INTO users */", {}},
              {"", {}}});
}

TEST(DataChanges, AreNotWhatFillsNewColumns) {
  expect_all({{"ALTER TABLE \"User\" ADD COLUMN \"slug\" TEXT;\nUPDATE \"User\" SET \"slug\" = lower(\"name\");\nALTER TABLE \"User\" ALTER COLUMN \"slug\" SET NOT NULL;", {}},
              {"ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int; UPDATE users SET a = 1, b = 2 WHERE id > 5", {}},
              {"ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1, name = upper(name)", {"public.users"}},
              {"ALTER TABLE users ADD COLUMN IF NOT EXISTS name text; UPDATE users SET name = 'x'", {"public.users"}},
              // Filled, then given the old one's name: Prisma's way to change a type by hand.
              {"ALTER TABLE users ADD COLUMN name_new int; UPDATE users SET name_new = CAST(name AS int) WHERE name ~ '^[0-9]+$';\n"
               "ALTER TABLE users DROP COLUMN name; ALTER TABLE users RENAME COLUMN name_new TO name; UPDATE users SET name = 2", {}}});
}

TEST(DataChanges, FollowNames) {
  expect_all({{"ALTER TABLE users RENAME TO people; UPDATE people SET name = ''; DELETE FROM users", {"public.users"}},
              {"ALTER TABLE users RENAME COLUMN email TO mail; UPDATE users SET mail = lower(mail)", {"public.users"}},
              {"ALTER TABLE users RENAME COLUMN email TO mail; ALTER TABLE users ADD COLUMN email text; UPDATE users SET email = mail", {}},
              {"ALTER TABLE users SET SCHEMA archive; DELETE FROM archive.users; DELETE FROM users", {"public.users"}},
              {"ALTER SCHEMA audit RENAME TO trail; DELETE FROM trail.log; DELETE FROM audit.log", {"audit.log"}},
              {"ALTER VIEW active_users RENAME TO v; DELETE FROM v", {"public.active_users"}},
              {"DROP TABLE users; CREATE TABLE users (id int); INSERT INTO users VALUES (1)", {}},
              {"DROP SCHEMA audit CASCADE; CREATE SCHEMA audit; CREATE TABLE audit.log (id int); INSERT INTO audit.log VALUES (1)", {}},
              {"CREATE TABLE IF NOT EXISTS users (id int); INSERT INTO users VALUES (1)", {"public.users"}},
              {"CREATE TABLE users_new (id int); INSERT INTO users_new SELECT id FROM users; DROP TABLE users; ALTER TABLE users_new RENAME TO users; DELETE FROM users", {}},
              {"CREATE TEMP TABLE users (id int); INSERT INTO users VALUES (1); DELETE FROM public.users; DROP TABLE users; DELETE FROM users", {"public.users", "public.users"}},
              {"CREATE VIEW fresh_view AS SELECT * FROM users; DELETE FROM fresh_view", {""}},
              {"TRUNCATE fresh CASCADE", {""}}});
}

TEST(DataChanges, FollowNamesFromOneMigrationToTheNext) {
  const auto changes = changes_of({"ALTER TABLE users RENAME TO people;\nALTER TABLE people ADD COLUMN a int;", "UPDATE people SET a = 1;\nUPDATE people SET name = 'x';"});
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes[0].migration, "m2");
  EXPECT_EQ(changes[0].statement, "UPDATE people SET name = 'x'");
  EXPECT_EQ(changes[0].table, "public.users") << "its name at the checkpoint";
}

TEST(DataChanges, OfAnUndoWithoutACloneAreAlsoWhatFillsStandInsOfOldNames) {
  const auto both = [](const std::string& sql) {
    const std::vector<MigrationFile> files{{"m", "", sql, 0}};
    EXPECT_THAT(find_data_changes(files, then(), true), IsEmpty()) << sql;
    return tables_of(find_data_changes(files, then(), false));
  };
  // By names alone these are the checkpoint's own table and column, with other values.
  EXPECT_THAT(both("CREATE TABLE users_new (id int); INSERT INTO users_new SELECT id FROM users; DROP TABLE users; ALTER TABLE users_new RENAME TO users"), ElementsAre("public.users"));
  EXPECT_THAT(both("ALTER TABLE users RENAME TO users_old; CREATE TABLE users (id int); INSERT INTO users SELECT id FROM users_old"), ElementsAre("public.users"));
  EXPECT_THAT(both("ALTER TABLE users ADD COLUMN n int; UPDATE users SET n = 1; ALTER TABLE users DROP COLUMN name; ALTER TABLE users RENAME n TO name"), ElementsAre("public.users"));
  EXPECT_THAT(both("ALTER TABLE users DROP COLUMN name; ALTER TABLE users ADD COLUMN name int; UPDATE users SET name = 1"), ElementsAre("public.users"));
  EXPECT_THAT(both("ALTER TABLE users RENAME TO people; ALTER TABLE people DROP COLUMN name, ADD COLUMN name int; UPDATE people SET name = 1"), ElementsAre("public.users"));
  EXPECT_THAT(both("CREATE TABLE fresh (name int); INSERT INTO fresh VALUES (1); ALTER TABLE users ADD COLUMN a int; UPDATE users SET a = 1"), IsEmpty());
  EXPECT_THAT(both("ALTER TABLE users ADD COLUMN n int; UPDATE users SET n = 1; ALTER TABLE users RENAME n TO m"), IsEmpty());
}

TEST(DataChanges, ForgetTemporaryTablesWithTheirMigration) {
  EXPECT_THAT(tables_of(changes_of({"CREATE TEMPORARY TABLE users (id int); DELETE FROM users;", "DELETE FROM users;"})), ElementsAre("public.users"));
}

TEST(DataChanges, FollowTheSearchPathOfTheirMigration) {
  expect_all({{"DELETE FROM log", {"public.log"}},
              {"SET search_path TO audit, public; DELETE FROM log; DELETE FROM users", {"audit.log", "public.users"}},
              {"SET LOCAL search_path = audit; DELETE FROM users", {}},
              {"SELECT pg_catalog.set_config('search_path', '\"audit\", public', false); DELETE FROM log", {"audit.log"}},
              {"SET search_path TO audit; RESET search_path; DELETE FROM log", {"public.log"}},
              {"SET search_path TO fresh, public; CREATE TABLE log (id int); INSERT INTO log VALUES (1)", {}}});
  EXPECT_THAT(tables_of(changes_of({"SET search_path TO audit;", "DELETE FROM log;"})), ElementsAre("public.log"));
}

TEST(DataChanges, AreSuspectedInBlocksThatNameAChange) {
  expect_all({{"DO $$ BEGIN UPDATE users SET name = ''; END $$;", {""}},
              {"DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables LOOP EXECUTE format('DROP TABLE %I', t); END LOOP; END $$;", {""}},
              {"DO 'BEGIN TRUNCATE users; END'", {""}},
              {"DO $$ BEGIN PERFORM cleanup(); END $$;", {""}},
              {"DO $$ BEGIN CALL s.cleanup(1); END $$;", {""}},
              {"DO $$ BEGIN PERFORM public.purge(1); END $$;", {""}},
              {"DO LANGUAGE plpython3u $$ plpy.execute('x') $$", {""}},
              {"DO $$ BEGIN PERFORM pg_sleep(1); RAISE NOTICE 'UPDATE users'; END $$;", {}},
              {"DO $$ BEGIN\n ALTER TABLE \"sessions\" ADD CONSTRAINT \"f\" FOREIGN KEY (\"user_id\") REFERENCES \"public\".\"users\"(\"id\") ON DELETE no action ON UPDATE no action;\n"
               "EXCEPTION\n WHEN duplicate_object THEN null;\nEND $$;", {}},
              {"DO $$ BEGIN CREATE TYPE mood AS ENUM ('insert', 'delete'); EXCEPTION WHEN duplicate_object THEN null; END $$", {}},
              {"DO $$ BEGIN CREATE TRIGGER t AFTER INSERT OR UPDATE OR DELETE ON users FOR EACH ROW EXECUTE PROCEDURE touch(); GRANT SELECT, UPDATE ON users TO app; END $$", {}},
              {"DO $$ BEGIN ALTER TABLE users RENAME TO people; END $$; DELETE FROM people", {"public.users"}},
              {"DO $$ BEGIN IF false THEN DROP TABLE users; END IF; END $$; DELETE FROM users", {"public.users"}}});
}

TEST(DataChanges, AreSuspectedInRoutinesByTheirText) {
  expect_all({{"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$;", {}},
              {"CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users; END $$; SELECT f();", {""}},
              {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT public.f();", {}},
              {"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT f()'; SELECT f();", {}},
              {"CREATE PROCEDURE p() BEGIN ATOMIC DELETE FROM users; END; CALL p();", {""}},
              {"CREATE PROCEDURE p() LANGUAGE sql AS $$ SELECT 1 $$; CALL p();", {}},
              {"CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT purge(1); END; SELECT g();", {""}},
              {"SELECT purge(30)", {""}},
              {"SELECT u.id, purge(u.id) FROM users u", {""}},
              {"SELECT purge_all()", {""}},
              {"SELECT touch()", {}},
              {"SELECT py()", {""}},
              {"SELECT cleanup()", {""}},
              {"SELECT maintenance.cleanup()", {""}},
              {"CALL cleanup(30)", {""}},
              {"SELECT median(name) FROM users", {""}}});
}

TEST(DataChanges, OfSqlThatDoesNotParseAreJudgedByItsFirstWord) {
  expect_all({{"MERGE INTO users USING s ON true WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING *;", {""}},
              {"-- why\nUPDATE users SET (;", {""}},
              {"ALTER TABLE users ADD COLUMN a int ADD COLUMN b int; DELETE FROM sessions", {"public.sessions"}},
              {"WITH x AS (DELETE FROM users RETURNING OLD.* NEW.*) SELECT", {""}},
              {"COPY users FROM 'x' WITH WITH", {""}},
              {"COPY users TO 'x' WITH WITH", {}},
              {"INSERT INTO users VALUES ('open", {""}},
              {"\\copy users from 'x.csv'\nSELECT 1;", {""}}});
}

TEST(DataChanges, AreToldInOrderInOneLineEach) {
  const auto changes = changes_of({"\xEF\xBB\xBF-- first\r\nUPDATE users\r\n   SET name = 'x' -- why\r\n WHERE id = 1;\r\nDELETE FROM sessions;", "", "TRUNCATE log, users;\nINSERT INTO log VALUES " + std::string(500, '1') + ";"});
  ASSERT_THAT(changes, SizeIs(4)) << "the last does not parse";
  EXPECT_EQ(changes[0].migration, "m1");
  EXPECT_EQ(changes[0].statement, "UPDATE users SET name = 'x' WHERE id = 1");
  EXPECT_EQ(changes[1].statement, "DELETE FROM sessions");
  EXPECT_EQ(changes[2].migration, "m3");
  EXPECT_EQ(changes[2].statement, "TRUNCATE log, users");
  EXPECT_EQ(changes[2].table, "public.log");
  EXPECT_LE(changes[3].statement.size(), 170U);
  EXPECT_TRUE(changes[3].statement.ends_with("...")) << changes[3].statement;
}

TEST(DataChanges, AreToldApartAtDrizzlesMarks) {
  expect_all({{"ALTER TABLE users ADD COLUMN a int\n--> statement-breakpoint\nUPDATE users SET name = 'x'\n--> statement-breakpoint\nSELECT 1", {"public.users"}},
              {"ALTER TABLE \"users\" ADD COLUMN \"a\" int;--> statement-breakpoint\nUPDATE \"users\" SET \"a\" = 1;", {}}});
}

TEST(DataChanges, AreNoneInMigrationsThatOnlyFillWhatTheyMake) {
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(SAFETY_SOURCE_DIR) / "tests/stack/migrations/cases")) {
    if (entry.path().filename() != "migration.sql") continue;
    ++seen;
    std::vector<Definition> tables;
    add_table(tables, "public.locations", {"id", "geocode_confidence"});
    EXPECT_THAT(find_data_changes({{"m", entry.path(), testing::read_text(entry.path()), 0}}, tables), IsEmpty()) << entry.path();
  }
  EXPECT_GE(seen, 10U);
}

TEST(DataChanges, OfHazardousMigrationsAreThoseOfTheirStatements) {
  const auto folder = std::filesystem::path(SAFETY_SOURCE_DIR) / "tests/preflight/hazardous";
  const auto tables_in = [&](const std::string& name) { return tables_of(changes_of({testing::read_text(folder / (name + ".sql"))})); };
  EXPECT_THAT(tables_in("delete_in_cte"), ElementsAre("public.sessions"));
  EXPECT_THAT(tables_in("update_in_cte"), IsEmpty()) << "of a column that the checkpoint has not";
  EXPECT_THAT(tables_in("opaque_code"), ElementsAre(""));
  EXPECT_THAT(tables_in("call"), ElementsAre(""));
  EXPECT_THAT(tables_in("backfill"), IsEmpty());
  EXPECT_THAT(tables_in("foreign_key_drizzle_block"), IsEmpty());
  for (const auto& entry : std::filesystem::directory_iterator(folder)) EXPECT_NO_THROW(changes_of({testing::read_text(entry.path())})) << entry.path();
}

TEST(DataChanges, KnowTablesByTheNamesOfALiveCatalog) {
  testing::TestDatabase database;
  auto connection = database.connect();
  connection.execute("CREATE SCHEMA \"Odd.Schema\"; CREATE TABLE \"Odd.Schema\".\"o\"\"clock\" (\"User Id\" int, \"select\" int); CREATE TABLE straße (größe int);"
                     "CREATE FUNCTION sweep() RETURNS void LANGUAGE sql AS 'DELETE FROM straße'; CREATE FUNCTION quiet(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'");
  const auto live = schema::read_definitions(connection);
  const auto told = [&](const std::string& sql) { return tables_of(find_data_changes({{"m", "", sql, 0}}, live)); };
  EXPECT_THAT(told("UPDATE \"Odd.Schema\".\"o\"\"clock\" SET \"User Id\" = 1"), ElementsAre("Odd.Schema.o\"clock"));
  EXPECT_THAT(told("UPDATE \"Odd.Schema\".\"o\"\"clock\" SET fresh = 1"), IsEmpty());
  EXPECT_THAT(told("ALTER TABLE \"Odd.Schema\".\"o\"\"clock\" RENAME COLUMN \"select\" TO x; UPDATE \"Odd.Schema\".\"o\"\"clock\" SET x = 1"), SizeIs(1));
  EXPECT_THAT(told("UPDATE straße SET größe = 1"), ElementsAre("public.straße"));
  EXPECT_THAT(told("SELECT sweep()"), ElementsAre(""));
  EXPECT_THAT(told("SELECT quiet(1, 'x')"), IsEmpty());
}

}  // namespace
}  // namespace safety::rollback

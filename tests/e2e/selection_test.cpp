// Parts of a checkpoint, and finding checkpoints: tables, schema only, left-out rows, owners, labels, records remade.
#include <algorithm>

#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShop = R"(
CREATE SCHEMA other;
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE);
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, note text);
CREATE INDEX orders_note ON orders (note);
CREATE TABLE audit_log (id int, what text);
CREATE TABLE other.users (id int PRIMARY KEY);
CREATE TABLE "Odd; ""name""" (id int);
CREATE TABLE events (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO users SELECT n, n || '@example.org' FROM generate_series(1, 50) n;
INSERT INTO orders SELECT n, n, 'order ' || n FROM generate_series(1, 40) n;
INSERT INTO audit_log SELECT n, 'did ' || n FROM generate_series(1, 30) n;
INSERT INTO other.users SELECT n FROM generate_series(1, 20) n;
INSERT INTO "Odd; ""name""" VALUES (1), (2);
INSERT INTO events SELECT '2024-06-01'::date + n * 30, n FROM generate_series(1, 18) n;
)";

class Selection : public ::testing::Test {
 protected:
  Selection() { source_.execute(kShop); }
  /// Restores into a new database and returns its URL.
  std::string restored(std::vector<std::string> arguments) {
    const auto name = source_.name() + "__" + std::to_string(++copies_);
    arguments.insert(arguments.begin(), {"latest", "--to", name});
    const auto run = bench_.restore(source_.url(), arguments);
    EXPECT_EQ(run.exit_code, 0) << run;
    return connection_url(name);
  }
  static std::string value(const std::string& url, const std::string& sql) {
    return pg::Connection(quiet_context(), pg::ConnectionInfo::parse(url)).value_of(sql);
  }
  static std::string tables_of(const std::string& url) {
    return value(url, "SELECT string_agg(c.oid::regclass::text, ' ' ORDER BY c.oid::regclass::text COLLATE \"C\") FROM pg_class c "
                      "WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text IN ('public', 'other')");
  }

  TestRole role_{"NOLOGIN"};  // before the databases that hold its objects
  TestDatabase source_;
  Workbench bench_;
  int copies_ = 0;
};

TEST_F(Selection, RestoresOneTableWithRowsAndIndexes) {
  bench_.backup(source_.url());
  const auto copy = restored({"--table", "public.users"});
  EXPECT_EQ(tables_of(copy), "users");
  EXPECT_EQ(value(copy, "SELECT count(*) FROM users"), "50");
  EXPECT_EQ(value(copy, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'users'::regclass AND contype IN ('p', 'u')"), "2");
}

TEST_F(Selection, RestoresSeveralTablesWithTheKeysBetweenThem) {
  bench_.backup(source_.url());
  const auto both = restored({"--table", "orders", "--table", "public.users", "--proof", "L4"});
  EXPECT_EQ(tables_of(both), "orders users");
  EXPECT_EQ(value(both, "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"), "1");
  EXPECT_EQ(value(both, "SELECT count(*) FROM pg_indexes WHERE indexname = 'orders_note'"), "1");
  // A child without its parent comes without the key that would need it.
  const auto child = restored({"--table", "orders"});
  EXPECT_EQ(tables_of(child), "orders");
  EXPECT_EQ(value(child, "SELECT count(*) FROM orders"), "40");
}

TEST_F(Selection, RestoresTablesOfTheSameNameInEverySchemaUnlessOneIsNamed) {
  bench_.backup(source_.url());
  EXPECT_EQ(tables_of(restored({"--table", "users"})), "other.users users");
  EXPECT_EQ(tables_of(restored({"--table", "other.users"})), "other.users");
  EXPECT_EQ(tables_of(restored({"--table", "Odd; \"name\""})), "\"Odd; \"\"name\"\"\"");
}

TEST_F(Selection, RestoresOnePartitionUnderItsParent) {
  bench_.backup(source_.url());
  const auto copy = restored({"--table", "events_2025"});
  EXPECT_EQ(tables_of(copy), "events events_2025");
  EXPECT_EQ(value(copy, "SELECT count(*) FROM events"), source_.value("SELECT count(*) FROM events_2025"));
}

TEST_F(Selection, RestoresAPartitionedTableWithAllItsPartitions) {
  bench_.backup(source_.url());
  const auto copy = restored({"--table", "events"});
  EXPECT_EQ(tables_of(copy), "events events_2024 events_2025");
  EXPECT_EQ(value(copy, "SELECT count(*) FROM events"), "18");
}

TEST_F(Selection, RefusesATableThatTheArchiveLacksByName) {
  bench_.backup(source_.url());
  const auto name = source_.name() + "__none";
  const auto refused = bench_.restore(source_.url(), {"latest", "--to", name, "--table", "users", "--table", "nowhere"});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::usage)) << refused;
  EXPECT_NE(refused.last_json.value("message", "").find("\"nowhere\""), std::string::npos) << refused;
  EXPECT_EQ(list_databases(source_.name() + "__"), std::vector<std::string>{});
  const auto without_to = bench_.restore(source_.url(), {"latest", "--yes", "--table", "users"});
  EXPECT_EQ(without_to.exit_code, static_cast<int>(Code::usage)) << without_to;
}

TEST_F(Selection, RefusesANewNameThatIsTaken) {
  bench_.backup(source_.url());
  const TestDatabase taken;
  taken.execute("CREATE TABLE precious (id int)");
  const auto refused = bench_.restore(source_.url(), {"latest", "--to", taken.name()});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::usage)) << refused;
  EXPECT_EQ(taken.value("SELECT count(*) FROM precious"), "0");
}

TEST_F(Selection, MakesAnArchiveOfTheSchemaOnly) {
  const auto archive = bench_.backup(source_.url(), {"--schema-only"});
  const auto copy = restored({"--proof", "L4"});
  EXPECT_EQ(tables_of(copy), tables_of(source_.url()));
  EXPECT_EQ(value(copy, "SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM events)"), "0");
  const TestDatabase stock;
  const auto run = restore_by_stock_tools(archive, stock.url());
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(tables_of(stock.url()), tables_of(source_.url()));
}

TEST_F(Selection, LeavesTheRowsOfChosenTablesOut) {
  bench_.backup(source_.url(), {"--exclude-table-data", "*_log", "--exclude-table-data", "other.*"});
  const auto copy = restored({"--proof", "L4"});
  EXPECT_EQ(tables_of(copy), tables_of(source_.url()));
  EXPECT_EQ(value(copy, "SELECT (SELECT count(*) FROM audit_log) || ' ' || (SELECT count(*) FROM other.users) || ' ' || (SELECT count(*) FROM users)"), "0 0 50");
  const auto wrong = bench_.run("safety-backup", source_.url(), {"--exclude-table-data", "no_such_table"});
  EXPECT_EQ(wrong.exit_code, static_cast<int>(Code::usage)) << wrong;
}

TEST_F(Selection, LeavesOwnersAndGrantsOutWhenARoleIsMissing) {
  auto admin = admin_connection();
  const auto role = source_.name() + "_gone", hidden = source_.name() + "_away";
  admin.execute("CREATE ROLE " + role);
  source_.execute("ALTER TABLE users OWNER TO " + role + "; GRANT SELECT ON orders TO " + role);
  bench_.backup(source_.url());
  admin.execute("ALTER ROLE " + role + " RENAME TO " + hidden);

  const auto name = source_.name() + "__without";
  const auto refused = bench_.restore(source_.url(), {"latest", "--to", name});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::not_permitted)) << refused;
  EXPECT_NE(refused.last_json.value("message", "").find("\"" + role + "\""), std::string::npos) << refused;
  EXPECT_NE(refused.last_json.value("hint", "").find("--no-owner"), std::string::npos) << refused;
  const auto swap = bench_.restore(source_.url(), {"latest", "--yes"});
  EXPECT_EQ(swap.exit_code, static_cast<int>(Code::not_permitted)) << swap;
  EXPECT_EQ(list_databases(source_.name() + "__"), std::vector<std::string>{});

  const auto copy = restored({"--no-owner", "--no-privileges", "--proof", "L4"});
  EXPECT_EQ(tables_of(copy), tables_of(source_.url()));
  EXPECT_EQ(value(copy, "SELECT count(*) FROM users"), "50");
  EXPECT_EQ(value(copy, "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'users'::regclass"), "postgres");
  source_.execute("DROP OWNED BY " + hidden + " CASCADE");
  admin.execute("DROP ROLE " + hidden);
}

TEST_F(Selection, LeavesOnlyGrantsOrOnlyOwnersOut) {
  source_.execute("ALTER TABLE users OWNER TO " + role_.name() + "; GRANT SELECT ON orders TO " + role_.name());
  admin_connection().execute("GRANT TEMPORARY ON DATABASE " + source_.name() + " TO " + role_.name());
  bench_.backup(source_.url());
  constexpr const char* kOwner = "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'users'::regclass";
  const auto grant = "SELECT has_table_privilege('" + role_.name() + "', 'orders', 'SELECT')";
  const auto without_owners = restored({"--no-owner"});
  EXPECT_EQ(value(without_owners, kOwner), "postgres");
  EXPECT_EQ(value(without_owners, grant), "t");
  const auto without_grants = restored({"--no-privileges"});
  EXPECT_EQ(value(without_grants, kOwner), role_.name());
  EXPECT_EQ(value(without_grants, grant), "f");
}

TEST_F(Selection, FindsACheckpointByLabelIdAndFile) {
  const auto first = bench_.backup(source_.url(), {"--label", "before v2", "--prefix", "backup"});
  EXPECT_TRUE(first.filename().string().starts_with("backup_")) << first;
  source_.execute("DELETE FROM audit_log");
  bench_.backup(source_.url());
  const auto id = first.filename().string().substr(0, first.filename().string().find(".sql"));
  for (const auto& choice : {std::string("before v2"), id, first.string(), first.filename().string()}) {
    const auto name = source_.name() + "__" + std::to_string(++copies_);
    const auto run = bench_.restore(source_.url(), {choice, "--to", name});
    ASSERT_EQ(run.exit_code, 0) << choice << "\n" << run;
    EXPECT_EQ(value(connection_url(name), "SELECT count(*) FROM audit_log"), "30") << choice;
  }
  EXPECT_EQ(value(restored({}), "SELECT count(*) FROM audit_log"), "0");
  const auto unknown = bench_.restore(source_.url(), {"before v3", "--yes"});
  EXPECT_EQ(unknown.exit_code, static_cast<int>(Code::no_such_checkpoint)) << unknown;
}

TEST_F(Selection, TakesTheNewestByRecordWhateverTheFilesDatesSay) {
  const auto first = bench_.backup(source_.url());
  source_.execute("DELETE FROM audit_log");
  const auto second = bench_.backup(source_.url());
  fs::last_write_time(second, fs::last_write_time(first) - std::chrono::hours(24));
  EXPECT_EQ(value(restored({}), "SELECT count(*) FROM audit_log"), "0");
}

TEST_F(Selection, RemakesRecordsAndRowsFromArchivesAlone) {
  bench_.backup(source_.url(), {"--label", "first", "--reason", "scheduled"});
  source_.execute("DELETE FROM audit_log");
  bench_.backup(source_.url(), {"--format", "gz"});
  bench_.backup(source_.url(), {"--format", "none", "--schema-only"});
  const auto before = bench_.run("safety-list", source_.url(), {});
  ASSERT_EQ(before.exit_code, 0) << before;
  for (const auto& entry : fs::directory_iterator(bench_.folder()))
    if (entry.path().extension() == ".json" || entry.path().extension() == ".sha256") fs::remove(entry.path());
  source_.execute("DROP SCHEMA safety CASCADE");
  EXPECT_EQ(bench_.run("safety-list", source_.url(), {}).last_json["checkpoints"].size(), 0U);

  const auto rebuilt = bench_.run("safety-list", source_.url(), {"--rebuild"});
  ASSERT_EQ(rebuilt.exit_code, 0) << rebuilt;
  const auto& old_list = before.last_json["checkpoints"];
  const auto& new_list = rebuilt.last_json["checkpoints"];
  ASSERT_EQ(new_list.size(), 3U);
  for (std::size_t at = 0; at < 3; ++at)
    for (const char* field : {"id", "database", "system_identifier", "label", "reason", "snapshot_time", "server_version", "schema_fingerprint", "tables", "rows",
                              "plain_bytes", "schema_only", "partial", "archive", "lsn"})
      EXPECT_EQ(new_list[at][field], old_list[at][field]) << field << " of number " << at;
  EXPECT_EQ(source_.value("SELECT count(*) FROM safety.checkpoints"), "3");
  const auto verified = bench_.run("safety-verify", source_.url(), {"first", "--proof", "L2"});
  EXPECT_EQ(verified.exit_code, 0) << verified;
  const auto again = bench_.run("safety-list", source_.url(), {"--rebuild"});
  EXPECT_EQ(again.last_json["checkpoints"], bench_.run("safety-list", source_.url(), {}).last_json["checkpoints"]);
}

TEST_F(Selection, RefusesToReplaceAnotherDatabaseByMistake) {
  const auto archive = bench_.backup(source_.url());
  const TestDatabase other;
  other.execute("CREATE TABLE precious (id int)");
  const auto refused = bench_.restore(other.url(), {archive.string(), "--yes"});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::confirmation_needed)) << refused;
  EXPECT_EQ(other.value("SELECT count(*) FROM precious"), "0");
  EXPECT_EQ(bench_.restore(other.url(), {"latest", "--yes"}).exit_code, static_cast<int>(Code::no_such_checkpoint));
  const auto meant = bench_.restore(other.url(), {archive.string(), "--yes", "--allow-other-source"});
  ASSERT_EQ(meant.exit_code, 0) << meant;
  EXPECT_EQ(value(other.url(), "SELECT count(*) FROM users"), "50");
}

TEST_F(Selection, DryRunChangesNothing) {
  bench_.backup(source_.url());
  const auto files = run_program("find", {bench_.folder().string(), "-type", "f", "-printf", "%P %s %T@\\n"}).out;
  const auto oids = [&] { return source_.value("SELECT string_agg(oid || ' ' || relname || ' ' || relfilenode, ',' ORDER BY oid) FROM pg_class"); };
  const auto before = oids();
  for (const auto& arguments : {std::vector<std::string>{"latest", "--dry-run"}, {"latest", "--dry-run", "--yes"},
                                {"latest", "--dry-run", "--to", source_.name() + "__new"}, {"latest", "--dry-run", "--in-place"}}) {
    const auto run = bench_.restore(source_.url(), arguments);
    EXPECT_EQ(run.exit_code, 0) << run;
    EXPECT_EQ(run.last_json.value("dry_run", false), true) << run;
    EXPECT_FALSE(run.last_json["plan"].empty()) << run;
    for (const auto& step : run.last_json["plan"]) EXPECT_FALSE(step.value("why", "").empty()) << step;
  }
  const auto backup = bench_.run("safety-backup", source_.url(), {"--dry-run"});
  EXPECT_EQ(backup.exit_code, 0) << backup;
  EXPECT_EQ(oids(), before);
  EXPECT_EQ(list_databases(source_.name()), std::vector<std::string>{source_.name()});
  EXPECT_EQ(run_program("find", {bench_.folder().string(), "-type", "f", "-printf", "%P %s %T@\\n"}).out, files);
}

}  // namespace
}  // namespace safety::testing

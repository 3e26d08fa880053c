#pragma once
// A database with Prisma's history and services, before and after a migration, and the ways back from it.

#include "libsafety/archive/sha256.hpp"
#include "libsafety/plan/journal.hpp"
#include "tests/fault/service_stage.hpp"

namespace safety::testing {

inline constexpr const char* kHistoryTable =
    "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, "
    "migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), "
    "applied_steps_count INTEGER NOT NULL DEFAULT 0);";

/// A column that went with its values, one that came, a table that came, an index that went.
inline constexpr const char* kMigration =
    "ALTER TABLE items DROP COLUMN body;\nALTER TABLE owners ADD COLUMN phone text;\n"
    "CREATE TABLE calls (id int PRIMARY KEY, note text);\nDROP INDEX items_owner;\n";

/// What the services wrote since, whether some of it is there already or not.
inline constexpr const char* kWrittenSince =
    "INSERT INTO items (id, owner_id, price) SELECT n, 1 + n % 200, 7 FROM generate_series(900001, 900040) n ON CONFLICT DO NOTHING;"
    "INSERT INTO calls SELECT n, 'call ' || n FROM generate_series(1, 30) n; UPDATE owners SET phone = '+31 ' || id WHERE id <= 20;";

/// The schema as pg_dump tells it and every row, but for our own two schemas. Sequences may run ahead: no test of a
/// transaction that was rolled back could forbid it.
inline std::string state_of(const std::string& url) {
  const auto dump = run_program(server_programs().empty() ? "pg_dump" : server_programs() + "/pg_dump",
                                {"--schema-only", "--exclude-schema=safety", "--exclude-schema=safety_lost", "-d", url});
  if (dump.exit_code != 0) throw std::runtime_error("pg_dump failed: " + dump.err);
  std::string text;
  for (const auto& line : split_lines(dump.out))
    if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) text += line + "\n";
  pg::Connection connection(quiet_context(), pg::ConnectionInfo::parse(url));
  pg::use_dump_settings(connection);
  const auto tables = connection.execute(
      "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' "
      "AND n.nspname NOT IN ('information_schema', 'safety', 'safety_lost') ORDER BY 1, 2");
  for (int row = 0; row < tables.rows(); ++row) {
    const auto name = pg::quote_qualified(tables.value(row, 0), tables.value(row, 1));
    text += "\nrows of " + name + " " + connection.value_of("SELECT count(*) || ' ' || COALESCE(md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\")), '') FROM ONLY " + name + " t");
  }
  return text;
}

class RollbackStage {
 public:
  enum class Way { undo_from_clone, undo_from_archive, swap };

  explicit RollbackStage(Stage& stage) : stage_(stage), services_(stage), prisma_(stage.scratch() / "app" / "prisma") {
    stage.run_sql(kHistoryTable);
    put_migrations_in_place();
    auto config = read_text(services_.config());
    write_text(services_.config(), config + "\n[migrations]\nprisma = " + nlohmann::json(prisma_.string()).dump() + "\n");
    add_to_history("1_first", "SELECT 1;\n");
  }

  /// Takes the checkpoint, migrates, and notes what a rollback makes of it.
  void prepare(Way way) {
    way_ = way;
    take_checkpoint();
    then_ = state();
    migrate();
    before_ = state();
    stage_.count_points("safety-rollback", arguments());
    points_ = split_lines(read_text(stage_.scratch() / "points"));
    after_ = state();
    if (way == Way::swap) { EXPECT_EQ(after_, then_); }
    ASSERT_NE(after_, before_);
    start_over();
  }
  /// "before" again, with folders, services and the clone as they were.
  void start_over() {
    put_migrations_in_place();
    for (const char* name : {"media api", "api"}) services_.set_running(name, true);
    services_.forget();
    stage_.drop(stage_.databases_beside("previous"));
    if (state() == before_) return;
    ASSERT_EQ(state(), after_);
    if (way_ == Way::swap) take_checkpoint();  // a swap uses its clone up
    stage_.run_sql("DROP SCHEMA IF EXISTS safety_lost CASCADE");
    migrate();
    ASSERT_EQ(state(), before_);
  }

  std::vector<std::string> arguments() const { return {"--strategy", way_ == Way::swap ? "swap" : "undo", "--yes", "--json"}; }
  ToolRun roll_back(const std::string& fault = "") const { return stage_.run_when_unlocked("safety-rollback", arguments(), fault); }
  std::string state() const { return state_of(stage_.url()); }
  const std::string& before() const { return before_; }
  const std::string& after() const { return after_; }
  const std::vector<std::string>& points() const { return points_; }
  ServiceStage& services() { return services_; }
  Stage& stage() { return stage_; }

  /// The tool that a run without an end is of; "" when all have ended.
  std::string unfinished_tool() const {
    const auto journals = plan::find_unfinished(stage_.folder() / "operations");
    std::string tool;
    for (const auto& one : journals)
      if (tool.empty() || one.head.tool == "safety-rollback") tool = one.head.tool;
    return tool;
  }
  bool folder_is_moved() const { return !std::filesystem::exists(prisma_ / "migrations/2_change") && std::filesystem::exists(prisma_ / "migrations_rolled_back/2_change"); }
  bool services_run() const { return services_.is_running("media api") && services_.is_running("api"); }

  /// Nothing of a rollback is left beside the database, and what is kept is closed.
  void expect_tidy() const {
    EXPECT_EQ(unfinished_tool(), "");
    for (const char* kind : {"rehearsal", "staging"}) EXPECT_THAT(stage_.databases_beside(kind), ::testing::IsEmpty()) << kind;
    auto admin = stage_.admin_of_cluster();
    EXPECT_EQ(admin.query("SELECT count(*) FROM pg_database WHERE starts_with(datname, $1) AND datallowconn", {stage_.name() + "__clone"}).value(0, 0), std::string("0")) << "a clone is open";
    // Sequences stand behind no row that is there.
    stage_.run_sql("BEGIN; INSERT INTO items (owner_id, price) VALUES (1, 1); INSERT INTO owners (name) VALUES ('one more'); ROLLBACK");
  }

 private:
  void take_checkpoint() {
    const auto backup = stage_.run("safety-backup", way_ == Way::undo_from_archive ? std::vector<std::string>{"--json"} : std::vector<std::string>{"--clone", "--no-archive", "--json"});
    if (backup.exit_code != 0) throw std::runtime_error("the checkpoint failed: " + backup.err);
  }
  void migrate() {
    stage_.run_sql(kMigration);
    stage_.run_sql(kWrittenSince);
    add_to_history("2_change", kMigration);
  }
  void put_migrations_in_place() {
    std::filesystem::remove_all(prisma_);
    for (const auto& [name, sql] : {std::pair{"1_first", "SELECT 1;\n"}, std::pair{"2_change", kMigration}})
      write_text(prisma_ / "migrations" / name / "migration.sql", sql);
    write_text(prisma_ / "migrations/migration_lock.toml", "provider = \"postgresql\"\n");
    write_text(prisma_ / "schema.prisma", "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\nmodel calls {\n  id Int @id\n  note String?\n}\n");
  }
  void add_to_history(const std::string& name, const std::string& sql) {
    stage_.run_sql("INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, started_at, applied_steps_count) VALUES ('" + name + "', '" + archive::Sha256::of(sql) + "', '" + name +
                   "', '2026-01-01', '2026-01-01', 1)");
  }

  Stage& stage_;
  ServiceStage services_;
  std::filesystem::path prisma_;
  Way way_ = Way::undo_from_clone;
  std::string then_, before_, after_;
  std::vector<std::string> points_;
};

}  // namespace safety::testing

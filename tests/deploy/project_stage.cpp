#include "tests/deploy/project_stage.hpp"

#include <fmt/format.h>

#include <functional>
#include <stdexcept>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::testing {
namespace fs = std::filesystem;
namespace {

void must(const ToolRun& run, const std::string& what) {
  if (run.exit_code != 0) throw std::runtime_error(what + " failed: " + run.out + run.err);
}

/// Loading the demo takes seconds, copying it does not: it is loaded once in a cluster, by whichever test is first.
std::string demo_template(double scale) {
  // A cluster may outlive a change of the demo.
  const auto inputs = std::hash<std::string>{}(read_text(source_path("tests/demo/schema.sql")) +
                                               read_text(source_path("tests/demo/data.sql")));
  const auto name = fmt::format("safety_deploy_demo_{}_{:x}", scale, inputs);
  auto admin = admin_connection();
  admin.execute("SELECT pg_catalog.pg_advisory_lock(7263002)");
  if (admin.value_of("SELECT count(*) FROM pg_catalog.pg_database WHERE datname = " + pg::quote_literal(name)) != "0")
    return name;
  const auto partial = name + "_partial";
  admin.execute("DROP DATABASE IF EXISTS " + pg::quote_identifier(partial));
  admin.execute("CREATE DATABASE " + pg::quote_identifier(partial) + " TEMPLATE template0");
  must(run_program(source_path("scripts/demo-data"), {connection_url(partial), fmt::format("{}", scale)}), "demo-data");
  admin.execute("ALTER DATABASE " + pg::quote_identifier(partial) + " RENAME TO " + pg::quote_identifier(name));
  return name;
}

std::string create_options(const StageOptions& options) {
  return options.has_demo ? "TEMPLATE " + pg::quote_identifier(demo_template(options.scale)) : std::string{};
}

// One line an object; $1 is the tables, as an array.
constexpr const char* kDefinitions = R"(
WITH chosen AS (SELECT c.oid, c.relname FROM pg_catalog.pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY ({}))
SELECT coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), '') FROM (
  SELECT format('column %s.%s %s%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' not null' END,
                pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM chosen c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL SELECT format('constraint %s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) FROM chosen c JOIN pg_constraint k ON k.conrelid = c.oid
  UNION ALL SELECT format('index %s', pg_get_indexdef(i.indexrelid)) FROM chosen c JOIN pg_index i ON i.indrelid = c.oid
  UNION ALL SELECT format('sequence %s %s', s.oid::regclass, pg_sequence_last_value(s.oid)) FROM chosen c
    JOIN pg_depend d ON d.refobjid = c.oid AND d.deptype = 'a' JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
) lines)";

constexpr const char* kEnums = R"(
SELECT coalesce(string_agg(format('enum %s %s', t.typname, (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)),
                           E'\n' ORDER BY t.typname COLLATE "C"), '')
FROM pg_type t WHERE t.typtype = 'e' AND t.typnamespace = 'public'::regnamespace)";

constexpr const char* kDrizzleTables = "'compilations', 'jobs', 'videos'";

}  // namespace

ProjectStage::ProjectStage(const std::string& name, StageOptions options) : database_(create_options(options)) {
  // Tests install nothing: ctest does, before them.
  if (!fs::exists(SAFETY_MIGRATION_TOOLS "/digest"))
    throw std::runtime_error("no migration tools are in " SAFETY_MIGRATION_TOOLS ": run scripts/migration-tools");
  fs::create_directory(backups());
  must(run_program(source_path("scripts/migration-tools"), {"project", project().string()}), "migration-tools");
  if (!name.empty()) lay_over(name);
  configure({"npx prisma migrate deploy", "npx drizzle-kit push"});
}

Environment ProjectStage::environment() const {
  return {{"DATABASE_URL", url()},
          {"PRISMA_HIDE_UPDATE_MESSAGE", "1"},
          {"CHECKPOINT_DISABLE", "1"},
          {"npm_config_offline", "true"},
          {"npm_config_update_notifier", "false"}};
}

void ProjectStage::lay_over(const std::string& name) {
  must(run_program(source_path("scripts/migration-tools"), {"project", project().string(), name}), "migration-tools");
  if (const auto before = source_path("tests/stack/migrations/cases/" + name + "/before.sql"); fs::exists(before))
    database_.run_psql_file(before);
}

void ProjectStage::configure(const std::vector<std::string>& commands, std::string_view more) const {
  std::string lines;
  for (const auto& command : commands) lines += (lines.empty() ? "" : ", ") + nlohmann::json(command).dump();
  write_text(folder() / "safety.toml",
             fmt::format("backup_dir = {}\n\n[migrations]\ndirectory = \"api\"\ncommands = [{}]\n{}",
                         nlohmann::json(backups().string()).dump(), lines, more));
}

RunOptions ProjectStage::options_of(RunOptions options, const fs::path& folder) const {
  auto all = environment();
  for (const auto& [name, value] : options.environment) all[name] = value;
  options.environment = std::move(all);
  if (options.folder.empty()) options.folder = folder;
  return options;
}

ToolRun ProjectStage::prisma(const std::vector<std::string>& arguments, RunOptions options) const {
  return run_program(project() / "node_modules/.bin/prisma", arguments, options_of(std::move(options), project()));
}
Background ProjectStage::start_prisma(const std::vector<std::string>& arguments, RunOptions options) const {
  return Background(project() / "node_modules/.bin/prisma", arguments, options_of(std::move(options), project()));
}
ToolRun ProjectStage::drizzle(const std::vector<std::string>& arguments, RunOptions options) const {
  return run_program(project() / "node_modules/.bin/drizzle-kit", arguments, options_of(std::move(options), project()));
}
ToolRun ProjectStage::shell(const std::string& line, RunOptions options) const {
  return run_program("/bin/sh", {"-c", line}, options_of(std::move(options), project()));
}

ToolRun ProjectStage::run(const std::string& tool, const std::vector<std::string>& arguments, Environment more) const {
  RunOptions options;
  options.environment = std::move(more);
  return run_tool(tool, arguments, {}, options_of(std::move(options), folder()));
}
Background ProjectStage::start(const std::string& tool, const std::vector<std::string>& arguments,
                               Environment more) const {
  RunOptions options;
  options.environment = std::move(more);
  return start_tool(tool, arguments, {}, options_of(std::move(options), folder()));
}

std::map<std::string, long> ProjectStage::rows() const {
  auto connection = database_.connect();
  const auto tables = connection.execute("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public'");
  std::map<std::string, long> all;
  for (int row = 0; row < tables.rows(); ++row)
    all[tables.text(row, 0)] =
        std::stol(connection.value_of("SELECT count(*) FROM " + pg::quote_qualified("public", tables.value(row, 0))));
  return all;
}

std::string ProjectStage::state_of(const std::string& migration) const {
  return value(
      "SELECT coalesce((SELECT CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' WHEN finished_at IS NOT NULL "
      "THEN 'applied' "
      "WHEN logs IS NOT NULL THEN 'failed' ELSE 'unfinished' END FROM public._prisma_migrations WHERE migration_name "
      "= " +
      pg::quote_literal(migration) + " ORDER BY started_at DESC LIMIT 1), '')");
}

std::string ProjectStage::content(bool is_drizzle) const {
  auto connection = database_.connect();
  const auto tables = connection.execute(fmt::format(
      "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = 'public' AND {}tablename IN ({}) ORDER BY 1",
      is_drizzle ? "" : "NOT ", kDrizzleTables));
  std::string names, rows;
  for (int row = 0; row < tables.rows(); ++row) {
    const auto name = tables.text(row, 0);
    names += (names.empty() ? "" : ", ") + pg::quote_literal(name);
    rows += "rows " + name + " " +
            connection.value_of(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\")), "
                "'') FROM ONLY " +
                pg::quote_qualified("public", name) + " t") +
            "\n";
  }
  auto text = rows + connection.value_of(fmt::format(fmt::runtime(kDefinitions), "ARRAY[" + names + "]::name[]"));
  if (!is_drizzle) text += "\n" + connection.value_of(kEnums);
  return text;
}

std::string ProjectStage::schema() const {
  const auto dump = run_program("pg_dump", {"--schema-only", "--exclude-schema=safety", "--exclude-schema=safety_lost", url()});
  must(dump, "pg_dump");
  std::string kept;
  // The token after \restrict is another one each time.
  for (const auto& line : split_lines(dump.out))
    if (line.find("restrict ") == std::string::npos) kept += line + "\n";
  return kept;
}

}  // namespace safety::testing

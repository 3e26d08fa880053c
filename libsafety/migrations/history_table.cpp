#include "libsafety/migrations/history_table.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::migrations {
namespace {

std::string list_of(const std::vector<std::string>& values) {
  std::vector<std::string> quoted;
  for (const auto& value : values) quoted.push_back(pg::quote_literal(value));
  return quoted.empty() ? "''" : join(quoted, ", ");
}

}  // namespace

std::vector<std::string> history_names(const Project& project) {
  std::vector<std::string> names{kPrismaTable, kDrizzleTable};
  if (project.drizzle && !project.drizzle->migrations_table.empty()) names.push_back(project.drizzle->migrations_table);
  return names;
}

std::vector<HistoryTable> find_history_tables(pg::Connection& connection, const std::vector<std::string>& names) {
  const auto rows = connection.execute(fmt::format(
      "SELECT n.nspname, c.relname, pg_catalog.has_schema_privilege(n.oid, 'USAGE'), pg_catalog.has_table_privilege(c.oid, 'SELECT'), "
      // Asked only where there are policies: it must know the table to answer.
      "CASE WHEN c.relrowsecurity THEN pg_catalog.row_security_active(c.oid) ELSE false END, "
      "(SELECT pg_catalog.string_agg(a.attname::text, E'\\n') FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.relname IN ({}) ORDER BY n.nspname = 'public' DESC, n.nspname, c.relname",
      list_of(names)));
  std::vector<HistoryTable> tables;
  for (int row = 0; row < rows.rows(); ++row) {
    HistoryTable table{rows.text(row, 0), rows.text(row, 1), {}, {}};
    for (auto& column : split_lines(rows.value(row, 5))) table.columns.insert(std::move(column));
    if (!rows.is_true(row, 2)) table.obstacle = fmt::format("USAGE on schema \"{}\" is not granted", table.schema);
    else if (!rows.is_true(row, 3)) table.obstacle = "SELECT is not granted";
    else if (rows.is_true(row, 4)) table.obstacle = "row security hides rows of it";
    tables.push_back(std::move(table));
  }
  return tables;
}

bool has_tables(pg::Connection& connection, const std::vector<std::string>& schemas) {
  return connection.value_of(fmt::format(
             "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
             "WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname IN ({}) AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d "
             "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e'))",
             list_of(schemas))) == "t";
}

std::vector<std::string> present_tables(pg::Connection& connection, const std::vector<std::string>& tables) {
  const auto rows = connection.execute(
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')");
  std::set<std::pair<std::string, std::string>> there;
  for (int row = 0; row < rows.rows(); ++row) there.emplace(rows.text(row, 0), rows.text(row, 1));
  std::vector<std::string> present;
  for (const auto& name : tables)
    if (const auto [schema, table] = split_name(name); there.contains({schema, table})) present.push_back(name);
  return present;
}

SplitName split_name(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return {"public", name};
  return {name.substr(0, dot), name.substr(dot + 1)};
}

}  // namespace safety::migrations

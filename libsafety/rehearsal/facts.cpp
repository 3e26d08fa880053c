#include "libsafety/rehearsal/facts.hpp"

#include <fmt/format.h>

#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/text.hpp"

namespace safety::rehearsal {
namespace {

// Partitions are counted with their table; what has no rows of its own, or may not be read, is left out.
constexpr const char* kTables =
    "SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind = 'p', n.nspname, c.relname "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' "
    "AND n.nspname NOT IN ('information_schema', 'safety') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') "
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') ORDER BY 2";

constexpr const char* kColumns =
    "SELECT a.attrelid, a.attnum, pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^pg_' "
    "AND n.nspname NOT IN ('information_schema', 'safety') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2";

void count(pg::Connection& connection, const std::string& name, bool is_partitioned, Counting counting, TableFacts& table) {
  std::string list = "count(*)";
  std::vector<ColumnFacts*> columns;
  if (counting == Counting::rows_and_values)
    for (auto& [column, facts] : table.columns) {
      list += ", count(" + column.substr(name.size() + 1) + ")";
      columns.push_back(&facts);
    }
  const auto found = connection.execute(fmt::format("SELECT {} FROM {}{}", list, is_partitioned ? "" : "ONLY ", name));
  table.rows = static_cast<std::uint64_t>(found.number(0, 0));
  for (std::size_t at = 0; at < columns.size(); ++at) columns[at]->values = static_cast<std::uint64_t>(found.number(0, static_cast<int>(at) + 1));
}

}  // namespace

Facts read_facts(const Context& context, const pg::ConnectionInfo& database, const migrations::Ownership& ownership, Counting counting) {
  pg::Connection connection(context, database.with("application_name", "safety snapshot"));
  pg::use_dump_settings(connection);
  const pg::Transaction transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  Facts facts;
  facts.definitions = schema::read_definitions(connection);
  const auto tables = connection.execute(kTables);
  const auto all_columns = connection.execute(kColumns);
  std::map<std::string, std::vector<int>> columns_of;
  for (int row = 0; row < all_columns.rows(); ++row) columns_of[all_columns.text(row, 0)].push_back(row);
  for (int row = 0; row < tables.rows(); ++row) {
    const auto name = tables.text(row, 1);
    auto& table = facts.tables[name];
    table.oid = tables.text(row, 0);
    table.name = unquoted(name);
    table.owner = ownership.owner_of(tables.text(row, 3), tables.text(row, 4));
    for (const int column : columns_of[table.oid]) table.columns[name + "." + all_columns.text(column, 2)] = {all_columns.text(column, 1), 0};
    if (counting != Counting::nothing) count(connection, name, tables.is_true(row, 2), counting, table);
  }
  return facts;
}

}  // namespace safety::rehearsal

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/drizzle_history.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/ownership.hpp"
#include "libsafety/migrations/prisma_history.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/schema/fingerprint.hpp"

namespace safety::migrations {
namespace {

using Facts = std::map<std::string, std::string>;
using ObjectKeys = std::set<std::pair<std::string, std::string>>;  // kind, name

/// Definitions name what search_path does not reach; with an empty one they name everything.
class EmptySearchPath {
 public:
  explicit EmptySearchPath(pg::Connection& connection) : connection_(connection), before_(connection.value_of("SELECT pg_catalog.current_setting('search_path')")) {
    connection.value_of("SELECT pg_catalog.set_config('search_path', '', false)");
  }
  EmptySearchPath(const EmptySearchPath&) = delete;
  EmptySearchPath& operator=(const EmptySearchPath&) = delete;
  ~EmptySearchPath() {
    try {
      connection_.query("SELECT pg_catalog.set_config('search_path', $1, false)", {before_});
    } catch (...) {  // the session or its transaction is lost, and the setting with it
    }
  }

 private:
  pg::Connection& connection_;
  std::string before_;
};

/// The objects that make up the tables that Drizzle's code declares: themselves, their indexes and sequences, their enums.
ObjectKeys objects_of_drizzle(pg::Connection& connection, const Project& project, const Ownership& ownership) {
  ObjectKeys keys;
  const auto relations = connection.execute(
      "SELECT n.nspname, c.relname, CASE x.kind WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' ELSE CASE c.relkind WHEN 'p' THEN 'partitioned table' ELSE 'table' END END, "
      "pg_catalog.format('%I.%I', xn.nspname, xr.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "CROSS JOIN LATERAL (SELECT c.oid, 't' UNION ALL SELECT i.indexrelid, 'i' FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid UNION ALL "
      "SELECT d.objid, 'S' FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S' "
      "WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = c.oid) AS x(oid, kind) "
      "JOIN pg_catalog.pg_class xr ON xr.oid = x.oid JOIN pg_catalog.pg_namespace xn ON xn.oid = xr.relnamespace WHERE c.relkind IN ('r', 'p')");
  for (int row = 0; row < relations.rows(); ++row)
    if (relations.value(row, 1) != kDrizzleTable && ownership.owner_of(relations.text(row, 0), relations.text(row, 1)) == Owner::drizzle)
      keys.emplace(relations.text(row, 2), relations.text(row, 3));
  for (const auto& name : project.drizzle->enums) {
    const auto [schema, type] = split_name(name);
    keys.emplace("type", connection.query("SELECT pg_catalog.format('%I.%I', $1::text, $2::text)", {schema, type}).text(0, 0));
  }
  return keys;
}

std::string fingerprint_of_drizzle(pg::Connection& connection, const Project& project) {
  const EmptySearchPath empty(connection);
  const auto keys = objects_of_drizzle(connection, project, Ownership::of(project));
  std::set<std::string> tables;
  for (const auto& [kind, name] : keys)
    if (kind.ends_with("table")) tables.insert(name);
  if (tables.empty()) return "";
  auto objects = schema::read_objects(connection);
  std::erase_if(objects, [&](const archive::SchemaObject& object) {
    if (keys.contains({object.kind, object.name})) return false;
    // Constraints, triggers, rules and policies are named "table name".
    const bool is_within = object.kind == "constraint" || object.kind == "trigger" || object.kind == "rule" || object.kind == "policy";
    return !is_within || std::none_of(tables.begin(), tables.end(), [&](const auto& table) { return object.name.starts_with(table + " "); });
  });
  return schema::fingerprint_of(objects);
}

void add_prisma(pg::Connection& connection, const HistoryTable& table, Facts& facts) {
  if (!missing_prisma_columns(table).empty()) return;
  const auto rows = read_prisma_rows(connection, table);
  if (const auto* head = head_row(rows)) facts["prisma_head " + table.schema] = head->name + " " + head->checksum;
  std::vector<std::string> open;
  for (const auto& row : rows)
    if (row.finished.empty() && row.rolled_back.empty()) open.push_back(row.name);
  if (!open.empty()) facts["prisma_unfinished " + table.schema] = join(open, " ");
}

void add_drizzle(pg::Connection& connection, const HistoryTable& table, Facts& facts) {
  if (!missing_drizzle_columns(table).empty()) return;
  const auto rows = read_drizzle_rows(connection, table);
  if (!rows.empty()) facts["drizzle_head " + table.schema] = rows.back().name.empty() ? rows.back().hash : rows.back().name + " " + rows.back().hash;
}

}  // namespace

std::map<std::string, std::string> read_heads(const Context& context, pg::Connection& connection, const Project& project) {
  Facts facts;
  for (const auto& table : find_history_tables(connection, history_names(project))) {
    if (!table.obstacle.empty()) {
      context.sink.warning(fmt::format("the migration head in {} is not noted: {}", pg::quote_qualified(table.schema, table.name), table.obstacle));
      continue;
    }
    if (table.name == kPrismaTable) add_prisma(connection, table, facts);
    else add_drizzle(connection, table, facts);
  }
  if (project.empty()) return facts;
  for (const auto& history : read_histories(context, connection, project)) {
    std::vector<std::string> names;
    for (const auto& migration : history.pending) names.push_back(migration.name);
    if (!names.empty()) facts[history.tool + "_pending"] = join(names, " ");
  }
  if (project.drizzle && !project.drizzle->tables.empty())
    if (const auto fingerprint = fingerprint_of_drizzle(connection, project); !fingerprint.empty()) facts["drizzle_fingerprint"] = fingerprint;
  return facts;
}

}  // namespace safety::migrations

// Rows of the tools' histories: which came since, taken back, put again.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/checksum.hpp"
#include "libsafety/migrations/drizzle_history.hpp"
#include "libsafety/migrations/history_table.hpp"
#include "libsafety/migrations/prisma_history.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/rollback/bookkeeping.hpp"

namespace safety::rollback {
namespace {

using migrations::HistoryTable;
using migrations::MigrationFile;
using migrations::Project;

bool is_prisma(const HistoryTable& table) { return table.name == migrations::kPrismaTable; }

/// The project's history tables in that database: with the columns that make them one, and readable.
std::vector<HistoryTable> readable_tables(pg::Connection& connection, const Project& project) {
  auto tables = migrations::find_history_tables(connection, migrations::history_names(project));
  std::erase_if(tables, [](const auto& table) { return !(is_prisma(table) ? migrations::missing_prisma_columns(table) : migrations::missing_drizzle_columns(table)).empty(); });
  for (const auto& table : tables)
    if (!table.obstacle.empty())
      throw Error(Code::not_permitted, fmt::format("table \"{}\".\"{}\" of database \"{}\" cannot be read: {}", table.schema, table.name, connection.database(), table.obstacle),
                  "Run it as the role that deploys, which owns the table: what was applied since the checkpoint is known from its rows.");
  return tables;
}

/// What makes a row that row, as an SQL expression. Drizzle numbers anew when its table was emptied, so its number is not enough.
std::string identity_of(const HistoryTable& table) {
  if (is_prisma(table)) return "t.id::text";
  return fmt::format("pg_catalog.concat_ws(' ', {}t.hash, t.created_at)", table.has("id") ? "t.id, " : "");
}

struct FoundRow {
  HistoryRow row;
  std::string identity, hash;
  double age_order = 0;  // milliseconds since 1970, by the tool's own clock
};

/// A row of Drizzle's under the name that the code has for it; before 1.0 rows have none.
std::string name_in_code(const migrations::DrizzleRow& row, const Project& project) {
  if (!row.name.empty()) return row.name;
  if (project.drizzle)
    for (const auto& migration : project.drizzle->migrations)
      if (row.when == migration.when || (!migration.path.empty() && migrations::is_checksum_of(row.hash, migration.sql))) return migration.name;
  return "hash " + row.hash.substr(0, 12);
}

std::vector<FoundRow> read_rows(pg::Connection& connection, const HistoryTable& table, const Project& project) {
  const std::string prisma_columns =
      "t.migration_name, CASE WHEN t.rolled_back_at IS NOT NULL THEN 'rolled back' WHEN t.finished_at IS NOT NULL THEN 'applied' WHEN t.logs IS NOT NULL THEN 'failed' ELSE 'unfinished' END, "
      "t.finished_at, t.checksum, pg_catalog.date_part('epoch', t.started_at) * 1000";
  const auto drizzle_columns = fmt::format("{}, 'applied', {}, t.hash, t.created_at", table.has("name") ? "t.name" : "NULL", table.has("applied_at") ? "t.applied_at" : "NULL");
  const auto rows = connection.execute(fmt::format("SELECT {}, pg_catalog.to_jsonb(t), t.xmin, {} FROM {} t ORDER BY 5 NULLS FIRST, 8", is_prisma(table) ? prisma_columns : drizzle_columns,
                                                   identity_of(table), pg::quote_qualified(table.schema, table.name)));
  std::vector<FoundRow> found;
  for (int row = 0; row < rows.rows(); ++row) {
    FoundRow one{{is_prisma(table) ? "prisma" : "drizzle", table.schema, table.name, rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 5), rows.text(row, 6)},
                 rows.text(row, 7), rows.text(row, 3), rows.is_null(row, 4) ? 0 : std::stod(rows.text(row, 4))};
    if (!is_prisma(table)) one.row.name = name_in_code({"", one.hash, one.row.name, static_cast<std::int64_t>(one.age_order), ""}, project);
    found.push_back(std::move(one));
  }
  return found;
}

/// The rows of all tables for which `is_since` says so, oldest first.
template <typename IsSince>
std::vector<HistoryRow> select_rows(pg::Connection& target, const Project& project, IsSince is_since) {
  std::vector<FoundRow> since;
  for (const auto& table : readable_tables(target, project))
    for (auto& one : read_rows(target, table, project))
      if (is_since(table, one)) since.push_back(std::move(one));
  std::stable_sort(since.begin(), since.end(), [](const auto& a, const auto& b) { return a.age_order < b.age_order; });
  std::vector<HistoryRow> rows;
  for (auto& one : since) rows.push_back(std::move(one.row));
  return rows;
}

std::optional<std::string> sql_of(const HistoryRow& row, const Project& project) {
  const std::vector<MigrationFile> none;
  const auto& files = row.tool == "prisma" ? (project.prisma ? project.prisma->migrations : none) : (project.drizzle ? project.drizzle->migrations : none);
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == row.name; });
  if (found == files.end() || found->path.empty()) return std::nullopt;
  return found->sql;
}

/// A file may hold what the database's encoding cannot: then the ledger goes without its text, and the rollback goes on.
void write_to_ledger(pg::Connection& target, const std::string& operation, const HistoryRow& row, const std::string& action, const std::optional<std::string>& sql) {
  const auto insert = [&](const std::optional<std::string>& text) {
    target.query("INSERT INTO safety.rolled_back_migrations (operation, tool, schema_name, table_name, migration, action, row, sql, checksum) "
                 "VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, COALESCE($7::jsonb ->> 'checksum', $7::jsonb ->> 'hash'))",
                 {operation, row.tool, row.schema, row.table, row.name, action, row.json, text});
  };
  target.execute("SAVEPOINT safety_ledger");
  try {
    insert(sql);
  } catch (const Error& error) {
    constexpr std::string_view kNotInRepertoire = "22021", kUntranslatable = "22P05";
    if (!sql || (error.sqlstate() != kNotInRepertoire && error.sqlstate() != kUntranslatable)) throw;
    target.execute("ROLLBACK TO SAVEPOINT safety_ledger");
    insert(std::nullopt);
  }
  target.execute("RELEASE SAVEPOINT safety_ledger");
}

}  // namespace

std::vector<HistoryRow> rows_since(pg::Connection& target, pg::Connection& origin, const Project& project) {
  std::set<std::string> then;  // "schema" "table" identity
  const auto key = [](const HistoryTable& table, const FoundRow& one) { return pg::quote_qualified(table.schema, table.name) + " " + one.identity; };
  for (const auto& table : readable_tables(origin, project))
    for (const auto& one : read_rows(origin, table, project)) then.insert(key(table, one));
  return select_rows(target, project, [&](const auto& table, const auto& one) { return !then.contains(key(table, one)); });
}

std::vector<HistoryRow> rows_since(pg::Connection& target, const std::vector<std::string>& names_then, const Project& project) {
  const std::set<std::string> then(names_then.begin(), names_then.end());
  return select_rows(target, project, [&](const auto&, const auto& one) { return !then.contains(one.row.name) && (one.row.tool == "prisma" || !then.contains(one.hash)); });
}

void take_rows_back(pg::Connection& target, const std::string& operation, const std::vector<HistoryRow>& rows, const Project& project) {
  for (const auto& row : rows) {
    if (row.state == "rolled back") continue;
    const auto table = pg::quote_qualified(row.schema, row.table);
    // The row as it was seen, whole: one that somebody changed meanwhile, or a migration that went on, is not this one any more.
    const auto same = fmt::format("pg_catalog.jsonb_populate_record(NULL::{}, $1::jsonb) seen WHERE t = seen", table);
    const bool is_deleted = row.state == "applied";
    const auto statement = is_deleted ? fmt::format("DELETE FROM {} t USING {}", table, same) : fmt::format("UPDATE {} t SET rolled_back_at = pg_catalog.now() FROM {}", table, same);
    if (target.query(statement, {row.json}).affected_rows() != 1)
      throw Error(Code::database, fmt::format("the row of migration {} in {} is not there any more as it was seen", row.name, table),
                  "Somebody deploys or resolves migrations: wait for that to end, then run the rollback again, which looks anew.");
    write_to_ledger(target, operation, row, is_deleted ? "deleted" : "marked", sql_of(row, project));
  }
}

void put_rows_again(pg::Connection& target, const std::string& operation) {
  const auto rows = target.query("SELECT schema_name, table_name, migration, action, row FROM safety.rolled_back_migrations WHERE operation = $1 AND redone_at IS NULL", {operation});
  for (int row = 0; row < rows.rows(); ++row) {
    const auto table = pg::quote_qualified(rows.value(row, 0), rows.value(row, 1));
    const auto record = fmt::format("pg_catalog.jsonb_populate_record(NULL::{}, $1::jsonb)", table);
    const auto statement = rows.value(row, 3) == "deleted" ? fmt::format("INSERT INTO {} SELECT * FROM {}", table, record)
                                                           : fmt::format("UPDATE {} t SET rolled_back_at = NULL FROM {} was WHERE t.id = was.id", table, record);
    if (target.query(statement, {rows.text(row, 4)}).affected_rows() != 1)
      throw Error(Code::database, fmt::format("the row of migration {}, which was marked rolled back, is not in {} any more", rows.value(row, 2), table),
                  "Somebody took it out of the history by hand: `SELECT row FROM safety.rolled_back_migrations` shows it.");
  }
  target.query("UPDATE safety.rolled_back_migrations SET redone_at = pg_catalog.now() WHERE operation = $1 AND redone_at IS NULL", {operation});
}

}  // namespace safety::rollback

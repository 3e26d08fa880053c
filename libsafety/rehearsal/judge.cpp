#include "libsafety/rehearsal/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/command_line.hpp"
#include "libsafety/rehearsal/text.hpp"

namespace safety::rehearsal {
namespace {

using migrations::Owner;
using What = schema::Change::What;

const TableFacts* find_by_oid(const Facts& facts, const std::string& oid) {
  for (const auto& [name, table] : facts.tables)
    if (table.oid == oid) return &table;
  return nullptr;
}

/// "email" of "public.users.email" and "public.users".
std::string local_name(const std::string& column, const std::string& table) { return column.substr(table.size() + 1); }

/// The name that a table or column goes by now; "" when it is gone, or goes by its old name.
std::string new_name_of(const schema::Definition& one, const Facts& before, const Facts& after) {
  const auto was = before.tables.find(one.kind == "column" ? one.table : one.name);
  if (was == before.tables.end()) return "";
  const auto is = std::find_if(after.tables.begin(), after.tables.end(), [&](const auto& entry) { return entry.second.oid == was->second.oid; });
  if (is == after.tables.end()) return "";
  if (one.kind != "column") return is->first == one.name ? "" : is->first;
  const auto column = was->second.columns.find(one.name);
  if (column == was->second.columns.end()) return "";
  for (const auto& [name, facts] : is->second.columns)
    if (facts.number == column->second.number && name != one.name) return name;
  return "";
}

void note_renamings(const Facts& before, const Facts& after, Rehearsal& rehearsal) {
  for (auto& change : rehearsal.changes) {
    const auto& one = change.before;
    if (change.what != What::dropped || (one.kind != "table" && one.kind != "partitioned table" && one.kind != "column")) continue;
    const auto name = new_name_of(one, before, after);
    if (name.empty()) continue;
    change.loses_data = false;
    change.words += ": it is " + name + " now";
    rehearsal.renamed.push_back(fmt::format("{} {} to {}", one.kind, unquoted(one.name), unquoted(name)));
  }
}

void compare_rows(const Facts& before, const Facts& after, Rehearsal& rehearsal) {
  for (const auto& [name, table] : before.tables) {
    const auto* now = find_by_oid(after, table.oid);
    // A table that was made anew under its name is that table for whoever uses it.
    if (now == nullptr)
      if (const auto same = after.tables.find(name); same != after.tables.end()) now = &same->second;
    TableRows rows{table.name, table.owner, table.rows, now == nullptr ? 0 : now->rows, now == nullptr, false};
    if (rows.is_gone || rows.before != rows.after) rehearsal.rows.push_back(rows);
  }
  for (const auto& [name, table] : after.tables)
    if (find_by_oid(before, table.oid) == nullptr && !before.tables.contains(name))
      rehearsal.rows.push_back({table.name, table.owner, 0, table.rows, false, true});
}

void list_losses(const Facts& before, const Facts& after, Rehearsal& rehearsal) {
  const bool is_counted = !rehearsal.is_schema_only;
  const std::string kUncounted = " (not counted: without rows)";
  for (const auto& rows : rehearsal.rows) {
    if (rows.is_gone && (rows.before > 0 || !is_counted))
      rehearsal.lost.push_back("table " + rows.table + (is_counted ? " with " + format_plural(rows.before, "row") : kUncounted));
    else if (!rows.is_gone && rows.after < rows.before)
      rehearsal.lost.push_back(rows.after == 0 ? fmt::format("all {} of table {}", format_plural(rows.before, "row"), rows.table)
                                               : fmt::format("{} of {} of table {}", format_count(rows.before - rows.after), format_plural(rows.before, "row"), rows.table));
  }
  for (const auto& change : rehearsal.changes) {
    if (!change.loses_data) continue;
    if (change.before.kind == "sequence") rehearsal.lost.push_back("sequence " + unquoted(change.before.name));
    if (change.before.kind != "column") continue;
    const auto table = before.tables.find(change.before.table);
    if (table == before.tables.end()) continue;
    const auto column = table->second.columns.find(change.before.name);
    const auto values = column == table->second.columns.end() ? 0 : column->second.values;
    const auto name = table->second.name + "." + local_name(change.before.name, change.before.table);
    if (values > 0 || !is_counted) rehearsal.lost.push_back("column " + name + (is_counted ? " with " + format_plural(values, "value") : kUncounted));
  }
  // A column that was dropped and made anew is told of by no change, when it is the same again; its number shows it.
  for (const auto& [name, table] : before.tables) {
    const auto now = after.tables.find(name);
    if (now == after.tables.end() || now->second.oid != table.oid) continue;
    for (const auto& [column, facts] : table.columns) {
      const auto there = now->second.columns.find(column);
      const bool is_told = std::any_of(rehearsal.changes.begin(), rehearsal.changes.end(), [&](const auto& change) { return change.loses_data && change.before.name == column; });
      if (there == now->second.columns.end() || there->second.number == facts.number || facts.values == 0 || is_told) continue;
      rehearsal.lost.push_back(fmt::format("column {}.{}, made anew, with {}", table.name, local_name(column, name), format_plural(facts.values, "value")));
    }
  }
}

/// The table that a change is of; "" for what is of none.
std::string table_of(const schema::Change& change) {
  const auto& one = change.what == What::dropped ? change.before : change.after;
  if (one.kind == "table" || one.kind == "partitioned table" || one.kind == "foreign table") return one.name;
  return one.kind == "privileges" || one.kind == "comment" ? "" : one.table;
}

std::string quoted_line(const std::string& line) { return "`" + shortened_statement(line) + "`"; }

}  // namespace

void judge_difference(const Facts& before, const Facts& after, Rehearsal& rehearsal) {
  rehearsal.changes = schema::compare(before.definitions, after.definitions);
  note_renamings(before, after, rehearsal);
  compare_rows(before, after, rehearsal);
  list_losses(before, after, rehearsal);
}

Owner tool_of(const migrations::Project& project, const std::string& line) {
  std::set<Owner> tools;
  for (const auto& one : migrations::invocations_of(line, project.directory)) {
    if (one.words.empty()) continue;
    if (one.words[0] == "prisma") tools.insert(Owner::prisma);
    if (one.words[0] == "drizzle-kit") tools.insert(Owner::drizzle);
  }
  return tools.size() == 1 ? *tools.begin() : Owner::nobody;
}

std::vector<std::string> find_crossings(const std::string& line, Owner tool, const Facts& before, const Facts& after) {
  std::vector<std::string> crossings;
  if (tool != Owner::prisma && tool != Owner::drizzle) return crossings;
  const auto other = tool == Owner::prisma ? Owner::drizzle : Owner::prisma;
  std::map<std::string, std::vector<std::string>> changes;
  for (const auto& change : schema::compare(before.definitions, after.definitions))
    if (const auto table = table_of(change); !table.empty()) changes[table].push_back(change.words);
  for (const auto& [name, table] : before.tables) {
    if (table.owner != other) continue;
    const auto what = fmt::format("table {} of {}", table.name, name_of(other));
    const auto* now = find_by_oid(after, table.oid);
    if (now == nullptr) {
      const bool is_anew = after.tables.contains(name);
      crossings.push_back(fmt::format("{} dropped {}{}{}", quoted_line(line), what, table.rows > 0 ? " with " + format_plural(table.rows, "row") : "", is_anew ? " and made it anew" : ""));
      continue;
    }
    if (now->name != table.name) crossings.push_back(fmt::format("{} renamed {} to {}", quoted_line(line), what, now->name));
    else if (changes.contains(name)) crossings.push_back(fmt::format("{} changed {}: {}", quoted_line(line), what, join_some(changes[name], 6)));
    if (now->rows < table.rows)
      crossings.push_back(now->rows == 0 ? fmt::format("{} emptied {} of {}", quoted_line(line), what, format_plural(table.rows, "row"))
                                         : fmt::format("{} deleted {} of {} of {}", quoted_line(line), format_count(table.rows - now->rows), format_plural(table.rows, "row"), what));
  }
  return crossings;
}

}  // namespace safety::rehearsal

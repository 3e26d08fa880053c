#include "libsafety/migrations/drizzle_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/checksum.hpp"
#include "libsafety/migrations/command_line.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::migrations {
namespace {

using Severity = Problem::Severity;

/// From 1.0 each migration is a folder.
bool is_by_name(const DrizzleProject& project) {
  return std::any_of(project.migrations.begin(), project.migrations.end(), [](const auto& one) { return one.path.filename() == "migration.sql"; });
}

/// The row of a migration. Rows that were written before names came have their time, to the second, and their hash.
const DrizzleRow* find_row(const std::vector<DrizzleRow>& rows, const MigrationFile& migration, bool by_name) {
  for (const auto& row : rows)
    if (!row.name.empty() ? row.name == migration.name : by_name ? row.when / 1000 == migration.when / 1000 : row.when == migration.when) return &row;
  const auto same = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name.empty() && !migration.path.empty() && is_checksum_of(row.hash, migration.sql); });
  return same == rows.end() ? nullptr : &*same;
}

}  // namespace

std::vector<std::string> missing_drizzle_columns(const HistoryTable& table) {
  std::vector<std::string> missing;
  for (const char* column : {"hash", "created_at"})
    if (!table.has(column)) missing.emplace_back(column);
  return missing;
}

std::vector<DrizzleRow> read_drizzle_rows(pg::Connection& connection, const HistoryTable& table) {
  const auto rows = connection.execute(fmt::format("SELECT {}, hash, {}, created_at, {} FROM {} ORDER BY created_at NULLS FIRST, 1", table.has("id") ? "id" : "NULL",
                                                   table.has("name") ? "name" : "NULL", table.has("applied_at") ? "applied_at" : "NULL",
                                                   pg::quote_qualified(table.schema, table.name)));
  std::vector<DrizzleRow> list;
  for (int row = 0; row < rows.rows(); ++row)
    list.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.is_null(row, 3) ? 0 : rows.number(row, 3), rows.text(row, 4)});
  return list;
}

History judge_drizzle(const DrizzleProject* project, const std::string& schema, const std::vector<DrizzleRow>& rows) {
  History history;
  history.tool = "drizzle";
  history.schema = schema;
  const auto add = [&](Severity severity, const std::string& code, const std::string& migration, std::string message, std::string hint) {
    history.problems.push_back({severity, code, migration, std::move(message), std::move(hint)});
  };
  std::int64_t newest = 0;
  for (const auto& row : rows) newest = std::max(newest, row.when);
  std::set<const DrizzleRow*> known;
  const bool by_name = project != nullptr && is_by_name(*project);
  for (const auto& migration : project != nullptr ? project->migrations : std::vector<MigrationFile>()) {
    Entry entry;
    entry.name = migration.name;
    entry.path = migration.path;
    if (const auto* row = find_row(rows, migration, by_name)) {
      known.insert(row);
      entry.rows = 1;
      entry.finished = row->applied;
      entry.state = State::applied;
      history.head = entry.name;
      if (!migration.path.empty() && !is_checksum_of(row->hash, migration.sql)) {
        entry.state = State::edited;
        add(Severity::warning, "drizzle-edited-migration", entry.name,
            fmt::format("migration {} was changed after it was applied: what its file says now was never run here, and Drizzle does not look", entry.name),
            fmt::format("Take the file back as it was applied (`git log -- {}`), and put the change into a new migration.", migration.path.string()));
      }
    } else if (!by_name && migration.when <= newest) {
      add(Severity::warning, "drizzle-skipped-migration", entry.name,
          fmt::format("migration {} is not applied, and older than the newest one that is: `drizzle-kit migrate` passes it over in silence", entry.name),
          "Make it again as the newest one: remove its file and its journal entry, then run `npx drizzle-kit generate`.");
    } else {
      history.pending.push_back(migration);
    }
    history.entries.push_back(std::move(entry));
  }
  for (const auto& row : rows) {
    if (known.contains(&row)) continue;
    Entry entry;
    entry.name = row.name.empty() ? "hash " + row.hash.substr(0, 12) : row.name;
    entry.rows = 1;
    entry.finished = row.applied;
    entry.state = project != nullptr ? State::deleted : State::applied;
    if (project == nullptr || (history.head.empty() && row.when == newest)) history.head = entry.name;
    if (project != nullptr)
      add(Severity::warning, "drizzle-missing-migration", entry.name,
          fmt::format("a migration that is applied here ({}) is not in the code: the database is ahead of it, or its file was changed together with the journal", entry.name),
          "Deploy code that has it, or take it back from version control; deploying older code does not undo it.");
    history.entries.push_back(std::move(entry));
  }
  if (project != nullptr) check_drizzle_code(*project, history);
  return history;
}

void check_drizzle_code(const DrizzleProject& project, History& history) {
  for (const auto& migration : project.migrations) {
    if (!migration.path.empty()) continue;
    const bool is_pending = std::any_of(history.pending.begin(), history.pending.end(), [&](const auto& one) { return one.name == migration.name; });
    history.problems.push_back({is_pending ? Severity::error : Severity::warning, "drizzle-migration-without-sql", migration.name,
                                fmt::format("the journal names migration {}, and there is no {}.sql{}", migration.name, migration.name, is_pending ? ": deploy fails at it" : ""),
                                "Take the file back from version control."});
  }
}

bool is_pushed(const Project& project) {
  bool pushes = false, migrates = false;
  for (const auto& line : project.commands)
    for (const auto& invocation : invocations_of(line, project.directory)) {
      pushes = pushes || invocation.is("drizzle-kit", "push") || invocation.is("drizzle-kit", "push:pg");
      migrates = migrates || invocation.is("drizzle-kit", "migrate");
    }
  return (pushes && !migrates) || (!migrates && project.drizzle && project.drizzle->migrations.empty());
}

History history_of_push() {
  History history;
  history.tool = "drizzle";
  history.problems.push_back({Severity::info, "drizzle-no-history", "", "`drizzle-kit push` keeps no history: what it would do is known after a rehearsal only",
                              "`safety-deploy --rehearse` shows it on a copy; `safety-list --changes` shows what changed between checkpoints."});
  return history;
}

}  // namespace safety::migrations

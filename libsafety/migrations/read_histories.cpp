#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/drizzle_history.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/prisma_history.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::migrations {
namespace {

using Severity = Problem::Severity;

bool is_of_prisma(const HistoryTable& table) { return table.name == kPrismaTable; }

/// A table that is there and cannot be taken as a history; nullopt when it can.
std::optional<History> unreadable(const HistoryTable& table) {
  const auto missing = is_of_prisma(table) ? missing_prisma_columns(table) : missing_drizzle_columns(table);
  if (table.obstacle.empty() && missing.empty()) return std::nullopt;
  History history;
  history.tool = is_of_prisma(table) ? "prisma" : "drizzle";
  history.schema = table.schema;
  const auto name = pg::quote_qualified(table.schema, table.name);
  if (!table.obstacle.empty())
    history.problems.push_back({Severity::error, history.tool + "-no-permission", "", fmt::format("{} may not be read: {}; what is applied is not known", name, table.obstacle),
                                fmt::format("Run it as the role that deploys, or `GRANT USAGE ON SCHEMA {} TO role; GRANT SELECT ON {} TO role;`. "
                                            "{} would take it for a database without history.", pg::quote_identifier(table.schema), name, history.tool == "prisma" ? "Prisma" : "Drizzle")});
  else
    history.problems.push_back({Severity::error, history.tool + "-unknown-history", "", fmt::format("{} lacks the columns of a history: {}", name, join(missing, ", ")),
                                "Look whose table it is; a history of another version of the tool is not understood."});
  return history;
}

History read_prisma(pg::Connection& connection, const PrismaProject* project, const HistoryTable& table, const std::optional<LockHolder>& holder) {
  if (auto history = unreadable(table)) {
    if (project != nullptr) check_prisma_code(*project, *history);
    return *std::move(history);
  }
  return judge_prisma(project, table.schema, read_prisma_rows(connection, table), holder);
}

History read_drizzle(pg::Connection& connection, const DrizzleProject* project, const HistoryTable& table) {
  if (auto history = unreadable(table)) return *std::move(history);
  return judge_drizzle(project, table.schema, read_drizzle_rows(connection, table));
}

/// Of several tables the project's is the one that knows most of its migrations; of equals the first, which is `public`.
const HistoryTable* table_of_prisma(pg::Connection& connection, const PrismaProject& project, const std::vector<HistoryTable>& tables) {
  std::vector<const HistoryTable*> candidates;
  for (const auto& table : tables)
    if (is_of_prisma(table)) candidates.push_back(&table);
  if (candidates.size() < 2) return candidates.empty() ? nullptr : candidates.front();
  const HistoryTable* best = candidates.front();
  std::ptrdiff_t most = -1;
  for (const auto* table : candidates) {
    if (!table->obstacle.empty() || !missing_prisma_columns(*table).empty()) continue;
    const auto rows = read_prisma_rows(connection, *table);
    const auto known = std::count_if(project.migrations.begin(), project.migrations.end(), [&](const auto& one) {
      return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == one.name; });
    });
    if (known > most) most = known, best = table;
  }
  return best;
}

History prisma_without_table(pg::Connection& connection, const PrismaProject& project, const std::optional<LockHolder>& holder) {
  auto history = judge_prisma(&project, "", {}, holder);
  std::vector<std::string> schemas{"public"};
  for (const auto& table : project.tables) schemas.push_back(split_name(table).schema);
  if (!project.migrations.empty() && has_tables(connection, schemas))
    history.problems.push_back({Severity::error, "prisma-not-baselined", "", "there are tables and no _prisma_migrations: deploy refuses (P3005)",
                                fmt::format("For each migration whose content is in this database run `npx prisma migrate resolve --applied NAME`, the oldest ({}) first.",
                                            project.migrations.front().name)});
  return history;
}

History drizzle_without_table(pg::Connection& connection, const Project& project) {
  if (is_pushed(project)) return history_of_push();
  auto history = judge_drizzle(&*project.drizzle, "", {});
  const auto there = present_tables(connection, project.drizzle->tables);
  if (!history.pending.empty() && !there.empty())
    history.problems.push_back({Severity::warning, "drizzle-not-baselined", "",
                                fmt::format("nothing is recorded as applied, and {} there: a first migration that creates it fails", there.size() == 1 ? there.front() + " is" : join_some(there, 3) + " are"),
                                "Where the tables come from `drizzle-kit push`, record the first migrations as applied in drizzle.__drizzle_migrations before the first `drizzle-kit migrate`."});
  return history;
}

void note_config(const DrizzleProject& project, History& history) {
  for (const auto& text : project.not_understood)
    history.problems.push_back({Severity::info, "drizzle-not-understood", "", fmt::format("{} could not be read without running it: {}", project.config.filename().string(), text),
                                "Write it down as a text or a list of texts where it is to be checked."});
}

void note_further(History& history) {
  history.problems.insert(history.problems.begin(),
                          {Severity::info, history.tool + "-further-history", "", fmt::format("schema \"{}\" holds a further history of {}, of another project", history.schema, history.tool),
                           "Check that project's migrations with its own [migrations]."});
}

}  // namespace

std::vector<History> read_histories(const Context& context, pg::Connection& connection, const Project& project) {
  context.throw_if_stopped();
  const auto tables = find_history_tables(connection, history_names(project));
  const auto holder = find_lock_holder(connection);
  std::vector<History> histories;
  std::vector<const HistoryTable*> rest;
  const auto* of_prisma = project.prisma ? table_of_prisma(connection, *project.prisma, tables) : nullptr;
  const HistoryTable* of_drizzle = nullptr;
  if (project.drizzle && !is_pushed(project))
    for (const auto& table : tables)
      if (!is_of_prisma(table) && of_drizzle == nullptr) of_drizzle = &table;
  if (project.prisma) histories.push_back(of_prisma != nullptr ? read_prisma(connection, &*project.prisma, *of_prisma, holder) : prisma_without_table(connection, *project.prisma, holder));
  if (project.drizzle) {
    histories.push_back(of_drizzle != nullptr ? read_drizzle(connection, &*project.drizzle, *of_drizzle) : drizzle_without_table(connection, project));
    note_config(*project.drizzle, histories.back());
  }
  for (const auto& table : tables) {
    if (&table == of_prisma || &table == of_drizzle) continue;
    histories.push_back(is_of_prisma(table) ? read_prisma(connection, nullptr, table, std::nullopt) : read_drizzle(connection, nullptr, table));
    if (is_of_prisma(table) ? project.prisma.has_value() : project.drizzle.has_value()) note_further(histories.back());
  }
  if (connection.value_of("SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'prisma_contract')") == "t") {
    History contract;
    contract.tool = "prisma";
    contract.schema = "prisma_contract";
    contract.problems.push_back({Severity::warning, "prisma-contract", "", "schema prisma_contract is that of Prisma 8, whose history is not understood: what is applied and pending there is not known",
                                 "Ask Prisma itself with `npx prisma db verify`."});
    histories.push_back(std::move(contract));
  }
  return histories;
}

std::vector<History> histories_of_code(const Project& project) {
  std::vector<History> histories;
  if (project.prisma) histories.push_back(judge_prisma(&*project.prisma, "", {}, std::nullopt));
  if (project.drizzle) {
    histories.push_back(is_pushed(project) ? history_of_push() : judge_drizzle(&*project.drizzle, "", {}));
    note_config(*project.drizzle, histories.back());
  }
  return histories;
}

}  // namespace safety::migrations

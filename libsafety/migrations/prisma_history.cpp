#include "libsafety/migrations/prisma_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/checksum.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::migrations {
namespace {

using Severity = Problem::Severity;

bool is_open(const PrismaRow& row) { return row.finished.empty() && row.rolled_back.empty(); }
bool counts_as_applied(const PrismaRow& row) { return row.rolled_back.empty(); }

/// What the database said, without the advice around it and the engine's own call stack.
std::string gist_of(const std::string& log) {
  std::vector<std::string> lines;
  for (auto& line : split_lines(log)) {
    const bool is_frame = std::isdigit(static_cast<unsigned char>(line[0])) != 0 && line.find(": ") != std::string::npos;
    if (is_frame || line.starts_with("DbError {")) break;
    const bool is_around = line.starts_with("A migration failed to apply") || line.starts_with("Migration name:") || line == "Database error:";
    if (!is_around) lines.push_back(std::move(line));
  }
  if (lines.size() > 4) lines.resize(4);
  return lines.empty() ? "its log does not say why" : one_line(join(lines, " "));
}

/// Collects what is found about the migrations of one table.
class Judge {
 public:
  Judge(const PrismaProject* project, History& history, const std::vector<PrismaRow>& rows, const std::optional<LockHolder>& holder)
      : project_(project), history_(history), holder_(holder), table_(pg::quote_qualified(history.schema, kPrismaTable)) {
    for (const auto& row : rows) by_name_[row.name].push_back(&row);
    if (const auto* head = head_row(rows)) history_.head = head->name;
  }

  void run() {
    if (project_ != nullptr)
      for (const auto& migration : project_->migrations) judge_migration(migration);
    for (const auto& [name, rows] : by_name_)
      if (!is_in_code(name)) judge_without_code(name);
    judge_order();
    judge_lock();
  }

 private:
  bool is_in_code(const std::string& name) const {
    return project_ != nullptr && std::any_of(project_->migrations.begin(), project_->migrations.end(), [&](const auto& one) { return one.name == name; });
  }

  void add(Severity severity, const std::string& code, const std::string& migration, std::string message, std::string hint) {
    history_.problems.push_back({severity, code, migration, std::move(message), std::move(hint)});
  }

  Entry make_entry(const std::string& name) const {
    Entry entry;
    entry.name = name;
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return entry;
    entry.rows = static_cast<int>(found->second.size());
    entry.started = found->second.back()->started;
    entry.finished = found->second.back()->finished;
    for (const auto* row : found->second)
      if (!row->log.empty()) entry.log = row->log;
    return entry;
  }

  /// What the rows alone say: failed and unfinished go before everything, since they block.
  State state_of_rows(const std::string& name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return State::pending;
    const auto& rows = found->second;
    const auto open = std::find_if(rows.begin(), rows.end(), [](const auto* row) { return is_open(*row); });
    if (open != rows.end()) return (*open)->log.empty() ? State::unfinished : State::failed;
    const auto applied = std::count_if(rows.begin(), rows.end(), [](const auto* row) { return counts_as_applied(*row); });
    if (applied > 1)
      add(Severity::warning, "prisma-duplicate-row", name, fmt::format("migration {} is recorded as applied {} times", name, applied),
          fmt::format("Keep one row of it: look at `SELECT id, started_at, finished_at FROM {} WHERE migration_name = {} ORDER BY started_at;`.", table_, pg::quote_literal(name)));
    return applied > 0 ? State::applied : State::rolled_back;
  }

  void judge_migration(const MigrationFile& migration) {
    auto entry = make_entry(migration.name);
    entry.path = migration.path;
    entry.state = state_of_rows(migration.name);
    if (entry.state == State::applied) check_content(migration, entry);
    if (entry.state == State::failed || entry.state == State::unfinished) report_open(entry, true);
    if (entry.state == State::rolled_back) report_rolled_back(entry);
    if (entry.state == State::pending || entry.state == State::rolled_back) history_.pending.push_back(migration);
    history_.entries.push_back(std::move(entry));
  }

  void check_content(const MigrationFile& migration, Entry& entry) {
    const auto& rows = by_name_.at(migration.name);
    const auto row = *std::find_if(rows.begin(), rows.end(), [](const auto* one) { return counts_as_applied(*one); });
    if (migration.path.empty() || is_checksum_of(row->checksum, migration.sql)) return;
    entry.state = State::edited;
    add(Severity::warning, "prisma-edited-migration", entry.name, fmt::format("migration {} was changed after it was applied: what its file says now was never run here", entry.name),
        fmt::format("Take the file back as it was applied (`git log -- {}`), and put the change into a new migration.", migration.path.string()));
  }

  void report_open(const Entry& entry, bool is_in_the_code) {
    const std::string resolve = "npx prisma migrate resolve";
    if (entry.state == State::failed) {
      add(Severity::error, "prisma-failed-migration", entry.name,
          fmt::format("migration {} failed ({}): {}", entry.name, entry.started, gist_of(entry.log)),
          fmt::format("Deploy refuses everything (P3009) until it is settled: see what of it took effect, undo that and run `{} --rolled-back {}`{}.", resolve, entry.name,
                      is_in_the_code ? fmt::format("; or complete it by hand and run `{} --applied {}`", resolve, entry.name) : ""));
      return;
    }
    const bool is_running = holder_ && !holder_->is_ours;
    add(Severity::error, "prisma-unfinished-migration", entry.name,
        is_running ? fmt::format("migration {} began at {} and has no end: {} holds Prisma's lock, so it runs, or its client was killed and the server goes on", entry.name,
                                 entry.started, holder_->describe())
                   : fmt::format("migration {} began at {} and has no end: nobody holds Prisma's lock, so it was killed", entry.name, entry.started),
        is_running ? fmt::format("Wait for it; when no deploy runs any more, end the session with `SELECT pg_terminate_backend({});` and look again.", holder_->pid)
                   : fmt::format("See what of it took effect, undo that and run `{} --rolled-back {}`; it may still run where PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK is set.", resolve, entry.name));
  }

  void report_rolled_back(const Entry& entry) {
    const auto& rows = by_name_.at(entry.name);
    const bool was_applied = std::any_of(rows.begin(), rows.end(), [](const auto* row) { return !row->finished.empty(); });
    if (was_applied)
      add(Severity::warning, "prisma-applied-but-rolled-back", entry.name,
          fmt::format("migration {} was applied and then marked rolled back by hand: deploy applies it again, while `migrate status` says all is up to date", entry.name),
          fmt::format("If it was undone, run `DELETE FROM {0} WHERE migration_name = {1};`; if it is still in effect, `UPDATE {0} SET rolled_back_at = NULL WHERE migration_name = {1};`.",
                      table_, pg::quote_literal(entry.name)));
    else
      add(Severity::warning, "prisma-rolled-back-migration", entry.name,
          fmt::format("migration {} is marked rolled back and still in the code: deploy applies it again, while `migrate status` says all is up to date", entry.name),
          "Correct its SQL if that was why it failed; move its folder out of migrations/ when it is not wanted.");
  }

  void judge_without_code(const std::string& name) {
    auto entry = make_entry(name);
    entry.state = state_of_rows(name);
    if (entry.state == State::failed || entry.state == State::unfinished) report_open(entry, false);
    if (project_ != nullptr && entry.state == State::applied) {
      entry.state = State::deleted;
      add(Severity::warning, "prisma-missing-migration", name,
          fmt::format("migration {} is applied here and not in the code: the database is ahead of it, and `migrate status` does not say so", name),
          "Deploy code that has it, or take its folder back from version control; deploying older code does not undo it.");
    }
    history_.entries.push_back(std::move(entry));
  }

  void judge_order() {
    for (const auto& migration : history_.pending)
      if (migration.name < history_.head)
        add(Severity::warning, "prisma-out-of-order", migration.name,
            fmt::format("migration {} is pending and older than {}, which is applied: here it runs after it, in a new database before it", migration.name, history_.head),
            "Give its folder a newer time stamp when it does not matter to databases that have it already.");
  }

  void judge_lock() {
    if (!holder_ || holder_->is_ours) return;
    add(Severity::error, "prisma-lock-held", "", fmt::format("{} holds Prisma's advisory lock: a deploy would fail with P1002 after 10 s", holder_->describe()),
        fmt::format("Wait for it; when no deploy runs it is left over of one that was killed: end it with `SELECT pg_terminate_backend({});`.", holder_->pid));
  }

  const PrismaProject* project_;
  History& history_;
  const std::optional<LockHolder>& holder_;
  std::string table_;
  std::map<std::string, std::vector<const PrismaRow*>> by_name_;
};

}  // namespace

std::vector<std::string> missing_prisma_columns(const HistoryTable& table) {
  std::vector<std::string> missing;
  for (const char* column : {"id", "checksum", "finished_at", "migration_name", "logs", "rolled_back_at", "started_at"})
    if (!table.has(column)) missing.emplace_back(column);
  return missing;
}

std::vector<PrismaRow> read_prisma_rows(pg::Connection& connection, const HistoryTable& table) {
  const auto rows = connection.execute("SELECT id, checksum, migration_name, started_at, finished_at, rolled_back_at, logs FROM " +
                                       pg::quote_qualified(table.schema, table.name) + " ORDER BY started_at, id");
  std::vector<PrismaRow> list;
  for (int row = 0; row < rows.rows(); ++row)
    list.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5), rows.text(row, 6)});
  return list;
}

const PrismaRow* applied_row(const std::vector<PrismaRow>& rows, const std::string& name) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name && !row.finished.empty() && row.rolled_back.empty(); });
  return found == rows.end() ? nullptr : &*found;
}

const PrismaRow* head_row(const std::vector<PrismaRow>& rows) {
  const PrismaRow* head = nullptr;
  for (const auto& row : rows)
    if (!row.finished.empty() && row.rolled_back.empty() && (head == nullptr || row.name > head->name)) head = &row;
  return head;
}

void check_prisma_code(const PrismaProject& project, History& history) {
  if (!project.provider.empty() && project.provider != "postgresql" && project.provider != "cockroachdb")
    history.problems.push_back({Severity::error, "prisma-provider", "",
                                fmt::format("migration_lock.toml is of provider \"{}\", not postgresql: deploy refuses (P3019)", project.provider),
                                "Take migration_lock.toml back from version control, or begin a history of PostgreSQL's own."});
  for (const auto& migration : project.migrations) {
    if (!migration.path.empty()) continue;
    const bool is_pending = std::any_of(history.pending.begin(), history.pending.end(), [&](const auto& one) { return one.name == migration.name; });
    history.problems.push_back({is_pending ? Severity::error : Severity::warning, "prisma-migration-without-sql", migration.name,
                                fmt::format("the folder of migration {} holds no migration.sql{}", migration.name, is_pending ? ": deploy fails at it (P3015)" : ""),
                                "Take the file back from version control, or remove the empty folder (switching branches leaves such)."});
  }
}

History judge_prisma(const PrismaProject* project, const std::string& schema, const std::vector<PrismaRow>& rows, const std::optional<LockHolder>& holder) {
  History history;
  history.tool = "prisma";
  history.schema = schema;
  Judge(project, history, rows, holder).run();
  if (project != nullptr) check_prisma_code(*project, history);
  return history;
}

}  // namespace safety::migrations

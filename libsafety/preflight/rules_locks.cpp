// Checks of the group "locks and rewrites": who waits, and for how long.

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;
using Of = ConstraintInfo::Kind;

void report_sized(Look& look, std::string_view rule, const Action& action, std::string object, std::string message,
                  std::optional<Severity> severity = std::nullopt, const std::string& type = {}) {
  const auto finding = look.report(rule, action.position, std::move(object), std::move(message), severity);
  if (action.object.name.empty() || (action.kind == Kind::reindex && action.kind_word != "table")) return;
  auto& question = look.ask(finding, Question::Kind::rewrite, action.object);
  // With the new type, so that a mere widening can be told from a rewrite.
  if (!type.empty()) question.columns = {look.made.original_column(action.object, action.name)};
  question.type = type;
}

void check_index(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  const auto index = action.name.empty() ? std::string("an index") : "index " + action.name;
  if (look.made.is_dropped_index(action.name) && !action.name.empty())
    look.report("index-replaced", action.position, name, fmt::format("{} of {} was dropped above: until it is built again, queries go without", index, name));
  if (action.is_concurrent || look.made.is_new(action.object)) return;
  report_sized(look, "create-index-not-concurrent", action, name, fmt::format("builds {} on {} while nobody can write to it", index, name));
  if (look.run.is_in_transaction() && look.run.locked.contains(key_of(action.object)) && look.run.is_first("index-after-lock"))
    look.report("index-after-lock", action.position, name, fmt::format("builds {} while the statements above keep {} locked against readers too", index, name));
}

void check_constraint(Look& look, const Action& action) {
  if (action.is_part_of_table || look.made.is_new(action.object)) return;
  const auto name = format_name(action.object);
  const auto& constraint = action.constraint;
  if (constraint.kind == Of::unique || constraint.kind == Of::primary_key) {
    if (!constraint.index.empty()) return;
    const bool is_primary = constraint.kind == Of::primary_key;
    report_sized(look, is_primary ? "primary-key-builds-index" : "unique-builds-index", action, name,
                 fmt::format("builds the index of a {} on {} while nobody can read it", is_primary ? "primary key" : "unique constraint", name));
  } else if (constraint.kind != Of::exclusion && !constraint.is_not_valid) {
    const auto others = constraint.kind == Of::foreign_key && !look.made.is_new(constraint.other) ? fmt::format(", with writes to {} stopped too", format_name(constraint.other)) : std::string();
    report_sized(look, "constraint-checked-under-lock", action, name,
                 fmt::format("checks every row of {} while {}{}", name, constraint.kind == Of::foreign_key ? "nobody can write to it" : "nobody can read it", others));
  }
}

void check_new_column(Look& look, const Action& action) {
  if (look.made.is_new(action.object)) return;
  const auto& column = action.column;
  const auto name = format_name(action.object);
  const auto full = name + "." + column.name;
  if (column.is_default_volatile || column.is_default_unknown)
    report_sized(look, "volatile-default", action, full,
                 fmt::format("rewrites {}: {} {} a value of its own in each row", name, column.default_text, column.is_default_volatile ? "gives" : "may give"),
                 column.is_default_volatile ? std::nullopt : std::optional(Severity::note));
  if (column.is_identity || column.type.is_serial)
    report_sized(look, "add-serial-or-identity", action, full, fmt::format("rewrites {} to number its rows in {}", name, column.name));
  if (column.is_stored) report_sized(look, "add-stored-generated", action, full, fmt::format("rewrites {} to compute {} for each row", name, column.name));
}

void check_backfill(Look& look, const Action& action) {
  if (look.made.is_new(action.object) || action.set_columns.empty()) return;
  const bool is_backfill = std::all_of(action.set_columns.begin(), action.set_columns.end(),
                                       [&](const auto& column) { return look.made.new_column(action.object, column) != nullptr; });
  if (!is_backfill) return;
  const auto name = format_name(action.object);
  report_sized(look, "backfill-in-migration", action, name,
               fmt::format("fills {}.{} in the migration that adds it: all rows are locked until it ends", name, action.set_columns.front()));
}

void check_partition(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  if (look.made.is_new(action.object)) return;
  if (action.kind == Kind::attach_partition) {
    look.report("attach-partition", action.position, name, fmt::format("attaches {} to {}: its rows are checked while nobody can use it", action.new_name, name));
  } else if (!action.is_concurrent) {
    look.report("detach-partition", action.position, name, fmt::format("detaches {} while nobody can use {}", action.new_name, name));
  }
}

void check_timeouts(Look& look, const Action& action) {
  auto& run = look.run;
  const bool is_foreign_key = action.kind == Kind::add_constraint && action.constraint.kind == Of::foreign_key;
  const auto own = lock_of(action);
  const auto lock = is_foreign_key ? Lock::writers_and_definitions : own;
  if (lock == Lock::none || action.object.name.empty() || action.kind == Kind::reindex) return;
  std::vector<TableName> tables;
  if (own != Lock::none) tables.push_back(action.object);
  if (is_foreign_key) tables.push_back(action.constraint.other);  // also where a new table refers to it
  for (const auto& table : tables) {
    if (look.made.is_new(table) || run.has_lock_timeout) continue;
    if (!run.lock_timeout_finding)
      run.lock_timeout_finding = look.report("no-lock-timeout", action.position, format_name(table),
                                             fmt::format("waits for {} lock on {} without a lock_timeout: behind a long transaction everybody waits with it",
                                                         words_of(lock), format_name(table)));
    if (run.is_first("blockers of " + key_of(table))) look.ask(*run.lock_timeout_finding, Question::Kind::blockers, table);
  }
  if (own != Lock::none && !look.made.is_new(action.object) && is_slow(action) && !run.has_statement_timeout && run.is_first("no-statement-timeout"))
    look.report("no-statement-timeout", action.position, format_name(action.object),
                fmt::format("works on {} under a lock for as long as it takes, without a statement_timeout", format_name(action.object)));
}

void check_work_after_lock(Look& look, const Action& action) {
  if (!look.run.is_in_transaction() || look.run.locked.empty() || !is_slow(action) || action.kind == Kind::create_index) return;
  // A statement that holds only its own table's lock is told of by the other rules.
  const bool is_other = look.run.locked.size() > 1 || !look.run.locked.contains(key_of(action.object));
  const bool is_rows = action.kind == Kind::update_rows || action.kind == Kind::delete_rows;
  if (look.made.is_new(action.object) || (!is_other && !is_rows) || !look.run.is_first("work-after-lock")) return;
  look.report("work-after-lock", action.position, format_name(action.object),
              fmt::format("takes long while the transaction keeps {} locked against readers", look.run.locked.begin()->substr(look.run.locked.begin()->starts_with("public.") ? 7 : 0)));
}

}  // namespace

void check_locks(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  const bool is_new = look.made.is_new(action.object);
  switch (action.kind) {
    case Kind::create_index: check_index(look, action); break;
    case Kind::add_constraint: check_constraint(look, action); break;
    case Kind::add_column: check_new_column(look, action); break;
    case Kind::update_rows: check_backfill(look, action); break;
    case Kind::attach_partition:
    case Kind::detach_partition: check_partition(look, action); break;
    case Kind::drop_index:
      if (!action.is_concurrent && !look.made.is_new_index(action.object))
        look.report("drop-index-not-concurrent", action.position, name, fmt::format("drops index {}: its table is locked against everybody meanwhile", name));
      break;
    case Kind::reindex:
      if (!action.is_concurrent && !is_new)
        report_sized(look, "reindex-not-concurrent", action, name, fmt::format("rebuilds {} {} while nobody can write", action.kind_word, name));
      break;
    case Kind::vacuum_full:
    case Kind::cluster:
      report_sized(look, "vacuum-full", action, name,
                   fmt::format("writes {} anew while nobody can read {}", name.empty() ? "every table" : name, name.empty() ? "them" : "it"));
      break;
    case Kind::refresh_view:
      if (!action.is_concurrent && !look.made.is_new_object(action.object))
        report_sized(look, "refresh-not-concurrent", action, name, fmt::format("fills materialized view {} again while nobody can read it", name));
      break;
    case Kind::rewrite_table:
      if (!is_new) report_sized(look, "table-rewrite", action, name, fmt::format("writes {} anew while nobody can read it: {}", name, action.kind_word));
      break;
    case Kind::alter_type:
      if (!is_new && look.made.new_column(action.object, action.name) == nullptr)
        report_sized(look, "change-type-rewrite", action, name + "." + action.name,
                     fmt::format("changes the type of {}.{} to {}: unless that is a mere widening, the table and its indexes are written anew", name,
                                 action.name, action.type.text),
                     std::nullopt, action.type.text);
      break;
    case Kind::set_not_null:
      if (!is_new && look.made.new_column(action.object, action.name) == nullptr && !look.made.is_known_not_null(action.object, action.name))
        report_sized(look, "constraint-checked-under-lock", action, name + "." + action.name,
                     fmt::format("reads every row of {} for a missing {} while nobody can read it", name, action.name));
      break;
    case Kind::create_trigger:
    case Kind::drop_trigger:
    case Kind::toggle_trigger:
      if (!is_new) look.report("trigger-change", action.position, name, fmt::format("changes a trigger of {} while nobody can write to it", name));
      break;
    default: break;
  }
  check_work_after_lock(look, action);
  check_timeouts(look, action);
}

}  // namespace safety::preflight

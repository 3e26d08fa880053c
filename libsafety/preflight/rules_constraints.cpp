// Constraints and unique indexes on tables that have rows: what the rows must be like for them to be made.

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using ConstraintKind = ConstraintInfo::Kind;

std::string words_of_columns(const std::vector<std::string>& columns) { return "(" + join(columns, ", ") + ")"; }

/// How much the columns that it is over have to do with this set.
struct Newness {
  bool are_all_new = true, has_value = false, is_any_new = false;
};
Newness newness_of(const Look& look, const TableName& table, const std::vector<std::string>& columns) {
  Newness newness;
  for (const auto& column : columns) {
    const auto* added = look.made.new_column(table, column);
    newness.are_all_new = newness.are_all_new && added != nullptr;
    newness.is_any_new = newness.is_any_new || added != nullptr;
    newness.has_value = newness.has_value || look.made.is_backfilled(table, column) ||
                        (added != nullptr && (added->has_default || added->is_identity || added->is_stored || added->type.is_serial));
  }
  if (columns.empty()) newness.are_all_new = false;
  return newness;
}

/// Columns of the table that this set has added, among the names in an expression.
bool mentions_new_column(const Look& look, const TableName& table, const std::string& expression) {
  const Tokens tokens(expression);
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (tokens[i].kind == Token::Kind::word || tokens[i].kind == Token::Kind::quoted_name)
      if (look.made.new_column(table, name_of_token(tokens.raw(i))) != nullptr) return true;
  return false;
}

void check_unique(Look& look, const Action& action, const ConstraintInfo& constraint) {
  const auto name = format_name(action.object);
  const bool is_index = action.kind == Action::Kind::create_index;
  auto keys = is_index ? action.index.expressions : std::vector<std::string>();
  if (!is_index)
    for (const auto& column : constraint.columns) keys.push_back(quote_where_needed(look.made.original_column(action.object, column)));
  const auto newness = newness_of(look, action.object, constraint.columns);
  const bool is_over_columns = !is_index || constraint.columns.size() == keys.size();
  const bool is_primary = constraint.kind == ConstraintKind::primary_key;
  const auto rule = is_primary ? "add-primary-key" : look.made.is_dropped_index(action.name) ? "index-made-unique" : "add-unique";
  const auto what = is_primary ? "primary key" : look.made.is_dropped_index(action.name) ? "unique index of the old one's name" : "unique key";
  if (newness.are_all_new && is_over_columns) {
    // NULLs in all rows do not collide; numbers of a sequence neither; one value for all rows does from the second row on.
    const auto* only = constraint.columns.size() == 1 ? look.made.new_column(action.object, constraint.columns.front()) : nullptr;
    if (only != nullptr && (only->type.is_serial || only->is_identity || (only->has_default && only->is_default_volatile))) return;
    const bool is_value_same = newness.has_value || constraint.are_nulls_equal || is_primary;
    if (!is_value_same) return;
    const auto finding = look.report(rule, action.position, name,
                                     fmt::format("makes a {} of {} over {}, which has been added with the same value in every row", what, name,
                                                 words_of_columns(constraint.columns)));
    if (!look.made.has_changed_rows(action.object)) look.ask(finding, Question::Kind::has_rows, action.object);
    return;
  }
  const bool was_changed = look.made.has_changed_rows(action.object);
  const auto finding = look.report(rule, action.position, name,
                                   fmt::format("makes a {} of {} over ({}): fails where rows hold the same{}{}", what, name, join(keys, ", "),
                                               is_primary ? " or none" : "", was_changed ? " after the changes above" : ""));
  if (was_changed || newness.is_any_new || mentions_new_column(look, action.object, join(keys, " "))) return;
  if (is_index) {
    // As the columns are called before this set.
    for (std::size_t i = 0; i < keys.size() && is_over_columns; ++i)
      if (const auto old = look.made.original_column(action.object, constraint.columns[i]); old != constraint.columns[i]) keys[i] = quote_where_needed(old);
  }
  auto& question = look.ask(finding, Question::Kind::duplicates, action.object, constraint.columns);
  question.expressions = keys;
  question.predicate = action.index.predicate;
  question.nulls_are_equal = constraint.are_nulls_equal;
  if (is_primary)
    for (const auto& column : constraint.columns) look.ask(finding, Question::Kind::nulls, action.object, {column});
}

void check_foreign_key(Look& look, const Action& action, const ConstraintInfo& constraint) {
  const auto name = format_name(action.object);
  const auto newness = newness_of(look, action.object, constraint.columns);
  if (newness.are_all_new && !newness.has_value && !look.made.has_changed_rows(action.object)) return;
  const auto parent = format_name(constraint.other);
  const bool was_changed = look.made.has_changed_rows(action.object) || look.made.has_changed_rows(constraint.other);
  const auto finding = look.report("add-foreign-key", action.position, name,
                                   fmt::format("makes {} of {} refer to {}: fails where a row has no counterpart{}", words_of_columns(constraint.columns), name,
                                               parent, was_changed ? " after the changes above" : ""));
  if (was_changed || newness.is_any_new) return;
  if (look.made.is_surely_new(constraint.other)) {
    // An empty parent: whatever has a value is an orphan.
    auto& question = look.ask(finding, Question::Kind::check_violations, action.object, constraint.columns);
    for (const auto& column : question.columns) question.expression += (question.expression.empty() ? "" : " OR ") + quote_where_needed(column) + " IS NULL";
    return;
  }
  auto& question = look.ask(finding, Question::Kind::orphans, action.object, constraint.columns);
  question.other = look.made.original(constraint.other);
  for (const auto& column : constraint.other_columns) question.other_columns.push_back(look.made.original_column(constraint.other, column));
}

}  // namespace

void check_new_constraint(Look& look, const Action& action, const ConstraintInfo& constraint) {
  if (look.made.is_surely_new(action.object) || constraint.is_not_valid) return;
  // CREATE TABLE IF NOT EXISTS leaves a table that is there as it is, its constraints too.
  if (action.is_part_of_table && look.made.is_new(action.object)) return;
  const auto name = format_name(action.object);
  switch (constraint.kind) {
    case ConstraintKind::unique:
    case ConstraintKind::primary_key:
      if (constraint.index.empty()) check_unique(look, action, constraint);
      break;
    case ConstraintKind::foreign_key: check_foreign_key(look, action, constraint); break;
    case ConstraintKind::check: {
      // A new column's own check over its own default is looked at by whoever wrote both.
      if (action.is_part_of_table) break;
      const bool was_changed = look.made.has_changed_rows(action.object);
      const auto finding = look.report("add-check", action.position, name,
                                       fmt::format("adds a check to {}: fails where a row does not meet it{}", name, was_changed ? " after the changes above" : ""));
      if (!was_changed && !mentions_new_column(look, action.object, constraint.expression))
        look.ask(finding, Question::Kind::check_violations, action.object).expression = constraint.expression;
      break;
    }
    case ConstraintKind::exclusion: {
      const auto finding = look.report("add-exclusion", action.position, name, fmt::format("adds an exclusion constraint to {}: fails where rows overlap", name));
      if (!look.made.has_changed_rows(action.object)) look.ask(finding, Question::Kind::overlaps, action.object).expression = constraint.expression;
      break;
    }
  }
}

}  // namespace safety::preflight

// Checks of the group "data loss", but for those about owners (rules_owners.cpp).

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

void check_cascade(Look& look, const Action& action) {
  if (!action.is_cascade || action.kind == Kind::truncate) return;
  const auto name = format_name(action.object);
  // Columns go with the type they are of, tables with their schema.
  const bool takes_rows = action.kind == Kind::drop_type || action.kind_word == "extension" || action.kind == Kind::drop_schema;
  const auto what = action.kind == Kind::drop_column       ? fmt::format("column {}.{}", name, action.name)
                    : action.kind == Kind::drop_constraint ? fmt::format("constraint {} of {}", action.name, name)
                                                           : fmt::format("{} {}", action.kind_word, name);
  const auto finding = look.report(
      "drop-cascade", action.position, name,
      fmt::format("dropping {} with CASCADE drops whatever depends on it{}", what, takes_rows ? ", columns and tables with their rows among it" : ""),
      takes_rows ? std::optional(Severity::error) : std::nullopt);
  if (action.kind == Kind::drop_table) look.ask(finding, Question::Kind::cascade_reach, action.object);
}

void check_drop_table(Look& look, const Action& action) {
  if (look.made.is_new(action.object)) return;
  const auto name = format_name(action.object);
  const bool comes_back = look.comes_later(Kind::create_table, action.object);
  const auto finding = look.report(comes_back ? "drop-and-recreate-table" : "drop-table", action.position, name,
                                   comes_back ? fmt::format("drops table {} with its rows and makes it again empty", name)
                                              : fmt::format("drops table {} with its rows", name));
  look.ask(finding, Question::Kind::lost_table, action.object);
}

void check_drop_column(Look& look, const Action& action) {
  if (look.made.is_new(action.object) || look.made.new_column(action.object, action.name) != nullptr) return;
  const auto name = format_name(action.object) + "." + action.name;
  const bool comes_back = look.comes_later(Kind::add_column, action.object, action.name);
  const auto finding = look.report(comes_back ? "drop-and-recreate-column" : "drop-column", action.position, name,
                                   comes_back ? fmt::format("drops column {} with its values and adds it again without them", name)
                                              : fmt::format("drops column {} with its values", name));
  look.ask(finding, Question::Kind::lost_column, action.object, {action.name});
}

/// A column that goes and one that comes in the same file: a tool that compares schemas writes a rename like this.
void check_rename_in_disguise(Look& look, const Action& added) {
  std::vector<std::string> dropped, came;
  for (std::size_t i = 0; i < look.file.actions.size(); ++i)
    for (const auto& action : look.file.actions[i]) {
      if (key_of(action.object) != key_of(added.object)) continue;
      if (action.kind == Kind::drop_column) dropped.push_back(action.name);
      if (action.kind == Kind::add_column) came.push_back(action.name);
    }
  if (dropped.size() != came.size() || dropped.empty() || std::find(dropped.begin(), dropped.end(), added.name) != dropped.end()) return;
  const auto at = static_cast<std::size_t>(std::find(came.begin(), came.end(), added.name) - came.begin());
  const auto name = format_name(added.object);
  look.report("rename-as-drop-and-add", added.position, name + "." + added.name,
              fmt::format("{0}.{1} is dropped and {0}.{2} added in one migration: if it is a rename, the values are lost", name, dropped[at], added.name));
}

void check_truncate(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  if (!look.made.is_new(action.object))
    look.ask(look.report("truncate", action.position, name, fmt::format("empties table {}", name)), Question::Kind::lost_table, action.object);
  if (!action.is_cascade) return;
  const auto finding = look.report("truncate-cascade", action.position, name,
                                   fmt::format("empties every table that refers to {}, and those that refer to them", name));
  look.ask(finding, Question::Kind::cascade_reach, action.object);
}

/// DELETE FROM pg_enum: the only way to take a value from an enum without making it anew, and one that corrupts.
void check_delete_from_catalog(Look& look, const Action& action) {
  const auto& tokens = look.tokens();
  const auto string_after = [&](std::string_view word) {
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i)
      if (tokens.is_word(i, word) && tokens.is_symbol(i + 1, '=') && tokens[i + 2].kind == Token::Kind::string)
        return std::string(tokens.raw(i + 2).substr(1, tokens.raw(i + 2).size() - 2));
    return std::string();
  };
  const auto label = string_after("enumlabel"), type = string_after("typname");
  const auto finding = look.report("enum-value-removal", action.position, type,
                                   fmt::format("removes value '{}' from an enum behind the server's back: rows and indexes that hold it break", label),
                                   Severity::error);
  if (label.empty() || type.empty()) return;
  auto& question = look.ask(finding, Question::Kind::enum_in_use, {});
  question.type = quote_where_needed(type);
  question.labels = {label};
}

void check_delete(Look& look, const Action& action) {
  if (action.object.name == "pg_enum") return check_delete_from_catalog(look, action);
  if (look.made.is_new(action.object)) return;
  const auto name = format_name(action.object);
  if (!action.has_where) {
    const auto finding = look.report("delete-without-where", action.position, name, fmt::format("deletes every row of {}", name));
    look.ask(finding, Question::Kind::lost_table, action.object);
    return;
  }
  const auto finding = look.report("many-rows-changed", action.position, name, fmt::format("deletes rows of {}", name));
  if (action.is_condition_known) look.ask(finding, Question::Kind::affected_rows, action.object).expression = action.expression;
}

void check_lost_values(Look& look, const Action& action) {
  if (look.made.is_new(action.object)) return;
  const auto name = format_name(action.object);
  const bool is_backfill = std::all_of(action.set_columns.begin(), action.set_columns.end(), [&](const auto& column) {
    return look.made.new_column(action.object, column) != nullptr;
  });
  if (is_backfill) return;  // the group of locks looks at those
  const auto finding = action.has_where
                           ? look.report("many-rows-changed", action.position, name, fmt::format("overwrites {} in rows of {}", join(action.set_columns, ", "), name))
                           : look.report("update-without-where", action.position, name,
                                         fmt::format("overwrites {} in every row of {}", join(action.set_columns, ", "), name));
  if (action.is_condition_known || !action.has_where) look.ask(finding, Question::Kind::affected_rows, action.object).expression = action.expression;
}

}  // namespace

void check_data_loss(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  check_cascade(look, action);
  check_owners(look, action);
  switch (action.kind) {
    case Kind::drop_table: check_drop_table(look, action); break;
    case Kind::drop_column: check_drop_column(look, action); break;
    case Kind::add_column:
      if (!look.made.is_new(action.object)) check_rename_in_disguise(look, action);
      break;
    case Kind::drop_schema:
      if (!look.made.is_new_schema(action.object.name))
        look.report("drop-schema", action.position, name, fmt::format("drops schema {}{}", name, action.is_cascade ? " with every table in it" : ""));
      break;
    case Kind::drop_database: look.report("drop-database", action.position, name, fmt::format("drops database {}", name)); break;
    case Kind::drop_owned:
      look.report("drop-owned", action.position, name, fmt::format("drops every object that role {} owns in this database", name));
      break;
    case Kind::drop_sequence:
      if (!look.made.is_new_object(action.object))
        look.report("drop-sequence", action.position, name, fmt::format("drops sequence {} and forgets which numbers it gave", name));
      break;
    case Kind::truncate: check_truncate(look, action); break;
    case Kind::delete_rows: check_delete(look, action); break;
    case Kind::update_rows: check_lost_values(look, action); break;
    case Kind::merge_rows:
      if (!look.made.is_new(action.object)) look.report("many-rows-changed", action.position, name, fmt::format("merges rows into {}", name));
      break;
    case Kind::add_constraint:
      if (action.constraint.deletes_cascade)
        look.report("on-delete-cascade", action.position, name,
                    fmt::format("deleting a row of {} will delete its rows of {} as well", format_name(action.constraint.other), name));
      break;
    default: break;
  }
}

}  // namespace safety::preflight

// Checks of the group "may fail on real rows": each makes a question, and the data settles it. Constraints and types have
// files of their own.

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

void check_required_column(Look& look, const Action& action) {
  const auto& column = action.column;
  if (!column.is_required || column.has_default || column.is_identity || column.is_stored || column.type.is_serial) return;
  if (look.made.is_surely_new(action.object)) return;
  const auto name = format_name(action.object);
  const auto finding = look.report("add-required-column", action.position, name + "." + column.name,
                                   fmt::format("adds column {}.{}, which must have a value, without a default for the rows that are there", name, column.name));
  look.ask(finding, Question::Kind::has_rows, action.object);
}

void check_set_not_null(Look& look, const Action& action) {
  const auto& table = action.object;
  if (look.made.is_surely_new(table)) return;
  const auto name = format_name(table) + "." + action.name;
  const auto* added = look.made.new_column(table, action.name);
  const bool is_backfilled = look.made.is_backfilled(table, action.name);
  if (added != nullptr) {
    if (added->has_default || is_backfilled) return;
    const auto finding = look.report("set-not-null", action.position, name, fmt::format("requires a value in {}, which has been added without one", name));
    if (!look.made.has_changed_rows(table)) look.ask(finding, Question::Kind::has_rows, table);
    return;
  }
  if (look.made.is_known_not_null(table, action.name)) return;
  const bool was_changed = look.made.has_changed_rows(table);
  const auto finding = look.report("set-not-null", action.position, name,
                                   fmt::format("requires a value in {}: fails where a row has none{}", name, was_changed ? " after the changes above" : ""));
  // What the data says now is not what it will say after the rows above have been changed.
  if (!was_changed) look.ask(finding, Question::Kind::nulls, table, {action.name});
}

void check_new_label(Look& look, const Action& action) {
  if (look.run.new_labels.empty() || action.kind == Kind::add_enum_value) return;
  const auto& tokens = look.tokens();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::string || tokens.raw(i).size() < 2) continue;
    const std::string label(tokens.raw(i).substr(1, tokens.raw(i).size() - 2));
    if (!look.run.new_labels.contains(label) || !look.run.is_first("new-enum-value-used " + label)) continue;
    look.report("new-enum-value-used", tokens[i].begin, format_name(action.object),
                fmt::format("uses '{}', an enum value added in the same transaction", label));
  }
}

}  // namespace

void check_may_fail(Look& look, const Action& action) {
  switch (action.kind) {
    case Kind::add_column: check_required_column(look, action); break;
    case Kind::set_not_null: check_set_not_null(look, action); break;
    case Kind::alter_type: check_type_change(look, action); break;
    case Kind::create_index:
      if (action.index.is_unique) {
        ConstraintInfo unique;
        unique.kind = ConstraintInfo::Kind::unique;
        unique.name = action.name;
        unique.columns = action.index.columns;
        unique.are_nulls_equal = action.index.are_nulls_equal;
        check_new_constraint(look, action, unique);
      }
      break;
    case Kind::add_constraint: check_new_constraint(look, action, action.constraint); break;
    case Kind::validate_constraint:
      if (const auto* constraint = look.made.not_valid(action.object, action.name)) {
        auto validated = *constraint;
        validated.is_not_valid = false;
        check_new_constraint(look, action, validated);
      }
      break;
    case Kind::drop_constraint:
      if (!look.made.is_new(action.object) && action.name.ends_with("_pkey"))
        look.report("primary-key-change", action.position, format_name(action.object) + "." + action.name,
                    fmt::format("takes the primary key from {}", format_name(action.object)));
      break;
    case Kind::domain_check:
      if (!look.made.is_new_object(action.object))
        look.report("add-check", action.position, format_name(action.object),
                    fmt::format("restricts domain {}: fails where a column of it holds another value, and reads all of them under a lock", format_name(action.object)));
      break;
    default: break;
  }
  check_new_label(look, action);
}

}  // namespace safety::preflight

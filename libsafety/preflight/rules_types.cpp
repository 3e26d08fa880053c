// A column's type is changed: whether its values can be of the new one.

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

/// Every value has a text.
bool takes_any_value(const TypeInfo& type) {
  return type.name.schema.empty() && !type.is_array && type.modifiers.empty() && (type.name.name == "text" || type.name.name == "character varying");
}

/// The recipe by which values are taken from an enum: a new type, the column over to it, names exchanged.
bool replaces_an_enum(const Look& look, const TableName& type) {
  for (std::size_t i = 0; i < look.file.actions.size(); ++i)
    for (const auto& action : look.file.actions[i])
      if (action.kind == Kind::rename_type && key_of(action.object) == key_of(type)) return true;  // "Role_new" to "Role", or "Role" to "Role_old" before
  return false;
}

std::string is_one_of(const std::string& column, const std::vector<std::string>& labels, bool is_array) {
  std::vector<std::string> literals;
  for (const auto& label : labels) literals.push_back(pg::quote_literal(label));
  const auto name = quote_where_needed(column);
  return is_array ? fmt::format("{}::text[] <@ ARRAY[{}]::text[]", name, join(literals, ", ")) : fmt::format("{}::text IN ({})", name, join(literals, ", "));
}

}  // namespace

void check_type_change(Look& look, const Action& action) {
  const auto& table = action.object;
  if (look.made.is_surely_new(table) || look.made.new_column(table, action.name) != nullptr) return;
  const auto name = format_name(table) + "." + action.name;
  const auto column = look.made.original_column(table, action.name);
  const bool was_changed = look.made.has_changed_rows(table);
  if (const auto* labels = look.made.new_enum(action.type.name)) {
    const bool is_removal = replaces_an_enum(look, action.type.name);
    const auto finding = look.report(is_removal ? "enum-value-removal" : "risky-cast", action.position, name,
                                     fmt::format("brings {} over to an enum of {}: fails where a row holds another value", name,
                                                 labels->empty() ? "no values" : join_some(*labels)));
    if (!was_changed && !labels->empty())
      look.ask(finding, Question::Kind::check_violations, table, {action.name}).expression = is_one_of(column, *labels, action.type.is_array);
    return;
  }
  if (takes_any_value(action.type)) return;
  const auto finding =
      look.report(action.type.is_array ? "scalar-to-array" : "risky-cast", action.position, name,
                  fmt::format("changes the type of {} to {}: fails where a value is none of that type{}", name, action.type.text,
                              action.expression.empty() && action.type.is_array ? ", and at once unless it is an array already" : ""));
  if (was_changed || look.made.is_new_object(action.type.name)) return;
  auto& question = look.ask(finding, Question::Kind::casts, table, {action.name});
  question.type = action.type.text;
  question.expression = action.expression;
}

}  // namespace safety::preflight

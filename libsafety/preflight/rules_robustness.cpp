// Checks of the group "robustness", but for transactions and for statements as text.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {

namespace {

using Kind = Action::Kind;

void check_rename(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  switch (action.kind) {
    case Kind::rename_table:
      if (!look.made.is_new(action.object) && !look.made.is_new_object(action.object))
        look.report("rename-table", action.position, name,
                    action.kind_word == "schema" ? fmt::format("moves {} to schema {}", name, action.new_name)
                                                 : fmt::format("renames {} {} to {}", action.kind_word, name, action.new_name));
      break;
    case Kind::rename_column:
      if (!look.made.is_new(action.object) && look.made.new_column(action.object, action.name) == nullptr)
        look.report("rename-column", action.position, name + "." + action.name, fmt::format("renames column {}.{} to {}", name, action.name, action.new_name));
      break;
    case Kind::rename_schema: look.report("rename-schema", action.position, name, fmt::format("renames schema {} to {}", name, action.new_name)); break;
    case Kind::rename_type:
      // Names exchanged while a type is made anew are no rename for anybody else.
      if (!look.made.is_new_object(action.object) && !look.comes_later(Kind::create_type, action.object)) {
        bool is_taken_over = false;
        for (const auto& actions : look.file.actions)
          for (const auto& other : actions)
            is_taken_over = is_taken_over || (other.kind == Kind::rename_type && other.new_name == action.object.name);
        if (!is_taken_over) look.report("rename-type", action.position, name, fmt::format("renames type {} to {}", name, action.new_name));
      }
      break;
    case Kind::rename_enum_value:
      if (look.made.new_enum(action.object) == nullptr)
        look.report("rename-enum-value", action.position, name, fmt::format("renames value '{}' of enum {} to '{}'", action.name, name, action.new_name));
      break;
    default: break;
  }
}

bool is_unqualified(const Action& action) {
  return is_definition(action) && action.object.schema.empty() && !action.object.name.empty() && action.kind != Kind::create_schema &&
         action.kind != Kind::drop_schema && action.kind != Kind::create_extension && action.kind != Kind::rename_schema && !action.is_temporary;
}

/// What a code block does that cannot be read from its text.
void check_code_block(Look& look, const Action& action) {
  const auto& tokens = look.tokens();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::string) continue;
    const Tokens body(tokens.raw(i).substr(std::min<std::size_t>(tokens.raw(i).find('$', 1) + 1, tokens.raw(i).size())));
    bool is_opaque = tokens.raw(i).front() != '$';
    for (std::size_t at = 0; at < body.size(); ++at) {
      const bool is_plain_text = at + 2 < body.size() && body[at + 1].kind == Token::Kind::string && body.is_symbol(at + 2, ';');
      is_opaque = is_opaque || body.is_word(at, "perform") || body.is_word(at, "call") || (body.is_word(at, "execute") && !is_plain_text);
    }
    if (is_opaque) look.report("opaque-code", action.position, "", "runs code whose statements are made or called at run time: they are not looked at");
    return;
  }
}

void check_foreign_keys_without_index(Look& look) {
  for (std::size_t i = 0; i < look.file.actions.size(); ++i)
    for (const auto& action : look.file.actions[i]) {
      if (action.kind != Kind::add_constraint || action.constraint.kind != ConstraintInfo::Kind::foreign_key) continue;
      const auto& columns = action.constraint.columns;
      const bool are_new = look.made.is_new(action.object) ||
                           std::all_of(columns.begin(), columns.end(), [&](const auto& column) { return look.made.new_column(action.object, column) != nullptr; });
      // Of columns that were there before nobody knows here whether they have an index.
      if (!are_new || look.made.has_index_on(action.object, columns)) continue;
      look.index = i;
      look.report("foreign-key-without-index", action.position, format_name(action.object),
                  fmt::format("({}) of {} has no index: each delete in {} reads the whole table", join(columns, ", "), format_name(action.object),
                              format_name(action.constraint.other)));
    }
}

void check_repeated_alters(Look& look) {
  std::map<std::string, std::vector<std::size_t>> altered;
  std::set<std::string> held;
  bool has_block = false;
  for (std::size_t i = 0; i < look.file.actions.size(); ++i)
    for (const auto& action : look.file.actions[i]) {
      has_block = has_block || action.kind == Kind::begin;
      if (!look.run.on_existing.contains(i) || lock_of(action) == Lock::none || action.object.name.empty() || action.kind == Kind::lock_table) continue;
      if (action.kind != Kind::reindex) held.insert(key_of(action.object));
      // Foreign keys take a lighter lock, and Prisma writes each by itself.
      if (action.kind == Kind::add_constraint && action.constraint.kind == ConstraintInfo::Kind::foreign_key) continue;
      auto& where = altered[key_of(action.object)];
      if (look.file.script.statements[i].tree.contains("AlterTableStmt") && (where.empty() || where.back() != i)) where.push_back(i);
    }
  for (const auto& [table, where] : altered)
    if (where.size() > 1) {
      look.index = where[1];
      const auto name = format_name(look.file.actions[where[1]].front().object);
      look.report("alters-not-merged", 0, name, fmt::format("alters {} for the second time in this file: each takes its lock anew", name));
    }
  if (held.size() > 2 && (has_block || look.run.sent == Run::Sent::in_a_transaction)) {
    look.index = look.file.actions.size() - 1;
    look.report("locks-several-tables", 0, "", fmt::format("this file locks {} until its transaction ends", join_some({held.begin(), held.end()})));
  }
}

void check_mixture(Look& look) {
  std::optional<std::size_t> rows;
  bool has_definitions = false;
  for (std::size_t i = 0; i < look.file.actions.size(); ++i)
    for (const auto& action : look.file.actions[i]) {
      has_definitions = has_definitions || is_definition(action);
      const bool is_rows = action.kind == Kind::update_rows || action.kind == Kind::delete_rows || action.kind == Kind::insert_rows || action.kind == Kind::merge_rows;
      if (is_rows && look.run.on_existing.contains(i) && !rows) rows = i;
    }
  if (!rows || !has_definitions) return;
  look.index = *rows;
  look.report("mixed-definitions-and-rows", 0, "", "changes rows in a migration that also changes definitions: undoing one undoes not the other");
}

}  // namespace

void check_robustness(Look& look, const Action& action) {
  check_transaction(look, action);
  check_rename(look, action);
  switch (action.kind) {
    case Kind::change_owner:
    case Kind::set_role:
      look.report("owner-change", action.position, format_name(action.object),
                  action.kind == Kind::set_role ? "changes the role: what follows will belong to another" : "changes an owner: later migrations may not be allowed to alter it");
      break;
    case Kind::code_block: check_code_block(look, action); break;
    case Kind::call: look.report("opaque-code", action.position, "", "calls a procedure, which does what only the server knows"); break;
    default: break;
  }
  if (look.run.has_search_path && is_unqualified(action) && look.run.is_first("unqualified-name"))
    look.report("unqualified-name", action.position, format_name(action.object),
                fmt::format("search_path was changed above: which {} this means depends on it", format_name(action.object)));
}

void check_end_of_file(Look& look) {
  if (look.file.actions.empty()) return;
  check_end_of_transactions(look);
  check_foreign_keys_without_index(look);
  check_repeated_alters(look);
  check_mixture(look);
}

}  // namespace safety::preflight

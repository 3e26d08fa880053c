// ALTER TABLE, command by command, and renames.

#include <map>
#include <nlohmann/json.hpp>

#include "libsafety/preflight/actions.hpp"

namespace safety::preflight::detail {
namespace {

using Kind = Action::Kind;

const std::map<std::string_view, Kind> kCommands{
    {"AT_AddColumn", Kind::add_column}, {"AT_DropColumn", Kind::drop_column}, {"AT_AddConstraint", Kind::add_constraint},
    {"AT_DropConstraint", Kind::drop_constraint}, {"AT_ValidateConstraint", Kind::validate_constraint}, {"AT_AlterColumnType", Kind::alter_type},
    {"AT_SetNotNull", Kind::set_not_null}, {"AT_DropNotNull", Kind::drop_not_null}, {"AT_ColumnDefault", Kind::set_default},
    {"AT_AttachPartition", Kind::attach_partition}, {"AT_DetachPartition", Kind::detach_partition}, {"AT_ChangeOwner", Kind::change_owner},
    {"AT_SetLogged", Kind::rewrite_table}, {"AT_SetUnLogged", Kind::rewrite_table}, {"AT_SetTableSpace", Kind::rewrite_table},
    {"AT_SetAccessMethod", Kind::rewrite_table}, {"AT_SetStatistics", Kind::alter_table_lightly}, {"AT_SetRelOptions", Kind::alter_table_lightly},
    {"AT_ResetRelOptions", Kind::alter_table_lightly}, {"AT_SetOptions", Kind::alter_table_lightly}, {"AT_ClusterOn", Kind::alter_table_lightly},
    {"AT_EnableTrig", Kind::toggle_trigger}, {"AT_DisableTrig", Kind::toggle_trigger}, {"AT_EnableTrigAll", Kind::toggle_trigger},
    {"AT_DisableTrigAll", Kind::toggle_trigger}, {"AT_EnableTrigUser", Kind::toggle_trigger}, {"AT_DisableTrigUser", Kind::toggle_trigger},
    {"AT_EnableAlwaysTrig", Kind::toggle_trigger}, {"AT_EnableReplicaTrig", Kind::toggle_trigger}};

/// Where each command begins, from the token behind the table's name and the commas of the statement.
std::vector<std::size_t> command_positions(const Node& node, std::size_t count, const Tokens& tokens) {
  const auto relation = location_of(field(node, "relation"));
  auto at = tokens.index_at(relation);
  // schema.name, and a star that stands for the table with its children.
  while (at + 2 < tokens.size() && tokens.is_symbol(at + 1, '.')) at += 2;
  ++at;
  if (tokens.is_symbol(at, '*') || tokens.is_symbol(at, ')')) ++at;
  std::vector<std::size_t> positions;
  for (auto from = at; from < tokens.size();) {
    positions.push_back(tokens[from].begin);
    const auto comma = tokens.find_symbol(',', 0, from);
    if (comma == Tokens::kNone || comma + 1 >= tokens.size()) break;
    from = comma + 1;
  }
  if (positions.size() != count) positions.assign(count, 0);
  return positions;
}

void read_command(const Node& command, const TableName& table, std::size_t position, const Tokens& tokens, std::vector<Action>& actions) {
  Action action;
  const auto found = kCommands.find(text_of(command, "subtype"));
  action.kind = found == kCommands.end() ? Kind::alter_table_other : found->second;
  action.object = table;
  action.name = text_of(command, "name");
  action.position = position;
  action.is_cascade = text_of(command, "behavior") == "DROP_CASCADE";
  action.has_if = flag_of(command, "missing_ok");
  const auto [def_kind, def] = unwrap(field(command, "def"));
  switch (action.kind) {
    case Kind::add_column:
      action.column = read_column(def, tokens);
      action.name = action.column.name;
      actions.push_back(action);
      add_column_constraints(def, table, position, tokens, actions);
      return;
    case Kind::add_constraint:
      action.constraint = read_constraint(def, tokens);
      action.name = action.constraint.name;
      break;
    case Kind::alter_type: {
      action.type = read_type(field(def, "typeName"), tokens);
      const auto from = tokens.index_at(position);
      const auto end = std::min(tokens.find_symbol(',', 0, from), tokens.size());
      if (field(def, "raw_default").is_object())
        if (const auto word = tokens.find_word("using", 0, from, end); word != Tokens::kNone) action.expression = tokens.text(word + 1, end);
      break;
    }
    case Kind::set_default: {
      const auto from = tokens.index_at(position);
      if (!def.is_null()) action.new_name = tokens.text(from, std::min(tokens.find_symbol(',', 0, from), tokens.size()));
      break;
    }
    case Kind::rewrite_table:
      action.kind_word = tokens.text(tokens.index_at(position), std::min(tokens.find_symbol(',', 0, tokens.index_at(position)), tokens.size()));
      break;
    case Kind::attach_partition:
    case Kind::detach_partition:
      action.new_name = format_name(table_of(field(def, "name")));
      action.is_concurrent = flag_of(def, "concurrent");
      break;
    default: break;
  }
  actions.push_back(std::move(action));
}

}  // namespace

void read_alter_table(const Node& node, const Tokens& tokens, std::vector<Action>& actions) {
  const auto table = table_of(field(node, "relation"));
  const auto& commands = list_of(node, "cmds");
  if (const auto type = text_of(node, "objtype"); type != "OBJECT_TABLE") {
    // Composite types, views, indexes, sequences take some of the same commands.
    Action action;
    action.object = table;
    action.kind_word = type == "OBJECT_VIEW" ? "view" : type == "OBJECT_INDEX" ? "index" : type == "OBJECT_SEQUENCE" ? "sequence" : "type";
    for (const auto& element : commands)
      if (text_of(unwrap(element).second, "subtype") == "AT_ChangeOwner") action.kind = Kind::change_owner;
    actions.push_back(std::move(action));
    return;
  }
  const auto positions = command_positions(node, commands.size(), tokens);
  for (std::size_t i = 0; i < commands.size(); ++i) read_command(unwrap(commands[i]).second, table, positions[i], tokens, actions);
  if (actions.empty() && !commands.empty()) actions.emplace_back().object = table;
}

void read_rename(const Node& node, std::vector<Action>& actions) {
  Action action;
  const auto type = text_of(node, "renameType");
  action.object = table_of(field(node, "relation"));
  action.name = text_of(node, "subname");
  action.new_name = text_of(node, "newname");
  action.has_if = flag_of(node, "missing_ok");
  const auto [kind, object] = unwrap(field(node, "object"));
  action.kind = Kind::rename_other;
  if (type == "OBJECT_TABLE" || type == "OBJECT_VIEW" || type == "OBJECT_MATVIEW") {
    action.kind = Kind::rename_table;
    action.kind_word = type == "OBJECT_TABLE" ? "table" : "view";
  } else if (type == "OBJECT_COLUMN") {
    action.kind = Kind::rename_column;
  } else if (type == "OBJECT_SCHEMA") {
    action.kind = Kind::rename_schema;
    action.object = {"", action.name};
  } else if (type == "OBJECT_TYPE" || type == "OBJECT_DOMAIN") {
    action.kind = Kind::rename_type;
    action.object = name_of_parts(strings_of(object, "items"));
  } else if (type == "OBJECT_INDEX") {
    action.kind_word = "index";
  } else if (type == "OBJECT_TABCONSTRAINT") {
    action.kind_word = "constraint";
  }
  actions.push_back(std::move(action));
}

}  // namespace safety::preflight::detail

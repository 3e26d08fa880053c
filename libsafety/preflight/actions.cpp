#include "libsafety/preflight/actions.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

bool has_option(const Node& node, std::string_view list, std::string_view name) {
  for (const auto& element : list_of(node, list)) {
    const auto& option = unwrap(element).second;
    if (text_of(option, "defname") != name) continue;
    const auto value = text_of(unwrap(field(option, "arg")).second, "sval");
    return value != "false" && value != "off" && value != "0";
  }
  return false;
}

void read_create_table(const Node& node, const Tokens& tokens, std::vector<Action>& actions) {
  Action action;
  action.kind = Kind::create_table;
  action.object = table_of(field(node, "relation"));
  action.kind_word = "table";
  action.is_temporary = text_of(field(node, "relation"), "relpersistence") == "t";
  action.has_if = flag_of(node, "if_not_exists");
  action.is_partitioned = field(node, "partspec").is_object();
  std::vector<Action> inner;
  for (const auto& element : list_of(node, "tableElts")) {
    const auto [kind, part] = unwrap(element);
    if (kind == "ColumnDef") {
      action.columns.push_back(detail::read_column(part, tokens));
      detail::add_column_constraints(part, action.object, location_of(part), tokens, inner);
    } else if (kind == "Constraint") {
      Action constraint;
      constraint.kind = Kind::add_constraint;
      constraint.object = action.object;
      constraint.constraint = detail::read_constraint(part, tokens);
      constraint.name = constraint.constraint.name;
      constraint.is_part_of_table = true;
      constraint.position = location_of(part);
      inner.push_back(std::move(constraint));
    }
  }
  actions.push_back(std::move(action));
  std::move(inner.begin(), inner.end(), std::back_inserter(actions));
}

/// Of what is created with one name and nothing else that matters here.
void read_create(std::string_view kind, const Node& node, const Tokens& tokens, Action& action) {
  action.has_if = flag_of(node, "if_not_exists");
  if (kind == "CreateTableAsStmt") {
    const bool is_view = text_of(node, "objtype") == "OBJECT_MATVIEW";
    action.kind = is_view ? Kind::create_view : Kind::create_table;
    action.kind_word = is_view ? "materialized view" : "table";
    action.is_filled = !flag_of(field(node, "into"), "skipData");
    action.object = table_of(field(field(node, "into"), "rel"));
    action.is_temporary = text_of(field(field(node, "into"), "rel"), "relpersistence") == "t";
  } else if (kind == "ViewStmt") {
    action.kind = Kind::create_view;
    action.kind_word = "view";
    action.object = table_of(field(node, "view"));
    action.has_if = flag_of(node, "replace");
  } else if (kind == "CreateSeqStmt") {
    action.kind = Kind::create_sequence;
    action.object = table_of(field(node, "sequence"));
  } else if (kind == "CreateSchemaStmt") {
    action.kind = Kind::create_schema;
    action.object.name = text_of(node, "schemaname");
  } else if (kind == "CreateExtensionStmt") {
    action.kind = Kind::create_extension;
    action.object.name = text_of(node, "extname");
  } else if (kind == "CreatedbStmt") {
    action.kind = Kind::create_database;
    action.object.name = text_of(node, "dbname");
  } else if (kind == "CreateFunctionStmt") {
    action.kind = Kind::create_function;
    action.kind_word = flag_of(node, "is_procedure") ? "procedure" : "function";
    action.object = name_of_parts(strings_of(node, "funcname"));
    action.arguments = detail::read_arguments(node, "parameters", tokens);
    action.has_if = flag_of(node, "replace");
  } else if (kind == "CreateTrigStmt") {
    action.kind = Kind::create_trigger;
    action.object = table_of(field(node, "relation"));
    action.name = text_of(node, "trigname");
    action.has_if = flag_of(node, "replace");
  } else {
    action.kind = Kind::create_type;
    action.kind_word = kind == "CreateDomainStmt" ? "domain" : kind == "CreateEnumStmt" ? "enum" : kind == "CompositeTypeStmt" ? "composite type" : "type";
    action.labels = strings_of(node, "vals");
    action.object = kind == "CompositeTypeStmt" ? table_of(field(node, "typevar"))
                                                : name_of_parts(strings_of(node, kind == "CreateDomainStmt" ? "domainname" : "typeName"));
  }
}

void read_transaction(const Node& node, Action& action) {
  const auto kind = text_of(node, "kind");
  action.kind = kind == "TRANS_STMT_BEGIN" || kind == "TRANS_STMT_START" ? Kind::begin
                : kind == "TRANS_STMT_COMMIT"                            ? Kind::commit
                : kind == "TRANS_STMT_ROLLBACK"                          ? Kind::rollback
                                                                         : Kind::savepoint;
}

void read_set(const Node& node, Action& action) {
  action.kind = Kind::set;
  action.name = text_of(node, "name");
  action.is_local = flag_of(node, "is_local");
  for (const auto& element : list_of(node, "args")) {
    const auto& constant = unwrap(element).second;
    const auto& number = field(field(constant, "ival"), "ival");
    action.new_name += (action.new_name.empty() ? "" : ", ") + text_of(field(constant, "sval"), "sval") +
                       (field(constant, "ival").is_object() ? std::to_string(number.is_number_integer() ? number.get<long>() : 0) : "");
  }
  if (action.name == "role" || action.name == "session_authorization") action.kind = Kind::set_role;
}

void read_many(const Node& node, std::string_view list, Kind kind, std::vector<Action>& actions) {
  for (const auto& element : list_of(node, list)) {
    const auto [inner_kind, inner] = unwrap(element);
    Action action;
    action.kind = kind;
    action.object = table_of(inner_kind == "VacuumRelation" ? field(inner, "relation") : inner);
    action.position = location_of(inner);
    action.is_cascade = text_of(node, "behavior") == "DROP_CASCADE";
    actions.push_back(std::move(action));
  }
}

/// What is one action and nothing more.
void read_simple(std::string_view kind, const Node& node, Action& action) {
  action.is_cascade = text_of(node, "behavior") == "DROP_CASCADE";
  if (kind == "AlterEnumStmt") {
    action.object = name_of_parts(strings_of(node, "typeName"));
    action.name = text_of(node, "oldVal");
    action.new_name = text_of(node, "newVal");
    action.has_if = flag_of(node, "skipIfNewValExists");
    action.kind = action.name.empty() ? Kind::add_enum_value : Kind::rename_enum_value;
  } else if (kind == "AlterObjectSchemaStmt") {
    action.kind = text_of(node, "objectType") == "OBJECT_TABLE" ? Kind::rename_table : Kind::rename_other;
    action.kind_word = "schema";
    action.object = table_of(field(node, "relation"));
    action.new_name = text_of(node, "newschema");
  } else if (kind == "AlterOwnerStmt" || kind == "ReassignOwnedStmt") {
    action.kind = Kind::change_owner;
    action.object = name_of_parts(strings_of(unwrap(field(node, "object")).second, "objname"));
  } else if (kind == "DropdbStmt") {
    action.kind = Kind::drop_database;
    action.object.name = text_of(node, "dbname");
    action.has_if = flag_of(node, "missing_ok");
  } else if (kind == "DropOwnedStmt") {
    action.kind = Kind::drop_owned;
    for (const auto& role : list_of(node, "roles")) action.object.name = text_of(unwrap(role).second, "rolename");
  } else if (kind == "ReindexStmt") {
    action.kind = Kind::reindex;
    action.is_concurrent = has_option(node, "params", "concurrently");
    action.object = table_of(field(node, "relation"));
    const auto what = text_of(node, "kind");
    action.kind_word = what == "REINDEX_OBJECT_INDEX" ? "index" : what == "REINDEX_OBJECT_TABLE" ? "table" : "database";
    if (action.object.name.empty()) action.object.name = text_of(node, "name");
  } else if (kind == "ClusterStmt") {
    action.kind = Kind::cluster;
    action.object = table_of(field(node, "relation"));
  } else if (kind == "RefreshMatViewStmt") {
    action.kind = Kind::refresh_view;
    action.object = table_of(field(node, "relation"));
    action.is_concurrent = flag_of(node, "concurrent");
  } else if (kind == "DoStmt") {
    action.kind = Kind::code_block;
  } else if (kind == "CallStmt") {
    action.kind = Kind::call;
  } else if (kind == "AlterDomainStmt") {
    // C: ADD CONSTRAINT, O: SET NOT NULL. The rest asks nothing of rows.
    const auto what = text_of(node, "subtype");
    const bool is_not_valid = flag_of(unwrap(field(node, "def")).second, "skip_validation");
    if (what == "O" || (what == "C" && !is_not_valid)) action.kind = Kind::domain_check;
    action.object = name_of_parts(strings_of(node, "typeName"));
  } else if (kind == "AlterSystemStmt") {
    action.kind = Kind::alter_system;
  } else if (kind == "CopyStmt") {
    action.kind = flag_of(node, "is_from") ? Kind::insert_rows : Kind::select;
    action.object = table_of(field(node, "relation"));
  }
}

}  // namespace

std::vector<Action> actions_of(const Statement& statement, const Tokens& tokens) {
  std::vector<Action> actions;
  const auto [kind, node] = unwrap(statement.tree);
  if (kind.empty()) return actions;
  static const std::map<std::string_view, int> kCreates{{"CreateTableAsStmt", 0}, {"ViewStmt", 0}, {"CreateSeqStmt", 0}, {"CreateSchemaStmt", 0},
                                                        {"CreateExtensionStmt", 0}, {"CreatedbStmt", 0}, {"CreateFunctionStmt", 0}, {"CreateTrigStmt", 0},
                                                        {"CreateDomainStmt", 0}, {"CreateEnumStmt", 0}, {"CompositeTypeStmt", 0}, {"CreateRangeStmt", 0}};
  if (kind == "CreateStmt") {
    read_create_table(node, tokens, actions);
  } else if (kind == "AlterTableStmt") {
    detail::read_alter_table(node, tokens, actions);
  } else if (kind == "DropStmt") {
    detail::read_drop(node, tokens, actions);
  } else if (kind == "RenameStmt") {
    detail::read_rename(node, actions);
  } else if (kind == "IndexStmt") {
    detail::read_index(node, tokens, actions);
  } else if (kind == "SelectStmt" || kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt" || kind == "MergeStmt") {
    detail::read_rows(kind, node, tokens, actions);
  } else if (kind == "TruncateStmt") {
    read_many(node, "relations", Kind::truncate, actions);
  } else if (kind == "LockStmt") {
    // Only the strongest mode, which is also the default, keeps readers out.
    constexpr long kAccessExclusive = 8;
    const auto& mode = field(node, "mode");
    read_many(node, "relations", mode.is_number_integer() && mode.get<long>() == kAccessExclusive ? Kind::lock_table : Kind::select, actions);
  } else if (kind == "VacuumStmt") {
    const bool is_vacuum = flag_of(node, "is_vacuumcmd");
    const auto vacuum = has_option(node, "options", "full") ? Kind::vacuum_full : Kind::vacuum;
    read_many(node, "rels", is_vacuum ? vacuum : Kind::other, actions);
    if (actions.empty()) actions.emplace_back().kind = is_vacuum ? vacuum : Kind::other;
  } else {
    auto& action = actions.emplace_back();
    if (kCreates.contains(kind))
      read_create(kind, node, tokens, action);
    else if (kind == "TransactionStmt")
      read_transaction(node, action);
    else if (kind == "VariableSetStmt")
      read_set(node, action);
    else
      read_simple(kind, node, action);
  }
  return actions;
}

}  // namespace safety::preflight

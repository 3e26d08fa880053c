#pragma once
// Reading PostgreSQL's parse tree as libpg_query writes it in JSON: {"DropStmt": {"objects": [...], ...}}. Fields that hold
// their type's zero (false, 0, an empty list) are left out there.

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libsafety/preflight/question.hpp"

namespace safety::preflight {

using Node = nlohmann::json;

/// The field, or a null node.
const Node& field(const Node& node, std::string_view name);
std::string text_of(const Node& node, std::string_view name);
bool flag_of(const Node& node, std::string_view name);
std::size_t location_of(const Node& node);
/// {"Constraint": {...}} -> its kind and what is in it; "" and null for what is no such thing.
std::pair<std::string_view, const Node&> unwrap(const Node& node);
/// The elements of a list field; empty without one.
const std::vector<Node>& list_of(const Node& node, std::string_view name);
/// [{"String": {"sval": "a"}}, ...]
std::vector<std::string> strings_of(const Node& node, std::string_view name);

/// A RangeVar.
TableName table_of(const Node& range_var);
/// ["schema", "name"] or ["name"]; a database before them is passed over.
TableName name_of_parts(const std::vector<std::string>& parts);

/// Every node of the tree with its kind, parents first. `visit` gives false to pass over what is below.
void walk(const Node& node, const std::function<bool(std::string_view kind, const Node& node)>& visit);

/// As PostgreSQL's quote_ident: only where SQL needs it.
std::string quote_where_needed(std::string_view name);
/// As people read it: schema.name, or name when the schema is not said.
std::string format_name(const TableName& name);

}  // namespace safety::preflight

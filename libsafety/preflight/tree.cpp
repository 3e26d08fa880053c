#include "libsafety/preflight/tree.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace safety::preflight {
namespace {

// Keywords that are no names without quotes: those of pg_get_keywords() in PostgreSQL 15 whose category is not "unreserved".
constexpr std::array kKeywords = std::to_array<std::string_view>({
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization", "between", "bigint", "binary",
    "bit", "boolean", "both", "case", "cast", "char", "character", "check", "coalesce", "collate", "collation", "column",
    "concurrently", "constraint", "create", "cross", "current_catalog", "current_date", "current_role", "current_schema",
    "current_time", "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc", "distinct", "do", "else",
    "end", "except", "exists", "extract", "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant", "greatest",
    "group", "grouping", "having", "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into",
    "is", "isnull", "join", "lateral", "leading", "least", "left", "like", "limit", "localtime", "localtimestamp", "national",
    "natural", "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric", "offset", "on", "only", "or", "order",
    "out", "outer", "overlaps", "overlay", "placing", "position", "precision", "primary", "real", "references", "returning", "right",
    "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric", "table", "tablesample",
    "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat", "xmlelement", "xmlexists", "xmlforest",
    "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize", "xmltable",
});

}  // namespace

const Node& field(const Node& node, std::string_view name) {
  static const Node none;
  if (!node.is_object()) return none;
  const auto found = node.find(name);
  return found == node.end() ? none : *found;
}

std::string text_of(const Node& node, std::string_view name) {
  const auto& value = field(node, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag_of(const Node& node, std::string_view name) {
  const auto& value = field(node, name);
  return value.is_boolean() && value.get<bool>();
}

std::size_t location_of(const Node& node) {
  const auto& value = field(node, "location");
  return value.is_number_integer() && value.get<long>() > 0 ? static_cast<std::size_t>(value.get<long>()) : 0;
}

std::pair<std::string_view, const Node&> unwrap(const Node& node) {
  static const Node none;
  if (!node.is_object() || node.size() != 1) return {"", none};
  const auto inner = node.begin();
  return {inner.key(), inner.value()};
}

const std::vector<Node>& list_of(const Node& node, std::string_view name) {
  static const std::vector<Node> none;
  const auto& value = field(node, name);
  return value.is_array() ? value.get_ref<const std::vector<Node>&>() : none;
}

std::vector<std::string> strings_of(const Node& node, std::string_view name) {
  std::vector<std::string> strings;
  for (const auto& element : list_of(node, name))
    if (const auto [kind, inner] = unwrap(element); kind == "String") strings.push_back(text_of(inner, "sval"));
  return strings;
}

TableName table_of(const Node& range_var) { return {text_of(range_var, "schemaname"), text_of(range_var, "relname")}; }

TableName name_of_parts(const std::vector<std::string>& parts) {
  if (parts.empty()) return {};
  return {parts.size() > 1 ? parts[parts.size() - 2] : std::string(), parts.back()};
}

// With a list of its own instead of recursion: a sum of many terms is as deep as it is long.
void walk(const Node& root, const std::function<bool(std::string_view, const Node&)>& visit) {
  std::vector<std::pair<std::string_view, const Node*>> open{{"", &root}};
  while (!open.empty()) {
    const auto [kind, node] = open.back();
    open.pop_back();
    const bool is_kind = !kind.empty() && kind.front() >= 'A' && kind.front() <= 'Z';
    if (is_kind && node->is_object() && !visit(kind, *node)) continue;
    const auto from = open.size();
    if (node->is_object()) {
      for (auto inner = node->begin(); inner != node->end(); ++inner)
        if (inner->is_structured()) open.emplace_back(inner.key(), &inner.value());
    } else if (node->is_array()) {
      for (const auto& inner : *node)
        if (inner.is_structured()) open.emplace_back("", &inner);
    }
    std::reverse(open.begin() + static_cast<std::ptrdiff_t>(from), open.end());
  }
}

std::string quote_where_needed(std::string_view name) {
  const bool is_plain = !name.empty() && (name.front() == '_' || (name.front() >= 'a' && name.front() <= 'z')) &&
                        std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  if (is_plain && !std::binary_search(kKeywords.begin(), kKeywords.end(), name)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string format_name(const TableName& name) { return name.schema.empty() ? name.name : name.schema + "." + name.name; }

}  // namespace safety::preflight

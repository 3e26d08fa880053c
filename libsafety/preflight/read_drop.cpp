// DROP of every kind of object.

#include <map>
#include <nlohmann/json.hpp>

#include "libsafety/preflight/actions.hpp"

namespace safety::preflight::detail {
namespace {

using Kind = Action::Kind;

struct Dropped {
  Kind kind;
  std::string_view word;
};
const std::map<std::string_view, Dropped> kDropped{
    {"OBJECT_TABLE", {Kind::drop_table, "table"}}, {"OBJECT_FOREIGN_TABLE", {Kind::drop_other, "foreign table"}}, {"OBJECT_VIEW", {Kind::drop_view, "view"}},
    {"OBJECT_MATVIEW", {Kind::drop_view, "materialized view"}}, {"OBJECT_INDEX", {Kind::drop_index, "index"}}, {"OBJECT_SEQUENCE", {Kind::drop_sequence, "sequence"}},
    {"OBJECT_TYPE", {Kind::drop_type, "type"}}, {"OBJECT_DOMAIN", {Kind::drop_type, "domain"}}, {"OBJECT_SCHEMA", {Kind::drop_schema, "schema"}},
    {"OBJECT_FUNCTION", {Kind::drop_function, "function"}}, {"OBJECT_PROCEDURE", {Kind::drop_function, "procedure"}},
    {"OBJECT_ROUTINE", {Kind::drop_function, "routine"}}, {"OBJECT_AGGREGATE", {Kind::drop_function, "aggregate"}},
    {"OBJECT_TRIGGER", {Kind::drop_trigger, "trigger"}}, {"OBJECT_EXTENSION", {Kind::drop_other, "extension"}}, {"OBJECT_POLICY", {Kind::drop_other, "policy"}},
    {"OBJECT_RULE", {Kind::drop_other, "rule"}}, {"OBJECT_COLLATION", {Kind::drop_other, "collation"}}, {"OBJECT_STATISTIC_EXT", {Kind::drop_other, "statistics"}},
    {"OBJECT_EVENT_TRIGGER", {Kind::drop_other, "event trigger"}}, {"OBJECT_PUBLICATION", {Kind::drop_other, "publication"}},
    {"OBJECT_FOREIGN_SERVER", {Kind::drop_other, "server"}}, {"OBJECT_CAST", {Kind::drop_other, "cast"}}, {"OBJECT_OPERATOR", {Kind::drop_other, "operator"}}};

}  // namespace

void read_drop(const Node& node, const Tokens& tokens, std::vector<Action>& actions) {
  const auto found = kDropped.find(text_of(node, "removeType"));
  std::size_t comma = 0;  // the one before the object, by which its line is known: names have no location in the tree
  for (const auto& element : list_of(node, "objects")) {
    Action action;
    if (comma != Tokens::kNone && comma + 1 < tokens.size() && comma > 0) action.position = tokens[comma + 1].begin;
    comma = comma == Tokens::kNone ? comma : tokens.find_symbol(',', 0, comma + 1);
    action.kind = found == kDropped.end() ? Kind::drop_other : found->second.kind;
    action.kind_word = found == kDropped.end() ? "object" : found->second.word;
    action.is_cascade = text_of(node, "behavior") == "DROP_CASCADE";
    action.has_if = flag_of(node, "missing_ok");
    action.is_concurrent = flag_of(node, "concurrent");
    const auto [kind, object] = unwrap(element);
    if (kind == "String") {
      action.object = {"", text_of(object, "sval")};
    } else if (kind == "TypeName") {
      action.object = name_of_parts(strings_of(object, "names"));
      action.position = location_of(object);
    } else if (kind == "ObjectWithArgs") {
      action.object = name_of_parts(strings_of(object, "objname"));
      action.arguments = read_arguments(object, "objargs", tokens);
    } else {
      auto parts = strings_of(object, "items");
      // Triggers, policies and rules: the table's name, then their own.
      const bool belongs_to_table = action.kind == Kind::drop_trigger || action.kind_word == "policy" || action.kind_word == "rule";
      if (belongs_to_table && !parts.empty()) {
        action.name = parts.back();
        parts.pop_back();
      }
      action.object = name_of_parts(parts);
    }
    actions.push_back(std::move(action));
  }
}

}  // namespace safety::preflight::detail

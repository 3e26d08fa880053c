// Statements that change rows: which, as a condition over the table itself that can be counted before they run.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/preflight/actions.hpp"

namespace safety::preflight::detail {
namespace {

using Kind = Action::Kind;

/// FROM as a clause of its own: not that of IS DISTINCT FROM.
std::size_t find_from(const Tokens& tokens, std::size_t from, std::size_t to) {
  for (;;) {
    const auto at = tokens.find_word("from", 0, from, to);
    if (at == Tokens::kNone || at == 0 || !tokens.is_word(at - 1, "distinct")) return at;
    from = at + 1;
  }
}

bool is_always_true(const Node& condition) {
  const auto [kind, node] = unwrap(condition);
  if (kind == "A_Const") return flag_of(field(node, "boolval"), "boolval");
  if (kind != "A_Expr" || text_of(node, "kind") != "AEXPR_OP") return false;
  // 1 = 1
  const auto [left_kind, left] = unwrap(field(node, "lexpr"));
  const auto [right_kind, right] = unwrap(field(node, "rexpr"));
  const auto operators = strings_of(node, "name");
  return left_kind == "A_Const" && right_kind == "A_Const" && operators == std::vector<std::string>{"="} &&
         field(left, "ival") == field(right, "ival") && field(left, "sval") == field(right, "sval");
}

std::vector<std::string> columns_set_by(const Node& update) {
  std::vector<std::string> columns;
  for (const auto& target : list_of(update, "targetList")) columns.push_back(text_of(unwrap(target).second, "name"));
  return columns;
}

void read_condition(const Node& node, bool is_delete, const Tokens& tokens, Action& action) {
  const auto& condition = field(node, "whereClause");
  const auto& relation = field(node, "relation");
  const bool has_others = !list_of(node, is_delete ? "usingClause" : "fromClause").empty();
  action.has_where = condition.is_object() && !is_always_true(condition);
  action.is_condition_known = true;
  if (!condition.is_object() && !has_others) return;
  const auto begin = tokens.index_at(location_of(relation));
  auto end = tokens.find_word("returning", 0, begin);
  if (end == Tokens::kNone) end = tokens.size();
  const auto where = tokens.find_word("where", 0, begin, end);
  const auto alias = text_of(field(relation, "alias"), "aliasname");
  const auto text = where == Tokens::kNone ? std::string("true") : tokens.text(where + 1, end);
  // WITH and WHERE CURRENT OF mean something only to this statement.
  if (field(node, "withClause").is_object() || (where != Tokens::kNone && tokens.is_word(where + 1, "current") && tokens.is_word(where + 2, "of"))) {
    action.is_condition_known = false;
    return;
  }
  if (!has_others && alias.empty()) {
    action.expression = text;
    return;
  }
  std::string others;
  if (has_others) {
    const auto clause_end = where == Tokens::kNone ? end : where;
    const auto word = is_delete ? tokens.find_word("using", 0, begin, clause_end) : find_from(tokens, begin, clause_end);
    if (word == Tokens::kNone) {
      action.is_condition_known = false;
      return;
    }
    others = ", " + tokens.text(word + 1, clause_end);
  }
  const auto table = (action.object.schema.empty() ? "" : quote_where_needed(action.object.schema) + ".") + quote_where_needed(action.object.name);
  const auto name = quote_where_needed(alias.empty() ? action.object.name : alias);
  action.expression = fmt::format("ctid IN (SELECT {}.ctid FROM {}{}{} WHERE {})", name, table, alias.empty() ? "" : " AS " + name, others, text);
}

}  // namespace

void read_rows(std::string_view kind, const Node& node, const Tokens& tokens, std::vector<Action>& actions) {
  // Common table expressions may change rows as well.
  for (const auto& element : list_of(field(node, "withClause"), "ctes")) {
    const auto [inner_kind, inner] = unwrap(field(unwrap(element).second, "ctequery"));
    if (inner_kind != "DeleteStmt" && inner_kind != "UpdateStmt" && inner_kind != "InsertStmt") continue;
    Action action;
    action.kind = inner_kind == "DeleteStmt" ? Kind::delete_rows : inner_kind == "UpdateStmt" ? Kind::update_rows : Kind::insert_rows;
    action.object = table_of(field(inner, "relation"));
    action.has_where = field(inner, "whereClause").is_object() && !is_always_true(field(inner, "whereClause"));
    if (action.kind == Kind::update_rows) action.set_columns = columns_set_by(inner);
    actions.push_back(std::move(action));
  }
  if (kind == "SelectStmt") {
    const auto& into = field(field(node, "intoClause"), "rel");
    if (into.is_object()) {
      Action made;
      made.kind = Kind::create_table;
      made.object = table_of(into);
      made.is_filled = true;
      actions.push_back(std::move(made));
    }
    for (const auto& element : list_of(node, "targetList")) {
      const auto [value_kind, call] = unwrap(field(unwrap(element).second, "val"));
      const auto arguments = value_kind == "FuncCall" ? list_of(call, "args") : std::vector<Node>();
      if (strings_of(call, "funcname").empty() || strings_of(call, "funcname").back() != "set_config" || arguments.size() < 3) continue;
      Action set;
      set.kind = Kind::set;
      set.name = text_of(field(unwrap(arguments[0]).second, "sval"), "sval");
      set.new_name = text_of(field(unwrap(arguments[1]).second, "sval"), "sval");
      set.is_local = flag_of(field(unwrap(arguments[2]).second, "boolval"), "boolval");
      actions.push_back(std::move(set));
    }
    if (actions.empty()) actions.emplace_back().kind = Kind::select;
    return;
  }
  Action action;
  action.object = table_of(field(node, "relation"));
  action.kind = kind == "InsertStmt" ? Kind::insert_rows : kind == "MergeStmt" ? Kind::merge_rows : kind == "DeleteStmt" ? Kind::delete_rows : Kind::update_rows;
  if (action.kind == Kind::update_rows || action.kind == Kind::delete_rows) read_condition(node, action.kind == Kind::delete_rows, tokens, action);
  if (action.kind == Kind::update_rows) action.set_columns = columns_set_by(node);
  actions.push_back(std::move(action));
}

}  // namespace safety::preflight::detail

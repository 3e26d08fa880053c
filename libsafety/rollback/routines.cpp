#include "libsafety/rollback/routines.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "libsafety/preflight/parse.hpp"
#include "libsafety/preflight/tokens.hpp"

namespace safety::rollback {
namespace {

using preflight::field;
using preflight::list_of;
using preflight::Node;
using preflight::strings_of;
using preflight::text_of;
using preflight::Tokens;
using preflight::unwrap;

// What migrations call in a SELECT of its own, beside names that begin with pg_.
const std::set<std::string_view> kHarmless{
    "nextval", "setval", "currval", "lastval", "set_config", "current_setting", "now", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday",
    "version", "count", "sum", "min", "max", "avg", "array_agg", "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "bool_and", "bool_or",
    "every", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value", "generate_series", "unnest", "format", "concat", "concat_ws",
    "lower", "upper", "initcap", "length", "char_length", "octet_length", "left", "right", "lpad", "rpad", "btrim", "ltrim", "rtrim", "trim", "substr", "substring", "replace",
    "translate", "reverse", "repeat", "split_part", "position", "strpos", "starts_with", "regexp_replace", "regexp_match", "regexp_matches", "regexp_split_to_array",
    "regexp_split_to_table", "quote_ident", "quote_literal", "quote_nullable", "md5", "sha256", "encode", "decode", "random", "gen_random_uuid", "uuid_generate_v4",
    "uuid_generate_v1", "uuidv4", "uuidv7", "gen_random_bytes", "abs", "round", "floor", "ceil", "ceiling", "trunc", "mod", "power", "sqrt", "sign",
    "to_char", "to_date", "to_timestamp", "to_number", "date_trunc", "date_part", "extract", "age", "timezone", "make_date", "make_interval", "make_timestamp",
    "make_timestamptz", "to_json", "to_jsonb", "row_to_json", "json_build_object", "jsonb_build_object", "json_build_array", "jsonb_build_array", "jsonb_set",
    "jsonb_typeof", "jsonb_array_elements", "jsonb_array_elements_text", "json_array_elements", "jsonb_each", "jsonb_each_text", "jsonb_object_keys", "array_length",
    "array_append", "array_prepend", "array_cat", "array_remove", "array_position", "array_to_string", "string_to_array", "cardinality", "to_regclass", "to_regtype",
    "to_regproc", "to_regprocedure", "to_regnamespace", "format_type", "obj_description", "col_description", "has_table_privilege", "has_schema_privilege",
    "has_column_privilege", "current_database", "current_schema", "current_schemas", "txid_current", "hashtext", "hashtextextended", "to_tsvector", "to_tsquery",
    "plainto_tsquery", "setweight", "similarity"};

constexpr std::array kVerbs = std::to_array<std::string_view>({"insert", "update", "delete", "truncate", "merge", "execute"});
// ON DELETE CASCADE, FOR UPDATE, FOR NO KEY UPDATE, BEFORE INSERT OR UPDATE, INSTEAD OF DELETE, GRANT INSERT, REVOKE UPDATE.
constexpr std::array kBeforeNoStatement = std::to_array<std::string_view>({"on", "for", "key", "before", "after", "or", "of", "grant", "revoke"});

bool is_one_of(const Tokens& tokens, std::size_t index, const auto& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return tokens.is_word(index, word); });
}

bool begins_change(const Tokens& tokens, std::size_t at) {
  if (!is_one_of(tokens, at, kVerbs)) return false;
  if (at > 0 && (is_one_of(tokens, at - 1, kBeforeNoStatement) || tokens.is_symbol(at - 1, ',') || tokens.is_symbol(at - 1, '.'))) return false;
  return !(tokens.is_word(at, "execute") && (tokens.is_word(at + 1, "function") || tokens.is_word(at + 1, "procedure")));  // of a trigger
}

bool is_harmless(const std::string& schema, const std::string& name) {
  return schema == "pg_catalog" || schema == "information_schema" || name.starts_with("pg_") || kHarmless.contains(name);
}

}  // namespace

Routines::Routines(const std::vector<schema::Definition>& then) {
  for (const auto& one : then) {
    if (one.kind != "function" || one.text.starts_with("CREATE AGGREGATE")) continue;
    const auto script = preflight::parse_script(one.text);
    for (const auto& statement : script.statements)
      if (const auto [kind, node] = unwrap(statement.tree); kind == "CreateFunctionStmt") add(node);
  }
}

Routines::Routine Routines::read(const Node& owner, std::string_view options) {
  Routine routine;
  for (const auto& option : list_of(owner, options)) {
    const auto& element = unwrap(option).second;
    const auto [kind, value] = unwrap(field(element, "arg"));
    if (text_of(element, "defname") == "language") {
      const auto language = text_of(value, "sval");
      routine.is_known = language == "sql" || language == "plpgsql";
    } else if (text_of(element, "defname") == "as") {
      for (const auto& part : kind == "List" ? strings_of(value, "items") : std::vector<std::string>{text_of(value, "sval")}) routine.code += part + "\n";
    }
  }
  return routine;
}

void Routines::add(const Node& node) {
  const auto name = preflight::name_of_parts(strings_of(node, "funcname"));
  auto routine = read(node, "options");
  // BEGIN ATOMIC has no text of its own: its statements are in the tree.
  preflight::walk(field(node, "sql_body"), [&](std::string_view kind, const Node& inner) {
    if (kind == "InsertStmt" || kind == "UpdateStmt" || kind == "DeleteStmt" || kind == "MergeStmt") routine.is_known = false;
    if (kind == "FuncCall") routine.code += ";" + preflight::name_of_parts(strings_of(inner, "funcname")).name + "()";
    return true;
  });
  routines_.emplace(name.name, std::move(routine));
}

bool Routines::block_changes_rows(const Node& block) const {
  const auto routine = read(block, "args");
  return !routine.is_known || text_changes_rows(routine.code);
}

bool Routines::call_changes_rows(const Node& call) const {
  std::set<std::string> seen;
  const auto name = preflight::name_of_parts(strings_of(call, "funcname"));
  return routine_changes_rows(name.schema, name.name, true, seen);
}

bool Routines::text_changes_rows(std::string_view code) const {
  std::set<std::string> seen;
  return changes_rows(code, seen);
}

bool Routines::routine_changes_rows(const std::string& schema, const std::string& name, bool may_be_unknown, std::set<std::string>& seen) const {
  const auto [from, to] = routines_.equal_range(name);
  if (from == to) return may_be_unknown && !is_harmless(schema, name);
  if (!seen.insert(name).second) return false;  // one that calls itself
  return std::any_of(from, to, [&](const auto& one) { return !one.second.is_known || changes_rows(one.second.code, seen); });
}

bool Routines::changes_rows(std::string_view code, std::set<std::string>& seen) const {
  const Tokens tokens(code);
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (begins_change(tokens, at)) return true;
    const auto kind = tokens[at].kind;
    if ((kind != preflight::Token::Kind::word && kind != preflight::Token::Kind::quoted_name) || !tokens.is_symbol(at + 1, '(')) continue;
    const bool has_schema = at >= 2 && tokens.is_symbol(at - 1, '.');
    const auto first = has_schema ? at - 2 : at;
    // In an expression what nobody knows is the server's own, as good as always; what is called for its own sake is not.
    const bool is_called = first > 0 && (tokens.is_word(first - 1, "perform") || tokens.is_word(first - 1, "call"));
    const auto schema = has_schema ? preflight::name_of_token(tokens.raw(first)) : std::string();
    if (routine_changes_rows(schema, preflight::name_of_token(tokens.raw(at)), is_called, seen)) return true;
  }
  return false;
}

}  // namespace safety::rollback

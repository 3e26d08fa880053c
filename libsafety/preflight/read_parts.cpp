// Types, columns, constraints and indexes out of the parser's tree.

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "libsafety/preflight/actions.hpp"

namespace safety::preflight::detail {
namespace {

// As format_type writes what the grammar names in its own way.
const std::map<std::string_view, std::string_view> kTypeNames{
    {"int2", "smallint"}, {"int4", "integer"}, {"int8", "bigint"}, {"float4", "real"}, {"float8", "double precision"}, {"bool", "boolean"},
    {"varchar", "character varying"}, {"bpchar", "character"}, {"varbit", "bit varying"}, {"timestamptz", "timestamp with time zone"},
    {"timestamp", "timestamp without time zone"}, {"timetz", "time with time zone"}, {"time", "time without time zone"}, {"decimal", "numeric"}};
const std::map<std::string_view, std::string_view> kSerials{{"serial", "integer"}, {"serial4", "integer"}, {"bigserial", "bigint"},
                                                            {"serial8", "bigint"}, {"smallserial", "smallint"}, {"serial2", "smallint"}};

// Whose value differs from row to row, so that a default of it rewrites the table.
const std::set<std::string_view> kVolatile{"random", "gen_random_uuid", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4", "uuidv7",
                                           "clock_timestamp", "timeofday", "nextval", "currval", "setval", "gen_salt", "gen_random_bytes", "txid_current"};
const std::set<std::string_view> kSteady{
    "now", "statement_timestamp", "transaction_timestamp", "current_setting", "lower", "upper", "md5", "concat", "concat_ws", "left", "right", "substring",
    "substr", "length", "replace", "to_char", "to_date", "to_timestamp", "date_trunc", "timezone", "date_part", "extract", "abs", "round", "floor", "ceil",
    "jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "to_jsonb", "to_json", "array_fill", "make_date", "make_interval",
    "make_timestamp", "make_timestamptz", "encode", "decode", "repeat", "trim", "btrim", "ltrim", "rtrim", "greatest", "least", "nullif", "string_to_array",
    "to_tsvector", "setweight", "pg_backend_pid", "session_user", "version"};

struct Volatility {
  bool is_volatile = false, is_unknown = false;
};

Volatility volatility_of(const Node& expression) {
  Volatility found;
  walk(expression, [&](std::string_view kind, const Node& node) {
    if (kind != "FuncCall") return true;
    const auto parts = strings_of(node, "funcname");
    const auto name = parts.empty() ? std::string() : parts.back();
    if (kVolatile.contains(name))
      found.is_volatile = true;
    else if (!kSteady.contains(name))
      found.is_unknown = true;
    return true;
  });
  return found;
}

/// Where the type's text ends: at a comma, a closing parenthesis, or a word that cannot be in a type.
std::size_t end_of_type(const Tokens& tokens, std::size_t from) {
  static const std::set<std::string> kAfter{"using",   "collate", "not",     "null",  "default", "primary", "unique",      "references", "check",  "constraint",
                                            "generated", "storage", "compression", "as", "deferrable", "initially", "no", "options", "exclude"};
  std::size_t at = from;
  for (; at < tokens.size(); ++at) {
    if (tokens[at].depth < tokens[from].depth) break;
    if (tokens[at].depth > tokens[from].depth) continue;
    if (tokens.is_symbol(at, ',') || tokens.is_symbol(at, ';') || (tokens.is_symbol(at, '=') && at > from)) break;
    if (at > from && tokens[at].kind == Token::Kind::word && kAfter.contains(name_of_token(tokens.raw(at)))) break;
  }
  return at;
}

/// The text in the parentheses that follow `word`, without them.
std::string in_parentheses_after(std::string_view word, std::size_t position, const Tokens& tokens) {
  const auto from = tokens.index_at(position);
  if (from >= tokens.size()) return {};
  const auto at = tokens.find_word(word, tokens[from].depth, from);
  if (at == Tokens::kNone) return {};
  const auto open = tokens.find_symbol('(', tokens[from].depth, at);
  return open == Tokens::kNone ? std::string() : tokens.text(open + 1, tokens.closing(open));
}

/// From `position` to the next comma of its depth, or to the end of what encloses it.
std::string element_at(std::size_t position, const Tokens& tokens) {
  const auto from = tokens.index_at(position);
  std::size_t to = from;
  while (to < tokens.size() && tokens[to].depth >= tokens[from].depth && !(tokens[to].depth == tokens[from].depth && tokens.is_symbol(to, ','))) ++to;
  return tokens.text(from, to);
}

}  // namespace

TypeInfo read_type(const Node& type_name, const Tokens& tokens) {
  TypeInfo type;
  type.name = name_of_parts(strings_of(type_name, "names"));
  if (type.name.schema == "pg_catalog") type.name.schema.clear();
  if (type.name.schema.empty()) {
    if (const auto serial = kSerials.find(type.name.name); serial != kSerials.end()) {
      type.is_serial = true;
      type.name.name = serial->second;
    } else if (const auto known = kTypeNames.find(type.name.name); known != kTypeNames.end()) {
      type.name.name = known->second;
    }
  }
  for (const auto& modifier : list_of(type_name, "typmods"))
    if (const auto [kind, constant] = unwrap(modifier); kind == "A_Const" && field(constant, "ival").is_object()) {
      const auto& value = field(field(constant, "ival"), "ival");
      type.modifiers.push_back(value.is_number_integer() ? value.get<long>() : 0);
    }
  type.is_array = !list_of(type_name, "arrayBounds").empty();
  const auto from = tokens.index_at(location_of(type_name));
  if (from < tokens.size()) type.text = tokens.text(from, end_of_type(tokens, from));
  return type;
}

ColumnInfo read_column(const Node& column_def, const Tokens& tokens) {
  ColumnInfo column;
  column.name = text_of(column_def, "colname");
  column.type = read_type(field(column_def, "typeName"), tokens);
  for (const auto& element : list_of(column_def, "constraints")) {
    const auto [kind, constraint] = unwrap(element);
    if (kind != "Constraint") continue;
    const auto type = text_of(constraint, "contype");
    if (type == "CONSTR_NOTNULL" || type == "CONSTR_PRIMARY") column.is_required = true;
    if (type == "CONSTR_IDENTITY") column.is_identity = column.is_required = true;
    if (type == "CONSTR_GENERATED") column.is_stored = true;
    if (type != "CONSTR_DEFAULT") continue;
    const auto& value = field(constraint, "raw_expr");
    // DEFAULT NULL is none.
    column.has_default = !flag_of(field(value, "A_Const"), "isnull");
    const auto volatility = volatility_of(value);
    column.is_default_volatile = volatility.is_volatile;
    column.is_default_unknown = volatility.is_unknown && !volatility.is_volatile;
    column.default_text = element_at(location_of(constraint), tokens);
  }
  return column;
}

ConstraintInfo read_constraint(const Node& node, const Tokens& tokens) {
  using Kind = ConstraintInfo::Kind;
  ConstraintInfo constraint;
  const auto type = text_of(node, "contype");
  constraint.kind = type == "CONSTR_PRIMARY"     ? Kind::primary_key
                    : type == "CONSTR_UNIQUE"    ? Kind::unique
                    : type == "CONSTR_FOREIGN"   ? Kind::foreign_key
                    : type == "CONSTR_EXCLUSION" ? Kind::exclusion
                                                 : Kind::check;
  constraint.name = text_of(node, "conname");
  constraint.columns = strings_of(node, constraint.kind == Kind::foreign_key ? "fk_attrs" : "keys");
  constraint.other = table_of(field(node, "pktable"));
  constraint.other_columns = strings_of(node, "pk_attrs");
  constraint.index = text_of(node, "indexname");
  constraint.is_not_valid = flag_of(node, "skip_validation");
  constraint.deletes_cascade = text_of(node, "fk_del_action") == "c";
  constraint.are_nulls_equal = flag_of(node, "nulls_not_distinct");
  if (constraint.kind == Kind::check) constraint.expression = in_parentheses_after("check", location_of(node), tokens);
  if (constraint.kind == Kind::exclusion) {
    const auto text = element_at(location_of(node), tokens);
    const Tokens own(text);
    const auto begin = own.find_word("exclude", 0, 0);
    constraint.expression = begin == Tokens::kNone ? text : own.text(begin, own.size());
  }
  return constraint;
}

void add_column_constraints(const Node& column_def, const TableName& table, std::size_t position, const Tokens& tokens, std::vector<Action>& actions) {
  static const std::set<std::string_view> kWanted{"CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_FOREIGN", "CONSTR_CHECK"};
  for (const auto& element : list_of(column_def, "constraints")) {
    const auto [kind, node] = unwrap(element);
    if (kind != "Constraint" || !kWanted.contains(text_of(node, "contype"))) continue;
    Action action;
    action.kind = Action::Kind::add_constraint;
    action.object = table;
    action.constraint = read_constraint(node, tokens);
    if (action.constraint.kind != ConstraintInfo::Kind::check) action.constraint.columns = {text_of(column_def, "colname")};
    action.name = action.constraint.name;
    action.is_part_of_table = true;
    action.position = std::max(position, location_of(node));
    actions.push_back(std::move(action));
  }
}

void read_index(const Node& node, const Tokens& tokens, std::vector<Action>& actions) {
  Action action;
  action.kind = Action::Kind::create_index;
  action.object = table_of(field(node, "relation"));
  action.is_concurrent = flag_of(node, "concurrent");
  action.has_if = flag_of(node, "if_not_exists");
  auto& index = action.index;
  action.name = index.name = text_of(node, "idxname");
  index.is_unique = flag_of(node, "unique");
  index.are_nulls_equal = flag_of(node, "nulls_not_distinct");

  // The keys stand in the first parentheses behind the table's name.
  const auto open = tokens.find_symbol('(', 0, tokens.index_at(location_of(field(node, "relation"))));
  std::size_t at = open == Tokens::kNone ? tokens.size() : open + 1;
  const auto end = open == Tokens::kNone ? tokens.size() : tokens.closing(open);
  for (const auto& element : list_of(node, "indexParams")) {
    const auto [kind, key] = unwrap(element);
    const auto comma = std::min(tokens.find_symbol(',', 1, at, end), end);
    if (const auto name = text_of(key, "name"); !name.empty()) {
      index.columns.push_back(name);
      index.expressions.push_back(quote_where_needed(name));
    } else {
      // An expression in parentheses, or a function's call: up to the first closing parenthesis of its depth.
      const auto inner = std::min(tokens.find_symbol('(', 1, at, comma), comma);
      index.expressions.push_back(tokens.text(at, inner < comma ? std::min(tokens.closing(inner) + 1, comma) : comma));
    }
    const auto collation = strings_of(key, "collation");
    if (!collation.empty()) {
      std::string quoted;
      for (const auto& part : collation) quoted += (quoted.empty() ? "" : ".") + quote_where_needed(part);
      index.expressions.back() += " COLLATE " + quoted;
    }
    at = comma < end ? comma + 1 : end;
  }
  if (field(node, "whereClause").is_object())
    if (const auto where = tokens.find_word("where", 0, end); where != Tokens::kNone) index.predicate = tokens.text(where + 1, tokens.size());
  actions.push_back(std::move(action));
}

std::vector<std::string> read_arguments(const Node& owner, std::string_view name, const Tokens& tokens) {
  std::vector<std::string> arguments;
  for (const auto& element : list_of(owner, name)) {
    const auto [kind, node] = unwrap(element);
    const auto mode = text_of(node, "mode");
    if (mode == "FUNC_PARAM_OUT" || mode == "FUNC_PARAM_TABLE") continue;
    const auto type = read_type(kind == "TypeName" ? node : field(node, "argType"), tokens);
    const auto written = type.name.schema.empty() ? type.name.name : quote_where_needed(type.name.schema) + "." + quote_where_needed(type.name.name);
    arguments.push_back(written + (type.is_array ? "[]" : ""));
  }
  return arguments;
}

}  // namespace safety::preflight::detail

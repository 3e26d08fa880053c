// What a statement should leave behind, under the names that schema::Definition gives.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/check.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;
using What = Effect::What;
using Of = ConstraintInfo::Kind;
constexpr std::size_t kLongestName = 63;

std::string quoted(const TableName& name) { return quote_where_needed(name.schema.empty() ? "public" : name.schema) + "." + quote_where_needed(name.name); }

/// Without a schema a type is the server's own, or of ours.
std::string type_of_argument(const std::string& written) {
  static const std::set<std::string> kBuiltIn{
      "smallint", "integer", "bigint", "real", "double precision", "boolean", "character varying", "character", "bit varying", "bit", "numeric", "text",
      "timestamp with time zone", "timestamp without time zone", "time with time zone", "time without time zone", "date", "interval", "uuid", "json", "jsonb",
      "bytea", "inet", "cidr", "macaddr", "xml", "money", "tsvector", "tsquery", "oid", "name", "record", "anyelement", "anyarray", "void", "trigger",
      "regclass", "point", "box", "path", "line", "circle", "polygon", "lseg", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"};
  const bool is_array = written.ends_with("[]");
  const auto base = written.substr(0, written.size() - (is_array ? 2 : 0));
  if (base.find('.') != std::string::npos || kBuiltIn.contains(base)) return written;
  return "public." + quote_where_needed(base) + (is_array ? "[]" : "");
}

std::string function_name(const Action& action) {
  std::vector<std::string> arguments;
  for (const auto& argument : action.arguments) arguments.push_back(type_of_argument(argument));
  return quoted(action.object) + "(" + join(arguments, ",") + ")";
}

/// The name that the server gives where the statement gives none. Empty where it would have to be cut.
std::string constraint_name(const Action& action) {
  const auto& constraint = action.constraint;
  if (!constraint.name.empty()) return constraint.name;
  if (!constraint.index.empty()) return constraint.index;
  std::string name = action.object.name;
  if (constraint.kind != Of::primary_key)
    for (const auto& column : constraint.columns) name += "_" + column;
  name += constraint.kind == Of::primary_key ? "_pkey" : constraint.kind == Of::unique ? "_key" : constraint.kind == Of::foreign_key ? "_fkey" : "";
  // A check's name depends on which columns are in it.
  return constraint.kind == Of::check || constraint.kind == Of::exclusion || name.size() > kLongestName ? std::string() : name;
}

std::string index_name(const Action& action) {
  if (!action.name.empty()) return action.name;
  if (action.index.columns.size() != action.index.expressions.size()) return {};
  const auto name = action.object.name + "_" + join(action.index.columns, "_") + "_idx";
  return name.size() > kLongestName ? std::string() : name;
}

class Effects {
 public:
  std::vector<Effect> list;

  void add(const Action& action) {
    const auto name = quoted(action.object);
    switch (action.kind) {
      case Kind::create_table:
        if (!action.is_temporary) put(What::added, action.is_partitioned ? "partitioned table" : "table", name);
        break;
      case Kind::drop_table: put(What::dropped, "table", name); break;
      case Kind::add_column: put(What::added, "column", name + "." + quote_where_needed(action.name)); break;
      case Kind::drop_column: put(What::dropped, "column", name + "." + quote_where_needed(action.name)); break;
      case Kind::rename_column:
        put(What::dropped, "column", name + "." + quote_where_needed(action.name));
        put(What::added, "column", name + "." + quote_where_needed(action.new_name));
        break;
      case Kind::rename_table: {
        const auto kind = action.kind_word == "view" ? "view" : "table";
        auto to = action.object;
        (action.kind_word == "schema" ? to.schema : to.name) = action.new_name;
        put(What::dropped, kind, name);
        put(What::added, kind, quoted(to));
        break;
      }
      case Kind::create_index:
        if (const auto index = index_name(action); !index.empty()) put(What::added, "index", quoted({action.object.schema, index}));
        break;
      case Kind::drop_index: put(What::dropped, "index", name); break;
      case Kind::add_constraint:
        if (const auto constraint = constraint_name(action); !constraint.empty()) put(What::added, "constraint", name + " " + quote_where_needed(constraint));
        break;
      case Kind::drop_constraint: put(What::dropped, "constraint", name + " " + quote_where_needed(action.name)); break;
      case Kind::rename_other: add_other_rename(action); break;
      case Kind::create_trigger: put(What::added, "trigger", name + " " + quote_where_needed(action.name)); break;
      case Kind::drop_trigger: put(What::dropped, "trigger", name + " " + quote_where_needed(action.name)); break;
      case Kind::create_type:
      case Kind::add_enum_value:
        put(What::added, action.kind_word == "composite type" ? action.kind_word : "type", name);
        break;
      case Kind::drop_type: put(What::dropped, "type", name); break;
      case Kind::rename_type:
        put(What::dropped, "type", name);
        put(What::added, "type", quoted({action.object.schema, action.new_name}));
        break;
      case Kind::create_view: put(What::added, action.kind_word, name); break;
      case Kind::drop_view: put(What::dropped, action.kind_word, name); break;
      case Kind::create_sequence: put(What::added, "sequence", name); break;
      case Kind::drop_sequence: put(What::dropped, "sequence", name); break;
      case Kind::create_function: put(What::added, "function", function_name(action)); break;
      case Kind::drop_function:
        // Without arguments it names the only one of that name, whatever its arguments are.
        if (!action.arguments.empty()) put(What::dropped, "function", function_name(action));
        break;
      case Kind::create_schema: put(What::added, "schema", quote_where_needed(action.object.name)); break;
      case Kind::drop_schema: put(What::dropped, "schema", quote_where_needed(action.object.name)); break;
      case Kind::create_extension: put(What::added, "extension", quote_where_needed(action.object.name)); break;
      case Kind::drop_other:
        if (action.kind_word == "extension") put(What::dropped, "extension", quote_where_needed(action.object.name));
        if (action.kind_word == "policy") put(What::dropped, "policy", name + " " + quote_where_needed(action.name));
        break;
      default: break;
    }
  }

 private:
  void put(What what, std::string kind, std::string name) { list.push_back({what, std::move(kind), std::move(name)}); }

  void add_other_rename(const Action& action) {
    const auto name = quoted(action.object);
    if (action.kind_word == "index") {
      put(What::dropped, "index", name);
      put(What::added, "index", quoted({action.object.schema, action.new_name}));
    } else if (action.kind_word == "constraint") {
      put(What::dropped, "constraint", name + " " + quote_where_needed(action.name));
      put(What::added, "constraint", name + " " + quote_where_needed(action.new_name));
    }
  }
};

}  // namespace

std::vector<StatementEffects> effects_of(const Source& source) {
  const File file(source);
  std::vector<StatementEffects> all;
  for (std::size_t i = 0; i < file.actions.size(); ++i) {
    const auto& statement = file.script.statements[i];
    StatementEffects effects;
    effects.location = {source.file, statement.line};
    effects.statement = shorten_statement(file.tokens[i], statement.text);
    Effects found;
    // A new table's constraints come with it.
    const bool makes_table = !file.actions[i].empty() && file.actions[i].front().kind == Kind::create_table;
    for (const auto& action : file.actions[i])
      if (!makes_table || action.kind == Kind::create_table) found.add(action);
    effects.effects = std::move(found.list);
    // What a DO block does is the block's.
    if (statement.is_nested && !all.empty())
      std::move(effects.effects.begin(), effects.effects.end(), std::back_inserter(all.back().effects));
    else
      all.push_back(std::move(effects));
  }
  return all;
}

}  // namespace safety::preflight

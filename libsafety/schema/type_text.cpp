#include "libsafety/schema/type_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::schema {
namespace {

/// Values in another order, or fewer of them: a new type, to which the columns move.
void replace_enum(const Definition& after, const std::vector<Definition>& all, Alteration& found) {
  const auto& type = after.name;
  const auto schema_end = type.find('.', type.starts_with('"') ? type.find('"', 1) : 0);
  const auto bare = schema_end == std::string::npos ? type : type.substr(schema_end + 1);
  const auto old = pg::quote_identifier(one_line(bare.front() == '"' ? bare.substr(1, bare.size() - 2) : bare) + "__old");
  const auto old_type = schema_end == std::string::npos ? old : type.substr(0, schema_end + 1) + old;
  found.statements.push_back(fmt::format("ALTER TYPE {} RENAME TO {}", type, old));
  found.statements.push_back(after.text);
  for (const auto& one : all) {
    if (one.kind != "column") continue;
    const auto column = parse_column(one.text);
    if (column.type != type && column.type != type + "[]") continue;
    const auto alter = fmt::format("ALTER TABLE {} ALTER COLUMN {} ", one.table, local_name(one));
    if (!column.default_value.empty()) found.statements.push_back(alter + "DROP DEFAULT");
    found.statements.push_back(fmt::format("{}TYPE {} USING {}::text{}::{}", alter, column.type, local_name(one), column.type == type ? "" : "[]", column.type));
    if (!column.default_value.empty()) found.statements.push_back(alter + "SET DEFAULT " + column.default_value);
  }
  found.statements.push_back("DROP TYPE " + old_type);
}

Alteration alter_enum(const Definition& before, const Definition& after, const std::vector<Definition>& all) {
  Alteration found;
  const auto was = parse_enum(before.text), is = parse_enum(after.text);
  const auto has = [](const auto& list, const std::string& value) { return std::find(list.begin(), list.end(), value) != list.end(); };
  auto grown = was;
  bool needs_new_type = false;
  for (const auto& value : was)
    if (!has(is, value)) {
      found.words.push_back("value " + pg::quote_literal(value) + " removed");
      needs_new_type = true;
    }
  for (std::size_t at = 0; at < is.size(); ++at) {
    if (has(was, is[at])) continue;
    // Behind the one before it, which is there by then.
    const auto place = at == 0 ? (was.empty() ? "" : " BEFORE " + pg::quote_literal(grown.front())) : " AFTER " + pg::quote_literal(is[at - 1]);
    std::string words = place;
    if (words.starts_with(" BEFORE")) words.replace(0, 7, " before");
    if (words.starts_with(" AFTER")) words.replace(0, 6, " after");
    found.words.push_back("value " + pg::quote_literal(is[at]) + " added" + words);
    found.statements.push_back(fmt::format("ALTER TYPE {} ADD VALUE {}{}", after.name, pg::quote_literal(is[at]), place));
    grown.insert(at == 0 ? grown.begin() : std::find(grown.begin(), grown.end(), is[at - 1]) + (has(grown, is[at - 1]) ? 1 : 0), is[at]);
  }
  if (!needs_new_type && grown != is) {
    found.words.push_back("values are in another order");
    needs_new_type = true;
  }
  if (needs_new_type) {
    found.statements.clear();
    replace_enum(after, all, found);
  }
  return found;
}

/// "public.d" and "integer NOT NULL DEFAULT 1": a domain is declared as a column is.
Alteration alter_domain(const Definition& before, const Definition& after) {
  Alteration found;
  const auto declared = [](const Definition& one) { return parse_column(one.text.substr(one.text.find(" AS ", 14 + one.name.size()) + 4)); };
  const auto was = declared(before), is = declared(after);
  const auto alter = [&](const std::string& rest) { found.statements.push_back("ALTER DOMAIN " + after.name + " " + rest); };
  if (was.type != is.type || was.collation != is.collation) {
    found.words.push_back(fmt::format("was {}, is {}", one_line(before.text), one_line(after.text)));
    return found;
  }
  if (was.default_value != is.default_value) {
    found.words.push_back(is.default_value.empty() ? "default " + was.default_value + " dropped" : "default set to " + is.default_value);
    alter(is.default_value.empty() ? "DROP DEFAULT" : "SET DEFAULT " + is.default_value);
  }
  if (was.is_not_null != is.is_not_null) {
    found.words.push_back(is.is_not_null ? "NOT NULL set" : "NOT NULL dropped");
    alter(is.is_not_null ? "SET NOT NULL" : "DROP NOT NULL");
  }
  return found;
}

struct Attribute {
  std::string name, type;
};

/// Of "CREATE TYPE x AS (a integer, b numeric(10,2))".
std::vector<Attribute> parse_attributes(const Definition& one) {
  std::vector<Attribute> attributes;
  const auto begin = one.text.find(" AS (", 12 + one.name.size()) + 5;
  std::vector<std::string> parts(1);
  bool is_quoted = false;
  int depth = 0;
  for (auto at = begin; at + 1 < one.text.size(); ++at) {
    const char c = one.text[at];
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted) depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && !is_quoted && depth == 0) {
      parts.emplace_back();
      ++at;  // the space
    } else {
      parts.back() += c;
    }
  }
  for (const auto& part : parts) {
    std::size_t at = 0;
    for (is_quoted = false; at < part.size() && (part[at] != ' ' || is_quoted); ++at)
      if (part[at] == '"') is_quoted = !is_quoted;
    if (at < part.size()) attributes.push_back({part.substr(0, at), part.substr(at + 1)});
  }
  return attributes;
}

Alteration alter_composite(const Definition& before, const Definition& after) {
  Alteration found;
  const auto was = parse_attributes(before), is = parse_attributes(after);
  const auto find = [](const auto& list, const std::string& name) { return std::find_if(list.begin(), list.end(), [&](const auto& one) { return one.name == name; }); };
  const auto alter = [&](const std::string& rest) { found.statements.push_back("ALTER TYPE " + after.name + " " + rest); };
  for (const auto& one : was) {
    if (find(is, one.name) != is.end()) continue;
    found.words.push_back("attribute " + one.name + " dropped");
    alter("DROP ATTRIBUTE " + one.name);
  }
  for (const auto& one : is) {
    const auto old = find(was, one.name);
    if (old == was.end()) {
      found.words.push_back(fmt::format("attribute {} added: {}", one.name, one.type));
      alter(fmt::format("ADD ATTRIBUTE {} {}", one.name, one.type));
    } else if (old->type != one.type) {
      found.words.push_back(fmt::format("attribute {} changed from {} to {}", one.name, old->type, one.type));
      alter(fmt::format("ALTER ATTRIBUTE {} TYPE {}", one.name, one.type));
    }
  }
  if (found.words.empty()) found.words.emplace_back("attributes are in another order");
  return found;
}

}  // namespace

std::vector<std::string> parse_enum(const std::string& text) {
  std::vector<std::string> labels;
  const auto begin = text.find(" AS ENUM (");
  if (!text.starts_with("CREATE TYPE ") || begin == std::string::npos) return labels;
  bool is_inside = false;
  // quote_literal doubles quotes, and backslashes behind an E.
  bool is_escaped = false;
  for (std::size_t at = begin + 10; at < text.size(); ++at) {
    const char c = text[at];
    if (!is_inside) {
      if (c == 'E') is_escaped = true;
      if (c == '\'') {
        is_inside = true;
        labels.emplace_back();
      }
    } else if (c == '\'' && at + 1 < text.size() && text[at + 1] == '\'') {
      labels.back() += text[++at];
    } else if (c == '\'') {
      is_inside = is_escaped = false;
    } else {
      if (c == '\\' && is_escaped) ++at;
      labels.back() += text[at];
    }
  }
  return labels;
}

Alteration alter_type(const Definition& before, const Definition& after, const std::vector<Definition>& all) {
  if (after.kind == "composite type") return alter_composite(before, after);
  if (!parse_enum(before.text).empty() && !parse_enum(after.text).empty()) return alter_enum(before, after, all);
  if (before.text.starts_with("CREATE DOMAIN ") && after.text.starts_with("CREATE DOMAIN ")) return alter_domain(before, after);
  return {{fmt::format("was {}, is {}", one_line(before.text), one_line(after.text))}, {}, false};
}

}  // namespace safety::schema

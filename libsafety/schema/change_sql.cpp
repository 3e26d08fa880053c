#include "libsafety/schema/change_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/schema/type_text.hpp"

namespace safety::schema {
namespace {

constexpr std::string_view kRelations[] = {"table", "partitioned table", "foreign table", "view", "materialized view", "sequence", "composite type"};
// In the order in which they can be made.
constexpr std::string_view kOrder[] = {"schema", "extension", "collation", "type", "composite type", "domain constraint", "function", "operator", "operator class", "cast", "conversion",
                                       "text search dictionary", "text search configuration", "sequence", "table", "partitioned table",
                                       "foreign table", "column", "constraint", "index", "setting", "statistics", "view", "materialized view", "rule",
                                       "trigger", "policy", "comment", "privileges", "default privileges", "publication", "event trigger"};

std::string upper(std::string text) {
  for (auto& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (auto at = text.find(separator); at != std::string::npos; at = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, at - begin));
    begin = at + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

/// "TO app" of "GRANT SELECT ON TABLE x TO app WITH GRANT OPTION".
std::string grantee_of(const std::string& grant) {
  auto end = grant.size();
  if (grant.ends_with(" WITH GRANT OPTION")) end -= 18;
  const auto at = grant.rfind(" TO ", end);
  return grant.substr(at + 4, end - at - 4);
}

/// "TABLE public.x" of "ALTER TABLE public.x OWNER TO o".
std::string object_of(const std::string& owner_statement) {
  return owner_statement.substr(6, owner_statement.rfind(" OWNER TO ") - 6);
}

Alteration alter_privileges(const Definition& before, const Definition& after) {
  Alteration found;
  const auto was = split(before.text, ";\n"), is = split(after.text, ";\n");
  if (was.front() != is.front()) {
    const auto owner = [](const std::string& line) { return line.substr(line.rfind(" OWNER TO ") + 10); };
    found.words.push_back(fmt::format("owner changed from {} to {}", owner(was.front()), owner(is.front())));
    found.statements.push_back(is.front());
  }
  std::set<std::string> touched;
  const auto note = [&](const auto& lines, const auto& others, const char* word) {
    for (std::size_t at = 1; at < lines.size(); ++at) {
      if (std::find(others.begin() + 1, others.end(), lines[at]) != others.end()) continue;
      found.words.push_back(std::string(word) + lines[at].substr(6));
      touched.insert(grantee_of(lines[at]));
    }
  };
  note(was, is, "no longer granted: ");
  note(is, was, "granted: ");
  for (const auto& grantee : touched) {
    found.statements.push_back(fmt::format("REVOKE ALL ON {} FROM {}", object_of(is.front()), grantee));
    for (std::size_t at = 1; at < is.size(); ++at)
      if (grantee_of(is[at]) == grantee) found.statements.push_back(is[at]);
  }
  return found;
}

/// The names in "CREATE VIEW x (a, b) AS": CREATE OR REPLACE VIEW takes more of them at the end, and nothing else.
std::string view_columns(const Definition& view) {
  const auto begin = view.text.find(view.name + " (");
  if (begin == std::string::npos) return "";
  const auto list = begin + view.name.size() + 2;
  return view.text.substr(list, view.text.find(')', list) - list);
}

Alteration alter_view(const Definition& before, const Definition& after) {
  Alteration found{{"redefined"}, {}, false};
  const auto was = view_columns(before), is = view_columns(after);
  if (is == was || is.starts_with(was + ", ")) {
    found.statements = {"CREATE OR REPLACE" + after.text.substr(6)};
  } else {
    found.words = {fmt::format("redefined, its columns are now ({})", is)};
    found.statements = {"DROP VIEW " + before.name, after.text};
  }
  return found;
}

/// CREATE OR REPLACE keeps the names of parameters and the type of the result.
Alteration alter_function(const Definition& before, const Definition& after) {
  Alteration found{{"redefined"}, {}, false};
  const auto head = [](const std::string& text) { return text.substr(0, text.find("\n LANGUAGE ")); };
  if (head(before.text) != head(after.text) || !after.text.starts_with("CREATE OR REPLACE")) found.statements.push_back("DROP ROUTINE " + before.name);
  found.statements.push_back(after.text);
  return found;
}

Alteration alter_table_frame(const Definition& after, const std::string& was, const std::string& is) {
  Alteration found;
  const auto is_unlogged = [](const std::string& text) { return text.starts_with("CREATE UNLOGGED "); };
  if (is_unlogged(was) != is_unlogged(is)) {
    found.words.push_back(is_unlogged(is) ? "is now unlogged: its rows do not survive a crash" : "is no longer unlogged");
    found.statements.push_back(fmt::format("ALTER TABLE {} SET {}", after.name, is_unlogged(is) ? "UNLOGGED" : "LOGGED"));
  }
  const auto tail = [&](const std::string& text) { return one_line(text.substr(text.find(after.name + " ()") + after.name.size() + 3)); };
  // How a table is partitioned and where a foreign one lies cannot be altered.
  if (tail(was) != tail(is)) found.words.push_back(fmt::format("declared as \"{}\", was \"{}\"", trim(tail(is)), trim(tail(was))));
  return found;
}

std::string reset_setting(const Definition& one) {
  const auto alter = "ALTER TABLE " + one.table + " ";
  const auto is = [&](std::string_view ending) { return one.name.ends_with(ending); };
  if (is(" forced row level security")) return alter + "NO FORCE ROW LEVEL SECURITY";
  if (is(" row level security")) return alter + "DISABLE ROW LEVEL SECURITY";
  if (is(" replica identity")) return alter + "REPLICA IDENTITY DEFAULT";
  if (is(" clustering")) return alter + "SET WITHOUT CLUSTER";
  if (is(" tablespace")) return alter + "SET TABLESPACE pg_default";
  if (is(" ownership")) return one.text.substr(0, one.text.rfind(" OWNED BY ")) + " OWNED BY NONE";
  if (is(" attachment")) {
    const auto at = one.text.find(" ATTACH PARTITION ");
    return one.text.substr(0, at) + " DETACH PARTITION " + one.table;
  }
  if (const auto at = one.text.rfind(" INHERIT "); at != std::string::npos) return one.text.substr(0, at) + " NO" + one.text.substr(at);
  if (is(" options")) {
    std::vector<std::string> names;
    for (const auto& option : split(one.text.substr(one.text.find("SET (") + 5), ", ")) names.push_back(option.substr(0, option.find('=')));
    return alter + "RESET (" + join(names, ", ") + ")";
  }
  return "";  // of a column: what the ordinary value was is its type's matter
}

}  // namespace

bool is_relation(const std::string& kind) { return std::find(std::begin(kRelations), std::end(kRelations), kind) != std::end(kRelations); }
bool is_table(const std::string& kind) { return kind == "table" || kind == "partitioned table" || kind == "foreign table"; }

bool is_foreign_key(const Definition& one) { return one.kind == "constraint" && one.text.starts_with("FOREIGN KEY"); }

int rank_of(const std::string& kind) {
  return static_cast<int>(std::find(std::begin(kOrder), std::end(kOrder), kind) - std::begin(kOrder));
}

std::vector<std::string> make_statements(const Definition& one) {
  if (one.text.empty() || one.kind == "default privileges") return {};
  if (one.kind == "column") return {fmt::format("ALTER TABLE {} ADD COLUMN {} {}", one.table, local_name(one), one.text)};
  if (one.kind == "constraint") return {fmt::format("ALTER TABLE {} ADD CONSTRAINT {} {}", one.table, local_name(one), one.text)};
  if (one.kind == "domain constraint") return {fmt::format("ALTER DOMAIN {} ADD CONSTRAINT {} {}", one.table, local_name(one), one.text)};
  // Everybody may run a new routine, unless that is taken back.
  if (one.kind == "privileges" && one.text.starts_with("ALTER ROUTINE "))
    return {fmt::format("REVOKE ALL ON ROUTINE {} FROM PUBLIC", one.name), one.text};
  return {one.text};
}

std::vector<std::string> drop_statements(const Definition& one) {
  const auto part = [&](const char* word) { return std::vector<std::string>{fmt::format("DROP {} IF EXISTS {} ON {}", word, local_name(one), one.table)}; };
  if (one.kind == "column") return {fmt::format("ALTER TABLE {} DROP COLUMN {}", one.table, local_name(one))};
  // A dropped column takes them along.
  if (one.kind == "constraint") return {fmt::format("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {}", one.table, local_name(one))};
  if (one.kind == "domain constraint") return {fmt::format("ALTER DOMAIN {} DROP CONSTRAINT {}", one.table, local_name(one))};
  if (one.kind == "index" || one.kind == "sequence" || one.kind == "statistics") return {fmt::format("DROP {} IF EXISTS {}", upper(one.kind), one.name)};
  if (one.kind == "trigger") return part("TRIGGER");
  if (one.kind == "rule") return part("RULE");
  if (one.kind == "policy") return part("POLICY");
  if (one.kind == "function") return {"DROP ROUTINE " + one.name};
  if (one.kind == "composite type" || one.kind == "type") return {"DROP TYPE " + one.name};
  if (one.kind == "partitioned table") return {"DROP TABLE " + one.name};
  if (one.kind == "comment") return {"COMMENT ON " + one.name + " IS NULL"};
  if (one.kind == "setting") {
    const auto reset = reset_setting(one);
    return reset.empty() ? std::vector<std::string>{} : std::vector{reset};
  }
  if (one.kind == "cast") {
    auto name = one.name;
    return {"DROP CAST (" + name.replace(name.find(" as "), 4, " AS ") + ")"};
  }
  if (one.kind == "operator class") {
    const auto at = one.name.rfind(' ');
    return {fmt::format("DROP OPERATOR CLASS {} USING {}", one.name.substr(0, at), one.name.substr(at + 1))};
  }
  if (one.kind == "privileges" || one.kind == "default privileges") return {};
  return {fmt::format("DROP {} {}", upper(one.kind), one.name)};
}

std::string frame_of_table(const Definition& table, const std::vector<Definition>& columns) {
  auto at = table.text.find(" (");
  // The name may hold a parenthesis of its own.
  if (const auto name = table.text.find(table.name + " ("); name != std::string::npos) at = name + table.name.size();
  if (at == std::string::npos) return table.text;
  const auto head = table.text.substr(0, at) + " (";
  at += 2;
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (const auto& column : columns) {
      if (column.table != table.name) continue;
      const auto line = "\n    " + local_name(column) + " " + column.text;
      if (!std::string_view(table.text).substr(at).starts_with(line)) continue;
      const char next = table.text[std::min(table.text.size() - 1, at + line.size())];
      if (next != ',' && next != '\n') continue;
      at += line.size() + (next == ',' ? 1 : 0);
      goes_on = next == ',';
      break;
    }
  }
  if (at < table.text.size() && table.text[at] == '\n') ++at;
  return head + table.text.substr(at);
}

Alteration alter(const Definition& before, const Definition& after, const std::vector<Definition>& columns_before, const std::vector<Definition>& all) {
  if (after.kind == "column") return alter_column(before, after);
  if (is_table(after.kind)) {
    const auto was = frame_of_table(before, columns_before), is = frame_of_table(after, all);
    return was == is ? Alteration{} : alter_table_frame(after, was, is);
  }
  if (after.kind == "view") return alter_view(before, after);
  if (after.kind == "function") return alter_function(before, after);
  if (after.kind == "privileges") return alter_privileges(before, after);
  if (after.kind == "type" || after.kind == "composite type") return alter_type(before, after, all);
  Alteration found{{fmt::format("redefined from {} to {}", one_line(before.text), one_line(after.text))}, {}, false};
  if (after.kind == "sequence" && after.text.starts_with("CREATE ")) {
    found.statements = {"ALTER" + after.text.substr(6)};
    return found;
  }
  if (after.kind == "comment") return {{fmt::format("changed to {}", one_line(after.text.substr(after.text.find(" IS ", 11 + after.name.size()) + 4)))}, {after.text}, false};
  if (after.text.empty()) return found;
  // A setting takes another value as it is, but for a partition's bounds and what is set beside.
  const bool replaces = after.kind != "setting" || after.name.ends_with(" attachment") || after.name.ends_with(" options");
  if (replaces) found.statements = drop_statements(before);
  for (const auto& statement : make_statements(after)) found.statements.push_back(statement);
  return found;
}

}  // namespace safety::schema

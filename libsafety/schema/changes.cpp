#include "libsafety/schema/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "libsafety/base/text.hpp"
#include "libsafety/schema/change_sql.hpp"
#include "libsafety/schema/type_text.hpp"

namespace safety::schema {
namespace {

using Key = std::pair<std::string, std::string>;
using Catalog = std::map<Key, const Definition*>;

Catalog catalog_of(const std::vector<Definition>& definitions) {
  Catalog catalog;
  for (const auto& one : definitions) catalog[{one.kind, one.name}] = &one;
  return catalog;
}

/// What a definition is about, where it is about another one that is no table: "public.f(integer)" for a function's privileges.
std::string subject_of(const Definition& one) {
  if (one.kind == "privileges") return one.name;
  if (one.kind == "comment") return one.name.substr(one.name.find(' ') + 1);
  return "";
}

/// One side's definitions that the other side lacks.
class OneSided {
 public:
  OneSided(const std::vector<Definition>& here, const Catalog& there) : here_(here) {
    for (const auto& one : here) {
      if (there.contains({one.kind, one.name})) continue;
      list_.push_back(&one);
      if (one.kind == "schema") subjects_.insert("schema " + one.name);
      if (one.kind != "privileges" && one.kind != "comment" && one.kind != "setting") subjects_.insert(one.name);
      if (is_relation(one.kind) || one.kind == "type") relations_.insert(one.name);
    }
    for (const auto& one : here)
      if (is_table(one.kind) && !one.table.empty()) parents_[one.name] = one.table;
  }

  const std::vector<const Definition*>& list() const { return list_; }

  /// True for what is told of with something else of this side.
  bool belongs_to_another(const Definition& one) const {
    if (!one.table.empty() && one.table != one.name && relations_.contains(one.table)) return true;
    if (!one.table.empty() && relations_.contains(one.table) && !is_relation(one.kind)) return true;
    const auto subject = subject_of(one);
    if (!subject.empty() && subjects_.contains(subject)) return true;
    return is_inherited(one);
  }

  /// The table and those that are its partitions and children, and theirs.
  std::vector<const Definition*> with_children(const Definition& one) const {
    std::vector<const Definition*> family{&one};
    for (std::size_t at = 0; is_table(one.kind) && at < family.size(); ++at)
      for (const auto& other : here_)
        if (is_table(other.kind) && other.table == family[at]->name && relations_.contains(other.name)) family.push_back(&other);
    return family;
  }

  /// The definition itself and all that belongs to it, in the order in which they can be made.
  std::vector<const Definition*> with_belongings(const Definition& one) const {
    std::vector<const Definition*> all{&one};
    std::set<std::string> names;
    for (const auto* table : with_children(one)) names.insert(table->name);
    if (one.kind == "schema") names.insert("schema " + one.name);
    for (const auto& other : here_)
      if (&other != &one && other.kind != "column" && (names.contains(other.table) || names.contains(subject_of(other)) || (is_table(other.kind) && names.contains(other.name))))
        all.push_back(&other);
    std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) { return order_of(*a) < order_of(*b); });
    return all;
  }

 private:
  // Foreign keys last among the constraints: they need the others' unique ones.
  static std::pair<int, bool> order_of(const Definition& one) { return {rank_of(one.kind), is_foreign_key(one)}; }

  /// A column or check of a partition or child that its parent has got too: ALTER TABLE does both at once.
  bool is_inherited(const Definition& one) const {
    if (one.kind != "column" && one.kind != "constraint") return false;
    const auto parent = parents_.find(one.table);
    if (parent == parents_.end()) return false;
    return std::any_of(list_.begin(), list_.end(), [&](const auto* other) {
      return other->kind == one.kind && other->table == parent->second && local_name(*other) == local_name(one) && other->text == one.text;
    });
  }

  const std::vector<Definition>& here_;
  std::vector<const Definition*> list_;
  std::set<std::string> relations_, subjects_;
  std::map<std::string, std::string> parents_;
};

/// "column public.users.email", "constraint users_pkey on public.users".
std::string title_of(const Definition& one) {
  if (one.kind == "comment") return "comment on " + one.name;
  if (one.kind == "privileges") return "privileges on " + one.name;
  if (one.kind == "column" || is_relation(one.kind) || one.table.empty()) return one.kind + " " + one.name;
  if (one.kind == "index") return fmt::format("index {} on {}", one.name, one.table);
  if (one.kind == "setting") return fmt::format("table {}: {}", one.table, one.name.starts_with(one.table + " ") ? local_name(one) : one.name);
  return fmt::format("{} {} on {}", one.kind, local_name(one), one.table);
}

/// What a person wants to see of a new thing beside its name.
std::string shown(const Definition& one) {
  if (one.kind == "column" || one.kind == "constraint" || one.kind == "domain constraint") return one_line(one.text);
  if (one.kind == "index") return one_line(one.text.substr(std::min(one.text.size(), one.text.find(" USING ") + 1)));
  if (one.kind == "type" && !parse_enum(one.text).empty()) return one_line(one.text.substr(one.text.find(" AS ") + 4));
  return "";
}

std::string sql_of(const std::vector<std::string>& statements) {
  std::string sql;
  for (const auto& one : statements) sql += one + ";\n";
  return sql;
}

Change added(const OneSided& side, const Definition& one) {
  Change change{Change::What::added, {}, one, title_of(one) + " added", {}, false};
  if (one.kind == "setting") change.words = fmt::format("{} set ({})", title_of(one), one_line(one.text));
  if (one.kind == "comment") change.words = title_of(one) + " set";
  if (const auto more = shown(one); !more.empty()) change.words += ": " + more;
  for (const auto* part : side.with_belongings(one)) change.sql += sql_of(make_statements(*part));
  return change;
}

std::string drop_sql(const OneSided& side, const Definition& one) {
  if (!is_table(one.kind)) return sql_of(drop_statements(one));
  std::vector<std::string> statements;
  const auto family = side.with_children(one);
  for (const auto* part : side.with_belongings(one))
    if (is_foreign_key(*part)) statements.push_back(drop_statements(*part).front());
  for (auto table = family.rbegin(); table != family.rend(); ++table) statements.push_back(drop_statements(**table).front());
  return sql_of(statements);
}

Change dropped(const OneSided& side, const Definition& one) {
  Change change{Change::What::dropped, one, {}, title_of(one) + " dropped", drop_sql(side, one), false};
  if (one.kind == "setting" || one.kind == "comment") change.words = title_of(one) + " no longer set";
  change.loses_data = is_table(one.kind) || one.kind == "column" || one.kind == "sequence" || one.kind == "extension";
  // What a computed column held can be computed again, what a foreign table shows lies elsewhere.
  if ((one.kind == "column" && !parse_column(one.text).generated.empty()) || one.kind == "foreign table") change.loses_data = false;
  return change;
}

/// The same change of a partition's column as of its parent's.
bool is_of_parent(const Definition& was, const Definition& is, const Catalog& before, const Catalog& after) {
  if (is.kind != "column" && is.kind != "constraint") return false;
  for (const char* kind : {"table", "partitioned table", "foreign table"}) {
    const auto table = after.find({kind, is.table});
    if (table == after.end() || table->second->table.empty()) continue;
    const auto separator = is.kind == "column" ? "." : " ";
    const Key key{is.kind, table->second->table + separator + local_name(is)};
    const auto parent_was = before.find(key), parent_is = after.find(key);
    if (parent_was != before.end() && parent_is != after.end() && parent_was->second->text == was.text && parent_is->second->text == is.text) return true;
  }
  return false;
}

int order_of(Change::What what) { return what == Change::What::dropped ? 0 : what == Change::What::changed ? 1 : 2; }

auto reading_order(const Change& change) {
  const auto& one = change.what == Change::What::dropped ? change.before : change.after;
  const auto rank = rank_of(one.kind);
  const bool is_of_table = is_table(one.kind) || (!one.table.empty() && one.kind != "domain constraint");
  // Schemas and types first, then table by table, then what stands on tables.
  const int part = is_of_table ? 1 : rank < rank_of("table") && one.kind != "function" ? 0 : 2;
  const auto group = !is_of_table ? std::string() : is_table(one.kind) ? one.name : one.table;
  return std::tuple(part, group, is_table(one.kind) ? 0 : 1, rank, order_of(change.what), one.name);
}

}  // namespace

std::vector<Change> compare(const std::vector<Definition>& before, const std::vector<Definition>& after) {
  const auto was = catalog_of(before), is = catalog_of(after);
  const OneSided gone(before, is), made(after, was);
  std::vector<Change> changes;
  for (const auto* one : gone.list())
    if (!gone.belongs_to_another(*one)) changes.push_back(dropped(gone, *one));
  for (const auto* one : made.list())
    if (!made.belongs_to_another(*one)) changes.push_back(added(made, *one));
  for (const auto& [key, one] : is) {
    const auto found = was.find(key);
    if (found == was.end() || found->second->text == one->text || is_of_parent(*found->second, *one, was, is)) continue;
    const auto alteration = alter(*found->second, *one, before, after);
    if (alteration.words.empty()) continue;  // a table whose columns say it all
    changes.push_back({Change::What::changed, *found->second, *one, title_of(*one) + ": " + join(alteration.words, ", "), sql_of(alteration.statements), alteration.loses_data});
  }
  std::stable_sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) { return reading_order(a) < reading_order(b); });
  return changes;
}

}  // namespace safety::schema

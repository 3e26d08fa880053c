// The statements of many changes in an order that can be run.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "libsafety/base/text.hpp"
#include "libsafety/schema/change_sql.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::schema {
namespace {

using What = Change::What;

const Definition& subject(const Change& change) { return change.what == What::dropped ? change.before : change.after; }

/// The statements that make or drop foreign keys of whole tables, and the rest: tables can be made and dropped in any order then.
std::pair<std::string, std::string> split_keys(const Change& change) {
  if (!is_table(subject(change).kind) || change.what == What::changed) return {"", change.sql};
  std::pair<std::string, std::string> parts;
  std::size_t begin = 0;
  while (begin < change.sql.size()) {
    const auto end = std::min(change.sql.find(";\n", begin), change.sql.size() - 2) + 2;
    const auto statement = change.sql.substr(begin, end - begin);
    const bool is_key = statement.starts_with("ALTER TABLE ") &&
                        (statement.find(" DROP CONSTRAINT IF EXISTS ") != std::string::npos ||
                         (statement.find(" ADD CONSTRAINT ") != std::string::npos && statement.find(" FOREIGN KEY (") != std::string::npos));
    (is_key ? parts.first : parts.second) += statement;
    begin = end;
  }
  return parts;
}

/// What looks like a name: enough to see which view stands on which.
std::set<std::string> names_in(const std::string& sql) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c == '.' || c == '"' || static_cast<unsigned char>(c) >= 0x80;
  };
  std::set<std::string> names;
  for (std::size_t at = 0; at < sql.size();) {
    auto end = at;
    while (end < sql.size() && is_part(sql[end])) ++end;
    if (end > at) names.insert(sql.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

/// Those that others of the list mention come first; among the rest the order stays, and in a circle too.
void order_by_mention(std::vector<const Change*>& block, bool is_reversed) {
  std::map<std::string, const Change*> by_name;
  for (const auto* one : block) by_name[subject(*one).name] = one;
  std::vector<const Change*> ordered;
  std::set<const Change*> seen;
  const auto add = [&](const auto& self, const Change* one) -> void {
    if (!seen.insert(one).second) return;
    const auto text = one->what == What::dropped ? subject(*one).text : split_keys(*one).second;
    for (const auto& name : names_in(text))
      if (const auto other = by_name.find(name); other != by_name.end()) self(self, other->second);
    ordered.push_back(one);
  };
  for (const auto* one : block) add(add, one);
  if (is_reversed) std::reverse(ordered.begin(), ordered.end());
  block = std::move(ordered);
}

class Order {
 public:
  explicit Order(const std::vector<Change>& changes) {
    for (const auto& one : changes)
      if (one.what != What::changed && is_relation(subject(one).kind)) relations_.insert(subject(one).name);
  }

  /// What stands in the way of others goes first, in the reverse of the order in which it could be made; then what is new and
  /// other; then columns, tables and what they are made of go.
  std::tuple<int, int, bool> operator()(const Change& change) const {
    const auto& one = subject(change);
    const bool is_dropped = change.what == What::dropped;
    const auto rank = rank_among(change);
    const int part = !is_dropped ? 1 : rank > rank_of("column") ? 0 : 2;
    return {part, is_dropped ? -rank : rank, is_dropped != is_foreign_key(one)};
  }

 private:
  int rank_among(const Change& change) const {
    const auto& one = subject(change);
    // These stand on one another, whichever kind they are of.
    if (one.kind == "composite type") return rank_of("type");
    if (one.kind == "materialized view") return rank_of("view");
    if (is_table(one.kind)) return rank_of("table");
    // A function that gives rows of a new table comes behind that table, and goes before it; others the other way round, for
    // defaults and checks use them.
    if (one.kind == "function") {
      const auto names = names_in(one.text.substr(0, one.text.find("\n LANGUAGE ")));
      if (std::any_of(names.begin(), names.end(), [&](const auto& name) { return relations_.contains(name); })) return rank_of("statistics");
    }
    return rank_of(one.kind);
  }

  std::set<std::string> relations_;  // that come or go
};

}  // namespace

std::string script_of(const std::vector<Change>& changes) {
  const Order order(changes);
  std::vector<const Change*> sorted;
  for (const auto& one : changes) sorted.push_back(&one);
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto* a, const auto* b) { return order(*a) < order(*b); });
  std::string first, script, last, by_hand;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if(begin, sorted.end(), [&](const auto* one) { return order(*one) != order(**begin); });
    std::vector<const Change*> block(begin, end);
    order_by_mention(block, (*begin)->what == What::dropped);
    for (const auto* one : block) {
      if (one->sql.empty()) by_hand += "-- by hand: " + one_line(one->words) + "\n";
      const auto [keys, rest] = split_keys(*one);
      (one->what == What::dropped ? first : last) += keys;
      script += rest;
    }
    begin = end;
  }
  return by_hand + first + script + last;
}

}  // namespace safety::schema

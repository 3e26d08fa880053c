#pragma once
// How far `drizzle-kit push` reaches: what its filters let through counts as its own, and what the schema files do not name is dropped.

#include <optional>
#include <string>
#include <vector>

namespace safety::migrations {

/// As drizzle-kit 0.31 matches names: any of the patterns (*, ?, [abc], {a,b}), and none that begins with ! and names it.
/// An empty list lets everything through.
bool is_let_through(const std::vector<std::string>& filter, const std::string& name);

struct Scope {
  std::optional<std::vector<std::string>> schemas, tables;  // nullopt: not set
  bool is_explicit() const { return schemas && tables && !schemas->empty() && !tables->empty(); }
  /// Those of `names` ("users", "billing.plan") that it reaches.
  std::vector<std::string> reached(const std::vector<std::string>& names) const;
};

}  // namespace safety::migrations

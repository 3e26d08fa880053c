#pragma once
// What a history says, in words that a test compares; for the tests of both tools.

#include <string>
#include <vector>

#include "libsafety/migrations/history.hpp"

namespace safety::migrations {

/// The migrations that the stages of this folder make.
inline std::string sql_of(const std::string& name) { return "-- " + name + "\nSELECT 1;\n"; }

inline std::vector<std::string> states_of(const History& history) {
  std::vector<std::string> states;
  for (const auto& entry : history.entries) states.push_back(entry.name + " " + name_of(entry.state));
  return states;
}
inline std::vector<std::string> codes_of(const History& history) {
  std::vector<std::string> codes;
  for (const auto& problem : history.problems) codes.push_back(name_of(problem.severity) + " " + problem.code);
  return codes;
}
inline std::vector<std::string> pending_of(const History& history) {
  std::vector<std::string> names;
  for (const auto& migration : history.pending) names.push_back(migration.name);
  return names;
}

}  // namespace safety::migrations

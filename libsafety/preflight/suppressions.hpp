#pragma once
// What people have accepted, in comments of the SQL itself:
//
//   -- safety:allow RULE reason          on the lines directly above a statement, inside of it, or behind its end
//   -- safety:allow-file RULE reason     anywhere: for the whole file
//
// A reason is part of it, and a rule that does not exist is told: a slip of the pen must not silence nothing, or anything.

#include <string>
#include <vector>

#include "libsafety/preflight/finding.hpp"
#include "libsafety/preflight/parse.hpp"

namespace safety::preflight {

struct Suppression {
  std::string rule, reason;
  int line = 0;
  bool is_for_file = false;
  int first_line = 0, last_line = 0;  // of the statement that it is about; 0 when it stands at none
};

/// In the order of the file, those of unknown rules or without a reason among them.
std::vector<Suppression> read_suppressions(const Script& script);
bool is_valid(const Suppression& suppression);

/// Marks the findings from `first` on, which are those of this file, and adds what is wrong with the suppressions.
void apply_suppressions(const Script& script, const std::string& file, const std::string& migration, std::size_t first, std::vector<Finding>& findings);

}  // namespace safety::preflight

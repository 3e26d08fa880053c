#pragma once
// Every rule, once: the reference page RULES.md beside this file is generated from here, and the tests hold them together.

#include <span>
#include <string>
#include <string_view>

#include "libsafety/preflight/finding.hpp"

namespace safety::preflight {

enum class Group { data_loss, may_fail, locks, robustness };
std::string_view title_of(Group group);  // "Data loss" ...

struct Rule {
  std::string_view id;        // "drop-table": stable, named in suppressions
  Group group;
  Severity severity;          // as long as the data has not been asked
  std::string_view summary;   // "drops a table"
  std::string_view why;       // what happens, a full sentence
  std::string_view safe_way;  // what to do instead, a full sentence or two
  std::string_view example;   // SQL that it finds (or the command, the setting)
};

/// In the order of groups.
std::span<const Rule> rules();
/// nullptr when there is none of that id.
const Rule* find_rule(std::string_view id);
/// RULES.md.
std::string format_reference();

}  // namespace safety::preflight

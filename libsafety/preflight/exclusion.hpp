#pragma once
// The text of an exclusion constraint, taken apart: EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (is_open).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace safety::preflight {

struct ExclusionElement {
  std::string expression, operator_name;  // SQL
};

struct Exclusion {
  std::vector<ExclusionElement> elements;
  std::string predicate;  // SQL; empty without one
};

/// nullopt when it is not of that form. Operator classes and orderings of elements are left out: they say how the index
/// is kept, the operator says what excludes what.
std::optional<Exclusion> parse_exclusion(std::string_view definition);

}  // namespace safety::preflight

#pragma once
// Types' definitions taken apart (enums, domains, composite types), and what it takes to make one into another. Internal to
// this folder.

#include <string>
#include <vector>

#include "libsafety/schema/column_text.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::schema {

/// The labels of "CREATE TYPE x AS ENUM ('a', 'b')"; empty for any other text.
std::vector<std::string> parse_enum(const std::string& text);

/// `all` are the definitions after: a value of an enum is only ever taken away by a new type, and columns of the old one move
/// to it. Without statements where a type must be made anew for other reasons.
Alteration alter_type(const Definition& before, const Definition& after, const std::vector<Definition>& all);

}  // namespace safety::schema

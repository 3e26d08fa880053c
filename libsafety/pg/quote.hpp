#pragma once
// The one place where names and values become SQL text.

#include <string>
#include <string_view>

namespace safety::pg {

/// "name" with quotes doubled; always quoted. Requires no NUL.
std::string quote_identifier(std::string_view name);
/// "schema"."name"
std::string quote_qualified(std::string_view schema, std::string_view name);
/// 'value', with E'' when it holds a backslash, so that it means the same under any standard_conforming_strings.
std::string quote_literal(std::string_view value);

}  // namespace safety::pg

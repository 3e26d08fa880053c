#pragma once
// Strings of the index as JSON can hold them. Source: FORMAT.md, section "The index".
//
// JSON is UTF-8, names of a SQL_ASCII database need not be. A byte that is part of no valid UTF-8 sequence becomes the
// private-use character U+EF00 + byte; those characters themselves are taken as three such bytes, so that the
// mapping has exactly one way back.

#include <string>
#include <string_view>

namespace safety::archive {

/// Valid UTF-8, whatever the bytes are.
std::string to_json_text(std::string_view bytes);
/// Requires valid UTF-8, as a JSON parser gives it.
std::string from_json_text(std::string_view text);

}  // namespace safety::archive

#pragma once
// Names and statements as the reports of this folder show them. Internal to this folder.

#include <string>
#include <string_view>
#include <utility>

namespace safety::rehearsal {

/// One line, without what is only layout, at most 200 bytes.
std::string shortened_statement(std::string_view statement);

/// A relation's name as SQL has it, unquoted: {"public", "Odd name"} of `public."Odd name"`.
std::pair<std::string, std::string> split_relation(std::string_view name);
/// "public.Odd name": as Ownership and reports name tables.
std::string unquoted(std::string_view name);

}  // namespace safety::rehearsal

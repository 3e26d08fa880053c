#pragma once
// Names, statements and lists as reports show them; rollback's, too.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace safety::rehearsal {

/// One line, without what is only layout, at most 200 bytes.
std::string shortened_statement(std::string_view statement);

/// A relation's name as SQL has it, unquoted: {"public", "Odd name"} of `public."Odd name"`.
std::pair<std::string, std::string> split_relation(std::string_view name);
/// "public.Odd name": as Ownership and reports name tables.
std::string unquoted(std::string_view name);

/// Long lists are cut, with a last line that says so: nobody reads a hundred lines for "everything is gone".
std::vector<std::string> cut(std::vector<std::string> lines, std::size_t most);
/// A title and its lines, cut and indented.
std::string list_of(const std::string& title, const std::vector<std::string>& lines, std::size_t most = 40);
/// Each made safe for one line.
std::vector<std::string> as_lines(std::vector<std::string> lines);

}  // namespace safety::rehearsal

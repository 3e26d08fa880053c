#pragma once
// Text for people and for file names.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace safety {

/// "1.5 GB", "312 kB", "17 bytes": powers of 1000, as disks are sold.
std::string format_bytes(std::uint64_t bytes);
/// "10GB", "1.5 TB", "500M" in powers of 1000, "10GiB" in powers of 1024, or a bare number of bytes; nullopt for anything else.
std::optional<std::uint64_t> parse_bytes(std::string_view text);
/// "0.412 s", "12.3 s", "4 min 05 s", "2 h 10 min".
std::string format_seconds(double seconds);
/// "1,234,567".
std::string format_count(std::uint64_t count);
/// "1 table", "3 tables".
std::string format_plural(std::uint64_t count, std::string_view noun);

/// A name that is safe as a file name: every byte outside [A-Za-z0-9._-], and a leading dot, becomes %XX.
/// Distinct names stay distinct.
std::string format_file_name(std::string_view name);

std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// The first few, then "and N more".
std::string join_some(const std::vector<std::string>& parts, std::size_t most = 5);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string_view trim(std::string_view text);
/// Its lines, trimmed, without the empty ones.
std::vector<std::string> split_lines(std::string_view text);
/// Text made safe for one line of a terminal or log: control characters become spaces, bytes that are not UTF-8 '?'.
std::string one_line(std::string_view text);
/// The first byte that is not UTF-8; npos when all is.
std::size_t find_no_utf8(std::string_view text);

}  // namespace safety

#include "libsafety/backup/table_pattern.hpp"

#include <cctype>
#include <vector>

namespace safety::backup {
namespace {

struct PatternCharacter {
  char c = 0;
  enum class Kind { plain, any_one, any_run } kind = Kind::plain;
};
using Pattern = std::vector<PatternCharacter>;

std::vector<Pattern> parse(std::string_view text) {
  std::vector<Pattern> parts(1);
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      if (is_quoted && at + 1 < text.size() && text[at + 1] == '"')
        parts.back().push_back({text[at++]});
      else
        is_quoted = !is_quoted;
    } else if (is_quoted) {
      parts.back().push_back({c});
    } else if (c == '.') {
      parts.emplace_back();
    } else if (c == '*' || c == '?') {
      parts.back().push_back({c, c == '*' ? PatternCharacter::Kind::any_run : PatternCharacter::Kind::any_one});
    } else {
      parts.back().push_back({static_cast<char>(std::tolower(static_cast<unsigned char>(c)))});
    }
  }
  return parts;
}

bool matches(const Pattern& pattern, std::size_t at, std::string_view name) {
  for (; at < pattern.size(); ++at) {
    if (pattern[at].kind == PatternCharacter::Kind::any_run) {
      for (std::size_t skip = 0; skip <= name.size(); ++skip)
        if (matches(pattern, at + 1, name.substr(skip))) return true;
      return false;
    }
    if (name.empty() || (pattern[at].kind == PatternCharacter::Kind::plain && pattern[at].c != name.front())) return false;
    name.remove_prefix(1);
  }
  return name.empty();
}

}  // namespace

bool matches_table_pattern(std::string_view pattern, std::string_view schema, std::string_view table) {
  const auto parts = parse(pattern);
  if (parts.size() == 1) return matches(parts[0], 0, table);
  return parts.size() == 2 && matches(parts[0], 0, schema) && matches(parts[1], 0, table);
}

}  // namespace safety::backup

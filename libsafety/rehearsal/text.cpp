#include "libsafety/rehearsal/text.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"

namespace safety::rehearsal {

std::string shortened_statement(std::string_view statement) {
  constexpr std::size_t kMost = 200;
  std::string line;
  for (const char c : one_line(trim(statement)))
    if (c != ' ' || (!line.empty() && line.back() != ' ')) line += c;
  if (line.size() <= kMost) return line;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end) + " ...";
}

std::pair<std::string, std::string> split_relation(std::string_view name) {
  std::string parts[2];
  int part = 0;
  bool is_quoted = false;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const char c = name[at];
    if (c == '"' && is_quoted && at + 1 < name.size() && name[at + 1] == '"')
      parts[part] += name[++at];
    else if (c == '"')
      is_quoted = !is_quoted;
    else if (c == '.' && !is_quoted && part == 0)
      part = 1;
    else
      parts[part] += c;
  }
  if (part == 0) return {"", parts[0]};
  return {parts[0], parts[1]};
}

std::string unquoted(std::string_view name) {
  const auto [schema, relation] = split_relation(name);
  return schema.empty() ? relation : schema + "." + relation;
}

std::vector<std::string> cut(std::vector<std::string> lines, std::size_t most) {
  if (lines.size() <= most) return lines;
  const auto more = fmt::format("and {} more (--json tells all)", format_count(lines.size() - most));
  lines.resize(most);
  lines.push_back(more);
  return lines;
}

std::string list_of(const std::string& title, const std::vector<std::string>& lines, std::size_t most) {
  if (lines.empty()) return "";
  std::string text = title + "\n";
  for (const auto& line : cut(lines, most)) text += "  " + line + "\n";
  return text;
}

std::vector<std::string> as_lines(std::vector<std::string> lines) {
  for (auto& line : lines) line = one_line(line);
  return lines;
}

}  // namespace safety::rehearsal

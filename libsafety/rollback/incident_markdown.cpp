// Markdown as GitHub reads it. Texts are escaped, so that no name becomes markup.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "libsafety/base/text.hpp"
#include "libsafety/rollback/incident.hpp"
#include "libsafety/rollback/incident_text.hpp"
#include "libsafety/rollback/text.hpp"

namespace safety::rollback {
namespace {

bool is_alphanumeric(const std::string& text, std::size_t at) { return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0; }

/// An underscore within a word means nothing (CommonMark 0.30, section 6.2): names stay readable in the source, too.
bool is_within_word(const std::string& text, std::size_t at) { return at > 0 && is_alphanumeric(text, at - 1) && is_alphanumeric(text, at + 1); }

/// Plain text of one line. What begins a block (a heading, a list, a rule) is escaped at the front only.
std::string plain(const std::string& text, bool is_front) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool is_front_digit = is_front && at > 0 && (c == '.' || c == ')') && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), [](unsigned char one) { return std::isdigit(one) != 0; });
    if (std::string_view("\\`*[]<|&~$#").find(c) != std::string_view::npos || (c == '_' && !is_within_word(text, at)) ||
        (is_front && at == 0 && std::string_view("+-=>").find(c) != std::string_view::npos) || is_front_digit)
      out += '\\';
    out += c;
  }
  return out;
}

/// Text with its `code`. In a cell of a table code with a pipe is told as plain text: a backslash before the pipe would end the cell.
std::string rich(const std::string& text, bool is_cell) {
  std::string out;
  // Leading blanks would make a block of code.
  for (const auto& piece : pieces_of(std::string(trim(one_line(text))))) {
    if (!piece.is_code)
      out += plain(piece.text, out.empty() && !is_cell);
    else
      out += is_cell && piece.text.find('|') != std::string::npos ? plain("`" + piece.text + "`", false) : "`" + piece.text + "`";
  }
  return out;
}

std::string cell(const std::string& text) { return rich(text, true); }

std::string row(const std::vector<std::string>& cells) { return "| " + join(cells, " | ") + " |\n"; }

std::string list(const std::string& title, const std::vector<std::string>& items, const std::string& bullet = "- ") {
  if (items.empty()) return "";
  std::string text = "\n## " + title + "\n\n";
  for (const auto& item : items) text += bullet + rich(item, false) + "\n";
  return text;
}

std::string migrations_text(const Incident& incident) {
  if (incident.migrations.empty()) return "";
  std::string text = "\n## Migrations taken back\n\n| Migration | Tool | It was | Finished |\n| --- | --- | --- | --- |\n";
  for (const auto& one : incident.migrations) text += row({cell(one.name), cell(one.tool), cell(one.state), cell(one.finished)});
  return text;
}

std::string timeline(const Incident& incident) {
  if (incident.events.empty()) return "";
  std::string text = "\n## Timeline\n\n| Time (UTC) | Step | State | What | Took | Who |\n| --- | --- | --- | --- | ---: | --- |\n";
  for (const auto& event : incident.events)
    text += row({cell(instant_text(event.at)), cell(event.step), cell(event.state), cell(event.text), took_text(event.seconds), cell(event.who)});
  return text;
}

std::string saved(const Incident& incident) {
  if (incident.saved.empty()) return "";
  std::string text = "\n## Rows written since that were kept\n\n| Table | Written since | Rows then | Rows now | Owner |\n| --- | ---: | ---: | ---: | --- |\n";
  for (const auto& one : incident.saved)
    text += row({cell(one.table), figure_of(one.written, one.is_exact), figure_of(one.before, one.is_exact), figure_of(one.now, one.is_exact), owner_text(one.owner)});
  return text;
}

/// In a fence that is longer than any run of backticks in it.
std::string sql_block(const Incident& incident) {
  if (trim(incident.sql).empty()) return "";
  const auto sql = sql_text(incident.sql);
  std::size_t longest = 0, run = 0;
  for (const char c : sql) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return "\n## SQL that was run\n\n" + fence + "sql\n" + sql + fence + "\n";
}

}  // namespace

std::string format_markdown(const Incident& incident) {
  auto text = fmt::format("# Rollback of database {}\n\n{}\n\n| | |\n| --- | --- |\n", plain(one_line(incident.database), false), plain(lead_of(incident), true));
  for (const auto& [label, value] : facts_of(incident)) text += row({label, cell(value)});
  return text + list("Left to do", incident.left_to_do, "- [ ] ") + list("What was undone", incident.changes) + migrations_text(incident) + timeline(incident) + saved(incident) +
         list("Kept", incident.kept) + list("Folders moved", incident.moves) + sql_block(incident);
}

}  // namespace safety::rollback

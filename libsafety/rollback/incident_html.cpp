// One page that needs no network and runs no script (base/html.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "libsafety/base/html.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/rollback/incident.hpp"
#include "libsafety/rollback/incident_text.hpp"
#include "libsafety/rollback/text.hpp"

namespace safety::rollback {
namespace {

constexpr std::string_view kStyle = R"(
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.5rem; margin: 1.6rem 0 0; padding: 1rem 0;
  border: solid var(--line); border-width: 1px 0; }
dt { color: var(--faint); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
ul { margin: 0; padding-left: 1.2rem; }
li + li { margin-top: .3rem; }
.todo { list-style: none; padding: 0; }
.todo li { position: relative; padding-left: 1.7rem; }
.todo li::before { content: ""; position: absolute; left: 0; top: .32em; width: .95em; height: .95em; border: 1.5px solid var(--faint); border-radius: .2em; }
.timeline { list-style: none; margin: 0; padding: 0; border-left: 2px solid var(--line); }
.timeline li { position: relative; padding-left: 1.2rem; }
.timeline li + li { margin-top: .75rem; }
.timeline li::before { content: ""; position: absolute; left: calc(-.3rem - 1px); top: .5em; width: .6rem; height: .6rem; border-radius: 50%;
  background: var(--faint); box-shadow: 0 0 0 3px var(--ground); }
.timeline .done::before { background: var(--good); }
.timeline .failed::before { background: var(--bad); }
.timeline .undone::before, .timeline .skipped::before { background: var(--warn); }
.meta { display: flex; flex-wrap: wrap; gap: 0 .9em; color: var(--faint); font-size: .875rem; font-variant-numeric: tabular-nums; }
.state, .step { font-weight: 600; }
.step { color: var(--text); }
.done .state, dd.finished { color: var(--good); }
.failed .state, dd.unfinished { color: var(--bad); }
.undone .state, .skipped .state, dd.undone { color: var(--warn); }
dd.finished, dd.unfinished, dd.undone { font-weight: 600; }
td:first-child { min-width: 8rem; overflow-wrap: anywhere; }
@media (max-width: 34rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dt { font-size: .875rem; }
  dd + dt { margin-top: .6rem; }
}
)";

std::string rich(const std::string& text) {
  std::string out;
  for (const auto& piece : pieces_of(text)) out += piece.is_code ? "<code>" + escape_html(piece.text) + "</code>" : escape_html(piece.text);
  return out;
}

std::string section(const std::string& title, const std::string& content) {
  return content.empty() ? "" : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", escape_html(title), content);
}

std::string list(const std::vector<std::string>& items, const std::string& kind = "") {
  if (items.empty()) return "";
  auto text = kind.empty() ? std::string("<ul>\n") : fmt::format("<ul class=\"{}\">\n", kind);
  for (const auto& item : items) text += "<li>" + rich(item) + "</li>\n";
  return text + "</ul>\n";
}

/// `figures`: as many columns after the first are numbers.
std::string table(const std::vector<std::string>& titles, const std::vector<std::vector<std::string>>& rows, std::size_t figures) {
  if (rows.empty()) return "";
  const auto line = [figures](const std::vector<std::string>& cells, const std::string& tag) {
    std::string text = "<tr>";
    for (std::size_t at = 0; at < cells.size(); ++at) text += fmt::format("<{}{}>{}</{}>", tag, at > 0 && at <= figures ? " class=\"figure\"" : "", rich(cells[at]), tag);
    return text + "</tr>\n";
  };
  std::string text = "<div class=\"wide\">\n<table>\n<thead>\n" + line(titles, "th") + "</thead>\n<tbody>\n";
  for (const auto& cells : rows) text += line(cells, "td");
  return text + "</tbody>\n</table>\n</div>\n";
}

/// A class of the style, for words that are one; texts from elsewhere never become an attribute.
template <std::size_t Count>
std::string class_of(const std::string& word, const std::array<std::string_view, Count>& known) {
  return std::find(known.begin(), known.end(), word) == known.end() ? "" : fmt::format(" class=\"{}\"", word);
}

std::string facts(const Incident& incident) {
  constexpr std::array<std::string_view, 3> kOutcomes{"finished", "unfinished", "undone"};
  std::string text = "<dl>\n";
  for (const auto& [label, value] : facts_of(incident))
    text += fmt::format("<dt>{}</dt><dd{}>{}</dd>\n", escape_html(label), label == "Outcome" ? class_of(value, kOutcomes) : "", escape_html(value));
  return text + "</dl>\n";
}

std::string time_of(const std::string& at) {
  const auto shown = escape_html(instant_text(at));
  return parse_rfc3339(at) ? fmt::format("<time datetime=\"{}\">{}</time>", escape_html(at), shown) : fmt::format("<span>{}</span>", shown);
}

std::string timeline_html(const Incident& incident) {
  if (incident.events.empty()) return "";
  constexpr std::array<std::string_view, 4> kStates{"done", "failed", "skipped", "undone"};
  std::string text = "<ol class=\"timeline\">\n";
  for (const auto& event : incident.events) {
    text += fmt::format("<li{}><div class=\"meta\">{}", class_of(event.state, kStates), time_of(event.at));
    const auto add = [&text](const std::string& kind, const std::string& word) {
      if (!word.empty()) text += fmt::format(" <span class=\"{}\">{}</span>", kind, escape_html(one_line(word)));
    };
    add("step", event.step);
    add("state", event.state);
    add("took", took_text(event.seconds));
    add("who", event.who);
    text += fmt::format("</div>{}</li>\n", event.text.empty() ? "" : "<div>" + rich(event.text) + "</div>");
  }
  return text + "</ol>\n";
}

std::string migrations_table(const Incident& incident) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : incident.migrations) rows.push_back({one.name, one.tool, one.state, one.finished});
  return table({"Migration", "Tool", "It was", "Finished"}, rows, 0);
}

std::string saved_table(const Incident& incident) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& one : incident.saved)
    rows.push_back({one.table, figure_of(one.written, one.is_exact), figure_of(one.before, one.is_exact), figure_of(one.now, one.is_exact), owner_text(one.owner)});
  return table({"Table", "Written since", "Rows then", "Rows now", "Owner"}, rows, 3);
}

}  // namespace

std::string format_html(const Incident& incident) {
  const auto title = "Rollback of database " + one_line(incident.database);
  auto text = fmt::format("<header>\n<h1>{}</h1>\n", escape_html(title));
  text += fmt::format("<p class=\"lead\">{}</p>\n{}</header>\n<main>\n", escape_html(lead_of(incident)), facts(incident));
  text += section("Left to do", list(incident.left_to_do, "todo")) + section("What was undone", list(incident.changes)) + section("Migrations taken back", migrations_table(incident)) +
          section("Timeline (UTC)", timeline_html(incident)) + section("Rows written since that were kept", saved_table(incident)) + section("Kept", list(incident.kept)) +
          section("Folders moved", list(incident.moves));
  if (!trim(incident.sql).empty()) text += section("SQL that was run", "<pre>" + escape_html(sql_text(incident.sql)) + "</pre>\n");
  return format_page({title, kStyle, text + "</main>\n"});
}

}  // namespace safety::rollback

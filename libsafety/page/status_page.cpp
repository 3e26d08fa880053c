// The page as a whole: the verdicts first, then each database, then the disk they share.
#include <fmt/format.h>

#include "libsafety/base/html.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/page/markup.hpp"
#include "libsafety/page/sections.hpp"
#include "libsafety/page/status.hpp"
#include "libsafety/page/style.hpp"
#include "libsafety/page/timeline.hpp"
#include "libsafety/page/trends.hpp"
#include "libsafety/page/verdict.hpp"

namespace safety::page {
namespace {

std::string name_of(const History& history) { return history.database.empty() ? "Database not known" : "Database " + one_line(history.database); }

std::string verdict_card(const History& history, const Status& status) {
  const auto verdict = judge(history, status);
  const auto word = verdict.level == Level::good ? "fine" : verdict.level == Level::warning ? "look at this" : "alarm";
  auto text = fmt::format("<section class=\"verdict {}\">\n<p class=\"of\">{}: {}</p>\n<p class=\"headline\">{}</p>\n", class_of(verdict.level), plain(name_of(history)), word, sentence(verdict.headline));
  if (!verdict.reasons.empty()) {
    text += "<ul>\n";
    for (const auto& reason : verdict.reasons) text += "<li>" + sentence(reason) + "</li>\n";
    text += "</ul>\n";
  }
  return text + "</section>\n";
}

std::string database_section(const History& history, const Status& status, bool is_only) {
  const int level = is_only ? 2 : 3;
  const auto content = tiles(history, status) + timeline(history, status, level) + trends(history, status, level) + timeline_table(history, status, level) + checkpoints(history, status, level) + runs(history, level);
  return is_only ? content : "<section class=\"database\">\n" + heading(2, name_of(history)) + content + "</section>\n";
}

bool is_empty(const Status& status) { return status.records.empty() && status.runs.empty() && status.operations.empty(); }

std::string first_steps() {
  return "<section>\n" + heading(2, "How to begin") +
         "<ol class=\"steps\">\n"
         "<li>Make the first backup: <code>safety-backup --label first</code></li>\n"
         "<li>Prove that it can be restored: <code>safety-verify latest --proof L4</code></li>\n"
         "<li>Let it happen every night: <code>safety-schedule install</code></li>\n"
         "<li>Make this page again: <code>safety-list --html status.html</code></li>\n"
         "</ol>\n</section>\n";
}

}  // namespace

std::string format_html(const Status& status) {
  const auto histories = histories_of(status);
  const auto title = is_empty(status)                                              ? std::string("No backups yet")
                     : histories.size() == 1 && !histories.front().database.empty() ? "Backups of database " + one_line(histories.front().database)
                                                                                    : "Backups of " + format_plural(histories.size(), "database");
  auto text = fmt::format("<header>\n<h1>{}</h1>\n<p class=\"lead\">Folder <code>{}</code>, looked at {} UTC. All times are UTC.</p>\n</header>\n<main>\n", plain(title), plain(status.folder),
                          time_markup(format_rfc3339(status.now)));
  for (const auto& history : histories) text += verdict_card(history, status);
  if (is_empty(status)) {
    text += (histories.empty() ? "<p>There is nothing in this folder yet.</p>\n" : "") + first_steps();
  } else {
    for (const auto& history : histories) text += database_section(history, status, histories.size() == 1);
    text += disk(histories, status);
  }
  return format_page({title, page_style(), text + "</main>\n<footer class=\"note\">Made by <code>safety-list --html</code>.</footer>\n"});
}

}  // namespace safety::page

#include "libsafety/page/markup.hpp"

#include <fmt/format.h>

#include <array>

#include "libsafety/base/html.hpp"
#include "libsafety/base/text.hpp"

namespace safety::page {
namespace {

std::string attribute(const std::string& kind) { return kind.empty() ? "" : fmt::format(" class=\"{}\"", kind); }

}  // namespace

std::string plain(std::string_view text) { return escape_html(one_line(text)); }

std::string class_of(Level level) { return level == Level::good ? "good" : level == Level::warning ? "warn" : "bad"; }

std::string heading(int level, const std::string& title) { return fmt::format("<h{0}>{1}</h{0}>\n", level, plain(title)); }

std::string sentence(const Reason& reason) {
  return plain(reason.text) + (reason.command.empty() ? "" : fmt::format(" Run <code>{}</code>.", plain(reason.command)));
}

std::string time_markup(const std::string& rfc3339) {
  if (!parse_rfc3339(rfc3339)) return plain(rfc3339);
  return fmt::format("<time datetime=\"{}\">{}</time>", plain(rfc3339), plain(minute_text(rfc3339)));
}

std::string minute_text(const std::string& rfc3339) { return rfc3339.size() < 16 ? rfc3339 : rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 5); }

std::string day_text(Instant at) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(at));
  return fmt::format("{} {}", static_cast<unsigned>(day.day()), kMonths[static_cast<unsigned>(day.month()) - 1]);
}

std::string badge(const std::string& tone, const std::string& words) {
  return fmt::format("<span class=\"badge{}\">{}</span>", tone.empty() ? "" : " " + tone, plain(words));
}

std::string proof_badge(const Checkpoint& one) {
  const auto& record = *one.record;
  if (!record.names_archive()) return badge("", "clone alone");
  if (one.is_gone) return badge("bad", "GONE");
  if (one.has_failed()) return badge("bad", "FAILED " + checkpoint::name_of(record.proofs.back().level));
  constexpr std::array<std::string_view, 6> kWords{"not verified", "L1 digest", "L2 decodes", "L3 restored", "L4 content", "L5 used"};
  const auto proof = record.proof();
  const auto words = static_cast<std::size_t>(proof) < kWords.size() ? std::string(kWords[static_cast<std::size_t>(proof)]) : checkpoint::name_of(proof);
  return badge(proof >= checkpoint::Proof::restored ? "good" : proof == checkpoint::Proof::none ? "warn" : "", words);
}

std::string table(const std::string& label, const std::vector<Column>& columns, const std::vector<std::vector<std::string>>& rows) {
  // What scrolls must be reached by a keyboard, too.
  auto text = fmt::format("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"{}\">\n<table>\n<thead>\n<tr>", plain(label));
  for (const auto& column : columns) text += fmt::format("<th scope=\"col\"{}>{}</th>", attribute(column.kind), plain(column.title));
  text += "</tr>\n</thead>\n<tbody>\n";
  for (const auto& cells : rows) {
    text += "<tr>";
    for (std::size_t at = 0; at < cells.size(); ++at)
      text += at == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", attribute(columns[at].kind), cells[at])
                      : fmt::format("<td{}>{}</td>", attribute(columns[at].kind), cells[at]);
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n</div>\n";
}

std::string note_of_rest(std::size_t all, std::size_t shown, const std::string& noun, const std::string& where) {
  if (all <= shown) return "";
  return fmt::format("<p class=\"note\">The newest {} of {} are shown; {}.</p>\n", format_count(shown), format_plural(all, noun), plain(where));
}

}  // namespace safety::page

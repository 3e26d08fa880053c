#include "libsafety/rollback/incident_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"

namespace safety::rollback {
namespace {

std::string way_words(const std::string& strategy) {
  if (strategy == name_of(Strategy::undo)) return "an undo in place";
  if (strategy == name_of(Strategy::swap)) return "a swap to its clone";
  if (strategy == name_of(Strategy::restore)) return "a restore of its archive";
  return strategy;
}

std::string duration_text(const Incident& incident) {
  const auto began = parse_rfc3339(incident.started), ended = parse_rfc3339(incident.ended);
  if (!began || !ended || *ended < *began) return "";
  return format_seconds(std::chrono::duration<double>(*ended - *began).count());
}

/// `each` for every part of `text` between separators.
template <typename Each>
void split(const std::string& text, char separator, const Each& each) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    each(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

std::string lead_of(const Incident& incident) {
  const auto what = fmt::format("database \"{}\" to checkpoint {} by {}", one_line(incident.database), one_line(incident.checkpoint), one_line(way_words(incident.strategy)));
  if (incident.outcome == "finished") return fmt::format("The rollback of {} is finished.", what);
  if (incident.outcome == "undone") return fmt::format("The rollback of {} was itself undone.", what);
  if (incident.outcome == "unfinished") return fmt::format("The rollback of {} is unfinished.", what);
  return fmt::format("The rollback of {}: {}.", what, one_line(incident.outcome));
}

std::vector<std::pair<std::string, std::string>> facts_of(const Incident& incident) {
  std::vector<std::pair<std::string, std::string>> facts;
  const auto add = [&facts](const std::string& label, const std::string& value) {
    if (!value.empty()) facts.emplace_back(label, one_line(value));
  };
  add("Operation", incident.operation);
  add("Database", incident.database + (incident.host.empty() ? "" : " on " + incident.host));
  add("Way", incident.strategy);
  add("Outcome", incident.outcome);
  add("Back to checkpoint", incident.checkpoint);
  add("State before, kept as", incident.broken_checkpoint);
  add("Started (UTC)", instant_text(incident.started));
  add("Ended (UTC)", instant_text(incident.ended));
  add("In all", duration_text(incident));
  add("Downtime", took_text(incident.downtime_seconds));
  return facts;
}

std::string instant_text(const std::string& rfc3339) {
  if (!parse_rfc3339(rfc3339)) return one_line(rfc3339);
  return rfc3339.substr(0, 10) + " " + rfc3339.substr(11, rfc3339.size() - 12);
}

std::string took_text(double seconds) { return seconds > 0 ? format_seconds(seconds) : ""; }

std::vector<Piece> pieces_of(const std::string& text) {
  const auto line = one_line(text);
  std::vector<Piece> pieces;
  // An odd one, or none between two of them: these backticks are the text's own.
  const bool has_code = std::count(line.begin(), line.end(), '`') % 2 == 0 && line.find("``") == std::string::npos;
  if (!has_code) return {{line, false}};
  split(line, '`', [&](const std::string& part) {
    const bool is_code = !pieces.empty() && !pieces.back().is_code;
    pieces.push_back({part, is_code});
  });
  std::erase_if(pieces, [](const Piece& piece) { return piece.text.empty(); });
  return pieces;
}

std::string sql_text(const std::string& sql) {
  std::string text;
  split(std::string(trim(sql)), '\n', [&](const std::string& line) {
    std::vector<std::string> parts;
    split(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line, '\t', [&](const std::string& part) { parts.push_back(one_line(part)); });
    text += join(parts, "\t") + "\n";
  });
  return text;
}

}  // namespace safety::rollback

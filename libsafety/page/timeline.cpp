#include "libsafety/page/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "libsafety/base/text.hpp"
#include "libsafety/page/chart.hpp"
#include "libsafety/page/markup.hpp"

namespace safety::page {
namespace {

constexpr std::chrono::days kShown{30};
constexpr std::array<std::string_view, 5> kLanes{"Checkpoints", "Deploys", "Restores", "Rollbacks", "Drills"};
constexpr std::array<std::string_view, 5> kKinds{"checkpoint", "deploy", "restore", "rollback", "drill"};
constexpr int kLaneHeight = 30;
// Marks that stand closer are drawn as one: a chart of a checkpoint each minute is not larger than one of a checkpoint each day.
constexpr int kPlaces = 180;

struct Event {
  Instant at;
  std::size_t lane = 0;
  Level level = Level::good;
  std::string started;  // RFC 3339
  std::string what, outcome, notes;
  double seconds = 0;
};

double seconds_between(const std::string& begin, const std::string& end) {
  const auto from = parse_rfc3339(begin), to = parse_rfc3339(end);
  return from && to && *to > *from ? std::chrono::duration<double>(*to - *from).count() : 0;
}

Event event_of(const Checkpoint& one) {
  const auto& record = *one.record;
  const bool is_bad = one.is_gone || one.has_failed();
  const bool is_proven = record.proof() >= checkpoint::Proof::digest || !record.names_archive();
  const auto outcome = one.is_gone ? "archive gone" : one.has_failed() ? "proof failed" : record.names_archive() ? "proof " + checkpoint::name_of(record.proof()) : "clone alone";
  return {*one.at, 0, is_bad ? Level::bad : is_proven ? Level::good : Level::warning, record.snapshot_time, record.id, outcome,
          record.label.empty() ? record.reason : record.reason + ": " + record.label, record.seconds};
}

Event event_of(const Operation& operation, std::size_t lane, Instant at) {
  const auto level = operation.outcome == "finished" || operation.outcome == "running" ? Level::good : operation.outcome == "undone" ? Level::warning : Level::bad;
  return {at, lane, level, operation.started, operation.id, operation.outcome, operation.checkpoint, seconds_between(operation.started, operation.ended)};
}

Event event_of(const checkpoint::Run& run, std::size_t lane, Instant at) {
  const bool is_good = run.has_succeeded();
  return {at, lane, is_good ? Level::good : Level::bad, run.started, run.id, is_good ? "passed" : "failed",
          is_good ? run.checkpoint : run.message.empty() ? std::string(name_of(run.outcome)) : run.message, run.seconds};
}

/// Oldest first. Of unattended runs those that a checkpoint does not tell of: drills, and those that failed.
std::vector<Event> events_of(const History& history, const Span& span) {
  std::vector<Event> events;
  const auto is_told = [&](const std::optional<Instant>& at) { return at && *at >= span.begin; };
  for (const auto& one : history.checkpoints)
    if (is_told(one.at)) events.push_back(event_of(one));
  for (const auto* operation : history.operations)
    for (std::size_t lane = 1; lane < kKinds.size(); ++lane)
      if (const auto at = parse_rfc3339(operation->started); operation->kind == kKinds[lane] && is_told(at)) events.push_back(event_of(*operation, lane, *at));
  for (const auto& run : history.runs) {
    const bool is_drill = run.kind == "drill";
    if (!run.has_ended() || run.is_skipped || (!is_drill && run.has_succeeded())) continue;
    if (const auto at = parse_rfc3339(run.started); is_told(at)) events.push_back(event_of(run, is_drill ? 4 : 0, *at));
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  return events;
}

std::string words_of(const Event& event, const Span& span) {
  return fmt::format("{} UTC{}  {}  {}{}{}", minute_text(event.started), is_in_future(event.at, span.end) ? " (in the future)" : "", event.what, event.outcome,
                     event.seconds > 0 ? "  " + format_seconds(event.seconds) : "", event.notes.empty() ? "" : "  " + event.notes);
}

/// The marks of a lane, one for all that would stand at one place; the worst gives it its shape.
std::string lane_marks(const std::vector<Event>& events, std::size_t lane, const Span& span) {
  struct Place {
    double percent = 0;
    Level level = Level::good;
    std::size_t count = 0;
    std::string words;
  };
  std::map<int, Place> places;
  for (const auto& event : events) {
    if (event.lane != lane) continue;
    const auto percent = span.percent(event.at);
    auto& place = places[static_cast<int>(percent * kPlaces / 100)];
    if (place.count == 0 || event.level >= place.level) place.words = words_of(event, span);
    place.level = std::max(place.level, event.level);
    place.percent = percent;
    ++place.count;
  }
  constexpr std::array<std::string_view, 3> kShapes{"dot", "triangle", "cross"};
  std::string text;
  // Where there is little room marks cover each other: the bad ones lie on top.
  for (const auto level : {Level::good, Level::warning, Level::bad})
    for (const auto& [number, place] : places)
      if (place.level == level)
        text += mark(place.percent, static_cast<double>(lane) * kLaneHeight + kLaneHeight / 2.0, std::string(kShapes[static_cast<std::size_t>(level)]), class_of(level),
                     place.count == 1 ? place.words : fmt::format("{} and {} more at this place", place.words, format_count(place.count - 1)));
  return text;
}

std::string chart(const std::vector<Event>& events, const Span& span) {
  constexpr int kBottom = static_cast<int>(kLanes.size()) * kLaneHeight;
  auto text = fmt::format("<div class=\"chart lanes\"><svg height=\"{}\" role=\"img\" aria-label=\"What happened in the last {} days, by lanes; a table below says the same\">\n",
                          kBottom + 26, kShown.count());
  text += time_axis(span, kBottom, kBottom);
  for (std::size_t lane = 0; lane < kLanes.size(); ++lane) {
    const auto y = static_cast<double>(lane) * kLaneHeight + kLaneHeight / 2.0;
    text += fmt::format("<line class=\"lane\" x1=\"0\" x2=\"100%\" y1=\"{0:g}\" y2=\"{0:g}\"/><text class=\"end\" x=\"-12\" y=\"{1:g}\">{2}</text>\n", y, y + 4, kLanes[lane]);
    text += lane_marks(events, lane, span);
  }
  return text + "</svg></div>\n";
}

std::string key_entry(const std::string& shape, const std::string& tone, const std::string& words) {
  return fmt::format("<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\">{}</svg>{}</li>\n", mark(50, 6, shape, tone, ""), words);
}

std::string key() {
  return "<ul class=\"key\">\n" + key_entry("dot", "good", "went well") + key_entry("triangle", "warn", "undone, or not verified") + key_entry("cross", "bad", "failed, unfinished, or gone") + "</ul>\n";
}

Span span_of(const Status& status) { return {status.now - kShown, status.now}; }

std::string tone_of(Level level) { return level == Level::good ? "" : class_of(level); }

}  // namespace

std::string timeline(const History& history, const Status& status, int heading_level) {
  const auto span = span_of(status);
  const auto events = events_of(history, span);
  return "<section>\n" + heading(heading_level, fmt::format("The last {} days", kShown.count())) + (events.empty() ? "<p>Nothing happened.</p>\n" : chart(events, span) + key()) + "</section>\n";
}

std::string timeline_table(const History& history, const Status& status, int heading_level) {
  const auto events = events_of(history, span_of(status));
  if (events.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (auto event = events.rbegin(); event != events.rend() && rows.size() < kMostRows; ++event)
    rows.push_back({time_markup(event->started), std::string(kKinds[event->lane]), plain(event->what), badge(tone_of(event->level), event->outcome),
                    event->seconds > 0 ? format_seconds(event->seconds) : "", plain(event->notes)});
  const auto shown = rows.size();
  const auto title = fmt::format("What happened in the last {} days", kShown.count());
  return "<section>\n" + heading(heading_level, title) +
         table(title, {{"When (UTC)", "time"}, {"What"}, {"Which", "name"}, {"Outcome"}, {"Took", "figure"}, {"Notes", "prose"}}, rows) +
         note_of_rest(events.size(), shown, "event", "the chart shows all") + "</section>\n";
}

}  // namespace safety::page

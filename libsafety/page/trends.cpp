#include "libsafety/page/trends.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/page/chart.hpp"
#include "libsafety/page/markup.hpp"

namespace safety::page {
namespace {

constexpr std::chrono::days kCharted{90};
constexpr int kTop = 10, kPlot = 130;  // pixels
// Of checkpoints that follow more closely the newest is shown.
constexpr int kPlaces = 120;

struct Point {
  Instant at;
  double value = 0;
  std::string says;
};

double y_of(double value, const Scale& scale) { return kTop + kPlot * (1 - value / scale.top); }

/// Archives with rows, oldest first; what tells of another database's size (a schema alone, a part) is left out.
std::vector<const Checkpoint*> shown_of(const History& history, const Status& status) {
  std::vector<const Checkpoint*> shown;
  for (const auto& one : history.checkpoints)
    if (one.at && *one.at >= status.now - kCharted && !is_in_future(*one.at, status.now) && one.record->names_archive() && !one.record->is_schema_only) shown.push_back(&one);
  std::stable_sort(shown.begin(), shown.end(), [](const auto* a, const auto* b) { return *a->at < *b->at; });
  return shown;
}

std::vector<Point> thinned(const std::vector<Point>& points, const Span& span) {
  std::map<int, Point> places;
  for (const auto& point : points) places[static_cast<int>(span.percent(point.at) * kPlaces / 100)] = point;
  std::vector<Point> thin;
  for (auto& [number, point] : places) thin.push_back(std::move(point));
  return thin;
}

std::string frame(const std::string& title, const Span& span, const Scale& scale, const std::string& content) {
  auto text = fmt::format("<figure>\n<figcaption>{0}</figcaption>\n<div class=\"chart\"><svg height=\"{1}\" role=\"img\" aria-label=\"{0}; the table of checkpoints has the figures\">\n",
                          title, kTop + kPlot + 26);
  for (const auto& tick : scale.ticks) {
    const auto y = y_of(tick.value, scale);
    text += fmt::format("<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{0:.1f}\" y2=\"{0:.1f}\"/><text class=\"end\" x=\"-10\" y=\"{1:.1f}\">{2}</text>\n", y, y + 4, plain(tick.label));
  }
  return text + time_axis(span, kTop + kPlot, 0) + content + "</svg></div>\n</figure>\n";
}

std::string size_chart(const std::vector<Point>& points, const Span& span) {
  double most = 0;
  for (const auto& point : points) most = std::max(most, point.value);
  const auto scale = byte_scale(most);
  std::string text;
  for (std::size_t at = 1; at < points.size(); ++at)
    text += fmt::format("<line class=\"trend\" x1=\"{:.2f}%\" y1=\"{:.1f}\" x2=\"{:.2f}%\" y2=\"{:.1f}\"/>\n", span.percent(points[at - 1].at), y_of(points[at - 1].value, scale),
                        span.percent(points[at].at), y_of(points[at].value, scale));
  for (const auto& point : points) text += mark(span.percent(point.at), y_of(point.value, scale), "point", "trend", point.says);
  return frame("Size of the archive", span, scale, text);
}

std::string duration_chart(const std::vector<Point>& points, const Span& span) {
  double most = 0;
  for (const auto& point : points) most = std::max(most, point.value);
  const auto scale = second_scale(most);
  std::string text;
  for (const auto& point : points)
    text += fmt::format("<line class=\"bar\" x1=\"{0:.2f}%\" x2=\"{0:.2f}%\" y1=\"{1}\" y2=\"{2:.1f}\"><title>{3}</title></line>\n", span.percent(point.at), kTop + kPlot,
                        y_of(point.value, scale), plain(point.says));
  return frame("Time that a backup took", span, scale, text);
}

}  // namespace

std::string trends(const History& history, const Status& status, int heading_level) {
  const auto shown = shown_of(history, status);
  if (shown.empty()) return "";
  // A point alone stands at the right edge of a day.
  const Span span{std::min(*shown.front()->at, status.now - std::chrono::days(1)), status.now};
  std::vector<Point> sizes, durations;
  for (const auto* one : shown) {
    const auto& record = *one->record;
    const auto front = fmt::format("{} UTC  {}  ", minute_text(record.snapshot_time), record.id);
    sizes.push_back({*one->at, static_cast<double>(record.archive.bytes), front + format_bytes(record.archive.bytes)});
    if (record.seconds > 0) durations.push_back({*one->at, record.seconds, front + format_seconds(record.seconds)});
  }
  auto text = "<section>\n" + heading(heading_level, "Trends") + "<div class=\"trends\">\n" + size_chart(thinned(sizes, span), span);
  // Records that were rebuilt do not know how long their backups took.
  if (!durations.empty()) text += duration_chart(thinned(durations, span), span);
  return text + "</div>\n</section>\n";
}

}  // namespace safety::page

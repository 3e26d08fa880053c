#include "libsafety/page/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"

namespace safety::page {
namespace {

constexpr std::chrono::days kToldFrom{30};
constexpr std::size_t kLeastPoints = 3;
constexpr double kLeastDays = 2;

struct Point {
  double day = 0, bytes = 0;
};

/// Archives of the last days, oldest first. Whose time is wrong tells nothing of growth.
std::vector<Point> points_of(const History& history, Instant now) {
  std::vector<Point> points;
  for (const auto& one : history.checkpoints)
    if (one.at && *one.at >= now - kToldFrom && !is_in_future(*one.at, now) && one.bytes() > 0)
      points.push_back({std::chrono::duration<double, std::ratio<86400>>(one.at->time_since_epoch()).count(), static_cast<double>(one.bytes())});
  std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.day < b.day; });
  return points;
}

bool are_enough(const std::vector<Point>& points) { return points.size() >= kLeastPoints && points.back().day - points.front().day >= kLeastDays; }

/// Bytes that an archive gains in a day: least squares.
double slope_of(const std::vector<Point>& points) {
  double day = 0, bytes = 0, above = 0, below = 0;
  for (const auto& point : points) {
    day += point.day / static_cast<double>(points.size());
    bytes += point.bytes / static_cast<double>(points.size());
  }
  for (const auto& point : points) {
    above += (point.day - day) * (point.bytes - bytes);
    below += (point.day - day) * (point.day - day);
  }
  return above / below;
}

double added_per_day(const std::vector<Point>& points) {
  double bytes = 0;
  for (std::size_t at = 1; at < points.size(); ++at) bytes += points[at].bytes;
  return bytes / (points.back().day - points.front().day);
}

bool removes(const Status& status, const std::string& id) {
  const auto fate = status.retention.find(id);
  return fate != status.retention.end() && !fate->second.is_kept;
}

}  // namespace

Forecast forecast(const Status& status, const std::vector<History>& histories) {
  Forecast result;
  double growth = 0;
  std::size_t told_from = 0, kept = 0;
  bool is_pruned = false;
  std::vector<std::string> unknown;
  for (const auto& history : histories) {
    std::size_t kept_here = 0, removed_here = 0;
    for (const auto& one : history.checkpoints) {
      const bool is_removed = removes(status, one.record->id);
      result.bytes += one.bytes();
      if (is_removed) result.freed_bytes += one.bytes();
      if (one.bytes() > 0) ++(is_removed ? removed_here : kept_here);
    }
    const auto points = points_of(history, status.now);
    if (!are_enough(points)) {
      if (kept_here + removed_here > 0) unknown.push_back("\"" + history.database + "\"");
      continue;
    }
    told_from += points.size();
    kept += kept_here;
    is_pruned = is_pruned || removed_here > 0;
    growth += removed_here > 0 ? slope_of(points) * static_cast<double>(kept_here) : added_per_day(points);
  }
  if (told_from == 0) {
    result.how = "Too few checkpoints to tell how fast the folder grows: it takes three of a database, over two days or more.";
    return result;
  }
  result.bytes_per_day = growth;
  result.how = fmt::format("Told from {} of the last {} days. ", format_plural(told_from, "archive"), kToldFrom.count());
  result.how += is_pruned ? fmt::format("Retention removes what backups add: the {} that it keeps grow as the database does.", format_count(kept)) : "It counts what backups add; retention removes nothing of it.";
  if (!unknown.empty()) result.how += fmt::format(" Left out for having too few: {}.", join_some(unknown));
  if (status.free_bytes && growth > 0) result.days_left = static_cast<double>(*status.free_bytes + result.freed_bytes) / growth;
  return result;
}

std::string days_text(double days) {
  if (days < 1) return "less than a day";
  if (days < 730) return format_plural(static_cast<std::uint64_t>(days), "day");
  return days < 3650 ? format_plural(static_cast<std::uint64_t>(days / 365), "year") : "more than ten years";
}

}  // namespace safety::page

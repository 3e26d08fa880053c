#include "libsafety/page/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "libsafety/base/text.hpp"
#include "libsafety/page/markup.hpp"

namespace safety::page {
namespace {

constexpr std::size_t kMostTimeTicks = 7;

/// 1, 2 or 5 times a power of ten, so that at most four steps reach `most`.
double round_step(double most) {
  const double least = most / 4;
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

struct Unit {
  double worth;
  std::string_view name;
  double from = worth;  // the least that is told in it
};
using Units = std::vector<Unit>;  // smallest first

const Unit& unit_of(double value, const Units& units) {
  const auto after = std::find_if(units.begin() + 1, units.end(), [&](const Unit& one) { return value < one.from; });
  return *(after - 1);
}

/// Steps are round in the unit of the most; each tick is told in the unit of its own, or all in that one.
Scale scale_in(double most, const Units& units, bool has_own_units) {
  if (!(most > 0)) return {1, {{0, "0"}}};
  const auto& unit = unit_of(most, units);
  const double step = round_step(most / unit.worth) * unit.worth;
  const auto steps = static_cast<int>(std::ceil(most / step - 1e-9));
  Scale scale{steps * step, {{0, "0"}}};
  for (int at = 1; at <= steps; ++at) {
    const auto& own = has_own_units ? unit_of(at * step * (1 + 1e-9), units) : unit;
    scale.ticks.push_back({at * step, fmt::format("{:.12g} {}", at * step / own.worth, own.name)});
  }
  return scale;
}

}  // namespace

double Span::percent(Instant at) const {
  const auto whole = std::chrono::duration<double>(end - begin).count();
  return std::clamp(std::chrono::duration<double>(at - begin).count() / whole * 100, 0.0, 100.0);
}

std::vector<TimeTick> time_ticks(const Span& span) {
  using std::chrono::hours;
  auto step = hours(30 * 24);
  for (const int count : {1, 3, 6, 12, 24, 48, 5 * 24, 10 * 24, 15 * 24})
    if ((span.end - span.begin) / hours(count) < static_cast<std::int64_t>(kMostTimeTicks)) {
      step = hours(count);
      break;
    }
  const bool has_hours = step < hours(24);
  std::vector<TimeTick> ticks;
  Instant at = std::chrono::floor<std::chrono::days>(span.end);
  while (at + step <= span.end) at += step;
  for (bool is_minor = false; at >= span.begin; at -= step, is_minor = !is_minor) {
    const auto of_day = at - std::chrono::floor<std::chrono::days>(at);
    const auto label = has_hours && of_day != hours(0) ? fmt::format("{:02}:00", std::chrono::duration_cast<hours>(of_day).count()) : day_text(at);
    ticks.push_back({span.percent(at), label, is_minor});
  }
  std::reverse(ticks.begin(), ticks.end());
  return ticks;
}

Scale byte_scale(double most) {
  // The units of format_bytes, whose digits are too few for a tick such as 12.5 GB. There is no half of a byte.
  static const Units kUnits{{1, "bytes"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}, {1e15, "PB"}};
  return scale_in(most > 0 ? std::max(most, 4.0) : 0, kUnits, true);
}

Scale second_scale(double most) {
  static const Units kUnits{{1e-3, "ms"}, {1, "s"}, {60, "min", 120}, {3600, "h", 7200}};
  return scale_in(most, kUnits, false);
}

std::string time_axis(const Span& span, int y, int height) {
  std::string text = fmt::format("<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"{0}\" y2=\"{0}\"/>\n", y);
  for (const auto& tick : time_ticks(span))
    text += fmt::format("<g{}><line class=\"grid\" x1=\"{:.2f}%\" x2=\"{:.2f}%\" y1=\"{}\" y2=\"{}\"/><text class=\"middle\" x=\"{:.2f}%\" y=\"{}\">{}</text></g>\n",
                        tick.is_minor ? " class=\"minor\"" : "", tick.percent, tick.percent, y - height, y + 4, tick.percent, y + 18, plain(tick.label));
  return text;
}

std::string mark(double percent, double y, const std::string& shape, const std::string& tone, const std::string& says) {
  const auto drawn = shape == "point"      ? "<circle r=\"3\"/>"
                     : shape == "triangle" ? "<path d=\"M0-5.5L5.5 4.5H-5.5Z\"/>"
                     : shape == "cross"    ? "<path d=\"M-4.5-4.5L4.5 4.5M4.5-4.5L-4.5 4.5\"/>"
                                           : "<circle r=\"4.5\"/>";
  return fmt::format("<svg class=\"mark {} {}\" x=\"{:.2f}%\" y=\"{:g}\">{}{}</svg>\n", shape, tone, percent, y,
                     says.empty() ? "" : fmt::format("<title>{}</title>", plain(says)), drawn);
}

}  // namespace safety::page

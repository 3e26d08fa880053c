#include "libsafety/base/time.hpp"

#include <fmt/chrono.h>

#include <charconv>
#include <cstdio>

namespace safety {
using namespace std::chrono;

std::string format_compact(Instant time) {
  return fmt::format("{:%Y%m%d_%H%M%S}", fmt::gmtime(system_clock::to_time_t(time)));
}

std::string format_rfc3339(Instant time) {
  const auto whole = floor<seconds>(time);
  const auto millis = duration_cast<milliseconds>(time - whole).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(system_clock::to_time_t(whole)), millis);
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (kShape[i] == 'd' ? !is_digit : text[i] != kShape[i]) return std::nullopt;
  }
  auto number = [&](std::size_t at, std::size_t length) {
    int value = 0;
    std::from_chars(text.data() + at, text.data() + at + length, value);
    return value;
  };
  const year_month_day date{year{number(0, 4)}, month{static_cast<unsigned>(number(5, 2))},
                            day{static_cast<unsigned>(number(8, 2))}};
  // Instants count nanoseconds: what lies outside would come out as another time.
  if (number(0, 4) < 1700 || number(0, 4) > 2261) return std::nullopt;
  if (!date.ok() || number(11, 2) > 23 || number(14, 2) > 59 || number(17, 2) > 60) return std::nullopt;
  return sys_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)} +
         milliseconds{number(20, 3)};
}

namespace {

struct Unit {
  std::string_view name;
  double milliseconds;
};
constexpr double kDay = 8.64e7;
constexpr double kLongest = 100 * 365 * kDay;  // what an Instant can be moved by, with room
constexpr Unit kUnits[] = {{"ms", 1},      {"", 1e3},   {"s", 1e3},     {"min", 6e4},     {"m", 6e4},
                           {"h", 3.6e6}, {"d", kDay}, {"w", 7 * kDay}, {"mo", 30 * kDay}, {"y", 365 * kDay}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const auto name = text.find_first_not_of(' ') == std::string_view::npos ? std::string_view() : text.substr(text.find_first_not_of(' '));
  for (const auto& unit : kUnits) {
    if (name != unit.name) continue;
    const double value = number * unit.milliseconds;
    if (!(value >= 0 && value <= kLongest)) return std::nullopt;  // nor what is no number
    return std::chrono::milliseconds(static_cast<long long>(value));
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
  const auto count = duration.count();
  if (count == 0 || count % 1000 != 0) return fmt::format("{} s", static_cast<double>(count) / 1000);
  const auto in_seconds = count / 1000;
  if (in_seconds % 86400 == 0) return fmt::format("{} d", in_seconds / 86400);
  if (in_seconds % 3600 == 0) return fmt::format("{} h", in_seconds / 3600);
  return in_seconds % 60 == 0 ? fmt::format("{} min", in_seconds / 60) : fmt::format("{} s", in_seconds);
}

}  // namespace safety

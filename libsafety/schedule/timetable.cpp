#include "libsafety/schedule/timetable.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <sstream>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

namespace safety::schedule {
namespace {

struct Field {
  const char* name;
  int first, last;
  std::vector<std::string_view> words;  // of its values, from `first_word` on
  int first_word = 0;
};
const std::array<Field, 5> kFields{{
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day of month", 1, 31, {}},
    {"month", 1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}, 1},
    {"day of week", 0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, 0},
}};

[[noreturn]] void fail(const std::string& text, const std::string& what) {
  throw Error(Code::usage, fmt::format("\"{}\" is no timetable: {}", text, what),
              "Write a time such as 02:30, a word such as @hourly, or five fields as cron has them: \"30 2 * * *\" is half past two every day.");
}

int parse_value(std::string_view value, const Field& field, const std::string& text) {
  for (std::size_t word = 0; word < field.words.size(); ++word)
    if (value.size() == 3 && starts_with_ignoring_case(value, field.words[word])) return field.first_word + static_cast<int>(word);
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < field.first || number > field.last)
    fail(text, fmt::format("{} \"{}\" is not within {} to {}", field.name, value, field.first, field.last));
  return number;
}

/// "*/5", "1-5", "0,30", "mon-fri" into what it holds.
template <std::size_t Size>
void parse_field(const std::string& list, const Field& field, const std::string& text, std::bitset<Size>& values) {
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    int step = 1, from = field.first, to = field.last;
    const auto slash = part.find('/');
    if (slash != std::string::npos) {
      const Field steps{"step", 1, field.last, {}};
      step = parse_value(std::string_view(part).substr(slash + 1), steps, text);
      part.resize(slash);
    }
    if (const auto dash = part.find('-'); dash != std::string::npos) {
      from = parse_value(std::string_view(part).substr(0, dash), field, text);
      to = parse_value(std::string_view(part).substr(dash + 1), field, text);
      if (from > to) fail(text, fmt::format("{} \"{}\" runs backwards", field.name, part));
    } else if (part != "*") {
      from = parse_value(part, field, text);
      if (slash == std::string::npos) to = from;
    }
    for (int value = from; value <= to; value += step) values.set(static_cast<std::size_t>(value) % (Size == 7 ? 7 : Size));
  }
  if (values.none()) fail(text, fmt::format("{} is empty", field.name));
}

std::string expand(const std::string& text) {
  if (text == "@hourly") return "0 * * * *";
  if (text == "@daily" || text == "@midnight") return "0 0 * * *";
  if (text == "@weekly") return "0 0 * * 0";
  if (text == "@monthly") return "0 0 1 * *";
  if (text.starts_with("@")) fail(text, "there are @hourly, @daily, @weekly and @monthly");
  if (const auto colon = text.find(':'); colon != std::string::npos)
    return fmt::format("{} {} * * *", parse_value(std::string_view(text).substr(colon + 1), kFields[0], text),
                       parse_value(std::string_view(text).substr(0, colon), kFields[1], text));
  return text;
}

std::tm local_time(Instant at) {
  const auto seconds = std::chrono::system_clock::to_time_t(at);
  std::tm time{};
  ::localtime_r(&seconds, &time);
  return time;
}

template <std::size_t Size>
std::string list_of(const std::bitset<Size>& values, int first, int last, const char* format) {
  std::vector<std::string> texts;
  for (int value = first; value <= last; ++value)
    if (values.test(static_cast<std::size_t>(value))) texts.push_back(fmt::format(fmt::runtime(format), value));
  return static_cast<int>(texts.size()) == last - first + 1 ? "*" : join(texts, ",");
}

}  // namespace

Timetable::Timetable(const std::string& text) {
  std::istringstream words(expand(std::string(trim(text))));
  std::size_t count = 0;
  for (std::string word; words >> word; ++count)
    if (count < 5) fields_[count] = word;
  if (count != 5) fail(text, fmt::format("it has {}, not five", format_plural(count, "field")));
  parse_field(fields_[0], kFields[0], text, minutes_);
  parse_field(fields_[1], kFields[1], text, hours_);
  parse_field(fields_[2], kFields[2], text, days_);
  parse_field(fields_[3], kFields[3], text, months_);
  parse_field(fields_[4], kFields[4], text, weekdays_);
  // Cron goes by the star, not by what it amounts to.
  has_days_ = !fields_[2].starts_with("*");
  has_weekdays_ = !fields_[4].starts_with("*");
}

bool Timetable::is_due_on(const std::tm& day) const {
  if (!months_.test(static_cast<std::size_t>(day.tm_mon) + 1)) return false;
  const bool is_day = days_.test(static_cast<std::size_t>(day.tm_mday)), is_weekday = weekdays_.test(static_cast<std::size_t>(day.tm_wday));
  return has_days_ && has_weekdays_ ? is_day || is_weekday : is_day && is_weekday;
}

std::vector<Instant> Timetable::next(Instant after, std::size_t count) const {
  using std::chrono::minutes;
  std::vector<Instant> due;
  auto at = std::chrono::time_point_cast<minutes>(after) + minutes(1);
  const auto end = at + std::chrono::hours(24 * 366 * 5);
  while (at < end && due.size() < count) {
    const auto time = local_time(at);
    if (!is_due_on(time)) {
      // To the next full hour at least: days begin on one in every zone's own clock, or on a half hour that the next look finds.
      at += minutes(time.tm_hour < 22 ? (22 - time.tm_hour) * 60 - time.tm_min : 30 - time.tm_min % 30);
      continue;
    }
    if (hours_.test(static_cast<std::size_t>(time.tm_hour)) && minutes_.test(static_cast<std::size_t>(time.tm_min))) due.push_back(at);
    at += minutes(1);
  }
  return due;
}

std::chrono::minutes Timetable::longest_gap(Instant after) const {
  const auto due = next(after, 50);
  std::chrono::minutes longest{0};
  for (std::size_t at = 1; at < due.size(); ++at) longest = std::max(longest, std::chrono::duration_cast<std::chrono::minutes>(due[at] - due[at - 1]));
  return longest;
}

std::string Timetable::cron() const { return fmt::format("{} {} {} {} {}", fields_[0], fields_[1], fields_[2], fields_[3], fields_[4]); }

std::vector<std::string> Timetable::calendars() const {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  std::vector<std::string> names;
  for (std::size_t day = 0; day < 7; ++day)
    if (weekdays_.test(day)) names.emplace_back(kDays[day]);
  const auto weekdays = names.size() == 7 ? "" : join(names, ",") + " ";
  const auto days = list_of(days_, 1, 31, "{:02}");
  const auto rest = [&](const std::string& day) {
    return fmt::format("*-{}-{} {}:{}:00", list_of(months_, 1, 12, "{:02}"), day, list_of(hours_, 0, 23, "{:02}"), list_of(minutes_, 0, 59, "{:02}"));
  };
  if (has_days_ && has_weekdays_) return {rest(days), weekdays + rest("*")};
  return {weekdays + rest(days)};
}

std::string describe_zone(Instant at) {
  const auto time = local_time(at);
  const char* variable = std::getenv("TZ");
  std::string name = variable != nullptr ? variable : "";
  std::error_code error;
  if (name.empty()) {
    const auto zone = std::filesystem::read_symlink("/etc/localtime", error).string();
    if (const auto found = zone.find("zoneinfo/"); found != std::string::npos) name = zone.substr(found + 9);
  }
  const auto offset = time.tm_gmtoff / 60;
  const auto text = fmt::format("{}, {}{:02}:{:02}", time.tm_zone, offset < 0 ? '-' : '+', std::labs(offset) / 60, std::labs(offset) % 60);
  return name.empty() ? text : fmt::format("{} ({})", name, text);
}

std::string format_local(Instant at) {
  const auto time = local_time(at);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} {}", time.tm_year + 1900, time.tm_mon + 1, time.tm_mday, time.tm_hour, time.tm_min, time.tm_zone);
}

}  // namespace safety::schedule

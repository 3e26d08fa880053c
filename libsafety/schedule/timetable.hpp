#pragma once
// When scheduled work is due: five fields as cron reads them, in the machine's time zone.
//
//   "02:30"            every day at that time
//   "@hourly" "@daily" "@weekly" "@monthly"
//   "*/15 8-18 * * 1-5"   minute, hour, day of month, month, day of week (0 or 7 is Sunday; names as in jan, mon)
//
// As in cron a day is due when either of the two day fields matches, if both are restricted.

#include <bitset>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"

namespace safety::schedule {

class Timetable {
 public:
  /// Errors: usage, naming the field.
  explicit Timetable(const std::string& text);

  /// The first minutes after `after` that are due, by the clock of the zone that TZ or the system names; fewer when there are
  /// none within five years (the 30th of February). A time that a change of the clocks skips is not due that day.
  std::vector<Instant> next(Instant after, std::size_t count) const;
  /// The longest time between two of the next 50 runs, for those who ask how old a backup may be.
  std::chrono::minutes longest_gap(Instant after) const;

  /// As a crontab wants it: "30 2 * * *".
  std::string cron() const;
  /// As systemd.timer's OnCalendar wants it; two when either day field is enough.
  std::vector<std::string> calendars() const;

 private:
  bool is_due_on(const std::tm& day) const;
  std::string fields_[5];
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool has_days_ = false, has_weekdays_ = false;  // restricted
};

/// "Europe/Berlin (CEST, +02:00)": what TZ or the system says, with its offset then.
std::string describe_zone(Instant at);
/// "2026-11-27 02:30 CET", in that zone.
std::string format_local(Instant at);

}  // namespace safety::schedule

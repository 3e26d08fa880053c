#include "libsafety/schedule/timetable.hpp"

#include <cstdlib>
#include <ctime>

#include "tests/testing/testing.hpp"

namespace safety::schedule {
namespace {

/// The zone of this process, for a test.
class Zone {
 public:
  explicit Zone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~Zone() {
    ::unsetenv("TZ");
    ::tzset();
  }
};

std::vector<std::string> next(const std::string& timetable, const std::string& after, std::size_t count = 3) {
  std::vector<std::string> texts;
  for (const auto& at : Timetable(timetable).next(*parse_rfc3339(after), count)) texts.push_back(format_rfc3339(at).substr(0, 16));
  return texts;
}
using Times = std::vector<std::string>;

TEST(Timetable, ATimeIsEveryDayAtThatTime) {
  const Zone zone("UTC");
  EXPECT_EQ(next("02:30", "2026-11-26T02:29:59.000Z"), (Times{"2026-11-26T02:30", "2026-11-27T02:30", "2026-11-28T02:30"}));
  EXPECT_EQ(next("02:30", "2026-11-26T02:30:00.000Z", 1), (Times{"2026-11-27T02:30"})) << "due is what comes after";
}

TEST(Timetable, FieldsAreThoseOfCron) {
  const Zone zone("UTC");
  EXPECT_EQ(next("*/20 8-9 * * 1-5", "2026-11-27T08:50:00.000Z", 5),
            (Times{"2026-11-27T09:00", "2026-11-27T09:20", "2026-11-27T09:40", "2026-11-30T08:00", "2026-11-30T08:20"}));
  EXPECT_EQ(next("0 4 * * sun", "2026-11-26T00:00:00.000Z", 2), (Times{"2026-11-29T04:00", "2026-12-06T04:00"}));
  EXPECT_EQ(next("0 4 * * 7", "2026-11-26T00:00:00.000Z", 1), (Times{"2026-11-29T04:00"})) << "0 and 7 are Sunday";
  EXPECT_EQ(next("5/25 0 1 jan,jul *", "2026-11-26T00:00:00.000Z", 4), (Times{"2027-01-01T00:05", "2027-01-01T00:30", "2027-01-01T00:55", "2027-07-01T00:05"}));
  EXPECT_EQ(next("@hourly", "2026-11-26T22:10:00.000Z", 2), (Times{"2026-11-26T23:00", "2026-11-27T00:00"}));
  EXPECT_EQ(next("@monthly", "2026-11-26T22:10:00.000Z", 2), (Times{"2026-12-01T00:00", "2027-01-01T00:00"}));
}

TEST(Timetable, EitherDayFieldIsEnoughWhenBothAreRestricted) {
  const Zone zone("UTC");
  EXPECT_EQ(next("0 0 13 * fri", "2026-11-10T00:00:00.000Z", 4), (Times{"2026-11-13T00:00", "2026-11-20T00:00", "2026-11-27T00:00", "2026-12-04T00:00"}));
  EXPECT_EQ(next("0 0 30 2 *", "2026-11-10T00:00:00.000Z"), Times{}) << "there is no 30th of February";
  EXPECT_EQ(next("0 0 29 2 *", "2026-11-10T00:00:00.000Z", 1), (Times{"2028-02-29T00:00"}));
}

TEST(Timetable, GoesByTheZonesClockAcrossItsChanges) {
  const Zone zone("Europe/Berlin");
  // Winter time began on 25 October 2026 at 03:00 CEST.
  EXPECT_EQ(next("04:00", "2026-10-23T12:00:00.000Z"), (Times{"2026-10-24T02:00", "2026-10-25T03:00", "2026-10-26T03:00"}));
  // On 28 March 2027 the clocks go from 02:00 to 03:00: there is no 02:30.
  EXPECT_EQ(next("02:30", "2027-03-26T12:00:00.000Z", 2), (Times{"2027-03-27T01:30", "2027-03-29T00:30"}));
  EXPECT_EQ(format_local(*parse_rfc3339("2026-11-27T01:30:00.000Z")), "2026-11-27 02:30 CET");
  EXPECT_EQ(describe_zone(*parse_rfc3339("2026-07-27T01:30:00.000Z")), "Europe/Berlin (CEST, +02:00)");
}

TEST(Timetable, KnowsItsLongestGap) {
  const Zone zone("UTC");
  const auto now = *parse_rfc3339("2026-11-26T00:00:00.000Z");
  EXPECT_EQ(Timetable("02:30").longest_gap(now), std::chrono::hours(24));
  EXPECT_EQ(Timetable("0 1 * * 1-5").longest_gap(now), std::chrono::hours(72)) << "over the weekend";
}

TEST(Timetable, IsWrittenForCronAndForSystemd) {
  EXPECT_EQ(Timetable("2:30").cron(), "30 2 * * *");
  EXPECT_EQ(Timetable("@daily").cron(), "0 0 * * *");
  EXPECT_EQ(Timetable("2:30").calendars(), (Times{"*-*-* 02:30:00"}));
  EXPECT_EQ(Timetable("*/30 8-9 * * mon-wed").calendars(), (Times{"Mon,Tue,Wed *-*-* 08,09:00,30:00"}));
  EXPECT_EQ(Timetable("0 0 13 * fri").calendars(), (Times{"*-*-13 00:00:00", "Fri *-*-* 00:00:00"}));
  EXPECT_EQ(Timetable("0 0 1 1,7 *").calendars(), (Times{"*-01,07-01 00:00:00"}));
}

TEST(Timetable, SaysWhatIsWrong) {
  const auto message = [](const char* text) { return testing::error_of([&] { Timetable{text}; }).message(); };
  EXPECT_EQ(message("25:00"), "\"25:00\" is no timetable: hour \"25\" is not within 0 to 23");
  EXPECT_EQ(message("* * *"), "\"* * *\" is no timetable: it has 3 fields, not five");
  EXPECT_EQ(message("5-1 * * * *"), "\"5-1 * * * *\" is no timetable: minute \"5-1\" runs backwards");
  EXPECT_EQ(message("*/0 * * * *"), "\"*/0 * * * *\" is no timetable: step \"0\" is not within 1 to 59");
  EXPECT_EQ(message("@often"), "\"@often\" is no timetable: there are @hourly, @daily, @weekly and @monthly");
  EXPECT_EQ(message("0 0 * * montag"), "\"0 0 * * montag\" is no timetable: day of week \"montag\" is not within 0 to 7");
  EXPECT_EQ(testing::error_of([] { Timetable{""}; }).code(), Code::usage);
}

}  // namespace
}  // namespace safety::schedule

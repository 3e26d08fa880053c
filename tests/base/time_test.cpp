#include "libsafety/base/time.hpp"

#include <gtest/gtest.h>

namespace safety {
namespace {
using namespace std::chrono;

Instant instant(int year_number, unsigned month_number, unsigned day_number, int seconds_of_day, int millis) {
  return sys_days{year{year_number} / month{month_number} / day{day_number}} + seconds{seconds_of_day} +
         milliseconds{millis};
}

TEST(FormatCompact, IsTheFormOfFileNames) {
  EXPECT_EQ(format_compact(instant(2026, 11, 22, 84950, 999)), "20261122_233550");
}

TEST(FormatRfc3339, WritesMillisecondsWithLeadingZeros) {
  EXPECT_EQ(format_rfc3339(instant(2026, 11, 22, 84950, 7)), "2026-11-22T23:35:50.007Z");
}

TEST(FormatRfc3339, RoundsDownBeforeTheEpochToo) {
  EXPECT_EQ(format_rfc3339(Instant{milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

TEST(ParseRfc3339, ReadsWhatWasWritten) {
  for (const auto& time :
       {instant(1970, 1, 1, 0, 0), instant(2000, 2, 29, 86399, 999), instant(2026, 11, 22, 84950, 123),
        instant(2100, 12, 31, 1, 1), instant(1969, 12, 31, 86399, 999)})
    EXPECT_EQ(parse_rfc3339(format_rfc3339(time)), time) << format_rfc3339(time);
}

TEST(ParseRfc3339, RefusesEverythingElse) {
  for (const char* text : {"", "2026-11-22", "2026-11-22T23:35:50Z", "2026-11-22T23:35:50.123",
                           "2026-11-22 23:35:50.123Z", "2026-11-22T23:35:50.123+01:00", "2026-02-30T00:00:00.000Z",
                           "2026-13-01T00:00:00.000Z", "2026-00-10T00:00:00.000Z", "2026-11-22T24:00:00.000Z",
                           "2026-11-22T23:60:00.000Z", "2026-11-22T23:35:61.000Z", "2O26-11-22T23:35:50.123Z",
                           "2026-11-22T-1:35:50.123Z", "2026-11-22T23:35:50.123Zz", " 2026-11-22T23:35:50.123Z"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

TEST(Duration, IsReadInTheUnitsThatPeopleWrite) {
  using std::chrono::milliseconds;
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("30m"), milliseconds(1800000));
  EXPECT_EQ(parse_duration("30min"), milliseconds(1800000));
  EXPECT_EQ(parse_duration("1.5 h"), milliseconds(5400000));
  EXPECT_EQ(parse_duration("7d"), milliseconds(604800000));
  EXPECT_EQ(parse_duration("12"), milliseconds(12000));
  EXPECT_EQ(parse_duration("6w"), milliseconds(6LL * 604800000));
  EXPECT_EQ(parse_duration("3mo"), milliseconds(90LL * 86400000));
  EXPECT_EQ(parse_duration("1y"), milliseconds(365LL * 86400000));
  EXPECT_EQ(parse_duration("100y"), milliseconds(36500LL * 86400000));
  for (const char* text : {"", "m", "-1s", "5 weeks", "1h30m", "101y", "1e300d", "inf", "nan", "7 D"}) EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Duration, IsWrittenInTheLargestWholeUnit) {
  using std::chrono::milliseconds;
  for (const char* text : {"14 d", "36 h", "90 min", "45 s", "1.5 s", "0 s"}) EXPECT_EQ(format_duration(parse_duration(text).value_or(milliseconds(-1))), text);
  EXPECT_EQ(format_duration(*parse_duration("2w")), "14 d");
}

TEST(ParseRfc3339, RefusesYearsThatAnInstantCannotHold) {
  EXPECT_TRUE(parse_rfc3339("2261-12-31T23:59:59.999Z"));
  for (const char* text : {"2262-06-01T00:00:00.000Z", "9999-12-31T00:00:00.000Z", "1699-12-31T00:00:00.000Z", "0000-01-01T00:00:00.000Z"})
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
}

}  // namespace
}  // namespace safety

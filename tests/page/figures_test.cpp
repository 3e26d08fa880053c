// Axes and the forecast: numbers that can be checked by hand.
#include "libsafety/page/chart.hpp"
#include "libsafety/page/forecast.hpp"
#include "tests/page/stage.hpp"
#include "tests/testing/testing.hpp"

namespace safety::page {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<std::string> labels_of(const Scale& scale) {
  std::vector<std::string> labels;
  for (const auto& tick : scale.ticks) labels.push_back(tick.label);
  return labels;
}

std::vector<std::string> labels_of(const std::vector<TimeTick>& ticks) {
  std::vector<std::string> labels;
  for (const auto& tick : ticks) labels.push_back(tick.label);
  return labels;
}

TEST(Scale, HasRoundTicksFromZeroToAboveTheMost) {
  EXPECT_THAT(labels_of(byte_scale(1'730'000'000)), ElementsAre("0", "500 MB", "1 GB", "1.5 GB", "2 GB"));
  EXPECT_THAT(labels_of(byte_scale(900'000'000)), ElementsAre("0", "500 MB", "1 GB"));
  EXPECT_THAT(labels_of(byte_scale(1)), ElementsAre("0", "1 bytes", "2 bytes", "3 bytes", "4 bytes"));
  EXPECT_THAT(labels_of(byte_scale(312'000)), ElementsAre("0", "100 kB", "200 kB", "300 kB", "400 kB"));
  EXPECT_THAT(labels_of(second_scale(0.4)), ElementsAre("0", "100 ms", "200 ms", "300 ms", "400 ms"));
  EXPECT_THAT(labels_of(second_scale(119)), ElementsAre("0", "50 s", "100 s", "150 s"));
  EXPECT_THAT(labels_of(second_scale(600)), ElementsAre("0", "5 min", "10 min"));
  EXPECT_THAT(labels_of(second_scale(9000)), ElementsAre("0", "1 h", "2 h", "3 h"));
}

TEST(Scale, IsOfUseForAnyValue) {
  EXPECT_THAT(labels_of(byte_scale(0)), ElementsAre("0"));
  EXPECT_GT(byte_scale(0).top, 0);
  for (double most = 1; most < 1e18; most *= 1.7)
    for (const auto& scale : {byte_scale(most), second_scale(most / 1e6)}) {
      EXPECT_GE(scale.ticks.size(), 2U);
      EXPECT_LE(scale.ticks.size(), 5U) << most;
    }
  for (double most = 1; most < 1e18; most *= 1.7) EXPECT_GE(byte_scale(most).top, most);
}

TEST(TimeTicks, AreMidnightsOrHours) {
  EXPECT_THAT(labels_of(time_ticks({now() - hours(24 * 30), now()})), ElementsAre("1 Nov", "6 Nov", "11 Nov", "16 Nov", "21 Nov", "26 Nov"));
  EXPECT_THAT(labels_of(time_ticks({now() - hours(24), now()})), ElementsAre("12:00", "18:00", "26 Nov", "06:00"));
  for (int span = 1; span < 24 * 400; span = span * 3 / 2 + 1) {
    const auto ticks = time_ticks({now() - hours(span), now()});
    EXPECT_LE(ticks.size(), 14U) << span;
    for (const auto& tick : ticks) EXPECT_TRUE(tick.percent >= 0 && tick.percent <= 100) << span;
  }
}

TEST(Span, PutsWhatLiesOutsideAtItsEdges) {
  const Span span{now() - hours(10), now()};
  EXPECT_DOUBLE_EQ(span.percent(now() - hours(5)), 50);
  EXPECT_DOUBLE_EQ(span.percent(now() - hours(50)), 0);
  EXPECT_DOUBLE_EQ(span.percent(now() + hours(50)), 100);
}

// ---- the forecast

/// One archive a day, each `more` larger than the one before.
Status grown(int days, std::uint64_t bytes, std::uint64_t more) {
  Status status;
  status.now = now();
  status.free_bytes = 1'000'000'000;
  for (int day = days; day > 0; --day) status.records.push_back(record("shop", now() - hours(24 * day), bytes + more * static_cast<std::uint64_t>(days - day)));
  number(status);
  return status;
}

Forecast forecast_of(const Status& status) { return forecast(status, histories_of(status)); }

TEST(Forecast, WithoutRetentionCountsWhatIsAdded) {
  const auto told = forecast_of(grown(10, 10'000'000, 0));
  EXPECT_EQ(told.bytes, 100'000'000U);
  EXPECT_NEAR(told.bytes_per_day.value(), 10e6, 1);
  EXPECT_NEAR(told.days_left.value(), 100, 0.1);
}

TEST(Forecast, OnceRetentionRemovesCountsTheGrowthOfWhatItKeeps) {
  auto status = grown(10, 10'000'000, 100'000);
  for (const auto& one : status.records) status.retention[one.id] = {&one != &status.records.front(), ""};
  const auto told = forecast_of(status);
  EXPECT_EQ(told.freed_bytes, 10'000'000U);
  EXPECT_NEAR(told.bytes_per_day.value(), 900'000, 1);  // nine are kept
  EXPECT_NEAR(told.days_left.value(), (1e9 + 10e6) / 900e3, 0.1);
}

TEST(Forecast, IsHonestAboutTooFewPoints) {
  auto close = grown(5, 1000, 0);
  for (auto& one : close.records) one.snapshot_time = text_of(now() - hours(2));
  for (const auto& status : {grown(0, 1, 0), grown(1, 1000, 0), grown(2, 1000, 0), close, grown(5, 0, 0)}) {
    const auto told = forecast_of(status);
    EXPECT_FALSE(told.bytes_per_day);
    EXPECT_FALSE(told.days_left);
    EXPECT_THAT(told.how, HasSubstr("Too few checkpoints"));
  }
}

TEST(Forecast, NamesDatabasesThatItLeavesOut) {
  auto status = grown(5, 1000, 0);
  status.records.push_back(record("media", now() - hours(3)));
  EXPECT_THAT(forecast_of(status).how, HasSubstr("Left out for having too few: \"media\"."));
}

TEST(Forecast, OfWhatShrinksHasNoEnd) {
  auto status = grown(10, 10'000'000, 0);
  for (auto& one : status.records) one.archive.bytes -= one.sequence * 1000;
  for (const auto& one : status.records) status.retention[one.id] = {&one != &status.records.front(), ""};
  const auto told = forecast_of(status);
  EXPECT_LT(told.bytes_per_day.value(), 0);
  EXPECT_FALSE(told.days_left);
}

TEST(Forecast, IgnoresWhatIsOldGoneOrOfAWrongClock) {
  auto status = grown(4, 1'000'000, 0);
  status.records.push_back(record("shop", now() - hours(24 * 200), 900'000'000));
  status.records.push_back(record("shop", now() + hours(24 * 9), 900'000'000));
  status.records.push_back(record("shop", now() - hours(30), 900'000'000));
  status.gone = {status.records.back().id};
  EXPECT_NEAR(forecast_of(status).bytes_per_day.value(), 1e6, 1);
}

TEST(Days, AreToldInWords) {
  EXPECT_EQ(days_text(0.4), "less than a day");
  EXPECT_EQ(days_text(1.9), "1 day");
  EXPECT_EQ(days_text(45), "45 days");
  EXPECT_EQ(days_text(1100), "3 years");
  EXPECT_EQ(days_text(1e9), "more than ten years");
}

}  // namespace
}  // namespace safety::page

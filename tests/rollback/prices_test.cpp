#include "libsafety/rollback/prices.hpp"

#include <fmt/format.h>

#include "libsafety/plan/journal.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

using checkpoint::Proof;
using plan::Journal;
using testing::TempFolder;

class PricesTest : public ::testing::Test {
 protected:
  /// An operation of that day, which ends well.
  Journal operation(const std::string& day, const std::string& database = "shop") {
    const auto number = ++operations_;
    return Journal::create(folder_.path(), {fmt::format("restore_{}", number), "safety-restore", database, "host-a", fmt::format("{}T10:00:{:02}.000Z", day, number), {}});
  }
  void step(Journal& journal, const std::string& id, double seconds) {
    journal.step_began(id);
    journal.step_ended(id, seconds);
  }
  void swap_that_took(double seconds, const std::string& database = "shop") {
    auto journal = operation("2026-11-20", database);
    step(journal, "load", 50);
    step(journal, "swap", seconds);
    journal.end("finished");
  }
  void undo_that_took(const std::string& rows, const std::string& seconds, const std::string& day = "2026-11-20") {
    auto journal = operation(day);
    journal.set_fact("undo_rows", rows);
    journal.set_fact("undo_lock_seconds", seconds);
    journal.end("finished");
  }
  /// A journal as older versions wrote it: its steps have no times.
  void old_swap(const std::string& day, double seconds) {
    const auto name = fmt::format("restore_{}", ++operations_);
    testing::write_text(folder_ / (name + ".journal"),
                        fmt::format("{{\"kind\":\"head\",\"operation\":\"{}\",\"tool\":\"safety-restore\",\"database\":\"shop\",\"started\":\"{}T10:00:00.000Z\"}}\n"
                                    "{{\"kind\":\"done\",\"step\":\"swap\",\"seconds\":{}}}\n{{\"kind\":\"end\",\"ending\":\"finished\"}}\n",
                                    name, day, seconds));
  }
  Prices prices(std::uint64_t rows = 0, bool has_services = false) { return estimate_prices(folder_.path(), "shop", rows, record_, others_, has_services); }
  std::string today() { return plan::make_head("", "", "", {}).started.substr(0, 10); }

  TempFolder folder_;
  checkpoint::Record record_;
  std::vector<checkpoint::Record> others_;
  int operations_ = 0;
};

TEST_F(PricesTest, AreEstimatesWhereNothingWasMeasured) {
  record_.id = "shop_20261126_100000";
  record_.plain_bytes = 2'000'000'000;
  const auto found = prices(600'000, true);
  EXPECT_DOUBLE_EQ(found.undo.seconds, 2.1);
  EXPECT_EQ(found.undo.basis, "an estimate from its size");
  EXPECT_DOUBLE_EQ(found.swap.seconds, 0.03);
  EXPECT_EQ(found.swap.basis, "an estimate");
  EXPECT_DOUBLE_EQ(found.restore.seconds, 0.03);
  EXPECT_DOUBLE_EQ(found.restore_total_seconds, 19.03) << "9 s a GB, 1 s, and the swap";
  EXPECT_DOUBLE_EQ(found.services.seconds, 10);
  for (const auto& price : {found.undo, found.swap, found.restore, found.services}) EXPECT_FALSE(price.is_measured);
}

TEST_F(PricesTest, AreEstimatesInAFolderThatIsNotThere) {
  const auto found = estimate_prices("/nonexistent/operations", "shop", 0, record_, {}, false);
  EXPECT_DOUBLE_EQ(found.undo.seconds, 0.1);
  EXPECT_DOUBLE_EQ(found.swap.seconds, 0.03);
}

TEST_F(PricesTest, OfServicesAndOfAnArchiveAreZeroWithoutThem) {
  const auto found = prices();
  EXPECT_EQ(found.services.seconds, 0);
  EXPECT_EQ(found.services.basis, "");
  EXPECT_EQ(found.restore.seconds, 0);
  EXPECT_EQ(found.restore_total_seconds, 0);
}

TEST_F(PricesTest, OfASwapAreTheMedianOfThoseMeasured) {
  for (const double seconds : {0.2, 9.0, 0.1}) swap_that_took(seconds);
  auto found = prices().swap;
  EXPECT_DOUBLE_EQ(found.seconds, 0.2);
  EXPECT_TRUE(found.is_measured);
  EXPECT_EQ(found.basis, "measured 3 times here, last " + today());
  swap_that_took(0.4);
  EXPECT_DOUBLE_EQ(prices().swap.seconds, 0.3) << "between the two in the middle";
}

TEST_F(PricesTest, OfASwapForgetAllButTheLastTen) {
  for (int at = 0; at < 11; ++at) swap_that_took(100);
  for (int at = 0; at < 6; ++at) swap_that_took(0.5);
  const auto found = prices().swap;
  EXPECT_DOUBLE_EQ(found.seconds, 0.5);
  EXPECT_EQ(found.basis, "measured 10 times here, last " + today());
}

TEST_F(PricesTest, AreOfThisDatabaseOnly) {
  swap_that_took(7, "other");
  EXPECT_FALSE(prices().swap.is_measured);
  swap_that_took(0.5);
  EXPECT_DOUBLE_EQ(prices().swap.seconds, 0.5);
  EXPECT_EQ(prices().swap.basis, "measured 1 time here, last " + today());
}

TEST_F(PricesTest, TakeTheDayOfTheOperationFromJournalsWithoutTimes) {
  old_swap("2026-10-02", 0.25);
  EXPECT_EQ(prices().swap.basis, "measured 1 time here, last 2026-10-02");
  EXPECT_DOUBLE_EQ(prices().swap.seconds, 0.25);
}

TEST_F(PricesTest, DoNotTakeAStepThatFailedOrHasNoDurationForAMeasurement) {
  auto journal = operation("2026-11-20");
  journal.step_began("swap");
  journal.step_failed("swap", "sessions did not end");
  step(journal, "swap", 0);
  EXPECT_FALSE(prices().swap.is_measured);
}

TEST_F(PricesTest, OfARestoreInAllAreThoseOfItsNewestProofThatPassed) {
  record_.id = "shop_20261126_100000";
  record_.plain_bytes = 1'000'000'000;
  record_.proofs = {{Proof::content, "2026-11-01T10:00:00.000Z", 300, true, ""},
                    {Proof::restored, "2026-11-02T10:00:00.000Z", 240, true, ""},
                    {Proof::content, "2026-11-03T10:00:00.000Z", 2, false, "a digest differs"},
                    {Proof::decodes, "2026-11-04T10:00:00.000Z", 4, true, ""}};
  swap_that_took(0.5);
  const auto found = prices();
  EXPECT_DOUBLE_EQ(found.restore_total_seconds, 240.5);
  EXPECT_DOUBLE_EQ(found.restore.seconds, 0.5) << "its downtime is a swap's";
  EXPECT_TRUE(found.restore.is_measured);
}

TEST_F(PricesTest, OfACheckpointThatWasNeverRestoredGoByTheNewestDrillOfAnother) {
  record_.id = "shop_20261126_100000";
  record_.database = "shop";
  record_.plain_bytes = 3'000'000'000;
  checkpoint::Record older, drilled, foreign;
  older.database = drilled.database = "shop";
  older.plain_bytes = drilled.plain_bytes = foreign.plain_bytes = 2'000'000'000;
  older.proofs = {{Proof::content, "2026-11-01T10:00:00.000Z", 10, true, ""}};
  drilled.proofs = {{Proof::used, "2026-11-08T10:00:00.000Z", 100, true, ""}, {Proof::content, "2026-11-09T10:00:00.000Z", 1, false, "a digest differs"}};
  foreign.database = "other";
  foreign.proofs = {{Proof::content, "2026-11-10T10:00:00.000Z", 1, true, ""}};
  others_ = {older, drilled, foreign};
  EXPECT_DOUBLE_EQ(prices().restore_total_seconds, 150.03) << "half as much again, and the swap";
}

TEST_F(PricesTest, OfAnUndoGoByTheRowsASecondOfEarlierOnes) {
  undo_that_took("100000", "1.0", "2026-11-24");
  undo_that_took("300000", "1.0", "2026-11-26");
  const auto found = prices(1'000'000).undo;
  EXPECT_DOUBLE_EQ(found.seconds, 5.0) << "400,000 rows in 2 s";
  EXPECT_TRUE(found.is_measured);
  EXPECT_EQ(found.basis, "measured 2 times here, last 2026-11-26");
}

TEST_F(PricesTest, OfAnUndoAreNotDrawnOutFromAFewRowsToMillions) {
  undo_that_took("10", "0.2");
  const auto found = prices(3'000'000).undo;
  EXPECT_FALSE(found.is_measured);
  EXPECT_DOUBLE_EQ(found.seconds, 10.1);
  EXPECT_TRUE(prices(100).undo.is_measured);
}

TEST_F(PricesTest, OfAnUndoOfFewRowsAreNeverNothing) {
  undo_that_took("1000000", "4.0");
  EXPECT_DOUBLE_EQ(prices(1).undo.seconds, 0.1);
}

TEST_F(PricesTest, OfAnUndoThatMovesNoRowsGoByThoseThatMovedNone) {
  undo_that_took("1000000", "4.0");
  EXPECT_FALSE(prices().undo.is_measured);
  EXPECT_DOUBLE_EQ(prices().undo.seconds, 0.1);
  undo_that_took("0", "0.25");
  EXPECT_TRUE(prices().undo.is_measured);
  EXPECT_DOUBLE_EQ(prices().undo.seconds, 0.25);
}

TEST_F(PricesTest, PassOverFactsThatAreNoNumbers) {
  undo_that_took("many", "1.0");
  undo_that_took("10", "");
  undo_that_took("10", "1.0 s");
  undo_that_took("-10", "1.0");
  undo_that_took("10", "nan");
  EXPECT_FALSE(prices(10).undo.is_measured);
}

TEST_F(PricesTest, OfServicesAreTheirStopAndStartTogether) {
  for (const double seconds : {3.0, 5.0, 4.0}) {
    auto journal = operation("2026-11-20");
    step(journal, "stop_services", seconds);
    step(journal, "start_services", 2 * seconds);
  }
  auto half = operation("2026-11-21");
  step(half, "stop_services", 100);
  const auto found = prices(0, true).services;
  EXPECT_DOUBLE_EQ(found.seconds, 12);
  EXPECT_TRUE(found.is_measured);
  EXPECT_EQ(found.basis, "measured 3 times here, last " + today());
}

}  // namespace
}  // namespace safety::rollback

#include "libsafety/checkpoint/runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libsafety/base/text.hpp"
#include "tests/testing/testing.hpp"

namespace safety::checkpoint {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TempFolder;

Run run_of(const std::string& id, Code outcome = Code::success, const std::string& database = "shop") {
  Run run;
  run.id = id;
  run.kind = "scheduled";
  run.database = database;
  run.started = "2026-11-26T02:00:00.000Z";
  run.finished = "2026-11-26T02:00:42.000Z";
  run.outcome = outcome;
  return run;
}

std::vector<std::string> ids_of(const std::vector<Run>& runs) {
  std::vector<std::string> ids;
  for (const auto& run : runs) ids.push_back(run.id);
  return ids;
}

TEST(Runs, ComeBackWithEveryFieldInTheOrderOfTheirEnds) {
  const TempFolder folder;
  const Store store(folder.path());
  auto full = run_of("scheduled_1", Code::verification);
  full.step = "verify";
  full.message = "frame 3 says \"no\"\nand a second line, Grüße";
  full.checkpoint = "shop_20261126_020000";
  full.seconds = 42.5;
  full.is_skipped = true;
  full.offsite = "b2:shop";
  add_run(store, full);
  add_run(store, run_of("scheduled_2"));
  const auto runs = list_runs(testing::quiet_context(), store);
  ASSERT_THAT(ids_of(runs), ElementsAre("scheduled_1", "scheduled_2"));
  EXPECT_EQ(format_run(runs[0]), format_run(full));
  EXPECT_EQ(runs[0].outcome, Code::verification);
  EXPECT_EQ(runs[0].message, full.message);
  EXPECT_TRUE(runs[0].is_skipped);
  EXPECT_EQ(runs[0].seconds, 42.5);
  EXPECT_EQ(split_lines(testing::read_text(folder / "runs.jsonl")).size(), 2U);
}

TEST(Runs, OfAFolderWithoutALedgerAreNone) {
  const TempFolder folder;
  testing::TestContext context;
  EXPECT_THAT(list_runs(context, Store(folder.path())), IsEmpty());
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), IsEmpty());
}

TEST(Runs, AreAFileForTheOwnerAlone) {
  const TempFolder folder;
  add_run(Store(folder.path()), run_of("scheduled_1"));
  EXPECT_EQ(std::filesystem::status(folder / "runs.jsonl").permissions(), std::filesystem::perms(0600));
}

TEST(Runs, SurviveALineThatACrashCutAtAnyByte) {
  const TempFolder folder;
  const Store store(folder.path());
  add_run(store, run_of("scheduled_1"));
  const auto first = testing::read_text(folder / "runs.jsonl");
  const auto line = format_run(run_of("scheduled_2"));
  for (std::size_t size = 1; size < line.size(); size += 7) {
    testing::write_text(folder / "runs.jsonl", first + line.substr(0, size));
    add_run(store, run_of("scheduled_3"));
    testing::TestContext context;
    EXPECT_THAT(ids_of(list_runs(context, store)), ElementsAre("scheduled_1", "scheduled_3")) << "cut after " << size;
    EXPECT_THAT(context.sink.texts(Event::Kind::warning), ElementsAre(HasSubstr("has a line that is no run"))) << "cut after " << size;
  }
  // Whole but for its newline: nothing of it is lost.
  testing::write_text(folder / "runs.jsonl", first + line);
  add_run(store, run_of("scheduled_3"));
  EXPECT_THAT(ids_of(list_runs(testing::quiet_context(), store)), ElementsAre("scheduled_1", "scheduled_2", "scheduled_3"));
}

TEST(Runs, PassOverWhatIsJsonButNoRun) {
  const TempFolder folder;
  testing::write_text(folder / "runs.jsonl", "5\n[]\n{}\n{\"id\": 7, \"run\": \"drill\", \"exit_code\": 0}\n\n" + format_run(run_of("scheduled_1")) + "\n");
  testing::TestContext context;
  EXPECT_THAT(ids_of(list_runs(context, Store(folder.path()))), ElementsAre("scheduled_1"));
  EXPECT_EQ(context.sink.texts(Event::Kind::warning).size(), 4U);
}

TEST(Runs, ThatCannotBeNotedAreAnError) {
  const auto error = testing::error_of([] { add_run(Store("/nonexistent/folder"), run_of("scheduled_1")); });
  EXPECT_EQ(error.code(), Code::storage);
}

TEST(Runs, FailInARowUntilASuccessOfTheSameKindAndDatabase) {
  auto drill = run_of("drill_1");
  drill.kind = "drill";
  auto skipped = run_of("scheduled_9", Code::locked);
  skipped.is_skipped = true;
  std::vector<checkpoint::Run> runs{run_of("a", Code::storage), run_of("b"), run_of("c", Code::storage), run_of("d", Code::connection), drill, run_of("e", Code::success, "other"), skipped};
  EXPECT_EQ(failures_in_a_row(runs, "scheduled", "shop"), 2U);
  EXPECT_EQ(failures_in_a_row(runs, "", "shop"), 0U) << "the drill of it succeeded";
  EXPECT_EQ(failures_in_a_row(runs, "scheduled", "other"), 0U);
  EXPECT_EQ(failures_in_a_row(runs, "drill", "shop"), 0U);
  EXPECT_EQ(failures_in_a_row({}, "", "shop"), 0U);
  runs.push_back(run_of("f"));
  EXPECT_EQ(failures_in_a_row(runs, "scheduled", "shop"), 0U);
}

TEST(Runs, ThatFailedBeforeTheyLearnedTheirDatabaseCountForEach) {
  const std::vector<checkpoint::Run> runs{run_of("a"), run_of("b", Code::success, "other"), run_of("c", Code::config, "")};
  EXPECT_EQ(failures_in_a_row(runs, "scheduled", "shop"), 1U);
  EXPECT_EQ(failures_in_a_row(runs, "scheduled", "other"), 1U);
}

}  // namespace
}  // namespace safety::checkpoint

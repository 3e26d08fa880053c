#include "libsafety/schedule/scheduled.hpp"

#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/os/file.hpp"
#include "tests/testing/testing.hpp"

namespace safety::schedule {
namespace {

using checkpoint::Proof;
using ::testing::HasSubstr;

class Scheduled : public ::testing::Test {
 protected:
  Scheduled() {
    database.execute("CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT n, 'item ' || n FROM generate_series(1, 500) n");
    options.backup.folder = folder.path();
  }
  ScheduledResult run() { return run_scheduled(context, database.info(), options); }
  std::vector<checkpoint::Run> runs() { return checkpoint::list_runs(context, checkpoint::Store(folder.path())); }
  std::vector<checkpoint::Record> records() { return checkpoint::Store(folder.path()).list(context); }

  testing::TempFolder folder;
  testing::TestDatabase database;
  testing::TestContext context;
  ScheduledOptions options;
};

TEST_F(Scheduled, BacksUpVerifiesAndNotesIt) {
  for (const auto proof : {Proof::digest, Proof::decodes, Proof::content}) {
    options.proof = proof;
    const auto result = run();
    ASSERT_TRUE(result.record);
    EXPECT_EQ(result.record->proof(), proof);
    EXPECT_EQ(result.record->reason, "scheduled");
    EXPECT_EQ(runs().back().outcome, Code::success);
    EXPECT_EQ(runs().back().checkpoint, result.record->id);
    EXPECT_EQ(runs().back().id, result.run.id);
    EXPECT_GT(runs().back().seconds, 0);
  }
  EXPECT_EQ(runs().size(), 3u);
  EXPECT_THAT(testing::list_databases(database.name() + "__"), ::testing::IsEmpty());
}

TEST_F(Scheduled, DoesNothingWhileACheckpointIsFreshEnough) {
  run();
  options.max_age = std::chrono::hours(1);
  const auto second = run();
  EXPECT_FALSE(second.record);
  EXPECT_TRUE(second.run.is_skipped);
  EXPECT_THAT(second.run.message, HasSubstr(records().front().id));
  EXPECT_EQ(records().size(), 1u);
  // One that is fresh and not proven that far does not count, nor one of another time.
  options.proof = Proof::restored;
  EXPECT_TRUE(run().record);
  options.max_age = std::chrono::milliseconds(1);
  EXPECT_TRUE(run().record);
}

TEST_F(Scheduled, OfADatabaseThatIsBeingWorkedOnIsSkippedAndSaysSo) {
  checkpoint::OperationLock other(context, database.info(), database.name());
  const auto error = testing::error_of([&] { run(); });
  EXPECT_EQ(error.code(), Code::locked);
  ASSERT_EQ(runs().size(), 1u);
  EXPECT_TRUE(runs()[0].is_skipped);
  EXPECT_EQ(runs()[0].outcome, Code::locked);
  EXPECT_THAT(records(), ::testing::IsEmpty());
  EXPECT_EQ(checkpoint::failures_in_a_row(runs(), "scheduled", database.name()), 0u);
}

TEST_F(Scheduled, OfAServerThatDoesNotAnswerIsNotedAsAFailure) {
  const auto nowhere = pg::ConnectionInfo::parse("postgresql:///shop?host=" + folder.path().string());
  for (unsigned failures = 1; failures <= 2; ++failures) {
    EXPECT_EQ(testing::error_of([&] { run_scheduled(context, nowhere, options); }).code(), Code::connection);
    EXPECT_EQ(runs().back().outcome, Code::connection);
    EXPECT_EQ(runs().back().database, "shop");
    EXPECT_EQ(checkpoint::failures_in_a_row(runs(), "scheduled", "shop"), failures);
  }
}

TEST_F(Scheduled, OfAFolderThatCannotBeWrittenIsToldAlthoughItCannotBeNoted) {
  testing::write_script(folder / "listen", "echo \"$SAFETY_EVENT $SAFETY_OUTCOME\" >> \"$0.heard\"\n");
  testing::write_text(folder / "file", "no folder");
  options.backup.folder = folder / "file";
  options.max_age = std::chrono::hours(1);
  options.channels.command = {(folder / "listen").string()};
  EXPECT_EQ(testing::error_of([&] { run(); }).code(), Code::storage);
  EXPECT_EQ(testing::read_text(folder / "listen.heard"), "failure storage\n");
}

TEST_F(Scheduled, GivesARecordToAnArchiveThatHasNone) {
  const auto first = run();
  const checkpoint::Store store(folder.path());
  std::filesystem::remove(store.record_path(first.record->id));
  testing::write_text(folder / "notes.sql", "-- somebody's own\n");
  run();
  EXPECT_EQ(records().size(), 2u);
  EXPECT_TRUE(std::filesystem::exists(folder / "notes.sql"));
}

TEST_F(Scheduled, WritesDownThatAnEarlierRunWasKilled) {
  checkpoint::Run dead;
  dead.id = "scheduled_20261101_020000_1";
  dead.kind = "scheduled";
  dead.database = database.name();
  dead.started = "2026-11-01T02:00:00.000Z";
  checkpoint::add_run(checkpoint::Store(folder.path()), dead);
  run();
  ASSERT_EQ(runs().size(), 2u);
  EXPECT_EQ(runs()[0].outcome, Code::terminated);
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), ::testing::Contains(HasSubstr(dead.id)));
}

TEST_F(Scheduled, WaitsAtMostItsJitterAndNotWhenItIsStopped) {
  options.jitter = std::chrono::hours(100);
  context.stop.request_stop();
  EXPECT_EQ(testing::error_of([&] { run(); }).code(), Code::interrupted);
  EXPECT_THAT(records(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace safety::schedule

#include "libsafety/schedule/drill.hpp"

#include "libsafety/backup/backup.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "tests/testing/testing.hpp"

namespace safety::schedule {
namespace {

using checkpoint::Proof;
using ::testing::HasSubstr;

class RestoreDrill : public ::testing::Test {
 protected:
  RestoreDrill() {
    database.execute("CREATE TABLE items (id int PRIMARY KEY, name text); INSERT INTO items SELECT n, 'item ' || n FROM generate_series(1, 500) n");
    options.folder = folder.path();
  }
  checkpoint::Record back_up() {
    backup::BackupOptions wanted;
    wanted.folder = folder.path();
    return backup::back_up(context, database.info(), wanted).record;
  }
  DrillResult run() { return drill(context, database.info(), options); }
  std::vector<checkpoint::Run> runs() { return checkpoint::list_runs(context, checkpoint::Store(folder.path())); }
  checkpoint::Record record(const std::string& id) { return checkpoint::Store(folder.path()).resolve(context, id, database.name()); }
  void expect_no_copy() { EXPECT_THAT(testing::list_databases(database.name() + "__"), ::testing::IsEmpty()); }

  testing::TempFolder folder;
  testing::TestDatabase database;
  testing::TestContext context;
  DrillOptions options;
};

TEST_F(RestoreDrill, RestoresUsesDropsAndWritesItDown) {
  const auto made = back_up();
  options.sql = {"SELECT count(*) = 500 FROM items", "SELECT current_database() LIKE '%rehearsal%'"};
  options.commands = {"psql -X -c 'SELECT 1' \"$DATABASE_URL\""};
  options.project.directory = folder.path();
  const auto done = run();
  EXPECT_EQ(done.proof, Proof::used);
  EXPECT_EQ(record(made.id).proof(), Proof::used);
  EXPECT_GT(done.restore_seconds, 0);
  EXPECT_EQ(record(made.id).proofs.back().seconds, done.restore_seconds) << "what a restore takes is what the rollback's prices go by";
  ASSERT_EQ(runs().size(), 1u);
  EXPECT_EQ(runs()[0].kind, "drill");
  EXPECT_EQ(runs()[0].outcome, Code::success);
  EXPECT_EQ(runs()[0].checkpoint, made.id);
  expect_no_copy();
}

TEST_F(RestoreDrill, OfWhatDoesNotDoSaysWhyAndKeepsTheArchivesOwnProof) {
  const auto made = back_up();
  options.sql = {"SELECT count(*) > 500 FROM items"};
  const auto error = testing::error_of([&] { run(); });
  EXPECT_EQ(error.code(), Code::verification);
  EXPECT_THAT(error.message(), HasSubstr("SELECT count(*) > 500 FROM items"));
  EXPECT_EQ(record(made.id).proof(), Proof::content);
  EXPECT_EQ(runs().back().outcome, Code::verification);
  expect_no_copy();

  options.sql.clear();
  options.commands = {"exit 3"};
  options.project.directory = folder.path();
  EXPECT_THAT(testing::error_of([&] { run(); }).message(), HasSubstr("`exit 3` ended with 3"));
  expect_no_copy();
}

TEST_F(RestoreDrill, OfADamagedArchiveTakesItsProofAway) {
  const auto made = back_up();
  const auto path = folder / made.archive.file;
  auto bytes = testing::read_text(path);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
  testing::write_text(path, bytes);
  EXPECT_EQ(testing::error_of([&] { run(); }).code(), Code::archive_damaged);
  EXPECT_EQ(record(made.id).proof(), Proof::none);
  EXPECT_EQ(runs().back().outcome, Code::archive_damaged);
  expect_no_copy();
}

TEST_F(RestoreDrill, OfNothingIsAFailureThatIsNoted) {
  EXPECT_EQ(testing::error_of([&] { run(); }).code(), Code::no_such_checkpoint);
  ASSERT_EQ(runs().size(), 1u);
  EXPECT_EQ(runs()[0].outcome, Code::no_such_checkpoint);
}

TEST_F(RestoreDrill, PicksAnOlderOneWhenAsked) {
  const auto first = back_up();
  back_up();
  options.picks_older = true;
  EXPECT_EQ(run().record.id, first.id);
}

}  // namespace
}  // namespace safety::schedule

#include "libsafety/prune/prune.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "libsafety/checkpoint/removal.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/plan/journal.hpp"
#include "libsafety/prune/locks.hpp"
#include "tests/checkpoint/history.hpp"
#include "tests/testing/testing.hpp"

namespace safety::prune {
namespace {

using checkpoint::archive_of;
using checkpoint::Record;
using checkpoint::Store;
using std::chrono::days;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::quiet_context;
using ::testing::SizeIs;
using testing::TestContext;
using testing::write_text;
namespace fs = std::filesystem;

const Instant kNow = checkpoint::at("2026-11-26T12:00");

PruneOptions last(unsigned count) {
  PruneOptions options;
  options.policy.keep_last = count;
  return options;
}

void put(const Store& store, const Record& record) {
  write_text(store.archive_path(record), "content of " + record.id);
  store.save(record);
}

/// "c1" to "c<count>", a night apart.
void put_nights(const Store& store, unsigned count) {
  for (unsigned night = 1; night <= count; ++night) put(store, archive_of(night, kNow - days(count - night)));
}

/// What is there of checkpoints, sorted; not the folder of journals.
std::vector<std::string> names(const fs::path& folder) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != "operations") all.push_back(entry.path().filename().string());
  std::sort(all.begin(), all.end());
  return all;
}
std::vector<std::string> files_of(const std::vector<std::string>& ids) {
  std::vector<std::string> all;
  for (const auto& id : ids) all.insert(all.end(), {id + ".json", id + ".sql.zst", id + ".sql.zst.sha256"});
  return all;
}

class PruneOperation : public ::testing::Test {
 protected:
  Pruned run(const PruneOptions& options, const Context& context = quiet_context()) const {
    return prune(context, store, options, look(context, store, options, kNow), {}, kNow);
  }
  std::vector<std::string> ids() const {
    std::vector<std::string> all;
    for (const auto& record : store.list(quiet_context())) all.push_back(record.id);
    return all;
  }

  testing::TempFolder folder;
  Store store{folder.path()};
};

TEST_F(PruneOperation, RemovesWhatNoRuleKeepsOldestFirst) {
  put_nights(store, 5);
  const auto outlook = look(quiet_context(), store, last(2), kNow);
  EXPECT_EQ(outlook.archives(), 3U);
  EXPECT_EQ(outlook.bytes(), 3 * std::string("content of c1").size());
  EXPECT_EQ(names(folder.path()), files_of({"c1", "c2", "c3", "c4", "c5"})) << "looking changes nothing";
  const auto pruned = run(last(2));
  EXPECT_THAT(pruned.removed, ElementsAre("c1", "c2", "c3"));
  EXPECT_EQ(pruned.bytes, outlook.bytes());
  EXPECT_EQ(names(folder.path()), files_of({"c4", "c5"}));
  EXPECT_TRUE(look(quiet_context(), store, last(2), kNow).is_nothing());
}

TEST_F(PruneOperation, RefusesToKeepNothing) {
  put_nights(store, 3);
  EXPECT_EQ(error_of([&] { look(quiet_context(), store, {}, kNow); }).code(), Code::usage);
}

TEST_F(PruneOperation, IsOfOneDatabaseOrOfAll) {
  put_nights(store, 3);
  for (unsigned night = 1; night <= 3; ++night) {
    auto record = archive_of(10 + night, kNow - days(9));
    record.database = "media";
    put(store, record);
  }
  auto options = last(1);
  options.database = "media";
  EXPECT_THAT(run(options).removed, ElementsAre("c11", "c12"));
  EXPECT_THAT(run(last(1)).removed, ElementsAre("c1", "c2"));
  EXPECT_THAT(ids(), ElementsAre("c3", "c13"));
}

TEST_F(PruneOperation, TouchesNoFileThatNoRecordNames) {
  put_nights(store, 3);
  const std::vector<std::string> others{"c1.txt", "c0.sql.zst", "customers.sql", "c1.sql.zst.bak", "notes.json.removing", ".hidden.json.removing"};
  for (const auto& name : others) write_text(folder / name, "somebody's");
  fs::create_directory(folder / "c2.d");
  run(last(1));
  auto expected = files_of({"c3"});
  expected.insert(expected.end(), others.begin(), others.end());
  expected.push_back("c2.d");
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(names(folder.path()), expected);
}

TEST_F(PruneOperation, FollowsAndRemovesNoSymbolicLink) {
  testing::TempFolder elsewhere;
  write_text(elsewhere / "far.sql.zst", "far away");
  put_nights(store, 3);
  fs::remove(folder / "c1.sql.zst");
  fs::create_symlink(elsewhere / "far.sql.zst", folder / "c1.sql.zst");
  fs::remove(folder / "c2.sql.zst.sha256");
  fs::create_symlink(elsewhere / "far.sql.zst", folder / "c2.sql.zst.sha256");
  const auto outlook = look(quiet_context(), store, last(1), kNow);
  EXPECT_THAT(outlook.verdicts.back().reasons, ElementsAre("its archive is a symbolic link, which is left alone"));
  EXPECT_THAT(run(last(1)).removed, ElementsAre("c2"));
  EXPECT_TRUE(fs::is_symlink(folder / "c1.sql.zst"));
  EXPECT_TRUE(fs::is_symlink(folder / "c2.sql.zst.sha256"));
  EXPECT_EQ(testing::read_text(elsewhere / "far.sql.zst"), "far away");
}

TEST_F(PruneOperation, RemovesNothingOutsideTheFolder) {
  testing::TempFolder elsewhere;
  const fs::path relative = fs::relative(elsewhere.path(), folder.path());
  write_text(elsewhere / "x.sql.zst", "precious");
  write_text(folder / "customers.sql", "precious");
  put_nights(store, 2);
  auto climbing = archive_of(1, kNow - days(30)), foreign = archive_of(1, kNow - days(40)), odd = archive_of(1, kNow - days(50));
  climbing.id = "climbing";
  climbing.archive.file = (relative / "x.sql.zst").string();
  foreign.id = "foreign";
  foreign.archive.file = "customers.sql";
  odd.id = (relative / "x").string();
  odd.archive.file = (relative / "x.sql.zst").string();
  for (const auto& record : {climbing, foreign, odd}) write_text(folder / (record.database + record.snapshot_time + ".json"), format_record(record));
  EXPECT_THAT(run(last(1)).removed, ElementsAre("c1"));
  EXPECT_EQ(testing::read_text(elsewhere / "x.sql.zst"), "precious");
  EXPECT_EQ(testing::read_text(folder / "customers.sql"), "precious");
}

TEST_F(PruneOperation, WorksInAFolderThatIsReachedByALink) {
  put_nights(store, 3);
  testing::TempFolder elsewhere;
  fs::create_directory_symlink(folder.path(), elsewhere / "backups");
  const Store linked(elsewhere / "backups");
  EXPECT_THAT(prune(quiet_context(), linked, last(1), look(quiet_context(), linked, last(1), kNow), {}, kNow).removed, SizeIs(2));
  EXPECT_EQ(names(folder.path()), files_of({"c3"}));
}

// ---- between looking and removing

TEST_F(PruneOperation, LooksAgainBeforeItRemoves) {
  put_nights(store, 4);
  const auto agreed = look(quiet_context(), store, last(1), kNow);
  auto pinned = *store.read("c1"), verified = *store.read("c2");
  pinned.pins = {"rollback_20261126_115900"};
  verified.proofs.push_back({checkpoint::Proof::content, "2026-11-26T11:59:00.000Z", 1, true, ""});
  store.save(pinned);
  store.save(verified);
  EXPECT_THAT(prune(quiet_context(), store, last(1), agreed, {}, kNow).removed, ElementsAre("c3"));
  EXPECT_THAT(ids(), ElementsAre("c1", "c2", "c4"));
}

TEST_F(PruneOperation, LeavesWhatBecameTheLastOne) {
  put_nights(store, 3);
  const auto agreed = look(quiet_context(), store, last(1), kNow);
  fs::remove(folder / "c3.sql.zst");
  EXPECT_THAT(prune(quiet_context(), store, last(1), agreed, {}, kNow).removed, ElementsAre("c1"));
  EXPECT_TRUE(fs::exists(folder / "c2.sql.zst"));
}

TEST_F(PruneOperation, RemovesNothingThatWasNotAgreedTo) {
  put_nights(store, 3);
  const auto agreed = look(quiet_context(), store, last(2), kNow);
  EXPECT_THAT(prune(quiet_context(), store, last(1), agreed, {}, kNow).removed, ElementsAre("c1"));
}

TEST_F(PruneOperation, LeavesTheFolderToAnotherThatIsAtWork) {
  put_nights(store, 3);
  const FolderLock other(store.operations_folder());
  EXPECT_EQ(error_of([&] { run(last(1)); }).code(), Code::locked);
  EXPECT_THAT(ids(), SizeIs(3));
}

TEST_F(PruneOperation, LeavesWhatAJournalWithoutAnEndNames) {
  put_nights(store, 5);
  const auto head = [&](const std::string& id, std::map<std::string, std::string> arguments) { return plan::make_head(id, "safety-restore", "shop", std::move(arguments)); };
  {
    auto dead = plan::Journal::create(store.operations_folder(), head("restore_1", {{"source", "/mnt/elsewhere/c1.sql.zst"}}));
    auto ended = plan::Journal::create(store.operations_folder(), head("restore_2", {{"checkpoint", "c2"}}));
    ended.end("finished");
  }
  auto running = plan::Journal::create(store.operations_folder(), head("deploy_3", {}));
  running.set_fact("checkpoint", "c3");
  const auto outlook = look(quiet_context(), store, last(1), kNow);
  EXPECT_THAT(outlook.verdicts[4].reasons, ElementsAre("restore_1 is unfinished and names it"));
  EXPECT_THAT(outlook.verdicts[2].reasons, ElementsAre("deploy_3 is running and names it"));
  EXPECT_THAT(run(last(1)).removed, ElementsAre("c2", "c4"));
  write_text(store.operations_folder() / "restore_9.journal", "not a journal\n");
  running.end("finished");
  EXPECT_THAT(run(last(1)).removed, IsEmpty()) << "nobody knows what it is about";
}

// ---- checkpoints that are not whole

TEST_F(PruneOperation, LeavesACheckpointItsClone) {
  put_nights(store, 2);
  auto both = archive_of(1, kNow - days(9));
  both.clone = checkpoint::Clone{"shop__clone_20261117_120000", 16400, "wal_log", 7, 0.1, both.snapshot_time};
  put(store, both);
  const auto pruned = run(last(1));
  EXPECT_THAT(pruned.changed, ElementsAre("c1"));
  EXPECT_THAT(pruned.removed, IsEmpty());
  const auto left = *store.read("c1");
  EXPECT_FALSE(left.names_archive());
  EXPECT_EQ(left.clone->oid, 16400U);
  EXPECT_THAT(left.proofs, IsEmpty());
  auto expected = files_of({"c2"});
  expected.insert(expected.begin(), "c1.json");
  EXPECT_EQ(names(folder.path()), expected);
}

TEST_F(PruneOperation, KeepsARecordWithoutAFileUntilItIsAskedFor) {
  put_nights(store, 4);
  fs::remove(folder / "c1.sql.zst");
  fs::remove(folder / "c4.sql.zst");
  EXPECT_THAT(run(last(1)).removed, ElementsAre("c2")) << "c4 is nothing to go back to";
  PruneOptions gone;
  gone.policy.removes_gone = true;
  EXPECT_THAT(run(gone).removed, ElementsAre("c1", "c4"));
  EXPECT_EQ(names(folder.path()), files_of({"c3"}));
}

// ---- partial files

TEST_F(PruneOperation, RemovesPartialFilesThatNobodyWrites) {
  put_nights(store, 1);
  const std::vector<std::string> stale{"shop_20261101_020000.sql.zst.partial", "a%20b_20261101_020000_2.json.partial", "c_d_20261101_020000.sql.partial",
                                       "shop_20261101_020000.sql.zst.age.partial", "shop_20261101_020000.sql.gz.age.sha256.partial"};
  const std::vector<std::string> others{"shop.sql.zst.partial", "shop_20261101_020000.mp4.partial", "shop_20261101_020000.age.partial", "20261101_020000.sql.partial", "shop_2026_020000.sql.gz.partial",
                                        "a b_20261101_020000.sql.partial", "shop_20261101_020000.sql.zst.partial.bak"};
  for (const auto& list : {stale, others})
    for (const auto& name : list) write_text(folder / name, "half");
  write_text(folder / "shop_20261102_020000.sql.gz.partial", "being written");
  fs::create_symlink(folder / "c1.sql.zst", folder / "shop_20261103_020000.sql.partial");
  const auto writer = os::open_for_reading(folder / "shop_20261102_020000.sql.gz.partial");
  const auto soon = std::chrono::system_clock::now();
  EXPECT_THAT(look(quiet_context(), store, last(1), soon).partials, IsEmpty()) << "they are young";
  const auto later = soon + days(2);
  const auto pruned = prune(quiet_context(), store, last(1), look(quiet_context(), store, last(1), later), {}, later);
  EXPECT_THAT(pruned.partials, ::testing::UnorderedElementsAreArray(stale));
  EXPECT_EQ(pruned.bytes, 4 * stale.size());
  for (const auto& name : others) EXPECT_TRUE(fs::exists(folder / name)) << name;
  EXPECT_TRUE(fs::exists(folder / "shop_20261102_020000.sql.gz.partial"));
  EXPECT_TRUE(fs::is_symlink(folder / "shop_20261103_020000.sql.partial"));
}

// ---- disk

TEST_F(PruneOperation, FreesDiskDownToMinKeepAndSaysWhenThatIsNotEnough) {
  constexpr std::uint64_t kTerabyte = 1'000'000'000'000;
  put_nights(store, 6);
  for (unsigned night = 1; night <= 6; ++night) fs::resize_file(folder / fmt::format("c{}.sql.zst", night), kTerabyte);  // holes
  auto pinned = *store.read("c2");
  pinned.pins = {"rollback_20261126_115900"};
  store.save(pinned);
  auto options = last(5);
  options.min_free_bytes = os::free_bytes(folder.path()) + kTerabyte * 5 / 2;
  const auto outlook = look(quiet_context(), store, options, kNow);
  EXPECT_THAT(checkpoint::ids_of(outlook.verdicts, false), ElementsAre("c4", "c3", "c1")) << "one that no rule keeps, and two more";
  EXPECT_EQ(outlook.for_disk, (std::set<std::string>{"c3", "c4"}));
  EXPECT_FALSE(outlook.is_short);
  options.min_free_bytes *= 1000;
  options.policy.min_keep = 2;
  const auto too_much = look(quiet_context(), store, options, kNow);
  EXPECT_TRUE(too_much.is_short);
  EXPECT_THAT(checkpoint::ids_of(too_much.verdicts, true), ElementsAre("c6", "c5", "c2"));
  auto content = options;
  content.min_free_bytes = 1;
  EXPECT_THAT(prune(quiet_context(), store, content, too_much, {}, kNow).removed, ElementsAre("c1")) << "there is enough by now";
  EXPECT_THAT(run(options).removed, ElementsAre("c3", "c4"));
  PruneOptions disk_alone;
  disk_alone.min_free_bytes = 1;
  EXPECT_TRUE(look(quiet_context(), store, disk_alone, kNow).is_nothing()) << "without rules only disk is a reason";
}

// ---- crashes and troubles

const testing::ChildProgram pruning("prune", [] {
  const Store store(std::getenv("SAFETY_TEST_FOLDER"));
  if (std::getenv("SAFETY_TEST_NOBODY") != nullptr && ::seteuid(65534) != 0) return 99;
  auto options = last(1);
  prune(quiet_context(), store, options, look(quiet_context(), store, options, kNow), {}, kNow);
  return 0;
});

/// Every record tells the truth, and the kept ones are whole.
void expect_truth(const Store& store) {
  for (const auto& record : store.list(quiet_context())) EXPECT_TRUE(!record.names_archive() || store.has_archive(record)) << record.id;
  for (const char* id : {"c3", "c4"}) {
    ASSERT_TRUE(store.read(id)) << id;
    EXPECT_EQ(testing::read_text(store.archive_path(*store.read(id))), std::string("content of ") + id);
  }
}

TEST(PruneFaults, AtEveryPointLeaveATruthAndARerunEndsIt) {
  for (const std::string how : {"kill", "error"})
    for (int point = 1;; ++point) {
      SCOPED_TRACE(how + " at point " + std::to_string(point));
      const testing::TempFolder folder;
      const Store store(folder.path());
      put_nights(store, 4);
      auto pinned = *store.read("c3"), both = *store.read("c1");
      pinned.pins = {"rollback_20261126_115900"};
      both.clone = checkpoint::Clone{"shop__clone_20261117_120000", 16400, "wal_log", 7, 0.1, both.snapshot_time};
      store.save(pinned);
      store.save(both);
      const testing::Environment environment{{"SAFETY_TEST_FOLDER", folder.path().string()}};
      auto faulty = environment;
      faulty["SAFETY_FAULT"] = how + ":" + std::to_string(point);
      const auto code = pruning.run(faulty).exit_code;
      ASSERT_TRUE(code == 0 || code == (how == "kill" ? 128 + 9 : static_cast<int>(Code::internal))) << code;
      expect_truth(store);
      EXPECT_EQ(pruning.run(environment).exit_code, 0);
      auto expected = files_of({"c3", "c4"});
      expected.insert(expected.begin(), "c1.json");
      EXPECT_EQ(names(folder.path()), expected);
      expect_truth(store);
      if (::testing::Test::HasFailure()) return;
      if (code == 0) {
        EXPECT_GT(point, 12);
        break;
      }
    }
}

TEST_F(PruneOperation, RemovesNothingWhereItMayNotWrite) {
  put_nights(store, 2);
  for (const auto& name : names(folder.path())) fs::permissions(folder / name, fs::perms(0644));
  fs::permissions(folder.path(), fs::perms(0555));
  testing::Environment environment{{"SAFETY_TEST_FOLDER", folder.path().string()}};
  if (::geteuid() == 0) environment["SAFETY_TEST_NOBODY"] = "yes";
  EXPECT_EQ(pruning.run(environment).exit_code, static_cast<int>(Code::storage));
  fs::permissions(folder.path(), fs::perms(0755));
  fs::create_directory(folder / "operations");
  fs::permissions(folder / "operations", fs::perms(0777));
  fs::permissions(folder.path(), fs::perms(0555));
  EXPECT_EQ(pruning.run(environment).exit_code, static_cast<int>(Code::storage)) << "though it has its lock";
  fs::permissions(folder.path(), fs::perms(0700));
  EXPECT_EQ(names(folder.path()), files_of({"c1", "c2"}));
}

TEST_F(PruneOperation, TakesNothingFromACheckpointThatWasMadeAgain) {
  put_nights(store, 2);
  const auto record = *store.read("c1");
  store.forget_archive(record);  // and killed
  EXPECT_THAT(look(quiet_context(), store, last(2), kNow).begun, ElementsAre("c1"));
  EXPECT_NE(store.new_id("c1", kNow), "c1") << "its name is not free";
  store.save(record);  // as safety-list --rebuild would
  EXPECT_THAT(run(last(2)).removed, IsEmpty());
  EXPECT_EQ(names(folder.path()), files_of({"c1", "c2"}));
}

TEST_F(PruneOperation, WarnsWhenTheServerDoesNotAnswerAndRemovesAllTheSame) {
  put_nights(store, 2);
  TestContext test;
  const auto nowhere = pg::ConnectionInfo::parse("postgresql:///shop?host=/nonexistent");
  const auto pruned = prune(test, store, last(1), look(test, store, last(1), kNow), {&nowhere, nullptr}, kNow);
  EXPECT_THAT(pruned.removed, ElementsAre("c1"));
  EXPECT_THAT(test.sink.texts(Event::Kind::warning), ElementsAre(HasSubstr("schema \"safety\"")));
}

TEST_F(PruneOperation, StopsBetweenTwoWhenItIsAskedTo) {
  put_nights(store, 3);
  TestContext test;
  const auto agreed = look(test, store, last(1), kNow);
  test.stop.request_stop();
  EXPECT_EQ(error_of([&] { prune(test, store, last(1), agreed, {}, kNow); }).code(), Code::interrupted);
  EXPECT_THAT(ids(), SizeIs(3));
}

TEST_F(PruneOperation, MakesNoFolderWhereThereIsNone) {
  const Store nowhere(folder / "nowhere");
  EXPECT_THAT(prune(quiet_context(), nowhere, last(1), look(quiet_context(), nowhere, last(1), kNow), {}, kNow).removed, IsEmpty());
  EXPECT_FALSE(fs::exists(nowhere.folder()));
}

}  // namespace
}  // namespace safety::prune

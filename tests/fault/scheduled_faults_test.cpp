// What goes wrong in nights that nobody watches. After each: no good backup fewer than before, no bad one called good, an
// alarm raised, and the next run recovers.
#include <sys/mount.h>

#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "tests/fault/fault_stage.hpp"
#include "tests/fault/lost_server.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using Ids = std::vector<std::string>;

class ScheduledFaults : public ::testing::Test {
 protected:
  void SetUp() override {
    expect_success(run());
    good_before_ = good();
    ASSERT_EQ(good_before_.size(), 1u);
  }

  ToolRun run(std::vector<std::string> more = {}, const std::string& fault = "") {
    more.insert(more.begin(), {"--scheduled", "--json"});
    return stage.run_when_unlocked("safety-backup", more, fault);
  }
  static void expect_success(const ToolRun& done) { EXPECT_EQ(done.exit_code, 0) << done; }

  checkpoint::Store store() const { return checkpoint::Store(stage.folder()); }
  /// Records that say L2 or more; each is held to it, once.
  Ids good() {
    Ids ids;
    for (const auto& record : store().list(quiet_context())) {
      if (record.proof() < checkpoint::Proof::decodes || !store().has_archive(record)) continue;
      ids.push_back(record.id);
      if (!seen_.insert(record.id).second) continue;
      const auto verified = stage.run("safety-verify", {store().archive_path(record).string(), "--proof", "L2"});
      EXPECT_EQ(verified.exit_code, 0) << record.id << " is called good and is not: " << verified;
    }
    return ids;
  }
  checkpoint::Run last_run() {
    const auto runs = checkpoint::list_runs(quiet_context(), store());
    return runs.empty() ? checkpoint::Run{} : runs.back();
  }
  /// The alarm: the tool's exit code, and the ledger that health checks and metrics read.
  void expect_alarm(const ToolRun& failed, int exit_code, const std::string& step) {
    EXPECT_EQ(failed.exit_code, exit_code) << failed;
    EXPECT_THAT(failed.err, HasSubstr("error: "));
    EXPECT_EQ(static_cast<int>(last_run().outcome), exit_code);
    EXPECT_EQ(last_run().step, step);
    EXPECT_FALSE(last_run().message.empty());
    EXPECT_THAT(good(), IsSupersetOf(good_before_));
  }
  void expect_recovery() {
    const auto before = good().size();
    expect_success(run());
    EXPECT_EQ(last_run().outcome, Code::success);
    EXPECT_GT(good().size(), before);
    EXPECT_THAT(stage.databases_beside(""), ::testing::IsEmpty());
  }
  /// Client programs of PostgreSQL of which pg_dump does `body` ("$@" are its arguments, $real the real one).
  void replace_pg_dump(const std::string& body) {
    const auto folder = stage.scratch() / "bin";
    fs::create_directories(folder);
    for (const auto& entry : fs::directory_iterator(server_programs())) {
      std::error_code ignored;
      fs::create_symlink(entry.path(), folder / entry.path().filename(), ignored);
    }
    fs::remove(folder / "pg_dump");
    write_script(folder / "pg_dump", "real=" + server_programs() + "/pg_dump\nif [ \"$1\" = --version ]; then exec $real --version; fi\n" + body);
    stage.environment()["SAFETY_PG_BIN"] = folder.string();
  }
  void give_pg_dump_back() { stage.environment().erase("SAFETY_PG_BIN"); }

  TestDatabase database;
  Stage stage{database};
  Ids good_before_;
  std::set<std::string> seen_;
};

TEST_F(ScheduledFaults, TheDumpFails) {
  replace_pg_dump("echo 'pg_dump: error: out of luck' >&2; exit 1\n");
  const auto failed = run();
  expect_alarm(failed, 10, "back up");
  EXPECT_THAT(failed.err, HasSubstr("out of luck"));
  give_pg_dump_back();
  expect_recovery();
}

TEST_F(ScheduledFaults, TheDumpEndsWellAndIsNotWhole) {
  // Without its indexes: what a restore aside finds out.
  replace_pg_dump("case \"$*\" in *post-data*) $real \"$@\" | grep -v '^CREATE INDEX' ;; *) exec $real \"$@\" ;; esac\n");
  const auto failed = run({"--schedule-proof", "L3"});
  expect_alarm(failed, 22, "verify");
  const auto bad = store().list(quiet_context()).back();
  EXPECT_EQ(bad.proof(), checkpoint::Proof::none) << "it stays, to be looked at, and counts for nothing";
  give_pg_dump_back();
  expect_recovery();
}

TEST_F(ScheduledFaults, TheDiskFillsUp) {
  fs::create_directories(stage.scratch() / "small");
  if (::mount("tmpfs", (stage.scratch() / "small").c_str(), "tmpfs", 0, "size=128k") != 0)
    GTEST_SKIP() << "mounting a small disk needs root and the right to mount";
  stage.run_sql("CREATE TABLE noise AS SELECT md5(n::text || random()) AS x FROM generate_series(1, 20000) n");
  const auto failed = run({"--backup-dir", (stage.scratch() / "small").string()});
  EXPECT_EQ(failed.exit_code, 20) << failed;
  const checkpoint::Store small(stage.scratch() / "small");
  EXPECT_THAT(small.list(quiet_context()), ::testing::IsEmpty());
  for (const auto& entry : fs::directory_iterator(small.folder())) EXPECT_FALSE(entry.path().string().ends_with(".partial")) << entry.path();
  ASSERT_EQ(::mount("tmpfs", small.folder().c_str(), "tmpfs", MS_REMOUNT, "size=60m"), 0);
  expect_success(run({"--backup-dir", small.folder().string()}));
  EXPECT_EQ(small.list(quiet_context()).size(), 1u);
  ::umount2(small.folder().c_str(), MNT_DETACH);
}

TEST_F(ScheduledFaults, KilledAtEveryStepTheNextRunRecovers) {
  const std::vector<std::string> arguments{"--schedule-proof", "L4"};
  const int points = stage.count_points("safety-backup", {"--scheduled", "--schedule-proof", "L4"});
  ASSERT_GT(points, 15);
  for (int point = 1; point <= points; point += 5) {
    SCOPED_TRACE("killed at point " + std::to_string(point));
    const auto before = good();
    const auto killed = run(arguments, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_THAT(good(), IsSupersetOf(before));
    const auto dead = last_run();
    const bool was_begun = dead.finished.empty(), was_over = point >= points - 1;
    EXPECT_TRUE(was_begun || was_over || point == 1) << "its beginning is on disk, and no end";
    expect_success(run(arguments));
    for (const auto& one : checkpoint::list_runs(quiet_context(), store()))
      if (was_begun && one.id == dead.id) {
        EXPECT_EQ(one.outcome, Code::terminated) << "the next run tells of it";
      }
    EXPECT_THAT(good(), IsSupersetOf(before));
    EXPECT_THAT(stage.databases_beside(""), ::testing::IsEmpty());
    if (HasFailure()) return;
  }
}

TEST_F(ScheduledFaults, AFailureAtEveryStepIsAnAlarm) {
  const int points = stage.count_points("safety-backup", {"--scheduled", "--schedule-proof", "L3"});
  good_before_ = good();
  for (int point = 2; point <= points; point += 6) {
    SCOPED_TRACE("failed at point " + std::to_string(point));
    const auto failed = run({"--schedule-proof", "L3"}, "error:" + std::to_string(point));
    // Of a proof that is done and whose journal could not be closed it is "resumable"; the next run closes it.
    EXPECT_THAT(failed.exit_code, ::testing::AnyOf(70, 14)) << failed;
    EXPECT_EQ(static_cast<int>(last_run().outcome), failed.exit_code);
    EXPECT_THAT(good(), IsSupersetOf(good_before_));
    if (HasFailure()) return;
  }
  expect_recovery();
}

TEST_F(ScheduledFaults, TwoAtOnceOneWorksAndOneSaysSo) {
  replace_pg_dump("sleep 4; exec $real \"$@\"\n");
  auto first = stage.start("safety-backup", {"--scheduled", "--json"});
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  const auto second = stage.run("safety-backup", {"--scheduled", "--json"});
  EXPECT_EQ(second.exit_code, 9) << second;
  EXPECT_EQ(first.wait().exit_code, 0);
  const auto runs = checkpoint::list_runs(quiet_context(), store());
  EXPECT_EQ(std::count_if(runs.begin(), runs.end(), [](const auto& one) { return one.is_skipped && one.outcome == Code::locked; }), 1);
  EXPECT_EQ(checkpoint::failures_in_a_row(runs, "scheduled", database.name()), 0u);
  EXPECT_EQ(good().size(), 2u);
}

TEST_F(ScheduledFaults, TheFolderIsReplacedByALink) {
  // To a disk of somebody else, say: what was there is not followed anywhere, and what is there now is not taken for ours.
  const auto elsewhere = stage.scratch() / "elsewhere";
  write_text(elsewhere / "precious.sql.zst", "not ours");
  fs::rename(stage.folder(), stage.scratch() / "kept");
  fs::create_directory_symlink(elsewhere, stage.folder());
  expect_success(run());
  EXPECT_EQ(read_text(elsewhere / "precious.sql.zst"), "not ours");
  EXPECT_EQ(good().size(), 1u);
  fs::remove(stage.folder());
  fs::create_directory_symlink(stage.scratch() / "gone", stage.folder());
  const auto failed = run();
  EXPECT_EQ(failed.exit_code, 20) << failed;
  fs::remove(stage.folder());
  fs::rename(stage.scratch() / "kept", stage.folder());
  EXPECT_EQ(good(), good_before_);
  expect_recovery();
}

TEST_F(ScheduledFaults, ARecordHasLostItsFile) {
  fs::remove(store().archive_path(store().list(quiet_context()).front()));
  EXPECT_THAT(good(), ::testing::IsEmpty());
  expect_recovery();
  EXPECT_EQ(store().list(quiet_context()).size(), 2u) << "the record stays: somebody may bring the file back";
}

TEST_F(ScheduledFaults, AFileHasLostItsRecordAndAForeignOneIsLeftAlone) {
  fs::remove(store().record_path(good_before_.front()));
  write_text(stage.folder() / "notes.txt", "mine");
  write_text(stage.folder() / "other.sql", "SELECT 1;\n");
  expect_recovery();
  EXPECT_EQ(store().list(quiet_context()).size(), 2u) << "it got a new one";
  EXPECT_EQ(read_text(stage.folder() / "notes.txt") + read_text(stage.folder() / "other.sql"), "mineSELECT 1;\n");
}

TEST_F(ScheduledFaults, AClockJumpedForwardAndBack) {
  // As if the last backup had been made while the clock was a year ahead.
  auto record = store().list(quiet_context()).front();
  record.snapshot_time = record.created = format_rfc3339(std::chrono::system_clock::now() + std::chrono::hours(24 * 365));
  store().save(record);
  const auto done = run({"--max-age", "1h"});
  expect_success(done);
  EXPECT_TRUE(done.last_json.contains("id")) << "one from the future is not taken for a fresh one: " << done;
  EXPECT_EQ(store().resolve(quiet_context(), "latest", database.name()).id, std::string(done.last_json["id"]));
  EXPECT_EQ(good().size(), 2u);
}

// ---- with copies off site, retention and somebody who listens

class ScheduledChain : public ScheduledFaults {
 protected:
  void SetUp() override {
    ScheduledFaults::SetUp();
    remote_ = stage.scratch() / "remote";
    write_script(stage.scratch() / "listen", "echo \"$SAFETY_EVENT $SAFETY_OUTCOME\" >> \"$0.heard\"\n");
    auto& environment = stage.environment();
    environment["SAFETY_OFFSITE_REMOTE"] = remote_.string();
    environment["SAFETY_OFFSITE_RETRIES"] = "1";
    environment["SAFETY_KEEP_LAST"] = "1";
    environment["SAFETY_NOTIFY_COMMAND"] = (stage.scratch() / "listen").string();
    environment["SAFETY_NOTIFY_ON"] = "always";
  }
  std::string heard() const {
    const auto path = stage.scratch() / "listen.heard";
    return fs::exists(path) ? read_text(path) : "";
  }
  std::set<std::string> names_in(const fs::path& folder, const std::string& ending) const {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder, none))
      if (entry.path().string().ends_with(ending)) names.insert(entry.path().stem().string());
    return names;
  }

  fs::path remote_;
};

TEST_F(ScheduledChain, CopiesPrunesHereAndThereAndTells) {
  const auto migration = stage.run("safety-backup", {"--reason", "pre-migration", "--proof", "L2", "--json"}).last_json["id"].get<std::string>();
  const auto second = run();
  expect_success(second);
  EXPECT_THAT(good(), ::testing::UnorderedElementsAre(migration, std::string(second.last_json["id"]))) << "the nightly job leaves a deploy's checkpoint alone";
  const auto third = run();
  expect_success(third);
  const std::string id = third.last_json["id"];
  EXPECT_THAT(good(), ::testing::UnorderedElementsAre(migration, id));
  EXPECT_EQ(names_in(remote_, ".json"), (std::set<std::string>{id}));
  EXPECT_EQ(last_run().offsite, remote_.string());
  EXPECT_EQ(heard(), "start \nsuccess success\nstart \nsuccess success\n");
}

TEST_F(ScheduledChain, PrunesNothingAfterABackupThatFailed) {
  replace_pg_dump("exit 1\n");
  expect_alarm(run(), 10, "back up");
  EXPECT_EQ(good(), good_before_);
  EXPECT_EQ(heard(), "start \nfailure command_failed\n");
  give_pg_dump_back();
  expect_success(run());
  EXPECT_EQ(good().size(), 1u) << "the old one is no longer needed";
}

TEST_F(ScheduledChain, TheRemoteIsUnreachableOrRefuses) {
  write_text(remote_, "a file where a folder should be");
  const auto failed = run();
  expect_alarm(failed, failed.exit_code, "copy off site");
  EXPECT_THAT((std::set<int>{10, 20}), ::testing::Contains(failed.exit_code)) << failed;
  EXPECT_EQ(good().size(), 2u) << "the backup here is good, and nothing was pruned";
  EXPECT_EQ(last_run().offsite, "");
  fs::remove(remote_);
  expect_success(run());
  EXPECT_EQ(good().size(), 1u);
  EXPECT_EQ(names_in(remote_, ".json").size(), 1u);
}

TEST_F(ScheduledChain, TheRemoteIsFull) {
  fs::create_directories(remote_);
  if (::mount("tmpfs", remote_.c_str(), "tmpfs", 0, "size=64k") != 0) GTEST_SKIP() << "mounting a small disk needs root and the right to mount";
  stage.run_sql("CREATE TABLE noise AS SELECT md5(n::text || random()) AS x FROM generate_series(1, 20000) n");
  const auto failed = run();
  EXPECT_NE(failed.exit_code, 0) << failed;
  EXPECT_EQ(last_run().step, "copy off site");
  EXPECT_THAT(names_in(remote_, ".json"), ::testing::IsEmpty()) << "a record there means that the archive is whole";
  EXPECT_EQ(good().size(), 2u);
  ASSERT_EQ(::mount("tmpfs", remote_.c_str(), "tmpfs", MS_REMOUNT, "size=60m"), 0);
  expect_success(run());
  EXPECT_EQ(names_in(remote_, ".json").size(), 1u);
  ::umount2(remote_.c_str(), MNT_DETACH);
}

TEST_F(ScheduledChain, KilledOnItsWayThroughCopyAndPrune) {
  const int points = stage.count_points("safety-backup", {"--scheduled"});
  const auto names = split_lines(read_text(stage.scratch() / "points"));
  std::vector<int> chosen;
  for (int point = 1; point <= points; ++point) {
    const auto& name = names[static_cast<std::size_t>(point - 1)];
    if (name.starts_with("offsite.") || name.starts_with("prune.") || name.starts_with("scheduled.") || name.starts_with("run.")) chosen.push_back(point);
  }
  ASSERT_GT(chosen.size(), 6u);
  for (const int point : chosen) {
    SCOPED_TRACE(names[static_cast<std::size_t>(point - 1)]);
    const auto killed = run({}, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_GE(good().size(), 1u);
    for (const auto& id : names_in(remote_, ".json")) EXPECT_TRUE(fs::exists(remote_ / (id + ".sql.zst"))) << id;
    expect_success(run());
    EXPECT_EQ(good().size(), 1u);
    EXPECT_EQ(names_in(remote_, ".json").size(), 1u);
    if (HasFailure()) return;
  }
}

TEST(ScheduledFaultsOfAServer, ItIsDownOrThePasswordIsAnother) {
  OwnCluster cluster({"password_encryption=scram-sha-256"});
  {
    pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(cluster.url("postgres")));
    admin.execute("CREATE ROLE keeper LOGIN SUPERUSER PASSWORD 'old'");
    admin.execute("CREATE DATABASE shop OWNER keeper");
  }
  Stage stage(cluster.url("shop", "keeper"), "shop");
  const auto run = [&] { return stage.run("safety-backup", {"--scheduled", "--json"}); };
  EXPECT_EQ(run().exit_code, 0);
  const auto last = [&] { return checkpoint::list_runs(quiet_context(), checkpoint::Store(stage.folder())).back(); };

  kill_server(cluster);
  EXPECT_EQ(run().exit_code, 4);
  EXPECT_EQ(last().outcome, Code::connection);
  EXPECT_EQ(last().database, "shop");
  start_server(cluster);
  EXPECT_EQ(run().exit_code, 0);

  const auto hba = cluster.data_folder() / "pg_hba.conf";
  const auto trusting = read_text(hba);
  write_text(hba, "local all postgres trust\nlocal all all scram-sha-256\n");
  pg::Connection(quiet_context(), pg::ConnectionInfo::parse(cluster.url("postgres"))).execute("SELECT pg_reload_conf()");
  stage.environment()["PGPASSWORD"] = "wrong";
  const auto refused = run();
  EXPECT_EQ(refused.exit_code, 4) << refused;
  EXPECT_THAT(last().message, HasSubstr("password"));
  EXPECT_THAT(refused.err + refused.out + last().message, ::testing::Not(HasSubstr("wrong")));
  stage.environment()["PGPASSWORD"] = "old";
  EXPECT_EQ(run().exit_code, 0);
  EXPECT_EQ(checkpoint::Store(stage.folder()).list(quiet_context()).size(), 3u);
}

}  // namespace
}  // namespace safety::testing

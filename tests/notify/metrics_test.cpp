#include "libsafety/notify/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <thread>

#include "tests/notify/notify_stage.hpp"
#include "tests/testing/golden.hpp"

namespace safety::notify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Instant kNow = *parse_rfc3339("2026-11-26T12:00:00.000Z");

checkpoint::Run run_of(const std::string& kind, const std::string& finished, Code outcome = Code::success) {
  auto run = some_run(outcome);
  run.kind = kind;
  run.started = run.finished = finished;
  return run;
}

TEST(Metrics, SayAllThatTheFolderTells) {
  auto older = some_record(), unproven = some_record(), future = some_record(), hopeless = some_record();
  older.id = "shop_20261125_020001";
  older.snapshot_time = "2026-11-25T02:00:01.000Z";
  unproven.id = "shop_20261126_060000";
  unproven.snapshot_time = "2026-11-26T06:00:00.000Z";
  unproven.proofs.clear();
  future.id = "shop_20310101_000000";
  future.snapshot_time = "2031-01-01T00:00:00.000Z";
  hopeless.database = "media";
  hopeless.proofs.back().is_passed = false;
  auto first = run_of("scheduled", "2026-11-25T02:01:00.000Z"), skipped = run_of("scheduled", "2026-11-26T03:00:00.000Z", Code::locked);
  first.checkpoint = older.id;
  first.offsite = "b2:shop";
  skipped.is_skipped = true;
  auto drill = run_of("drill", "2026-11-24T04:00:00.000Z");
  drill.seconds = 312.25;
  const auto text = format_metrics({first, drill, run_of("scheduled", "2026-11-26T01:00:00.000Z", Code::connection), run_of("scheduled", "2026-11-26T02:00:42.500Z", Code::archive_damaged), skipped},
                                   {older, some_record(), unproven, future, hopeless}, kNow);
  testing::expect_golden("notify", "folder.prom", text);
  if (std::system("command -v promtool >/dev/null") != 0) return;
  const testing::TempFolder folder;
  testing::write_text(folder / "metrics", text);
  const auto checked = testing::run_program("promtool", {"check", "metrics"}, {.environment = {}, .folder = {}, .input = folder / "metrics"});
  EXPECT_EQ(checked.exit_code, 0) << checked;
}

TEST(Metrics, OfAnEmptyFolderAreNone) { EXPECT_EQ(format_metrics({}, {}, kNow), ""); }

TEST(Metrics, DoNotCountARunThatHasNotEnded) {
  const auto text = format_metrics({run_of("scheduled", "")}, {}, kNow);
  EXPECT_THAT(text, HasSubstr("safety_last_verified_backup_timestamp_seconds{database=\"shop\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("safety_last_run")));
}

TEST(Metrics, EscapeNamesOfDatabases) {
  auto record = some_record();
  record.database = "a\"b\\c\nd";
  EXPECT_THAT(format_metrics({}, {record}, kNow), HasSubstr("{database=\"a\\\"b\\\\c\\nd\"} "));
  record.database = "caf\xe9";  // of a LATIN1 cluster: not UTF-8
  EXPECT_THAT(format_metrics({}, {record}, kNow), HasSubstr("{database=\"caf?\"} "));
}

TEST(Metrics, CountAFailureThatDidNotLearnItsDatabaseWithEach) {
  auto lost = run_of("scheduled", "2026-11-26T02:00:00.000Z", Code::config);
  lost.database = "";
  const auto text = format_metrics({run_of("scheduled", "2026-11-25T02:00:00.000Z"), lost}, {}, kNow);
  EXPECT_THAT(text, HasSubstr("safety_failures_in_a_row{database=\"shop\",kind=\"scheduled\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("safety_failures_in_a_row{database=\"\"")));
  EXPECT_THAT(format_metrics({lost}, {}, kNow), HasSubstr("safety_failures_in_a_row{database=\"\",kind=\"scheduled\"} 1\n"));
}

/// A folder with one good checkpoint, and channels that keep a metrics file of it.
struct MetricsStage {
  testing::TempFolder backups, collector;
  checkpoint::Store store{backups.path()};
  std::filesystem::path file = collector / "safety.prom";
  Channels channels = quick_channels();

  MetricsStage() {
    testing::write_text(backups / some_record().archive.file, "x");
    store.save(some_record());
    channels.backup_folder = backups.path();
    channels.metrics_file = file;
  }
};

TEST(MetricsFile, IsWrittenAfterARunForEveryoneToRead) {
  const MetricsStage stage;
  checkpoint::add_run(stage.store, some_run());
  EXPECT_THAT(warnings_of(stage.channels, some_message(What::start, some_run())), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(stage.file)) << "at a start nothing has changed";
  EXPECT_THAT(warnings_of(stage.channels, some_message(What::success, some_run())), IsEmpty());
  EXPECT_EQ(std::filesystem::status(stage.file).permissions(), std::filesystem::perms(0644));
  EXPECT_THAT(testing::read_text(stage.file), HasSubstr("safety_last_verified_backup_timestamp_seconds{database=\"shop\"} 1795658401\n"));
  EXPECT_THAT(stage.collector.names(), ElementsAre("safety.prom"));
}

TEST(MetricsFile, DoesNotCountARecordWhoseArchiveIsGone) {
  const MetricsStage stage;
  std::filesystem::remove(stage.backups / some_record().archive.file);
  EXPECT_THAT(warnings_of(stage.channels, some_failure()), IsEmpty());
  EXPECT_EQ(testing::read_text(stage.file), "") << "nothing else names the database";
}

TEST(MetricsFile, IsReplacedWholeWhileItIsReadAndWrittenByMany) {
  const MetricsStage stage;
  for (int i = 0; i < 50; ++i) checkpoint::add_run(stage.store, some_run(i % 2 == 0 ? Code::success : Code::storage));
  write_metrics(testing::quiet_context(), stage.backups.path(), stage.file);
  const auto size = testing::read_text(stage.file).size();
  std::vector<std::jthread> writers;
  testing::TestContext context;
  for (int i = 0; i < 3; ++i)
    writers.emplace_back([&] {
      for (int n = 0; n < 20; ++n) tell(context, stage.channels, some_failure());
    });
  for (int n = 0; n < 300; ++n) ASSERT_EQ(testing::read_text(stage.file).size(), size);
  writers.clear();
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), IsEmpty());
  EXPECT_THAT(stage.collector.names(), ElementsAre("safety.prom"));
}

TEST(MetricsFile, ThatCannotBeWrittenIsAWarningAndTheOldOneStays) {
  MetricsStage stage;
  stage.channels.metrics_file = "/nonexistent/folder/safety.prom";
  EXPECT_THAT(warnings_of(stage.channels, some_failure()), ElementsAre(HasSubstr("the metrics file was not brought up to date: cannot open \"/nonexistent/folder\"")));
  stage.channels.metrics_file = stage.file;
  testing::write_text(stage.file, "before");
  std::filesystem::create_directory(stage.file.string() + ".partial");  // nobody, not even root, can write it
  EXPECT_THAT(warnings_of(stage.channels, some_failure()), ElementsAre(HasSubstr("cannot create \"" + stage.file.string() + ".partial\"")));
  EXPECT_EQ(testing::read_text(stage.file), "before");
}

TEST(Alerts, AreRulesThatPrometheusLoads) {
  const auto rules = testing::source_path("libsafety/notify/alerts.yml").string();
  if (std::system("command -v promtool >/dev/null") == 0) {
    const auto checked = testing::run_program("promtool", {"check", "rules", rules});
    EXPECT_EQ(checked.exit_code, 0) << checked;
    const auto tested = testing::run_program("promtool", {"test", "rules", testing::source_path("tests/notify/alerts_test.yml").string()});
    EXPECT_EQ(tested.exit_code, 0) << tested;
  }
  const auto read = testing::run_program("/usr/bin/python3", {"-c", "import sys, yaml; [rule['expr'] for rule in yaml.safe_load(open(sys.argv[1]))['groups'][0]['rules']]", rules});
  EXPECT_EQ(read.exit_code, 0) << read;
  // Each metric that a rule asks for is one that we write.
  const auto known = testing::read_text(testing::source_path("tests/notify/golden/folder.prom"));
  const auto text = testing::read_text(rules);
  unsigned asked = 0;
  for (auto at = text.find("safety_"); at != std::string::npos; at = text.find("safety_", at + 1)) {
    const auto name = text.substr(at, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at) - at);
    EXPECT_THAT(known, HasSubstr("# TYPE " + name + " "));
    ++asked;
  }
  EXPECT_GE(asked, 7U);
}

}  // namespace
}  // namespace safety::notify

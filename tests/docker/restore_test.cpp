// The journey of README on the real stack: a clone and an archive, damage, a restore while both services write, and back.
#include <mutex>
#include <set>
#include <thread>

#include "libsafety/base/text.hpp"
#include "tests/docker/http.hpp"
#include "tests/docker/stack.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;

/// The stack, a backup folder and a safety.toml that names its two services.
class OnTheStack {
 public:
  explicit OnTheStack(StackOptions options = {}, const std::string& more = "") : stack(std::move(options)) { configure(more); }

  void configure(const std::string& more) {
    write_text(folder / "safety.toml", "[services]\norder = [\"media-api\", \"api\"]\npreset = \"compose\"\nproject = \"" + stack.project() +
                                           "\"\nfiles = [\"" + stack.compose_file().string() + "\"]\nstop_timeout = \"20s\"\n" + more);
    std::filesystem::permissions(folder / "safety.toml", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  Environment environment(const std::string& fault = "") const {
    auto all = stack.environment();
    all["SAFETY_BACKUP_DIR"] = (folder / "backups").string();
    all["SAFETY_CONFIG"] = (folder / "safety.toml").string();
    if (!fault.empty()) all["SAFETY_FAULT"] = fault;
    return all;
  }
  ToolRun run(const std::string& tool, std::vector<std::string> arguments, const std::string& fault = "") const {
    return run_tool(tool, arguments, environment(fault));
  }
  std::string letters(std::string_view database = "changemaker") const {
    return stack.value("SELECT count(*) || ' ' || md5(string_agg(id, ',' ORDER BY id)) FROM campaign_emails", database);
  }
  void damage() const { stack.connect().execute("DELETE FROM email_logs; DELETE FROM campaign_emails WHERE id > 'c8'; UPDATE campaigns SET title = 'gone'"); }
  void expect_services_healthy() const {
    EXPECT_TRUE(stack.is_healthy("api")) << stack.state("api");
    EXPECT_TRUE(stack.is_healthy("media-api")) << stack.state("media-api");
  }

  TempFolder folder;
  ComposeStack stack;
};

double seconds_of(const ToolRun& run, const std::string& id) {
  for (const auto& step : run.last_json["steps"])
    if (step["id"] == id) return step["seconds"];
  ADD_FAILURE() << "no step " << id << "\n" << run;
  return -1;
}

TEST(RestoreOnTheStack, FromACloneAndBackInAFolderWithSpaces) {
  StackOptions options;
  options.folder_name = "my shop stack";
  OnTheStack on(options);
  const auto backup = on.run("safety-backup", {"--clone", "--json"});
  ASSERT_EQ(backup.exit_code, 0) << backup;
  EXPECT_NE(backup.last_json["clone"]["database"], "");
  const auto before = on.letters();
  on.damage();
  ASSERT_NE(on.letters(), before);

  const auto restored = on.run("safety-restore", {"latest", "--yes", "--json"});
  ASSERT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(on.letters(), before);
  on.expect_services_healthy();
  EXPECT_LT(seconds_of(restored, "swap"), 0.1);
  EXPECT_NEAR(restored.last_json["downtime_seconds"], seconds_of(restored, "stop_services") + seconds_of(restored, "swap") + seconds_of(restored, "start_services"), 1e-6);
  ASSERT_EQ(restored.last_json["services"].size(), 2U);
  EXPECT_EQ(restored.last_json["services"][0]["name"], "media-api");
  EXPECT_EQ(http_post(on.stack.url("api") + "/emails", {{"message", "after the restore"}}).status, 201);

  const auto undone = on.run("safety-restore", {"--undo", "--yes", "--json"});
  ASSERT_EQ(undone.exit_code, 0) << undone;
  EXPECT_EQ(on.stack.value("SELECT count(*) FROM campaigns WHERE title <> 'gone'"), "0");
  on.expect_services_healthy();
  // The clone was used up; the archive of the same checkpoint is still there.
  const auto again = on.run("safety-restore", {"latest", "--yes", "--from", "archive"});
  ASSERT_EQ(again.exit_code, 0) << again;
  EXPECT_EQ(on.letters(), before);
}

/// Posts rows without pause, each with a text of its own, and keeps the texts that were acknowledged.
class Writer {
 public:
  Writer(std::string url, std::string field)
      : thread_([this, url = std::move(url), field = std::move(field)](const std::stop_token& stop) {
          for (int number = 0; !stop.stop_requested(); ++number) {
            const auto text = "row " + std::to_string(number);
            if (http_post(url, {{field, text}}).status == 201) {
              const std::lock_guard lock(mutex_);
              acknowledged_.insert(text);
            } else {
              std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
          }
        }) {}
  void wait_for_more(std::size_t rows) {
    const auto wanted = count() + rows;
    for (int turn = 0; turn < 3000 && count() < wanted; ++turn) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ASSERT_GE(count(), wanted) << "the service takes no rows";
  }
  std::set<std::string> end() {
    thread_.request_stop();
    thread_.join();
    return acknowledged_;
  }

 private:
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return acknowledged_.size();
  }
  std::mutex mutex_;
  std::set<std::string> acknowledged_;
  std::jthread thread_;
};

std::multiset<std::string> written_rows(const ComposeStack& stack, const std::string& column, const std::string& table, const std::string& database) {
  auto connection = stack.connect(database);
  const auto rows = connection.execute("SELECT " + column + " FROM " + table + " WHERE " + column + " LIKE 'row %'");
  std::multiset<std::string> found;
  for (int row = 0; row < rows.rows(); ++row) found.insert(rows.text(row, 0));
  return found;
}

TEST(RestoreOnTheStack, EveryAcknowledgedRowIsInTheDatabaseThatWasInUse) {
  OnTheStack on;
  ASSERT_EQ(on.run("safety-backup", {"--clone", "--no-archive"}).exit_code, 0);
  Writer letters(on.stack.url("api") + "/emails", "message");
  Writer videos(on.stack.url("media-api") + "/videos", "path");
  letters.wait_for_more(50);
  videos.wait_for_more(50);
  const auto restored = on.run("safety-restore", {"latest", "--yes", "--json"});
  ASSERT_EQ(restored.exit_code, 0) << restored;
  letters.wait_for_more(20);
  videos.wait_for_more(20);
  const std::string previous = restored.last_json["previous"];
  const auto account = [&](Writer& writer, const std::string& column, const std::string& table) {
    const auto acknowledged = writer.end();
    const auto in_old = written_rows(on.stack, column, table, previous), in_new = written_rows(on.stack, column, table, "changemaker");
    std::size_t old_rows = 0, new_rows = 0;
    for (const auto& text : acknowledged) {
      EXPECT_EQ(in_old.count(text) + in_new.count(text), 1U) << table << ": " << text << " was acknowledged once";
      old_rows += in_old.count(text);
      new_rows += in_new.count(text);
    }
    EXPECT_GE(old_rows, 50U) << table;
    EXPECT_GE(new_rows, 20U) << table;
    // Nothing that was written before the swap is in the database that came with it: all its rows are younger.
    const auto number_of = [](const std::string& text) { return std::stoi(text.substr(4)); };
    int last_old = -1, first_new = 1 << 30;
    for (const auto& text : in_old) last_old = std::max(last_old, number_of(text));
    for (const auto& text : in_new) first_new = std::min(first_new, number_of(text));
    EXPECT_LT(last_old, first_new) << table;
  };
  account(letters, "message", "campaign_emails");
  account(videos, "path", "videos");
  on.expect_services_healthy();
}

// Every other one of the services'; those between, and of the journal alone, are tests/fault/service_faults_test.cpp's: it is killed at each.
TEST(RestoreOnTheStack, KilledAtEveryPointOfServicesAndSwapTheNextCallEndsItAndServicesRun) {
  OnTheStack on({.variables = {{"SAFETY_STACK_HEALTH_EVERY", "500ms"}}});
  const auto points_file = on.folder / "points";
  ASSERT_EQ(on.run("safety-backup", {}).exit_code, 0);
  const auto checkpoint = on.letters();
  ASSERT_EQ(on.run("safety-restore", {"latest", "--yes"}, "count:" + points_file.string()).exit_code, 0);
  const auto names = split_lines(read_text(points_file));
  std::vector<int> points;
  std::size_t services = 0;
  for (std::size_t at = 0; at < names.size(); ++at)
    if ((names[at].starts_with("service.") && services++ % 2 == 0) || names[at].starts_with("swap.")) points.push_back(static_cast<int>(at) + 1);
  ASSERT_GE(points.size(), 6U);
  for (const int point : points) {
    SCOPED_TRACE("killed at " + names[static_cast<std::size_t>(point) - 1]);
    on.damage();
    const auto damaged = on.letters();
    const auto killed = on.run("safety-restore", {"latest", "--yes"}, "kill:" + std::to_string(point));
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed;
    EXPECT_THAT(on.letters(), ::testing::AnyOf(checkpoint, damaged));
    auto refused = on.run("safety-restore", {"latest", "--yes"});
    for (int turn = 0; turn < 100 && refused.exit_code == 9; ++turn) refused = on.run("safety-restore", {"latest", "--yes"});
    EXPECT_EQ(refused.exit_code, 14) << refused;
    auto ended = on.run("safety-restore", {point % 2 == 0 ? "--resume" : "--abort"});
    if (ended.exit_code == 14) ended = on.run("safety-restore", {"--resume"});
    EXPECT_EQ(ended.exit_code, 0) << ended;
    EXPECT_THAT(on.letters(), ::testing::AnyOf(checkpoint, damaged));
    on.expect_services_healthy();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(RestoreOnTheStack, AServiceThatIsNotHealthyAfterwardsIsNamedWithWhatItsCheckSays) {
  OnTheStack on({}, "health_timeout = \"12s\"\n");
  ASSERT_EQ(on.run("safety-backup", {"--clone", "--no-archive"}).exit_code, 0);
  const auto checkpoint = on.letters();
  on.damage();
  ASSERT_EQ(docker({"exec", "-u", "root", on.stack.container_id("api"), "rm", "health.js"}).exit_code, 0);
  const auto run = on.run("safety-restore", {"latest", "--yes"});
  EXPECT_EQ(run.exit_code, 11) << run;
  EXPECT_THAT(run.err, HasSubstr("service \"api\" is not healthy"));
  EXPECT_THAT(run.err, HasSubstr("start them by hand"));
  EXPECT_EQ(on.letters(), checkpoint);
  EXPECT_TRUE(on.stack.is_healthy("media-api"));
}

TEST(RestoreOnTheStack, WhatIsWrongWithServicesIsSaidBeforeAnythingIsTouched) {
  OnTheStack on;
  ASSERT_EQ(on.run("safety-backup", {}).exit_code, 0);
  const auto refused = [&](const std::string& toml, int code, const std::vector<std::string>& words, const std::string& host = "") {
    write_text(on.folder / "safety.toml", toml);
    auto environment = on.environment();
    if (!host.empty()) environment["DOCKER_HOST"] = host;
    const auto run = run_tool("safety-restore", {"latest", "--yes"}, environment);
    EXPECT_EQ(run.exit_code, code) << run;
    for (const auto& word : words) EXPECT_THAT(run.err, HasSubstr(word)) << run;
  };
  const std::string files = "files = [\"" + on.stack.compose_file().string() + "\"]\nproject = \"" + on.stack.project() + "\"\n";
  refused("[services]\norder = [\"shop\"]\n" + files, 10, {"service \"shop\"", "o such service", "config --services"});
  refused("[services]\norder = [\"api\"]\nfiles = [\"nowhere.yml\"]\n", 3, {"no Compose file", "nowhere.yml"});
  refused("[services]\norder = [\"api\"]\n" + files, 10, {"service \"api\"", "Start the Docker engine"}, "unix:///nowhere/docker.sock");
  EXPECT_TRUE(on.stack.is_running("api"));
  EXPECT_EQ(on.stack.value("SELECT count(*) FROM pg_database WHERE datname LIKE 'changemaker\\_\\_%'"), "0");
}

TEST(BackupOfAContainer, ServerNewerThanEveryPgDumpHereUsesTheContainersOwn) {
  StackOptions options;
  options.postgres = "17";
  options.services = {};
  OnTheStack on(options);
  auto environment = on.environment();
  environment["SAFETY_PG_BIN"] = "/nowhere";
  environment["SAFETY_CONFIG"] = "";
  const auto doctor = run_tool("safety-doctor", {}, environment);
  EXPECT_THAT(doctor.out, HasSubstr("pg_dump in container")) << doctor;
  const auto backup = run_tool("safety-backup", {"--json"}, environment);
  ASSERT_EQ(backup.exit_code, 0) << backup;
  EXPECT_EQ(run_tool("safety-verify", {"latest", "--proof", "L4"}, environment).exit_code, 0);
  const auto before = on.letters();
  on.damage();
  const auto restored = run_tool("safety-restore", {"latest", "--yes"}, environment);
  ASSERT_EQ(restored.exit_code, 0) << restored;
  EXPECT_EQ(on.letters(), before);
}

TEST(BackupOfAContainer, WhoseNameOnlyDockerKnowsIsReachedByItsAddress) {
  StackOptions options;
  options.services = {};
  OnTheStack on(options);
  auto environment = on.environment();
  environment["SAFETY_CONFIG"] = "";
  const auto url = on.stack.database_url();
  const auto at = url.find('@'), end = url.find('/', at);
  environment["DATABASE_URL"] = url.substr(0, at + 1) + "db:5432" + url.substr(end);
  const auto doctor = run_tool("safety-doctor", {}, environment);
  EXPECT_THAT(doctor.out, HasSubstr("reached at ")) << doctor;
  const auto backup = run_tool("safety-backup", {}, environment);
  EXPECT_EQ(backup.exit_code, 0) << backup;
  const auto named = run_tool("safety-backup", {"--container", "no-such-container"}, environment);
  EXPECT_EQ(named.exit_code, 10) << named;
  EXPECT_THAT(named.err, HasSubstr("no-such-container"));
}

}  // namespace
}  // namespace safety::testing

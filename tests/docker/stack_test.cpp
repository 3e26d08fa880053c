// The stack that other tests rely on, and that README tells people to try: its services, and how they behave when the
// database goes away under them.
#include "tests/docker/stack.hpp"

#include <gmock/gmock.h>

#include <future>
#include <set>
#include <thread>

namespace safety {
namespace {

using testing::ComposeStack;
using testing::http_get;
using testing::http_post;

/// Acts until `holds` does; false after the limit.
template <typename Holds>
bool wait_until(Holds holds, std::chrono::seconds limit = std::chrono::seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

/// Backends that a service holds.
std::set<std::string> sessions_of(const ComposeStack& stack, const std::string& service) {
  auto connection = stack.connect();
  const auto rows = connection.query("SELECT pid::text FROM pg_stat_activity WHERE application_name = $1", {service});
  std::set<std::string> pids;
  for (int row = 0; row < rows.rows(); ++row) pids.insert(rows.text(row, 0));
  return pids;
}

TEST(Stack, ServicesWriteAndReadTheDemoSchemaInAFolderWithSpaces) {
  const ComposeStack stack({.folder_name = "a stack of mine"});
  for (const auto* service : {"api", "media-api"}) {
    const auto answer = http_get(stack.url(service) + "/health");
    EXPECT_EQ(answer.status, 200) << answer;
    EXPECT_EQ(answer.body.value("database", ""), "changemaker") << answer;
  }

  const auto campaign = http_post(stack.url("api") + "/campaigns", {{"title", "Save the café"}});
  ASSERT_EQ(campaign.status, 201) << campaign;
  const auto email =
      http_post(stack.url("api") + "/emails", {{"message", "Gruß"}, {"campaign_id", campaign.body["id"]}});
  ASSERT_EQ(email.status, 201) << email;
  const auto id = email.body["id"].get<std::string>();
  EXPECT_EQ(http_get(stack.url("api") + "/emails/" + id).body.value("message", ""), "Gruß");
  EXPECT_EQ(
      stack.value(
          "SELECT count(*) FROM campaign_emails e JOIN email_logs l ON l.headers->>'email' = e.id WHERE e.id = '" + id +
          "'"),
      "1");

  const auto video = http_post(stack.url("media-api") + "/videos", {{"path", "/media/new.mp4"}, {"tags", {"a", "b"}}});
  ASSERT_EQ(video.status, 201) << video;
  const auto job = http_post(stack.url("media-api") + "/jobs", {{"type", "thumbnail"}, {"video_id", video.body["id"]}});
  ASSERT_EQ(job.status, 201) << job;
  EXPECT_EQ(http_get(stack.url("media-api") + "/jobs/" + job.body["id"].dump()).body["video_id"], video.body["id"]);
  EXPECT_EQ(http_get(stack.url("media-api") + "/videos").body["count"].dump(),
            stack.value("SELECT count(*) FROM videos"));
}

TEST(Stack, ServicesSayWhatWasNotWritten) {
  const ComposeStack stack;
  const auto videos = stack.value("SELECT count(*) FROM videos"),
             emails = stack.value("SELECT count(*) FROM campaign_emails");
  const auto path = stack.value("SELECT path FROM videos ORDER BY id LIMIT 1");
  const auto twice = http_post(stack.url("media-api") + "/videos", {{"path", path}});
  EXPECT_EQ(twice.status, 409) << twice;
  EXPECT_EQ(twice.body.value("outcome", ""), "not written") << twice;
  EXPECT_EQ(http_post(stack.url("api") + "/emails", {{"message", "x"}, {"campaign_id", "nobody"}}).status, 404);
  EXPECT_EQ(http_post(stack.url("api") + "/emails", {{"message", 7}}).status, 400);

  // The second of the two statements fails: the first must not stay.
  stack.connect().execute("ALTER TABLE email_logs RENAME TO email_logs_gone");
  const auto torn = http_post(stack.url("api") + "/emails", {{"message", "half"}});
  EXPECT_EQ(torn.status, 500) << torn;
  EXPECT_EQ(torn.body.value("outcome", ""), "not written") << torn;

  EXPECT_EQ(stack.value("SELECT count(*) FROM videos"), videos);
  EXPECT_EQ(stack.value("SELECT count(*) FROM campaign_emails"), emails);
}

TEST(Stack, ServicesReconnectWhenAllTheirSessionsAreEnded) {
  const ComposeStack stack;
  for (const std::string service : {"api", "media-api"}) {
    ASSERT_TRUE(wait_until([&] { return sessions_of(stack, service).size() >= 3; }))
        << service << " holds no connections";
    const auto before = sessions_of(stack, service);
    const auto begun = stack.state(service).value("StartedAt", "");
    // Several times in a row, as a swap does it.
    for (int round = 0; round < 20; ++round) {
      stack.connect().execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
                              service + "'");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_TRUE(wait_until([&] { return http_get(stack.url(service) + "/health").status == 200; })) << service;
    EXPECT_TRUE(wait_until([&] { return sessions_of(stack, service).size() >= 3; }))
        << service << " did not connect again by itself";
    for (const auto& pid : sessions_of(stack, service)) EXPECT_FALSE(before.contains(pid)) << service;
    EXPECT_EQ(stack.state(service).value("StartedAt", ""), begun) << service << " was restarted";
  }
  EXPECT_EQ(http_post(stack.url("api") + "/emails", {{"message", "still here"}}).status, 201);
  EXPECT_EQ(http_post(stack.url("media-api") + "/jobs", {{"type", "still here"}}).status, 201);
}

TEST(Stack, AServiceThatIsStoppedFinishesTheRequestThatItHasBegun) {
  const ComposeStack stack({.services = {"media-api"}});
  auto blocker = stack.connect();
  blocker.execute("BEGIN");
  blocker.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE");
  auto answer = std::async(std::launch::async, [&] {
    return http_post(stack.url("media-api") + "/jobs", {{"type", "last"}});
  });
  ASSERT_TRUE(wait_until([&] {
    return stack.value(
               "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'media-api' AND wait_event_type = "
               "'Lock'") == "1";
  }));
  auto stopped = std::async(std::launch::async, [&] { return stack.compose({"stop", "media-api"}); });
  ASSERT_TRUE(wait_until([&] { return http_get(stack.url("media-api") + "/health").status != 200; }));
  EXPECT_EQ(answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  blocker.execute("COMMIT");
  const auto got = answer.get();
  EXPECT_EQ(got.status, 201) << got;
  EXPECT_EQ(stopped.get().exit_code, 0);
  EXPECT_FALSE(stack.is_running("media-api"));
  EXPECT_EQ(stack.state("media-api").value("ExitCode", -1), 0);
  EXPECT_EQ(stack.value("SELECT count(*) FROM jobs WHERE type = 'last'"), "1");
}

TEST(Stack, ServicesAreUnhealthyWithoutTheirDatabaseAndRecoverWithIt) {
  const ComposeStack stack({.postgres = "17", .services = {"api"}});
  EXPECT_EQ(stack.value("SHOW server_version_num").substr(0, 2), "17");
  const auto id = stack.container_id("api");
  stack.compose_or_throw({"stop", "--timeout", "5", "db"});
  EXPECT_EQ(http_get(stack.url("api") + "/health").status, 503);
  EXPECT_TRUE(wait_until([&] { return stack.state("api")["Health"].value("Status", "") == "unhealthy"; }))
      << stack.state("api");
  stack.compose_or_throw({"start", "db"});
  EXPECT_TRUE(stack.wait_until_healthy("db"));
  EXPECT_TRUE(stack.wait_until_healthy("api"));
  EXPECT_EQ(stack.container_id("api"), id);
}

TEST(Stack, IsTakenDownWithEverythingThatBelongsToIt) {
  std::string label;
  {
    const ComposeStack stack({.services = {"api"}, .demo_scale = 0});
    label = "label=com.docker.compose.project=" + stack.project();
    EXPECT_NE(testing::docker({"volume", "ls", "-q", "--filter", label}).out, "");
    // A file that Compose cannot read any more must not be a reason to leave containers behind.
    testing::write_text(stack.compose_file(), "services: [");
  }
  for (const auto* kind : {"container", "network", "volume"}) {
    std::vector<std::string> list{kind, "ls", "-q", "--filter", label};
    if (kind == std::string("container")) list.push_back("-a");
    EXPECT_EQ(testing::docker(list).out, "") << kind;
  }
}

}  // namespace
}  // namespace safety

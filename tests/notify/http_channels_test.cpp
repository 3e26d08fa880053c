#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/time.hpp"
#include "tests/notify/notify_stage.hpp"

namespace safety::notify {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::HttpServer;

Channels webhook(const std::string& url) {
  auto channels = quick_channels();
  channels.webhooks.push_back(Secret(url));
  return channels;
}
Channels pinging(const std::string& url) {
  auto channels = quick_channels();
  channels.ping_url = Secret(url);
  return channels;
}

TEST(Webhook, GetsTheMessageAsJson) {
  HttpServer server;
  EXPECT_THAT(warnings_of(webhook(server.url("/hook/t0ken")), some_failure()), IsEmpty());
  ASSERT_EQ(server.requests().size(), 1U);
  const auto request = server.requests()[0];
  EXPECT_EQ(request.method + " " + request.target, "POST /hook/t0ken");
  EXPECT_EQ(request.body, format_json(some_failure()));
  EXPECT_THAT(request.head, AllOf(HasSubstr("content-type: application/json\r\n"), HasSubstr("user-agent: safety/"), Not(HasSubstr("x-safety-signature"))));
}

TEST(Webhook, IsSignedWithTheSharedSecret) {
  // RFC 4231, test case 2.
  ASSERT_EQ(archive::hmac_sha256("Jefe", "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  HttpServer server;
  auto channels = webhook(server.url());
  channels.webhook_secret = Secret("between us");
  EXPECT_THAT(warnings_of(channels, some_failure()), IsEmpty());
  const auto request = server.requests().at(0);
  EXPECT_THAT(request.head, HasSubstr("x-safety-signature: sha256=" + archive::hmac_sha256("between us", request.body) + "\r\n"));
}

TEST(Webhook, HearsOfAlarmsOnlyUnlessItIsToHearEverything) {
  HttpServer server;
  auto channels = webhook(server.url());
  for (const auto what : {What::start, What::success, What::skipped}) tell(testing::quiet_context(), channels, some_message(what, some_run()));
  EXPECT_THAT(server.requests(), IsEmpty());
  auto recovered = some_message(What::success, some_run());
  recovered.failures_in_a_row = 1;
  tell(testing::quiet_context(), channels, recovered);
  EXPECT_EQ(server.requests().size(), 1U);
  channels.hears = Hears::everything;
  for (const auto what : {What::start, What::success, What::skipped}) tell(testing::quiet_context(), channels, some_message(what, some_run()));
  EXPECT_EQ(server.requests().size(), 4U);
}

TEST(Webhook, IsTriedAgainWhenTheServerIsUnwell) {
  HttpServer server({500, 503, 200});
  EXPECT_THAT(warnings_of(webhook(server.url()), some_failure()), IsEmpty());
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Webhook, IsGivenUpAfterThreeAttempts) {
  HttpServer server({500});
  EXPECT_THAT(warnings_of(webhook(server.url()), some_failure()), ElementsAre("the webhook was not told of \"failure\" in 3 attempts: it answers HTTP 500"));
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(Webhook, IsNotTriedAgainWhenItIsRefusedForGood) {
  HttpServer gone({404}), moved({301}), busy({429, 200});
  EXPECT_THAT(warnings_of(webhook(gone.url()), some_failure()), ElementsAre("the webhook was not told of \"failure\": it answers HTTP 404"));
  EXPECT_EQ(gone.requests().size(), 1U);
  EXPECT_THAT(warnings_of(webhook(moved.url()), some_failure()), ElementsAre(HasSubstr("HTTP 301, a redirect, which is not followed")));
  EXPECT_THAT(warnings_of(webhook(busy.url()), some_failure()), IsEmpty());
}

TEST(Webhook, ThatNeverAnswersCostsNoMoreThanItsTimeLimits) {
  HttpServer silent({0});
  auto channels = webhook(silent.url());
  channels.http_time_limit = std::chrono::milliseconds(200);
  const Stopwatch watch;
  EXPECT_THAT(warnings_of(channels, some_failure()), ElementsAre(HasSubstr("in 3 attempts: Timeout was reached")));
  EXPECT_LT(watch.seconds(), 3);
}

TEST(Webhook, ThatFailsDoesNotKeepOthersWaitingOrUntold) {
  HttpServer silent({0}), good;
  auto channels = webhook(silent.url());
  channels.webhooks.push_back(Secret(good.url()));
  channels.ping_url = Secret(good.url("/ping"));
  channels.http_time_limit = std::chrono::milliseconds(300);
  EXPECT_THAT(warnings_of(channels, some_failure()), ElementsAre(HasSubstr("webhook 1 was not told")));
  EXPECT_EQ(good.requests().size(), 2U);
}

TEST(Channels, NeverShowTheirSecretsInAWarning) {
  const auto port = std::to_string(testing::refusing_port());
  HttpServer server({403});
  auto channels = webhook("http://user:hunter2@127.0.0.1:" + port + "/hunter2?token=hunter2");
  channels.webhooks.push_back(Secret("http://user:hunter2/@nowhere.invalid/"));
  channels.webhooks.push_back(Secret(server.url("/hunter2")));
  channels.webhook_secret = Secret("hunter2-shared");
  channels.ping_url = Secret("hunter2");
  const testing::TempFolder folder;
  testing::write_script(folder / "tell", "echo 'cannot reach hunter2-shared' >&2; exit 7");
  channels.command = {(folder / "tell").string()};
  const auto warnings = warnings_of(channels, some_failure());
  EXPECT_EQ(warnings.size(), 5U);
  for (const auto& warning : warnings) EXPECT_THAT(warning, Not(HasSubstr("hunter2")));
  EXPECT_THAT(warnings, ::testing::Contains(HasSubstr("(Connection refused)")));
  EXPECT_THAT(warnings, ::testing::Contains(HasSubstr("cannot reach **redacted**")));
}

TEST(Channels, AreToldAlthoughTheRunIsToStop) {
  HttpServer server;
  testing::TestContext context;
  context.stop.request_stop();
  tell(context, webhook(server.url()), some_message(What::failure, some_run(Code::interrupted)));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Ping, FollowsTheRunWithTheMessageAsBody) {
  HttpServer server;
  const auto channels = pinging(server.url("/ping/abc"));
  for (const auto& message : {some_message(What::start, some_run()), some_message(What::success, some_run()), some_failure(), some_message(What::stale, some_run())})
    EXPECT_THAT(warnings_of(channels, message), IsEmpty());
  EXPECT_THAT(server.targets(), ElementsAre("/ping/abc/start", "/ping/abc", "/ping/abc/fail", "/ping/abc/fail"));
  EXPECT_EQ(server.requests()[2].body, format_text(some_failure()));
  EXPECT_EQ(server.requests()[2].method, "POST");
}

TEST(Ping, KeepsAQueryBehindThePath) {
  HttpServer server;
  tell(testing::quiet_context(), pinging(server.url("/ping/abc/?create=1")), some_failure());
  EXPECT_THAT(server.targets(), ElementsAre("/ping/abc/fail?create=1"));
}

TEST(Ping, CallsNothingASuccessThatMadeNoBackup) {
  HttpServer server;
  const auto channels = pinging(server.url("/ping"));
  auto drill = some_run(), locked = some_run(Code::locked), fresh = some_run();
  drill.kind = "drill";
  locked.is_skipped = fresh.is_skipped = true;
  tell(testing::quiet_context(), channels, some_message(What::success, drill));
  tell(testing::quiet_context(), channels, some_message(What::skipped, locked));
  EXPECT_THAT(server.targets(), IsEmpty());
  tell(testing::quiet_context(), channels, some_message(What::skipped, fresh));  // a fresh backup is there
  EXPECT_THAT(server.targets(), ElementsAre("/ping"));
}

TEST(Ping, IsTriedAgain) {
  HttpServer server({502, 200});
  EXPECT_THAT(warnings_of(pinging(server.url("/p")), some_message(What::success, some_run())), IsEmpty());
  EXPECT_THAT(server.targets(), ElementsAre("/p", "/p"));
}

}  // namespace
}  // namespace safety::notify

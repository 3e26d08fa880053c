#include "libsafety/os/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libsafety/base/time.hpp"
#include "tests/testing/http_server.hpp"
#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using std::chrono::milliseconds;
using testing::HttpServer;

constexpr milliseconds kLimit{5000};

TEST(Http, GetsAndPostsWithBodyAndHeaders) {
  HttpServer server;
  EXPECT_EQ(http_get(server.url("/health?deep=1"), kLimit).status, 200);
  const std::string body(100'000, 'x');
  EXPECT_TRUE(http_post(server.url("/hook"), body, {"Content-Type: application/json", "X-Who: me"}, kLimit).is_accepted());
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].method + " " + requests[0].target, "GET /health?deep=1");
  EXPECT_EQ(requests[1].method + " " + requests[1].target, "POST /hook");
  EXPECT_EQ(requests[1].body, body);
  EXPECT_THAT(requests[1].head, HasSubstr("content-type: application/json\r\n"));
  EXPECT_THAT(requests[1].head, HasSubstr("x-who: me\r\n"));
  EXPECT_THAT(requests[1].head, Not(HasSubstr("expect:")));
}

TEST(Http, PostsAnEmptyBody) {
  HttpServer server;
  EXPECT_EQ(http_post(server.url(), "", {}, kLimit).status, 200);
  EXPECT_THAT(server.requests().at(0).head, HasSubstr("content-length: 0\r\n"));
}

TEST(Http, TellsARedirectAndDoesNotFollowIt) {
  HttpServer elsewhere;
  HttpServer server({302}, "Location: " + elsewhere.url("/moved") + "\r\n");
  const auto answer = http_post(server.url(), "{}", {}, kLimit);
  EXPECT_EQ(answer.status, 302);
  EXPECT_FALSE(answer.is_accepted());
  EXPECT_TRUE(http_get(server.url(), kLimit).is_good());
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(Http, WaitsNoLongerThanItsLimit) {
  HttpServer silent({0});
  const Stopwatch watch;
  const auto answer = http_post(silent.url(), "{}", {}, milliseconds(300));
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.error, "Timeout was reached");
  EXPECT_GE(watch.seconds(), 0.25);
  EXPECT_LT(watch.seconds(), 3);
}

TEST(Http, SaysThatNobodyListens) {
  const auto answer = http_get("http://127.0.0.1:" + std::to_string(testing::refusing_port()) + "/", kLimit);
  EXPECT_EQ(answer.status, 0);
  EXPECT_THAT(answer.error, HasSubstr("Connection refused"));
}

TEST(Http, NeverRepeatsAnyPartOfTheUrl) {
  // A password that is not encoded ends up where host and port are; a token alone is taken for a host.
  for (const char* url : {"http://user:hunter2/x@127.0.0.1:1/", "https://hunter2", "hunter2", "ftp://hunter2/", "http://127.0.0.1:hunter2/",
                          "http://user:hunter2@127.0.0.1:1/hunter2?hunter2", "http://hunter2.invalid/", "http://[hunter2]/"}) {
    const auto answer = http_get(url, milliseconds(3000));
    EXPECT_EQ(answer.status, 0) << url;
    EXPECT_FALSE(answer.error.empty()) << url;
    EXPECT_THAT(answer.error, Not(HasSubstr("hunter2"))) << url;
  }
}

TEST(Http, RefusesACertificateThatNobodyVouchesFor) {
  const testing::TempFolder folder;
  const auto made = testing::run_program("openssl", {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", (folder / "key").string(), "-out",
                                                     (folder / "certificate").string(), "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"});
  ASSERT_EQ(made.exit_code, 0) << made;
  const auto port = std::to_string(testing::refusing_port());
  testing::Background server("openssl", {"s_server", "-accept", "127.0.0.1:" + port, "-key", (folder / "key").string(), "-cert", (folder / "certificate").string(), "-www"});
  ASSERT_TRUE(server.wait_for_output("ACCEPT"));
  const auto answer = http_get("https://127.0.0.1:" + port + "/", kLimit);
  EXPECT_EQ(answer.status, 0);
  EXPECT_THAT(answer.error, HasSubstr("certificate"));
  EXPECT_TRUE(server.is_running());
}

}  // namespace
}  // namespace safety::os

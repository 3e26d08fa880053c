#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>

#include "libsafety/base/time.hpp"
#include "libsafety/notify/senders.hpp"
#include "tests/notify/notify_stage.hpp"

namespace safety::notify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Channels command(std::vector<std::string> words) {
  auto channels = quick_channels();
  channels.command = std::move(words);
  return channels;
}

TEST(Command, GetsItsArgumentsAsTheyAreAndTheEventInItsEnvironment) {
  const testing::TempFolder folder;
  const auto out = (folder / "out").string();
  testing::write_script(folder / "tell", "printf '%s\\n' \"$#\" \"$2\" \"$SAFETY_EVENT\" \"$SAFETY_DATABASE\" \"$SAFETY_OUTCOME\" \"$SAFETY_CHECKPOINT\" \"$SAFETY_HOST\" "
                                         "\"$SAFETY_MESSAGE\" \"$SAFETY_EVENT_JSON\" > \"$1\"");
  EXPECT_THAT(warnings_of(command({(folder / "tell").string(), out, "$(touch /tmp/never); two  words"}), some_failure()), IsEmpty());
  EXPECT_EQ(testing::read_text(out), "2\n$(touch /tmp/never); two  words\nfailure\nshop\narchive_damaged\nshop_20261126_020001\ndb1\n" + format_text(some_failure()) + "\n" +
                                         format_json(some_failure()) + "\n");
}

TEST(Command, LearnsNoOutcomeAtAStart) {
  const testing::TempFolder folder;
  testing::write_script(folder / "tell", "echo \"$SAFETY_EVENT ${SAFETY_OUTCOME-none}\" > \"$1\"");
  auto channels = command({(folder / "tell").string(), (folder / "out").string()});
  channels.hears = Hears::everything;
  EXPECT_THAT(warnings_of(channels, some_message(What::start, some_run())), IsEmpty());
  EXPECT_EQ(testing::read_text(folder / "out"), "start none\n");
}

TEST(Command, ThatFailsIsTriedAgainAndItsLastWordsAreShown) {
  const testing::TempFolder folder;
  testing::write_script(folder / "tell", "echo x >> \"$1\"; echo first >&2; echo 'no route to the pager' >&2; exit 3");
  EXPECT_THAT(warnings_of(command({(folder / "tell").string(), (folder / "calls").string()}), some_failure()),
              ElementsAre("the command was not told of \"failure\" in 3 attempts: \"tell\" ended with exit code 3: no route to the pager"));
  EXPECT_EQ(testing::read_text(folder / "calls"), "x\nx\nx\n");
}

TEST(Command, ThatHangsIsEndedAndNotTriedAgain) {
  const testing::TempFolder folder;
  testing::write_script(folder / "tell", "echo x >> \"$1\"; exec sleep 60");
  auto channels = command({(folder / "tell").string(), (folder / "calls").string()});
  channels.command_time_limit = std::chrono::milliseconds(300);
  const Stopwatch watch;
  EXPECT_THAT(warnings_of(channels, some_failure()), ElementsAre(HasSubstr("did not end within")));
  EXPECT_LT(watch.seconds(), 5);
  EXPECT_EQ(testing::read_text(folder / "calls"), "x\n");
}

TEST(Command, ThatIsNotThereIsAWarning) {
  EXPECT_THAT(warnings_of(command({"/nonexistent/tell"}), some_failure()), ElementsAre(HasSubstr("the command was not told of \"failure\": cannot start")));
}

TEST(Syslog, GetsWhatIsWrongAsAnErrorAndTheRestBelow) {
  EXPECT_EQ(severity_of(some_failure()), LOG_ERR);
  EXPECT_EQ(severity_of(some_message(What::stale, some_run())), LOG_ERR);
  EXPECT_EQ(severity_of(some_message(What::skipped, some_run())), LOG_NOTICE);
  EXPECT_EQ(severity_of(some_message(What::start, some_run())), LOG_INFO);
  auto recovered = some_message(What::success, some_run());
  EXPECT_EQ(severity_of(recovered), LOG_INFO);
  recovered.failures_in_a_row = 2;
  EXPECT_EQ(severity_of(recovered), LOG_NOTICE);
}

constexpr int kNoNamespace = 77;

/// In a /dev of its own, so that this machine's log hears nothing: prints the warnings without a syslog, and what one is sent.
int speak_to_an_own_syslog() {
  if (::unshare(::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", "/dev", "tmpfs", 0, nullptr) != 0)
    return kNoNamespace;
  auto channels = quick_channels();
  channels.has_syslog = true;
  auto failure = some_failure();
  failure.run.message = "100%s of it";  // is no format
  for (const auto& warning : warnings_of(channels, failure)) std::printf("%s\n", warning.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{AF_UNIX, "/dev/log"};
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  if (!warnings_of(channels, failure).empty()) return 2;
  char got[4096] = {};
  if (::recv(fd, got, sizeof got - 1, MSG_DONTWAIT) <= 0) return 3;
  std::printf("%s\n", got);
  std::fflush(stdout);
  return 0;
}
const testing::ChildProgram own_syslog("own_syslog", speak_to_an_own_syslog);

TEST(Syslog, IsSentTheMessageAndMissedWhenNobodyListens) {
  const auto run = own_syslog.run();
  if (run.exit_code == kNoNamespace) GTEST_SKIP() << "this process may not have a /dev of its own";
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.out, HasSubstr("syslog was not told of \"failure\": there is no /dev/log here\n"));
  EXPECT_THAT(run.out, HasSubstr("<27>")) << "facility daemon (3), severity err (3)";
  EXPECT_THAT(run.out, HasSubstr("safety["));
  EXPECT_THAT(run.out, HasSubstr("]: backup of \"shop\" on db1 FAILED at \"verify\" (archive_damaged): 100%s of it"));
}

}  // namespace
}  // namespace safety::notify

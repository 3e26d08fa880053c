#include "libsafety/os/signals.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

bool stops_within(const std::stop_token& token, double seconds) {
  for (const Stopwatch watch; watch.seconds() < seconds; std::this_thread::sleep_for(std::chrono::milliseconds(2)))
    if (token.stop_requested()) return true;
  return false;
}

/// Signals belong to a whole process, so each case has one of its own.
template <typename Act>
int exit_code_of(Act act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(SignalWatch, TurnsEachSignalIntoAStopRequest) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EQ(exit_code_of([&] {
                SignalWatch watch;
                if (watch.token().stop_requested() || watch.received() != 0) return 1;
                ::raise(number);
                if (!stops_within(watch.token(), 5)) return 2;
                return watch.received() == number ? 0 : 3;
              }),
              0)
        << number;
}

TEST(SignalWatch, EndsAtOnceAtASecondSignal) {
  EXPECT_EQ(exit_code_of([] {
              SignalWatch watch;
              ::raise(SIGINT);
              ::raise(SIGINT);
              return 1;
            }),
            128 + SIGINT);
}

TEST(SignalWatch, LetsAWriteIntoAClosedPipeFailInsteadOfKilling) {
  EXPECT_EQ(exit_code_of([] {
              SignalWatch watch;
              int pipe[2];
              if (::pipe(pipe) != 0) return 2;
              ::close(pipe[0]);
              return ::write(pipe[1], "x", 1) == -1 ? 0 : 1;
            }),
            0);
}

TEST(SignalWatch, GivesSignalsBackWhenItEnds) {
  EXPECT_EQ(exit_code_of([] {
              { SignalWatch watch; }
              ::raise(SIGTERM);
              return 0;
            }),
            1000 + SIGTERM);
}

}  // namespace
}  // namespace safety::os

#include "libsafety/os/workers.hpp"

#include <atomic>
#include <set>
#include <thread>

#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

using testing::error_of;
using testing::quiet_context;
using testing::TestContext;

void wait_for_stop(const Context& context) {
  for (const Stopwatch watch; watch.seconds() < 20; std::this_thread::sleep_for(std::chrono::milliseconds(1)))
    context.throw_if_stopped();
}

TEST(RunWorkers, RunsEachNumberOnce) {
  std::mutex mutex;
  std::multiset<unsigned> numbers;
  run_workers(quiet_context(), 5, [&](const Context&, unsigned number) {
    const std::lock_guard lock(mutex);
    numbers.insert(number);
  });
  EXPECT_EQ(numbers, (std::multiset<unsigned>{0, 1, 2, 3, 4}));
}

TEST(RunWorkers, RethrowsTheFirstFailureAndStopsTheOthers) {
  const Stopwatch watch;
  const Error error = error_of([&] {
    run_workers(quiet_context(), 4, [&](const Context& context, unsigned number) {
      if (number == 2) throw Error(Code::storage, "the disk is full");
      wait_for_stop(context);
    });
  });
  EXPECT_EQ(error.message(), "the disk is full") << "not the interruptions that it caused";
  EXPECT_LT(watch.seconds(), 10);
}

TEST(RunWorkers, KeepsTheFirstOfTwoFailures) {
  std::atomic<bool> failed{false};
  const Error error = error_of([&] {
    run_workers(quiet_context(), 2, [&](const Context& context, unsigned number) {
      if (number == 0) {
        failed = true;
        throw Error(Code::storage, "first");
      }
      while (!context.stop.stop_requested()) std::this_thread::yield();
      throw Error(Code::database, "second");
    });
  });
  EXPECT_TRUE(failed);
  EXPECT_EQ(error.message(), "first");
}

TEST(RunWorkers, JoinsEveryThreadBeforeItThrows) {
  std::atomic<int> running{0};
  error_of([&] {
    run_workers(quiet_context(), 4, [&](const Context&, unsigned number) {
      ++running;
      if (number == 0) {
        --running;
        throw Error(Code::storage, "x");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      --running;
    });
  });
  EXPECT_EQ(running, 0);
}

TEST(RunWorkers, PassesAnOuterStopOn) {
  TestContext test;
  std::atomic<int> started{0};
  const std::jthread stopper([&] {
    while (started < 3) std::this_thread::yield();
    test.stop.request_stop();
  });
  EXPECT_THROW(run_workers(test, 3,
                           [&](const Context& context, unsigned) {
                             ++started;
                             wait_for_stop(context);
                           }),
               Interrupted);
}

TEST(RunWorkers, PassesOnWhatIsNotOurs) {
  EXPECT_THROW(run_workers(quiet_context(), 2, [](const Context&, unsigned) { throw std::bad_alloc(); }),
               std::bad_alloc);
}

TEST(AvailableProcessors, IsAtLeastOne) {
  EXPECT_GE(available_processors(), 1U);
}

}  // namespace
}  // namespace safety::os

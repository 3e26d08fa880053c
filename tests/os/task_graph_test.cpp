#include "libsafety/os/task_graph.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "tests/testing/testing.hpp"

namespace safety::os {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using testing::quiet_context;
using testing::TestContext;

TEST(RunTasks, DoesNothingWithoutTasks) {
  run_tasks(quiet_context(), 4, {});
}

TEST(RunTasks, StartsTheHeaviestFirst) {
  std::vector<int> order;
  std::vector<Task> tasks;
  for (const unsigned weight : {3U, 9U, 1U, 7U})
    tasks.push_back({[&order, weight](const Context&, unsigned) { order.push_back(static_cast<int>(weight)); },
                     weight,
                     {},
                     {},
                     {}});
  run_tasks(quiet_context(), 1, tasks);
  EXPECT_THAT(order, ElementsAre(9, 7, 3, 1));
}

TEST(RunTasks, KeepsTheGivenOrderAmongEquals) {
  std::vector<int> order;
  std::vector<Task> tasks;
  for (int number = 0; number < 5; ++number)
    tasks.push_back({[&order, number](const Context&, unsigned) { order.push_back(number); }, 1, {}, {}, {}});
  run_tasks(quiet_context(), 1, tasks);
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(RunTasks, StartsATaskOnlyAfterThoseItDependsOn) {
  std::vector<int> order;
  auto note = [&order](int number) { return [&order, number](const Context&, unsigned) { order.push_back(number); }; };
  // The heaviest depends on the lightest.
  run_tasks(quiet_context(), 1, {{note(0), 100, {2}, {}, {}}, {note(1), 50, {0}, {}, {}}, {note(2), 1, {}, {}, {}}});
  EXPECT_THAT(order, ElementsAre(2, 0, 1));
}

TEST(RunTasks, RunsLighterTasksWhileAResourceIsTaken) {
  // Two heavy tasks want the same thing alone; the light one must not wait behind the second.
  std::atomic<bool> light_ran{false};
  auto heavy = [&](const Context& context, unsigned) {
    for (int i = 0; i < 5000 && !light_ran; ++i) {
      context.throw_if_stopped();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  run_tasks(quiet_context(), 2,
            {{heavy, 100, {}, {}, {"t"}},
             {heavy, 100, {}, {}, {"t"}},
             {[&](const Context&, unsigned) { light_ran = true; }, 1, {}, {}, {}}});
  EXPECT_TRUE(light_ran);
}

TEST(RunTasks, LetsSharersRunTogether) {
  std::atomic<int> inside{0};
  std::atomic<bool> met{false};
  auto share = [&](const Context&, unsigned) {
    ++inside;
    for (int i = 0; i < 5000 && !met; ++i) {
      if (inside == 2) met = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  run_tasks(quiet_context(), 2, {{share, 1, {}, {"t"}, {}}, {share, 1, {}, {"t"}, {}}});
  EXPECT_TRUE(met);
}

TEST(RunTasks, NumbersItsWorkersFromZero) {
  std::atomic<unsigned> highest{0};
  std::vector<Task> tasks(50, Task{[&](const Context&, unsigned worker) {
                                     for (unsigned seen = highest;
                                          worker > seen && !highest.compare_exchange_weak(seen, worker);) {
                                     }
                                   },
                                   1,
                                   {},
                                   {},
                                   {}});
  run_tasks(quiet_context(), 3, tasks);
  EXPECT_LT(highest, 3U);
}

TEST(RunTasks, EndsAtTheFirstFailure) {
  std::atomic<int> ran{0};
  std::vector<Task> tasks{{[](const Context&, unsigned) { throw Error(Code::database, "no"); }, 1000, {}, {}, {}}};
  for (int i = 0; i < 200; ++i)
    tasks.push_back({[&](const Context&, unsigned) {
                       ++ran;
                       std::this_thread::sleep_for(std::chrono::milliseconds(1));
                     },
                     1,
                     {0},
                     {},
                     {}});
  EXPECT_EQ(error_of([&] { run_tasks(quiet_context(), 2, tasks); }).message(), "no");
  EXPECT_EQ(ran, 0) << "what depends on the failed task must not run";
}

TEST(RunTasks, StopsBetweenTasks) {
  TestContext test;
  std::atomic<int> ran{0};
  std::vector<Task> tasks(100, Task{[&](const Context&, unsigned) {
                                      if (++ran == 3) test.stop.request_stop();
                                    },
                                    1,
                                    {},
                                    {},
                                    {}});
  EXPECT_THROW(run_tasks(test, 1, tasks), Interrupted);
  EXPECT_EQ(ran, 3);
}

/// Random graphs with random resources: who holds what is counted by the tasks themselves.
TEST(RunTasks, NeverLetsResourcesOverlapInRandomGraphs) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    auto below = [&](std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random); };
    constexpr std::size_t kTasks = 120, kNames = 4;
    struct Use {
      std::atomic<int> sharers{0}, owners{0};
    };
    std::vector<Use> uses(kNames);
    std::vector<std::atomic<bool>> ended(kTasks);
    std::atomic<int> violations{0};
    std::vector<Task> tasks(kTasks);
    std::vector<std::vector<std::size_t>> shared(kTasks), exclusive(kTasks);
    for (std::size_t at = 0; at < kTasks; ++at) {
      Task& task = tasks[at];
      task.weight = below(10);
      for (std::size_t name = 0; name < kNames; ++name) {
        const auto choice = below(6);
        if (choice == 0) exclusive[at].push_back(name);
        if (choice == 1 || choice == 2) shared[at].push_back(name);
      }
      for (const auto name : shared[at]) task.shared.push_back("table " + std::to_string(name));
      for (const auto name : exclusive[at]) task.exclusive.push_back("table " + std::to_string(name));
      for (std::size_t i = 0; at > 0 && i < below(3); ++i) task.after.push_back(below(at));
      task.run = [&, at](const Context&, unsigned) {
        for (const auto before : tasks[at].after) violations += !ended[before];
        for (const auto name : exclusive[at]) violations += ++uses[name].owners != 1 || uses[name].sharers != 0;
        for (const auto name : shared[at]) {
          ++uses[name].sharers;
          violations += uses[name].owners != 0;
        }
        std::this_thread::yield();
        for (const auto name : exclusive[at]) --uses[name].owners;
        for (const auto name : shared[at]) --uses[name].sharers;
        ended[at] = true;
      };
    }
    run_tasks(quiet_context(), 6, tasks);
    EXPECT_EQ(violations, 0) << "seed " << seed;
    EXPECT_TRUE(std::all_of(ended.begin(), ended.end(), [](const auto& is) { return is.load(); })) << "seed " << seed;
  }
}

}  // namespace
}  // namespace safety::os

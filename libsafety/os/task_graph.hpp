#pragma once
// Tasks with dependencies and named resources, run by a few threads without deadlock.
//
// A task starts when all it depends on has ended and every resource it names is free for its kind of use; resources
// are taken all at once, so no two tasks ever wait for each other half-way. Among the startable ones the heaviest goes
// first.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"

namespace safety::os {

struct Task {
  /// Called on a worker thread with the worker's context and number. An exception ends the whole run.
  std::function<void(const Context&, unsigned)> run;
  std::uint64_t weight = 0;
  std::vector<std::size_t> after;       // positions of tasks that must have ended
  std::vector<std::string> shared;      // resources used together with other sharers
  std::vector<std::string> exclusive;   // resources used alone
};

/// Runs them all on `jobs` threads. Requires that `after` makes no circle.
/// Errors: the first exception of a task; interrupted.
void run_tasks(const Context& context, unsigned jobs, const std::vector<Task>& tasks);

}  // namespace safety::os

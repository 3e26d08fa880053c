#pragma once
// A few threads doing one kind of work; the first failure stops the others.

#include <functional>

#include "libsafety/base/context.hpp"

namespace safety::os {

/// Runs work(worker_context, number) on `count` threads, number from 0, and joins them.
/// When one throws, the others' context.stop is requested, and the first exception is rethrown after all have ended.
/// A stop of the outer context stops them all.
void run_workers(const Context& context, unsigned count, const std::function<void(const Context&, unsigned)>& work);

/// Processors this process may run on, at least 1.
unsigned available_processors();

}  // namespace safety::os

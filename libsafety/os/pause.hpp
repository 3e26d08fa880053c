#pragma once
// Doing nothing for a while.

#include <chrono>

#include "libsafety/base/context.hpp"

namespace safety::os {

/// Errors: interrupted, as soon as a stop is requested.
void pause(const Context& context, std::chrono::milliseconds duration);

}  // namespace safety::os

#pragma once
// Whether a checkpoint is good enough to go on with: the gate of a pipeline.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"

namespace safety::checkpoint {

/// Whether it lies further ahead than two clocks may be apart unnoticed.
bool is_in_future(Instant time, Instant now);

struct Policy {
  Proof least = Proof::none;
  std::optional<std::chrono::milliseconds> max_age;  // of the content: since its snapshot
};

/// What is missing, a line each; empty when the policy is met. A snapshot time in the future, or one that cannot be read, is
/// not met: nobody can tell how old it is. Pure.
std::vector<std::string> unmet(const Policy& policy, const Record& record, Instant now);

}  // namespace safety::checkpoint

#pragma once
// The rules of each group, in the order of the reference page.

#include <span>

#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {

std::span<const Rule> data_loss_rules();
std::span<const Rule> may_fail_rules();
std::span<const Rule> lock_rules();
std::span<const Rule> robustness_rules();

}  // namespace safety::preflight

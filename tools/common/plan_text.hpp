#pragma once
// --dry-run of the tools that carry out a plan: its steps, each with its reason.

#include "libsafety/plan/plan.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

Result show_plan(const plan::Plan& plan);

}  // namespace safety::tools

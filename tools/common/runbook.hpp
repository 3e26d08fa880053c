#pragma once
// A rollback's steps asked of the person at the terminal, one at a time.

#include <functional>
#include <string>

#include "libsafety/rollback/options.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Empty with --yes or without a terminal: then nobody is asked.
std::function<rollback::Answer(const rollback::Question&)> runbook(const Tool& tool);

/// On standard error, where a person at a terminal reads it.
void show_to_person(const std::string& text);

}  // namespace safety::tools

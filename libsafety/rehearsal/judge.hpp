#pragma once
// What was lost, and which tool's command touched another tool's tables: from what was there before and after. Pure.
// Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/rehearsal/facts.hpp"
#include "libsafety/rehearsal/result.hpp"

namespace safety::rehearsal {

/// Fills in changes, rows, renamed and lost. What got another name loses nothing: its changes say so.
void judge_difference(const Facts& before, const Facts& after, Rehearsal& rehearsal);

/// The one tool that a command starts; nobody when it starts none, or both.
migrations::Owner tool_of(const migrations::Project& project, const std::string& line);

/// What a command of `tool` did to tables of the other one, a line a table.
std::vector<std::string> find_crossings(const std::string& line, migrations::Owner tool, const Facts& before, const Facts& after);

}  // namespace safety::rehearsal

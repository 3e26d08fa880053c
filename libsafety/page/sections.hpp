#pragma once
// The parts of the page that are figures and tables. Internal to this folder. Each is markup, "" where there is nothing to say.

#include <string>
#include <vector>

#include "libsafety/page/history.hpp"

namespace safety::page {

/// Count, size, proof, drill, failures, copies elsewhere: a figure each.
std::string tiles(const History& history, const Status& status);
std::string checkpoints(const History& history, const Status& status, int heading_level);
/// Unattended ones, good and bad.
std::string runs(const History& history, int heading_level);
/// Of the folder, whatever databases are in it.
std::string disk(const std::vector<History>& histories, const Status& status);

}  // namespace safety::page

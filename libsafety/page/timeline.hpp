#pragma once
// What happened in the last 30 days: a chart by lanes, and the same facts as a table; "" of the latter when nothing did. Internal to this folder.

#include <string>

#include "libsafety/page/history.hpp"

namespace safety::page {

std::string timeline(const History& history, const Status& status, int heading_level);
std::string timeline_table(const History& history, const Status& status, int heading_level);

}  // namespace safety::page

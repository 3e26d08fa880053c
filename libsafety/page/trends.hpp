#pragma once
// How large the archives are and how long they take, over the last months. Internal to this folder.

#include <string>

#include "libsafety/page/history.hpp"

namespace safety::page {

std::string trends(const History& history, const Status& status, int heading_level);

}  // namespace safety::page

#pragma once
// Whether one could go back today: the headline of a database. Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/page/history.hpp"

namespace safety::page {

enum class Level { good, warning, bad };

struct Reason {
  std::string text;     // a sentence
  std::string command;  // that helps; may be empty
};

struct Verdict {
  Level level = Level::good;
  Reason headline;
  std::vector<Reason> reasons;  // worst first
};

Verdict judge(const History& history, const Status& status);

/// "less than a minute", "12 min", "3 h 12 min", "5 d 3 h".
std::string age_text(std::chrono::system_clock::duration age);

}  // namespace safety::page

#pragma once
// How long the disk will do. Internal to this folder.

#include <optional>
#include <string>

#include "libsafety/page/history.hpp"

namespace safety::page {

struct Forecast {
  std::uint64_t bytes = 0;              // of the archives in the folder
  std::uint64_t freed_bytes = 0;        // by retention, when it is at work next
  std::optional<double> bytes_per_day;  // nullopt: too few points to tell
  std::optional<double> days_left;      // nullopt: not known, or the folder does not grow
  std::string how;                      // a sentence: what the growth was told from, or what it would take
};

/// Without retention, or as long as it keeps everything, the folder grows by what is added. Once it removes, as many are
/// kept tomorrow as today, and the folder grows as they grow.
Forecast forecast(const Status& status, const std::vector<History>& histories);

/// "45 days", "3 years", "more than ten years".
std::string days_text(double days);

}  // namespace safety::page

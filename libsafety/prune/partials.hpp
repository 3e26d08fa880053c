#pragma once
// What killed backups leave of files that they did not finish.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "libsafety/base/time.hpp"

namespace safety::prune {

struct Partial {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
};

/// Regular files directly in the folder, of names that only this toolkit makes ("shop_20261123_020304.sql.zst.partial"), that have not
/// changed for a day and that no process of this machine has open.
std::vector<Partial> list_stale_partials(const std::filesystem::path& folder, Instant now);

}  // namespace safety::prune

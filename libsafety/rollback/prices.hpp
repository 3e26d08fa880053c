#pragma once
// What going back takes, from what it took: the durations in the journals of earlier operations and in the checkpoint's own proofs.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/checkpoint/record.hpp"
#include "libsafety/rollback/ways.hpp"

namespace safety::rollback {

struct Prices {
  Price undo, swap, restore;         // downtime; without services
  double restore_total_seconds = 0;
  Price services;                    // stop and start of all of them; zero without services
};

/// `operations`: the folder of journals, of which those of `database` count. `rows_to_move`: of the undo. `record`: of the archive, empty id without one.
/// Undo: rows a second of earlier rollbacks (facts undo_rows, undo_lock_seconds), else an estimate. Swap: the step `swap` of restores of this database,
/// median of the last ten. Restore: its downtime is a swap's; in all, the newest proof of L3 or L4 of this checkpoint, else the newest one of `others`
/// (oldest first) by the ratio of their sizes, else by size alone.
/// Services: steps stop_services and start_services of any operation.
Prices estimate_prices(const std::filesystem::path& operations, const std::string& database, std::uint64_t rows_to_move, const checkpoint::Record& record,
                       const std::vector<checkpoint::Record>& others, bool has_services);

}  // namespace safety::rollback

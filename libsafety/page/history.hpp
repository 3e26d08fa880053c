#pragma once
// A status taken apart by database, with times read. Internal to this folder.

#include "libsafety/checkpoint/policy.hpp"
#include "libsafety/page/status.hpp"

namespace safety::page {

struct Checkpoint {
  const checkpoint::Record* record = nullptr;  // of the Status, which outlives this
  std::optional<Instant> at;                   // of its content; nullopt when it cannot be read
  bool is_gone = false;
  std::uint64_t bytes() const { return is_gone ? 0 : record->archive.bytes; }  // in the folder
  /// The last thing that was learned of its archive is that it is bad.
  bool has_failed() const { return !record->proofs.empty() && !record->proofs.back().is_passed; }
  /// An archive with rows, there and verified: what a backup is. The content that a restore in place replaced is none.
  bool is_good() const;
};

struct History {
  std::string database;  // empty: of runs that ended before they learned it
  std::vector<Checkpoint> checkpoints;
  std::vector<checkpoint::Run> runs;
  std::vector<const Operation*> operations;
};

/// By name. Runs that did not learn their database belong to the only one, where there is one only; else they come last, and only
/// when no other run went well after them.
std::vector<History> histories_of(const Status& status);

using checkpoint::is_in_future;

}  // namespace safety::page

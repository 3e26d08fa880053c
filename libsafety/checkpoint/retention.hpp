#pragma once
// Which archives of a backup folder are kept, which may go, and why. A pure function: it sees records and a clock's time, no disk
// and no server; libsafety/prune acts on what it says. Source: RECORDS.md, section "Retention".
//
// Not for clones: what is a clone alone is left out, and an archive that goes leaves its checkpoint the clone (beside/prune.hpp drops
// clones).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"

namespace safety::checkpoint {

/// Counts are of the newest buckets that hold anything: keep_daily 7 is seven days with a checkpoint, however far apart.
struct RetentionPolicy {
  unsigned keep_last = 0, keep_hourly = 0, keep_daily = 0, keep_weekly = 0, keep_monthly = 0, keep_yearly = 0;
  std::optional<std::chrono::milliseconds> keep_within;  // of the newest of its group, so that silence deletes nothing
  std::vector<std::string> keep_labels;                  // patterns with *, ? and [...]
  unsigned min_keep = 1;     // so many of the newest proven archives of each database stay, whatever the rules say
  bool removes_gone = false; // records whose archive is gone, too: somebody has seen that it is

  /// No rule says what to keep: without one everything but the last would go.
  bool is_empty() const;
};

/// What the records themselves do not tell.
struct RetentionFacts {
  std::map<std::string, std::string> held;  // ids that must stay, each with why: "restore_... is unfinished and names it"
  std::set<std::string> gone;               // ids whose archive's file is not there
};

struct Verdict {
  Record record;
  bool is_kept = true;
  std::vector<std::string> reasons;  // at least one: "last 3", "daily 2026-11-25"; of a removed one "no rule keeps it"
};

/// One verdict for each checkpoint that names an archive, newest first (by sequence, then time).
/// Errors: usage when the policy is empty, or its min_keep is 0.
std::vector<Verdict> retain(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts, Instant now);

/// The same, when disk is needed more than history: only pins, what is held, labels, min_keep and the newest of the highest proof
/// speak for keeping. Errors: usage when min_keep is 0.
std::vector<Verdict> retain_least(const std::vector<Record>& records, const RetentionPolicy& policy, const RetentionFacts& facts, Instant now);

/// Checkpoints of different series do not take each other's places: "scheduled", "pre-migration", "pre-restore", "pre-rollback", and
/// "manual" for every other reason that a person gave.
std::string series_of(const Record& record);

}  // namespace safety::checkpoint

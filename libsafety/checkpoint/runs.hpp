#pragma once
// The ledger of unattended work in a backup folder: one line for each run, good or bad, in `runs.jsonl`. It outlives the
// database and needs no server, so that silence and failures can be told from it alone. Source: RECORDS.md.

#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/store.hpp"

namespace safety::checkpoint {

struct Run {
  std::string id;                 // "scheduled_20261126_020000"
  std::string kind;               // "scheduled", "drill"
  std::string database;           // empty: it was not learned
  std::string started, finished;  // RFC 3339, by the clock of the machine that ran it
  Code outcome = Code::success;
  std::string step;        // the last one begun: "back up", "verify", "copy off site", "verify the copy", "prune"
  std::string message;     // why, when not success; also of a skip
  std::string checkpoint;  // the one made, or drilled; empty without
  double seconds = 0;
  bool is_skipped = false;   // nothing was to be done: a fresh checkpoint was there, or another operation ran
  std::string offsite = {};  // where it was copied to and verified, without secrets; empty when it was not

  /// Else it still works, or died, and its outcome says nothing.
  bool has_ended() const noexcept { return !finished.empty(); }
  /// It did what it is for; one that was skipped did not.
  bool has_succeeded() const noexcept { return has_ended() && !is_skipped && outcome == Code::success; }
};

/// What a person calls it: "backup" of "scheduled", "restore drill" of "drill"; another kind as it is.
std::string describe_kind(const std::string& kind);

/// As its line in the ledger: one JSON object without a newline.
std::string format_run(const Run& run);

/// Appended and on disk when it returns: once when it begins, without `finished`, and once when it has ended. Errors: storage.
void add_run(const Store& store, const Run& run);

/// One for each id, in the order in which they began; without `finished` it still works, or died. A line that cannot be read
/// (a crash cut it) is warned about and left out.
std::vector<Run> list_runs(const Context& context, const Store& store);

/// Those of the database that began and of which no end was noted are given one, as failures: for whoever holds the
/// operation lock, and so knows that no other than its own run, `own`, still works. Returns them.
std::vector<Run> close_dead_runs(const Context& context, const Store& store, const std::string& database, const std::string& own);

/// Of one kind (empty: any) and database, how many at the end failed without a success between; skipped ones and those without
/// an end do not count.
/// A run that failed before it learned its database counts for every database.
unsigned failures_in_a_row(const std::vector<Run>& runs, const std::string& kind, const std::string& database);

}  // namespace safety::checkpoint

#pragma once
// Operation: archives that retention does not keep are removed, with what dead backups left of archives they never finished.
//
// Looking is one thing, and changes nothing; removing another. Removed is only what was chosen both when somebody agreed and, under
// the locks, now. It needs no server: records and archives are files. Invariants: what libsafety/checkpoint/retention.hpp never
// removes; no file that no record names; no file outside the folder; no symbolic link is followed or removed.
//
// Locks: operations/prune.lock (flock) keeps two prunes of a folder apart. Backups, restores and deploys need the server: when it
// answers, its operation lock is taken (locked while one of them runs); when it does not, none of them can be running, and what one
// left unfinished holds its checkpoints by its journal.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/checkpoint/retention.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/prune/locks.hpp"
#include "libsafety/prune/partials.hpp"

namespace safety::prune {

struct PruneOptions {
  checkpoint::RetentionPolicy policy;  // may be empty when disk, or records without archives, are all that is asked for
  std::string database;                // only this one's checkpoints; empty: of all databases in the folder
  std::uint64_t min_free_bytes = 0;    // remove more, oldest first, until as much is free; 0: disk is no reason
};

struct Outlook {
  std::vector<checkpoint::Verdict> verdicts;  // newest first
  std::map<std::string, std::uint64_t> sizes; // bytes of each one's archive, by id: its file's, whatever the record says
  std::set<std::string> for_disk;             // ids that the policy alone would keep
  std::vector<Partial> partials;
  std::vector<std::string> begun;  // ids of removals that a run before this one began
  std::uint64_t free_bytes = 0;    // on the folder's file system
  bool is_short = false;           // even with all that may go, less than min_free_bytes would be free

  std::uint64_t archives() const;  // that would be removed
  std::uint64_t bytes() const;     // of these and of partial files
  bool is_nothing() const;         // nothing would be done
};

/// Errors: usage when nothing in the options says what to keep; storage.
Outlook look(const Context& context, const checkpoint::Store& store, const PruneOptions& options, Instant now);

struct Pruned {
  std::vector<std::string> removed;   // ids of checkpoints that are no more
  std::vector<std::string> changed;   // ids that are left with their clone
  std::vector<std::string> partials;  // names of files
  std::uint64_t bytes = 0;            // of files removed
  std::uint64_t free_bytes = 0;       // afterwards
};

/// Removes of `agreed` what is still chosen and unchanged, oldest first, those for disk only while it is short; first ends what an
/// earlier run began. Errors: locked (another operation or prune runs); storage. What was removed before stays removed, and running it
/// again goes on.
Pruned prune(const Context& context, const checkpoint::Store& store, const PruneOptions& options, const Outlook& agreed, const Server& server,
             Instant now);

}  // namespace safety::prune

#pragma once
// The backup that nobody watches: back up, verify, copy off site, verify the copy, prune, tell. One lock from the first to
// the last, shared with deploys and restores.
//
// What it promises: whatever fails and wherever it is killed, there are never fewer good backups than before, none that is not
// proven is called good, nothing is pruned unless this run's backup was proven, and the ledger (checkpoint/runs.hpp) and the
// channels tell of it.

#include <chrono>
#include <optional>

#include "libsafety/backup/backup.hpp"
#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/checkpoint/retention.hpp"
#include "libsafety/notify/notify.hpp"
#include "libsafety/offsite/offsite.hpp"

namespace safety::schedule {

struct ScheduledOptions {
  backup::BackupOptions backup;                        // its reason becomes "scheduled"
  checkpoint::Proof proof = checkpoint::Proof::decodes;  // reached before anything is pruned; L3 and L4 restore aside
  /// Do nothing when there is a checkpoint of the database, with that proof at least, whose content is younger.
  std::optional<std::chrono::milliseconds> max_age;
  /// Wait a random part of it first, so that a hundred machines do not begin in the same second.
  std::chrono::milliseconds jitter{0};
  std::optional<offsite::Remote> remote;  // where the archive is copied to, too
  offsite::Thoroughness thoroughness = offsite::Thoroughness::hash;
  /// What is kept, here and off site; with an empty policy nothing is pruned. What must be free is made so before the backup.
  checkpoint::RetentionPolicy retention;
  std::uint64_t min_free_bytes = 0;
  notify::Channels channels;
};

struct ScheduledResult {
  checkpoint::Run run;
  std::optional<checkpoint::Record> record;  // of the new checkpoint; none when it was skipped
  std::vector<std::string> pruned, pruned_offsite;  // ids
};

/// Errors: those of its parts, after they were noted and told: locked when another operation works on the database (the run is
/// noted as skipped); connection; storage; verification, archive_damaged, archive_incomplete when the new backup is not good (it
/// stays, with that proof, and counts for nothing); command_failed and others of offsite::upload when the copy fails (the backup here
/// is good then, and nothing was pruned); interrupted.
ScheduledResult run_scheduled(const Context& context, const pg::ConnectionInfo& info, const ScheduledOptions& options);

/// What run_scheduled would do, in words.
std::vector<std::string> describe_scheduled(const Context& context, const pg::ConnectionInfo& info, const ScheduledOptions& options);

}  // namespace safety::schedule

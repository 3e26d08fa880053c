#pragma once
// The restore drill: a checkpoint restored aside as an incident would have it, proved to L4, used as the project would use it
// (L5), timed, dropped again, and noted in the ledger. A backup that was never restored is a hope.

#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/notify/notify.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::schedule {

struct DrillOptions {
  std::filesystem::path folder;
  /// An id or label; empty: the newest of the database, or with picks_older one of the others, by chance.
  std::string checkpoint;
  bool picks_older = false;
  unsigned jobs = 2;
  std::vector<std::string> sql;       // each must give true on the copy, beside the project's smoke statements
  std::vector<std::string> commands;  // run with DATABASE_URL naming the copy, as in "npx prisma migrate status"; each must succeed
  migrations::Project project;        // may be empty
  std::string tool_version;
  notify::Channels channels;
};

struct DrillResult {
  checkpoint::Run run;
  checkpoint::Record record;
  checkpoint::Proof proof = checkpoint::Proof::content;  // L5 when there was something to use it by
  double restore_seconds = 0, use_seconds = 0;
};

/// Errors, after they were noted: verification when the copy is not what was backed up, or does not do for the project (the archive
/// itself is then proved to L4 all the same); archive_damaged and archive_incomplete; no_such_checkpoint; config when a command is
/// known to go to another database than DATABASE_URL says; those of restore::restore. The copy is gone in any case.
DrillResult drill(const Context& context, const pg::ConnectionInfo& info, const DrillOptions& options);

}  // namespace safety::schedule

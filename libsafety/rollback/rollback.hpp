#pragma once
// Going back after a migration: what changed since a checkpoint, the ways back with their prices, and the one that was chosen
// carried out as a runbook that can be left and resumed.
//
// One journaled plan (plan/plan.hpp). Its commit point is the step `revert`: one transaction for an undo, the renames of a
// restore for the others. Until then a failure leaves the database as it was and services as they were found.

#include <optional>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/restore/options.hpp"
#include "libsafety/rollback/incident.hpp"
#include "libsafety/rollback/options.hpp"

namespace safety::rollback {

struct Look {
  Situation situation;
  Proposal proposal;
};

/// What the ways back are. The database is read only. For an archive without a clone an empty scratch database is made and dropped.
/// Errors: no_such_checkpoint (none that differs from now, or none before the migration); usage for a checkpoint of another database or
/// system; locked; resumable when an earlier run is unfinished.
Look look(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options);

/// Errors: those of look(); not_reversible (the strategy cannot); those of a backup and a restore; service_unhealthy when the rollback is done
/// and services are not well; resumable when somebody quit, or it stopped behind its point of no return.
RollbackResult roll_back(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options);

/// The plan in words, without doing anything.
std::vector<plan::Step> describe_rollback(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options);

/// The undo tried on a copy of the database that the server makes (closed for as long as that takes), which is dropped.
undo::UndoResult rehearse(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options);

RollbackResult resume(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const RollbackOptions& options);
void abort(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const RollbackOptions& options);

/// Rolls the last finished rollback of the database (or the one named) back: to its checkpoint of the state before it.
RollbackResult roll_forward(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, const std::string& operation);

/// From the journals in the backup folder. `operation`: an id, or "last" of that database. Errors: usage when there is no such operation.
Incident read_incident(const std::filesystem::path& folder, const std::string& database, const std::string& operation);

std::string format_result_text(const RollbackResult& result);
/// Fields as a JSON object.
std::string format_result_json(const RollbackResult& result);

}  // namespace safety::rollback

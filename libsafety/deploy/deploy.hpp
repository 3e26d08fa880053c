#pragma once
// The guarded migration: looked at, backed up, rehearsed on a copy, then run for real, verified against the rehearsal, and
// taken back by itself when it went wrong.
//
// One journaled plan (plan/plan.hpp). Until the step `migrate` production is only read (and, for the clone, closed for a
// moment). From there a failure goes back to the clone, or to the archive, before the error is reported; the database that
// was half migrated is kept as a previous one. A run that was killed is finished by resume() or taken back by abort().

#include <string>
#include <vector>

#include "libsafety/deploy/options.hpp"
#include "libsafety/restore/options.hpp"

namespace safety::deploy {

/// Errors before production is touched: findings (preflight, or what the rehearsal shows lost or crossing owners),
/// command_failed (the rehearsal failed), history_differs, locked, resumable (an earlier run is unfinished), those of a backup.
/// Errors once commands ran: rolled_back (the old state is back); manual_attention (on_failure is stop, or going back
/// failed too), each naming the next command; service_unhealthy.
DeployResult deploy(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options);

/// Preflight, checkpoint and rehearsal alone: production is only read. What they show is in the result, not an error.
DeployResult rehearse(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options);

/// The plan in words, without doing anything.
std::vector<plan::Step> describe_deploy(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options);

/// A deploy that was killed. What the options say of policy is the journal's; project and services are today's.
DeployResult resume(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const DeployOptions& options);
/// Back to the state before it. Errors: resumable when it was accepted already: then resume() finishes it.
void abort(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const DeployOptions& options);

/// Takes the pins of ended deploys off the database's checkpoints; returns the ids.
std::vector<std::string> finalise(const Context& context, const pg::ConnectionInfo& info, const std::filesystem::path& folder);

/// Whether the rehearsal lets the migration go on: what is wrong, a line each; empty when nothing is.
std::vector<std::string> objections(const rehearsal::Rehearsal& rehearsal, const std::optional<preflight::Report>& preflight, bool allows_loss);

}  // namespace safety::deploy

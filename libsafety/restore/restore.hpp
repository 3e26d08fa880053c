#pragma once
// Bringing a database back: restored aside, verified, then swapped in by two renames in one transaction; the replaced
// database is kept. Everything before the swap happens while production runs, and a failure there leaves it untouched.
//
// Each operation is a journaled plan (plan/plan.hpp). A run that was killed is found by the next one, which refuses to
// start until resume() or abort() has dealt with it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/restore/options.hpp"

namespace safety::restore {

/// What would be replaced; target.exists is false when there is no such database.
Target look_at_target(const Context& context, const pg::ConnectionInfo& info);

/// Errors: resumable when an earlier run is unfinished; locked; archive_damaged, archive_incomplete; version;
/// not_permitted (CREATEDB, roles, extensions, tablespaces, each by name); storage; verification; confirmation_needed
/// for another database's archive; command_failed and service_unhealthy when a service cannot be asked or does not stop.
/// In all of these production is as before, services run as they did, and staging is gone.
/// Once the databases are swapped: service_unhealthy when services do not come back (the restore itself is done and can be
/// undone); rolled_back when undoes_on_unhealthy was asked for and did so.
RestoreResult restore(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options);

/// The plan in words, after all checks, without doing anything.
std::vector<plan::Step> describe_restore(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options);

/// Puts the newest previous database (or the one named) back in place; what it replaces becomes the previous one.
/// Of the options only folder, services, undoes_on_unhealthy and held_lock count, here and below.
RestoreResult undo(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options, const std::string& previous);

/// The oldest unfinished, not running operation of that tool on the database, if any; of any tool when that is empty.
std::optional<Unfinished> find_unfinished(const std::filesystem::path& folder, const std::string& database,
                                          const std::string& tool = "safety-restore");
/// Of safety-verify: it replaces nothing, so nobody need decide what becomes of it.
bool is_proof(const Unfinished& unfinished);
/// Errors: resumable, naming the operation, whichever tool's it is, and what to do about it.
void throw_if_unfinished(const std::filesystem::path& folder, const std::string& database);

RestoreResult resume(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished, const RestoreOptions& options);
void abort(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished, const RestoreOptions& options);

/// Either of the two: undone where it can be, and finished where it is past its point of no return. For an operation that a
/// larger one began. Returns true when it was finished.
bool settle(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished, const RestoreOptions& options);

}  // namespace safety::restore

#pragma once
// The migration run on a copy: the checkpoint's archive restored aside and proved (L4), the real commands run there, and
// what they did told: success or the failing statement, times, what changed, what was lost, which locks were taken.
//
// Production is not touched; the copy is dropped at the end, also when interrupted. A copy that a killed run left is
// named so that beside/beside.hpp and safety-prune know it.

#include <string>

#include "libsafety/base/context.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/rehearsal/result.hpp"
#include "libsafety/rehearsal/snapshot.hpp"

namespace safety::rehearsal {

/// What a dropped column held is counted on the copy before the commands run: every table is read once for rows and values
/// alike, which asks nothing of production, and what is lost is known exactly.
/// A copy that an earlier, killed rehearsal left half-restored is undone first.
/// Errors: config when a command is known to go to another database than DATABASE_URL says; those of restore::restore for making the copy; interrupted. A migration that fails there is an answer.
Rehearsal rehearse(const Context& context, const pg::ConnectionInfo& info, const migrations::Project& project, const RehearsalOptions& options);

std::string format_text(const Rehearsal& rehearsal);
/// Fields as a JSON object.
std::string format_json(const Rehearsal& rehearsal);

}  // namespace safety::rehearsal

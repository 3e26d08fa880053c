#pragma once
// What an archive notes about where it came from, read inside the snapshot.

#include "libsafety/archive/index.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::backup {

/// Identity, versions, roles, tablespaces, extensions, properties, schema objects, migration heads, git commit.
/// Leaves id, label, reason, tables and frames to the caller. Of the project's migrations those that are pending are noted.
archive::Index read_source_facts(const Context& context, pg::Connection& snapshot, const migrations::Project& project);

}  // namespace safety::backup

#pragma once
// How the project's Prisma sends a migration to the server.

#include "libsafety/migrations/project.hpp"

namespace safety::preflight {

/// True when it sends statements one by one, outside of any transaction: version 7.4 and later, and before that with a
/// JS adapter in prisma.config. Then a failure leaves the first statements in effect. Looks at files only.
bool sends_one_by_one(const migrations::Project& project);

}  // namespace safety::preflight

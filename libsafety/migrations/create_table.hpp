#pragma once
// Which tables a list of migrations leaves behind, by the statements that begin with CREATE, ALTER and DROP TABLE. No grammar: enough to tell whose a
// table is, not what becomes of it.

#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"

namespace safety::migrations {

/// Sorted, "users" or "billing.plan".
std::vector<std::string> tables_left_by(const std::vector<MigrationFile>& migrations);

}  // namespace safety::migrations

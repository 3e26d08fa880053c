#pragma once
// safety-prune --databases: what stands beside the database in use.

#include "libsafety/beside/prune.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Shows what would go, asks, drops.
Result prune_databases(const Context& context, const Tool& tool, const beside::PruneOptions& options);

}  // namespace safety::tools

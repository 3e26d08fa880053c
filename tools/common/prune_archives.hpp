#pragma once
// safety-prune: the archives of a backup folder that retention does not keep.

#include "libsafety/offsite/offsite.hpp"
#include "libsafety/prune/prune.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Shows what stays and what would go, each with why; asks; removes. With `is_all` of every database in the folder, else of the one
/// that the database URL names, or that alone has checkpoints there. Errors: usage when there are several and none is named.
Result prune_archives(const Context& context, const Tool& tool, prune::PruneOptions options, bool is_all);

/// The same for the copies on a remote. Of the options policy and database count.
Result prune_copies(const Context& context, const Tool& tool, prune::PruneOptions options, bool is_all, const offsite::Remote& remote);

}  // namespace safety::tools

#pragma once
// Retention of the copies off site: by the same rules, of what is there.

#include <string>
#include <vector>

#include "libsafety/offsite/offsite.hpp"
#include "libsafety/prune/prune.hpp"

namespace safety::prune {

/// Newest first. A copy is pinned, labelled and proven as the record here says, where there still is one: the one there is as old as
/// the copy. Of the options policy and database count. Errors: usage when the policy is empty; those of offsite::list.
std::vector<checkpoint::Verdict> look_offsite(const Context& context, const checkpoint::Store& store, const offsite::Remote& remote,
                                              const PruneOptions& options, Instant now);

/// Removes those that are not kept, oldest first; returns the ids. `verdicts`: of look_offsite. Errors: those of offsite::remove; what
/// was removed before stays removed, and running it again goes on.
std::vector<std::string> prune_offsite(const Context& context, const offsite::Remote& remote, const std::vector<checkpoint::Verdict>& verdicts);

}  // namespace safety::prune

#pragma once
// What changed in the schema between two checkpoints, by the lists of objects that their archives hold: the history that
// `drizzle-kit push` does not keep.

#include "libsafety/checkpoint/store.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// From `first` to `second`; without a second from the checkpoint before `first`, of the same database, to it.
/// Errors: those of choose_archive; no_such_checkpoint when there is none before; archive_damaged, archive_incomplete.
Result list_changes(const Context& context, const checkpoint::Store& store, const std::string& database, const std::string& first, const std::string& second);

}  // namespace safety::tools

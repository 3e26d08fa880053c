#pragma once
// What retention must know beside the records: read from the backup folder, without a server.

#include <vector>

#include "libsafety/checkpoint/retention.hpp"
#include "libsafety/checkpoint/store.hpp"

namespace safety::checkpoint {

/// Held are the checkpoints that an unfinished or running operation's journal names, all of them when such a journal cannot be read,
/// and those whose archive is not a regular file of a name of their own. Gone are those whose archive is not there.
RetentionFacts read_facts(const Store& store, const std::vector<Record>& records);

}  // namespace safety::checkpoint

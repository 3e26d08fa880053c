#pragma once
// What dead runs left on the remote.

#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/offsite/rclone.hpp"

namespace safety::offsite {

/// Finishes removals that a crash cut short, and removes temporary files: those of `own`, which this run alone writes now, and
/// others that nobody touched for a day. `files` is what the remote holds; returns what it holds afterwards.
std::vector<RemoteFile> tidy(const Context& context, Rclone& rclone, std::vector<RemoteFile> files, const checkpoint::Record& own);

bool has(const std::vector<RemoteFile>& files, const std::string& name);

/// From the mark on: record, archive, `.sha256`, mark, in this order. What is gone already does no harm.
void finish_removal(Rclone& rclone, const checkpoint::Record& record);

}  // namespace safety::offsite

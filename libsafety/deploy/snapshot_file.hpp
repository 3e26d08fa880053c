#pragma once
// A database's state as a file beside the journal, so that a later process of the same deploy can compare with it.

#include <filesystem>
#include <optional>

#include "libsafety/rehearsal/rehearsal.hpp"

namespace safety::deploy {

/// Durable when it returns. Errors: storage.
void save_snapshot(const std::filesystem::path& path, const rehearsal::Snapshot& snapshot);
/// nullopt when there is no such file. Errors: archive_damaged when it is something else.
std::optional<rehearsal::Snapshot> load_snapshot(const std::filesystem::path& path);

}  // namespace safety::deploy

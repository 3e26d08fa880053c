#pragma once
// What git knows of the project's files. There need be no git: then it knows nothing. Internal to this folder.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/os/process.hpp"

namespace safety::rollback {

/// Runs in `folder`, with paths meant as they are written, whatever * and : they hold.
os::Command git_command(const std::filesystem::path& folder, std::vector<std::string> arguments);

/// What it prints; nullopt when it refuses: no repository, no such revision, a folder that it does not trust, or there is no git.
std::optional<std::string> ask_git(const Context& context, const std::filesystem::path& folder, std::vector<std::string> arguments);

/// True when something of it is in the repository. `path` has a parent that is there.
bool is_tracked(const Context& context, const std::filesystem::path& path);
/// ... and it is as it was committed, without files that git does not know.
bool is_tracked_and_clean(const Context& context, const std::filesystem::path& path);

}  // namespace safety::rollback

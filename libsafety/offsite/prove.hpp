#pragma once
// Whether a file on the remote is the recorded bytes.

#include <filesystem>
#include <optional>
#include <string>

#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/offsite/rclone.hpp"

namespace safety::offsite {

/// `name` may be the archive's temporary one. `good_copy` is an archive here whose SHA-256 is known to be the recorded one: without
/// it hashes but SHA-256 tell nothing. Errors: those of verify_copy.
CopyProof prove(const Context& context, Rclone& rclone, const std::string& name, const checkpoint::Record& record, Thoroughness thoroughness,
                const std::optional<std::filesystem::path>& good_copy);

/// True for the errors by which prove says that the bytes there are not good.
bool is_about_the_copy(const Error& error);

}  // namespace safety::offsite

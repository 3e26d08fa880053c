#pragma once
// From what a person names to what the library restores; shared by safety-restore and safety-verify.

#include <optional>
#include <string>

#include "libsafety/checkpoint/record.hpp"
#include "libsafety/restore/restore.hpp"

namespace safety::tools {

struct ChosenArchive {
  std::filesystem::path path;
  std::optional<checkpoint::Record> record;
};

/// A name with a slash, or of an existing file, is a file (with its record when it lies in the backup folder);
/// anything else is "latest", an id or a label. Errors: no_such_checkpoint; storage when the record's archive is gone.
ChosenArchive choose_archive(const Context& context, const std::string& name, const std::string& database, const std::filesystem::path& folder);

/// choose_archive into options.
void choose_restore_source(const Context& context, const std::string& name, const std::string& database, restore::RestoreOptions& options);

/// What a restore takes: "" (the clone when there is one, else the archive), "clone" or "archive".
/// Errors: those of choose_archive; usage; no_such_checkpoint when there is no such clone.
void choose_restore_source(const Context& context, const pg::ConnectionInfo& info, const std::string& name, const std::string& from,
                           restore::RestoreOptions& options);

/// The archive that an in-place restore can go back to; returns its id.
std::string make_pre_restore_backup(const Context& context, const pg::ConnectionInfo& info, const restore::RestoreOptions& options);

}  // namespace safety::tools

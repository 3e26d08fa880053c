#include "tools/common/restore_choice.hpp"

#include "libsafety/backup/backup.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/store.hpp"

namespace safety::tools {
namespace fs = std::filesystem;

ChosenArchive choose_archive(const Context& context, const std::string& name, const std::string& database, const fs::path& folder) {
  const checkpoint::Store store(folder);
  std::error_code error;
  fs::path file = name;
  // A bare file name may mean one in the backup folder.
  if (name.find('/') == std::string::npos && !fs::exists(file, error) && fs::exists(folder / name, error)) file = folder / name;
  if (name.find('/') != std::string::npos || fs::exists(file, error)) {
    if (!fs::exists(file, error))
      throw Error(Code::no_such_checkpoint, "there is no file \"" + name + "\"", "Check the path; `safety-list` shows the checkpoints.");
    ChosenArchive chosen{fs::absolute(file).lexically_normal(), std::nullopt};
    if (fs::equivalent(chosen.path.parent_path(), folder, error))
      for (auto& record : store.list(context))
        if (record.archive.file == chosen.path.filename()) chosen.record = std::move(record);
    return chosen;
  }
  auto record = store.resolve(context, name, database);
  if (!store.has_archive(record))
    throw Error(Code::storage, "checkpoint \"" + record.id + "\" has lost its archive \"" + store.archive_path(record).string() + "\"",
                "Bring the file back from where it was copied to, or choose another checkpoint of `safety-list`.");
  auto path = store.archive_path(record);
  return {std::move(path), std::move(record)};
}

void choose_restore_source(const Context& context, const std::string& name, const std::string& database, restore::RestoreOptions& options) {
  const auto chosen = choose_archive(context, name, database, options.folder);
  options.source = chosen.path;
  if (!chosen.record) return;
  options.checkpoint = chosen.record->id;
  options.expected_sha256 = chosen.record->archive.sha256;
}

std::string make_pre_restore_backup(const Context& context, const pg::ConnectionInfo& info, const restore::RestoreOptions& options) {
  backup::BackupOptions backup;
  backup.folder = options.folder;
  backup.reason = "pre-restore";
  backup.jobs = options.jobs;
  backup.level = archive::default_level(backup.codec);
  backup.tool_version = options.tool_version;
  return backup::back_up(context, info, backup).record.id;
}

}  // namespace safety::tools

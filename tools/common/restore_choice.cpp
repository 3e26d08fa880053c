#include "tools/common/restore_choice.hpp"

#include "libsafety/backup/backup.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/beside/beside.hpp"
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
  auto path = store.require_archive(record);
  return {std::move(path), std::move(record)};
}

void choose_restore_source(const Context& context, const std::string& name, const std::string& database, restore::RestoreOptions& options) {
  const auto chosen = choose_archive(context, name, database, options.folder);
  options.source = chosen.path;
  if (!chosen.record) return;
  options.checkpoint = chosen.record->id;
  options.expected_sha256 = chosen.record->archive.sha256;
}

void choose_restore_source(const Context& context, const pg::ConnectionInfo& info, const std::string& name, const std::string& from,
                           restore::RestoreOptions& options) {
  if (!from.empty() && from != "archive" && from != "clone")
    throw Error(Code::usage, "--from takes archive or clone", "Leave it out to take the clone when there is one.");
  std::error_code error;
  const bool is_file = name.find('/') != std::string::npos || fs::exists(name, error) || fs::exists(options.folder / name, error);
  // What only an archive can do needs no question; what is a file is one.
  const bool wants_archive = from == "archive" || is_file || options.mode == restore::Mode::in_place || options.reads_digests_back || !options.tables.empty();
  if (wants_archive && from != "clone") return choose_restore_source(context, name, info.database(), options);
  const checkpoint::Store store(options.folder);
  const auto record = store.resolve(context, name, info.database(), checkpoint::Wanted::anything);
  auto maintenance = pg::connect_to_maintenance(context, info);
  const auto clone = beside::find_clone(maintenance, record);
  if (!clone && (from == "clone" || !record.names_archive()))
    throw Error(Code::no_such_checkpoint, "checkpoint \"" + record.id + "\" has no clone on this server" + (record.clone ? " any more" : ""),
                record.names_archive() ? "Say --from archive." : "`safety-list` shows the checkpoints.");
  if (!clone) return choose_restore_source(context, record.id, info.database(), options);
  options.checkpoint = record.id;
  options.clone = clone->name;
  options.clone_oid = clone->oid;
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

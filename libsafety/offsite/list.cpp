#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/offsite/names.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/offsite/rclone.hpp"
#include "libsafety/os/file.hpp"

namespace safety::offsite {
namespace {

/// A folder that was lost and begun anew counts from 1 again: then the numbers there do not say what is newest.
void warn_when_time_disagrees(const Context& context, const std::vector<RemoteCheckpoint>& there, const RemoteCheckpoint& chosen) {
  for (const auto& other : there)
    if (other.record.database == chosen.record.database && other.has_archive && other.record.snapshot_time > chosen.record.snapshot_time)
      return context.sink.warning(fmt::format("\"latest\" is {} by its number, but {} was taken later ({}): name it by its id if you mean that one",
                                              chosen.record.id, other.record.id, other.record.snapshot_time));
}

}  // namespace

std::vector<RemoteCheckpoint> list(const Context& context, const Remote& remote) {
  Rclone rclone(context, remote);
  std::map<std::string, std::uint64_t> bytes;
  bool has_records = false;
  for (const auto& file : rclone.list()) {
    bytes[file.name] = file.bytes;
    has_records = has_records || file.name.ends_with(".json");
  }
  if (!has_records) return {};
  const os::TemporaryFolder folder;
  rclone.copy_here(".json", folder.path());
  std::vector<RemoteCheckpoint> there;
  for (auto& record : checkpoint::Store(folder.path()).list(context)) {
    if (!checkpoint::has_own_names(record)) {
      context.sink.warning(fmt::format("record \"{}\" names files that are not its own, and is not believed", remote.shown_of(record.id)));
      continue;
    }
    const auto archive = bytes.find(record.archive.file);
    const bool has_archive = record.names_archive() && archive != bytes.end() && archive->second == record.archive.bytes;
    there.push_back({std::move(record), has_archive});
  }
  return there;
}

const RemoteCheckpoint& choose(const Context& context, const Remote& remote, const std::vector<RemoteCheckpoint>& there, const std::string& name,
                               const std::string& database) {
  std::set<std::string> databases;
  for (const auto& one : there) databases.insert(one.record.database);
  if (name == "latest" && database.empty() && databases.size() > 1)
    throw Error(Code::usage, fmt::format("\"latest\" of which database? \"{}\" holds checkpoints of {}", remote.shown, databases.size()),
                "Name one with --database-url or DATABASE_URL, or give an id of `safety-list --offsite`.");
  std::vector<std::string> ids;
  for (auto one = there.rbegin(); one != there.rend(); ++one) {
    const auto& record = one->record;
    ids.push_back(record.id);
    if (!one->has_archive || !(record.id == name || checkpoint::answers_to(record, name, database))) continue;
    if (name == "latest") warn_when_time_disagrees(context, there, *one);
    return *one;
  }
  throw Error(Code::no_such_checkpoint,
              fmt::format("no checkpoint \"{}\"{} on \"{}\"", name, database.empty() ? "" : " of database \"" + database + "\"", remote.shown),
              "`safety-list --offsite --all` shows them all.", ids.empty() ? "there is none" : "there are " + join_some(ids));
}

}  // namespace safety::offsite

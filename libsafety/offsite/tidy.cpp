#include "libsafety/offsite/tidy.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/offsite/names.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::offsite {
namespace {

constexpr auto kNobodyIsThatSlow = std::chrono::hours(24);

/// Of ours: other programs call things `.partial`, too.
bool is_our_partial(const std::string& name) {
  if (!name.ends_with(kPartial)) return false;
  const auto whole = std::string_view(name).substr(0, name.size() - std::string_view(kPartial).size());
  return checkpoint::has_archive_ending(whole) || whole.ends_with(".json");
}

bool is_stale(const RemoteFile& file, const checkpoint::Record& own) {
  if (!is_our_partial(file.name)) return false;
  if (file.name == partial_name(own.archive.file) || file.name == partial_name(record_name(own.id))) return true;
  return file.modified && std::chrono::system_clock::now() - *file.modified > kNobodyIsThatSlow;
}

bool finish_removal_of(const Context& context, Rclone& rclone, const std::string& mark) {
  const auto where = rclone.remote().shown_of(mark);
  const auto text = rclone.read_text(mark);
  try {
    const auto record = checkpoint::parse_record(text, where);
    if (!checkpoint::has_own_names(record) || removing_name(record.id) != mark) throw Error(Code::archive_damaged, "\"" + where + "\" marks another checkpoint's files");
    context.sink.note(fmt::format("finishing the removal of {} that was cut short", record.id));
    finish_removal(rclone, record);
    return true;
  } catch (const Error& error) {
    // Of a newer toolkit, or not ours: no reason to go without this copy.
    if (error.code() != Code::archive_damaged && error.code() != Code::version) throw;
    context.sink.warning(error.message());
    return false;
  }
}

}  // namespace

bool has(const std::vector<RemoteFile>& files, const std::string& name) {
  return std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
}

void finish_removal(Rclone& rclone, const checkpoint::Record& record) {
  rclone.remove(record_name(record.id));
  os::fault_point("offsite.record_removed");
  if (record.names_archive()) {
    rclone.remove(record.archive.file);
    os::fault_point("offsite.archive_removed");
    rclone.remove(checkpoint::sums_name(record));
  }
  rclone.remove(removing_name(record.id));
  os::fault_point("offsite.removed");
}

std::vector<RemoteFile> tidy(const Context& context, Rclone& rclone, std::vector<RemoteFile> files, const checkpoint::Record& own) {
  bool has_changed = false;
  for (const auto& file : files) {
    if (file.name.ends_with(std::string(".json") + kRemoving)) {
      has_changed = finish_removal_of(context, rclone, file.name) || has_changed;
    } else if (is_stale(file, own)) {
      rclone.remove(file.name);
      has_changed = true;
    }
  }
  return has_changed ? rclone.list() : files;
}

}  // namespace safety::offsite

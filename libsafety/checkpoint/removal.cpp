#include "libsafety/checkpoint/removal.hpp"

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/names.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"

namespace safety::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kEnding = ".json.removing";

}  // namespace

std::vector<Record> list_removals(const Context& context, const Store& store) {
  std::vector<Record> records;
  std::error_code error;  // a folder that cannot be read has been complained about by Store::list
  for (const auto& entry : fs::directory_iterator(store.folder(), error)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(kEnding) || !fs::is_regular_file(entry.symlink_status())) continue;
    try {
      auto record = parse_record(os::read_file(entry.path()), entry.path());
      if (record.names_archive() && has_own_names(record) && record.id + std::string(kEnding) == name)
        records.push_back(std::move(record));
      else
        context.sink.warning("\"" + name + "\" is left alone: what it says is about other files");
    } catch (const Error& problem) {
      context.sink.warning(problem.message() + "; " + problem.hint());
    }
  }
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.id < b.id; });
  return records;
}

bool is_taken_back(const Store& store, const Record& record) {
  const auto now = store.read(record.id);
  return now && now->archive.file == record.archive.file;
}

std::uint64_t remove_files(const Store& store, const Record& record) {
  std::error_code error;
  const auto path = store.archive_path(record);
  auto bytes = fs::file_size(path, error);
  if (error) bytes = 0;
  const bool was_there = os::remove_file_durably(path);
  os::fault_point("removal.archive");
  const auto digest = store.folder() / sums_name(record);
  if (fs::is_regular_file(fs::symlink_status(digest, error))) os::remove_file_durably(digest);  // anything else is not ours
  os::fault_point("removal.digest");
  return was_there ? bytes : 0;
}

void end_removal(const Store& store, const Record& record) { os::remove_file_durably(store.removal_path(record.id)); }

}  // namespace safety::checkpoint

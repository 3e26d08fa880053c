#include "libsafety/checkpoint/names.hpp"

#include <algorithm>

namespace safety::checkpoint {

bool has_archive_ending(std::string_view name) {
  return std::any_of(kArchiveEndings.begin(), kArchiveEndings.end(), [&](const auto& ending) { return name.ends_with(ending); });
}

bool has_own_names(const Record& record) {
  const auto& id = record.id;
  if (id.empty() || id.front() == '.' || id.find_first_of("/\n\r") != std::string::npos || id.find('\0') != std::string::npos) return false;
  return !record.names_archive() ||
         std::any_of(kArchiveEndings.begin(), kArchiveEndings.end(), [&](const auto& ending) { return record.archive.file == id + std::string(ending); });
}

std::string sums_name(const Record& record) { return record.archive.file + ".sha256"; }
std::string sums_text(const Record& record) { return record.archive.sha256 + "  " + record.archive.file + "\n"; }

bool answers_to(const Record& record, std::string_view name, std::string_view database) {
  const bool is_called_so = (name == "latest" && record.reason != "pre-restore") || record.label == name;
  return is_called_so && (database.empty() || record.database == database);
}

}  // namespace safety::checkpoint

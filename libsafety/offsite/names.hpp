#pragma once
// Names of files on the remote. Source: OFFSITE.md.

#include <string>

#include "libsafety/checkpoint/record.hpp"

namespace safety::offsite {

inline constexpr const char* kPartial = ".partial";   // not whole, or not yet known to be
inline constexpr const char* kRemoving = ".removing";  // a record whose archive goes

inline std::string record_name(const std::string& id) { return id + ".json"; }
inline std::string sums_name(const checkpoint::Record& record) { return record.archive.file + ".sha256"; }
inline std::string partial_name(const std::string& name) { return name + kPartial; }
inline std::string removing_name(const std::string& id) { return record_name(id) + kRemoving; }

/// False for a record that speaks of files elsewhere than beside it, or of another checkpoint's: who may write to the remote must not
/// choose what we write or remove.
inline bool has_own_names(const checkpoint::Record& record) {
  const auto& id = record.id;
  if (id.empty() || id.front() == '.' || id.find_first_of("/\n\r") != std::string::npos || id.find('\0') != std::string::npos) return false;
  const auto& file = record.archive.file;
  return file.empty() || file == id + ".sql" || file == id + ".sql.gz" || file == id + ".sql.zst";
}

/// The `.sha256` file, as sha256sum -c reads it.
inline std::string sums_text(const checkpoint::Record& record) { return record.archive.sha256 + "  " + record.archive.file + "\n"; }

}  // namespace safety::offsite

#pragma once
// Names of files on the remote. Source: OFFSITE.md.

#include <string>

#include "libsafety/checkpoint/names.hpp"

namespace safety::offsite {

inline constexpr const char* kPartial = ".partial";   // not whole, or not yet known to be
inline constexpr const char* kRemoving = ".removing";  // a record whose archive goes

inline std::string record_name(const std::string& id) { return id + ".json"; }
inline std::string partial_name(const std::string& name) { return name + kPartial; }
inline std::string removing_name(const std::string& id) { return record_name(id) + kRemoving; }

}  // namespace safety::offsite

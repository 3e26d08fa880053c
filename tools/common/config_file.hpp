#pragma once
// safety.toml: defaults for options, one key each, with a [section] per tool; the services in [services]; migrations in [migrations].

#include <filesystem>
#include <map>
#include <string>

#include "libsafety/migrations/project.hpp"
#include "libsafety/services/presets.hpp"

namespace safety::tools {

struct ConfigFile {
  std::filesystem::path path;  // empty: there is none
  bool is_writable_by_others = false;
  /// "backup_dir" -> value for top-level keys, "backup.jobs" for keys of a section. Lists are joined by newlines.
  std::map<std::string, std::string> values;
  services::Configuration services;
  migrations::Configuration migrations;  // empty without [migrations]
};

/// Errors: config naming file and line; storage when a file that was asked for is missing.
ConfigFile read_config_file(const std::filesystem::path& path);

}  // namespace safety::tools

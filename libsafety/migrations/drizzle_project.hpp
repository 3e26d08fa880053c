#pragma once
// A Drizzle project as its files say: the configuration, the tables that the schema files declare, the migrations in `out`.
//
// Read statically (script.hpp). Paths of the configuration are taken from its own folder, where drizzle-kit is started as a rule, and
// where nothing is there from `directory`.

#include <filesystem>

#include "libsafety/migrations/project.hpp"

namespace safety::migrations {

/// Errors: storage when a file or folder cannot be read, config when the migrations' journal is no JSON.
DrizzleProject read_drizzle_project(const std::filesystem::path& directory, const std::filesystem::path& config);

/// What one schema file declares.
struct Declarations {
  std::vector<std::string> tables, enums;
  std::vector<std::string> exported_files;  // "./users" of `export * from "./users"`
  std::vector<std::string> not_understood;  // "line 12: the name of pgTable(...) is not written down"
};
Declarations read_declarations(const std::string& source);

}  // namespace safety::migrations

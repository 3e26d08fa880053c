#pragma once
// Where in a tool's schema files an undone change is written down. Internal to this folder.

#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::rollback {

struct AdviceLine {
  std::size_t file = 0;  // of the project's schema_files
  std::string text;      // "remove field `province` of model Location (api/prisma/schema.prisma:42)"
};

/// `changes`: those of the tool's tables and types. A file that is gone is passed over; what is taken back already has no line.
std::vector<AdviceLine> lines_of_prisma(const migrations::PrismaProject& project, const std::vector<schema::Change>& changes);
std::vector<AdviceLine> lines_of_drizzle(const migrations::DrizzleProject& project, const std::vector<schema::Change>& changes);

/// What a change is about, in unquoted names.
struct Subject {
  std::string kind;           // "table", "column", "enum", "index", "constraint"; empty for what no schema file says
  std::string schema, table;  // table: empty for an enum
  std::string name;           // of the column, enum, index, constraint; of a table: the table's
  std::string text;           // its definition: now, or then for what was dropped
};
Subject subject_of(const schema::Change& change);
/// What of the change's words follows the name: "type changed from text to integer".
std::string words_after_name(const schema::Change& change);
/// From where we are when it is below, else whole.
std::string shown_path(const std::filesystem::path& path);

}  // namespace safety::rollback

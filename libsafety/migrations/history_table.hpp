#pragma once
// The tables in which tools keep their history, found by name in every schema, and whether this session may read them.

#include <set>
#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::migrations {

inline constexpr const char* kPrismaTable = "_prisma_migrations";
inline constexpr const char* kDrizzleTable = "__drizzle_migrations";

struct HistoryTable {
  std::string schema, name;
  std::set<std::string> columns;
  /// Why it may not be read whole: "SELECT is not granted"; empty when it may.
  std::string obstacle;
  bool has(const std::string& column) const { return columns.contains(column); }
};

/// The names under which the project's tools, and others, may have their tables.
std::vector<std::string> history_names(const Project& project);

/// By schema, `public` first. From the catalog alone: needs no privilege on the tables, and waits for no lock on them.
std::vector<HistoryTable> find_history_tables(pg::Connection& connection, const std::vector<std::string>& names);

/// True when at least one table of a user's is in one of the schemas.
bool has_tables(pg::Connection& connection, const std::vector<std::string>& schemas);
/// Those of the tables ("media", "billing.plan") that are there.
std::vector<std::string> present_tables(pg::Connection& connection, const std::vector<std::string>& tables);

/// "billing.plan" as its parts; "media" is in public.
struct SplitName {
  std::string schema, table;
};
SplitName split_name(const std::string& name);

}  // namespace safety::migrations

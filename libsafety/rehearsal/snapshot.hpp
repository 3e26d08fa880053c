#pragma once
// The state of a database that a migration changes, and the project's own questions to it.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/migrations/ownership.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::rehearsal {

struct TableRows {
  std::string table;  // "public.users"
  migrations::Owner owner = migrations::Owner::nobody;
  std::uint64_t before = 0, after = 0;
  bool is_gone = false, is_new = false;  // a table with another name is neither
};

/// Compares a database with another's state, as a rehearsal does: shared with the verification after a real deploy.
/// Rows are those of the tables that the role may read, partitions counted with the table they are of.
struct Snapshot {
  std::vector<schema::Definition> definitions;
  std::vector<TableRows> rows;  // before == after: the count
};
Snapshot take_snapshot(const Context& context, const pg::ConnectionInfo& database, const migrations::Project& project);
/// The definitions alone: counting reads every table.
std::vector<schema::Definition> take_definitions(const Context& context, const pg::ConnectionInfo& database);
/// Which of the project's smoke statements do not give true, each with what it gave.
std::vector<std::string> run_smoke(const Context& context, const pg::ConnectionInfo& database, const migrations::Project& project);

}  // namespace safety::rehearsal

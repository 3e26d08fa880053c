#pragma once
// What the rows must be after an undo, from four full copies of a database's rows as text. It knows nothing of the engine: it
// sees what the migration and what was written later did to each value, which the engine cannot.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsafety/pg/connection.hpp"

namespace safety::undo {

using Row = std::vector<std::optional<std::string>>;

struct SnapshotColumn {
  int number = 0;  // attnum: the same column keeps it, whatever its name
  std::string name, type;
  std::string labels;  // of an enum (or an array of one), each followed by a line end; attributes of a composite type
  bool is_generated = false;
};

struct SnapshotTable {
  std::int64_t oid = 0;
  std::string name;  // schema.table, unquoted
  std::vector<SnapshotColumn> columns;
  std::vector<std::size_t> key;  // of columns; empty without a primary key
  std::vector<Row> rows;
};

/// Tables that hold rows themselves: partitions and inheriting tables are on their own. Sorted by name.
using Snapshot = std::vector<SnapshotTable>;

Snapshot read_snapshot(pg::Connection& connection);

/// Before the migration, after it, after what was written since, after the undo.
struct States {
  Snapshot before, migrated, written, undone;
};

struct Allowances {
  std::set<std::string> restores_rows_of;  // "public.jobs"
  std::set<std::string> fills;             // "public.users.phone": NULLs in it may be something else
  bool is_of_orphans = false;              // rows and values that come back may lack what points to parents that are gone
};

/// What is wrong with `undone`, a line each; the first twenty.
std::vector<std::string> find_wrong_rows(const States& states, const Allowances& allowances);

/// The first differences of two snapshots that must be equal, a line each.
std::vector<std::string> find_differences(const Snapshot& a, const Snapshot& b);

}  // namespace safety::undo

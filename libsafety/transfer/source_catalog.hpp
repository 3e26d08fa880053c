#pragma once
// What a database holds, as far as moving its content goes: read in one transaction, so that it is of one instant.
// Follows pg_dump's own choice of what is dumped: no system schemas, no members of extensions except their
// configuration tables, no temporary tables, no rows of foreign tables, and not our own schema `safety`.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

struct SourceTable {
  std::uint32_t oid = 0;
  archive::Table table;
  std::uint64_t heap_pages = 0;
  std::uint64_t total_bytes = 0;  // heap and TOAST, without indexes
  bool can_split = false;         // heap, PostgreSQL 14 or later, has columns
};

/// Relations that must be locked for the schema to hold still: tables of every kind, partitioned ones too.
struct LockTarget {
  std::uint32_t oid = 0;
  std::string schema, name;
};

/// True when the schema `safety` is there and carries our mark; another's schema of that name is ordinary content.
bool has_own_schema(pg::Connection& connection);

std::vector<LockTarget> list_lock_targets(pg::Connection& connection);
/// Errors: not_permitted naming every table that we may not read.
std::vector<SourceTable> list_tables(pg::Connection& connection);

struct SequenceState {
  std::string schema, name, last_value;
  bool is_called = false;
};
/// Every sequence that pg_dump would set, with its present value (sequences are never of a snapshot: a value read
/// after the rows is at least as high as any row needs). Errors: not_permitted.
std::vector<SequenceState> list_sequences(pg::Connection& connection);

std::uint64_t count_large_objects(pg::Connection& connection);
std::vector<archive::Extension> list_extensions(pg::Connection& connection);
/// Roles that own or are granted anything here.
std::vector<std::string> list_roles(pg::Connection& connection);
/// Tablespaces other than the default that hold anything here.
std::vector<std::string> list_tablespaces(pg::Connection& connection);

}  // namespace safety::transfer

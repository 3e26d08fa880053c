#pragma once
// An archive into an empty database: schema, rows by several sessions, indexes as each table's rows land, then the
// rest in pg_dump's order with foreign keys in parallel.
//
// Requires that nobody else uses the database. Not transactional: the caller gives it a staging database and drops
// that when this throws. For one transaction see load_in_transaction.

#include <functional>
#include <string>
#include <vector>

#include "libsafety/archive/reader.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

struct LoadOptions {
  unsigned jobs = 2;
  bool skips_owners = false, skips_privileges = false;
  /// Empty: every table. Else rows, indexes and constraints of the chosen ones only; the schema comes whole.
  std::function<bool(const archive::Table&)> wants_table;
  bool is_schema_only = false;  // no rows, empty large objects; indexes and constraints are there
};

struct LoadResult {
  std::uint64_t rows = 0, plain_bytes = 0;
  double schema_seconds = 0, rows_seconds = 0, post_data_seconds = 0;
};

/// Errors: archive_damaged; verification when COPY counted other rows than the index says; not_permitted, storage,
/// database as the server says, each naming the object.
LoadResult load_archive(const Context& context, const archive::Reader& reader, const pg::ConnectionInfo& target,
                        const LoadOptions& options);

/// The same through one session, inside the transaction that is open on it.
LoadResult load_in_transaction(const Context& context, const archive::Reader& reader, pg::Connection& connection,
                               const LoadOptions& options);

}  // namespace safety::transfer

#pragma once
// A copy of a whole database in its own cluster, made by the server: CREATE DATABASE ... TEMPLATE.
//
// What it promises: the copy is the database of one instant, with its properties, and nobody but its maker enters it.
// The price: the server makes it only of a database without sessions, so these are ended, and new ones wait, for as
// long as it takes (MadeClone::seconds). Nothing has to be opened again afterwards, whatever happens to this process.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

/// How the server copies. Source: CREATE DATABASE in PostgreSQL's manual.
enum class CloneStrategy {
  clone,      // files, by the file system's own copying: shared blocks where it can (PostgreSQL 18, file_copy_method)
  file_copy,  // files, between two checkpoints
  wal_log,    // blocks, each written to the log as well
};
std::string name_of(CloneStrategy strategy);  // "clone", "file_copy", "wal_log"
/// What this server does best for a database of that size.
CloneStrategy choose_strategy(int server_major, std::uint64_t bytes);

struct CloneEstimate {
  std::uint64_t bytes = 0;
  CloneStrategy strategy = CloneStrategy::file_copy;
  double seconds = 0;
  std::optional<std::uint64_t> free_bytes;  // of the server's disk, where it can be seen
  std::vector<std::string> subscriptions;   // which a clone does not have
};

/// Looks whether a clone can be made, and what it takes. `bytes_per_second` is what an earlier one reached; 0 when
/// there was none.
/// Errors: connection (a standby); not_permitted (CREATEDB, ownership); locked (a prepared transaction, sessions that
/// the role may not end); storage (it does not fit).
CloneEstimate estimate_clone(pg::Connection& maintenance, const std::string& database, double bytes_per_second);

struct MadeClone {
  std::string name;
  std::uint32_t oid = 0;
  std::uint64_t bytes = 0;
  CloneStrategy strategy = CloneStrategy::file_copy;
  double seconds = 0;                      // of which the database was closed
  std::string time;                        // by the server's clock, right after it: RFC 3339
  std::string lsn;                         // then; "" when the role may not ask
  archive::DatabaseProperties properties;  // of the source
};

/// The clone has no connections yet: open_clone lets its maker in, close_clone ends that.
/// Errors: those of estimate_clone; locked after `patience_seconds`. A failure leaves no clone; a kill may leave one,
/// which is whole and closed, or becomes so when the server has ended its statement.
MadeClone make_clone(const Context& context, pg::Connection& maintenance, const std::string& database,
                     const std::string& name, CloneStrategy strategy, double patience_seconds = 20);
void open_clone(pg::Connection& maintenance, const MadeClone& clone);
/// With the source's connection limit, and without any session.
void close_clone(pg::Connection& maintenance, const MadeClone& clone);

}  // namespace safety::transfer

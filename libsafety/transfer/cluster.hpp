#pragma once
// Databases as whole things: names derived from one another, existence, creation, removal, and the swap.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

/// "<database>__<kind>_<stamp>", at most 63 bytes: a long name is cut at a character's border and gets eight hex digits
/// of its own hash, so that derived names stay distinct and recognisable.
std::string derived_name(const std::string& database, const std::string& kind, const std::string& stamp);
/// What every name of that kind begins with.
std::string derived_prefix(const std::string& database, const std::string& kind);
/// The time in a name that derived_name made, of exactly this database and kind; nullopt for any other name.
std::optional<Instant> time_of_derived(const std::string& name, const std::string& database, const std::string& kind);

/// 0 when there is no such database.
std::uint32_t oid_of(pg::Connection& maintenance, const std::string& database);

struct DerivedDatabase {
  std::string name;
  std::uint32_t oid = 0;
  std::uint64_t bytes = 0;
};
/// Existing databases of a kind ("staging", "previous", "proof", "clone"), oldest name first. Bytes are 0 where the
/// role may not ask.
std::vector<DerivedDatabase> list_derived(pg::Connection& maintenance, const std::string& database, const std::string& kind);

/// The database of that name, when it is the one with that oid.
std::optional<DerivedDatabase> find_database(pg::Connection& maintenance, const std::string& name, std::uint32_t oid);

/// Whether sessions may enter it. Those that are in it stay.
void allow_connections(pg::Connection& maintenance, const std::string& database, bool are_allowed);

/// DROP DATABASE IF EXISTS, ending its sessions.
void drop_database(pg::Connection& maintenance, const std::string& database);

/// "session 123 of role monitor": those on the database that the present role may not end.
std::vector<std::string> list_unendable_sessions(pg::Connection& maintenance, const std::string& database);

/// Ends the sessions on a database that the present role may end.
void end_sessions(pg::Connection& maintenance, const std::string& database);

/// Runs `act`, one statement or transaction of `maintenance` that the server refuses while there are sessions on one of
/// `databases` (RENAME, CREATE DATABASE ... TEMPLATE), until it gets through.
///
/// The gate is the statement itself: it takes a lock of the database behind which new connections wait (they are let in,
/// or told that the name is gone, when it is released), while a second session ends those that were there.
/// Why not ALLOW_CONNECTIONS false: that must be committed before, and a kill between the two would leave production
/// closed. This way there is nothing to open again.
/// Errors: locked, naming sessions, when they would not end in `patience_seconds`; those of `act`.
void run_without_sessions(const Context& context, pg::Connection& maintenance, const std::vector<std::string>& databases,
                          double patience_seconds, const std::function<void()>& act);

struct Renaming {
  std::string from, to;
  bool opens = false;  // connections to it are allowed from then on: clones are closed
};
/// All renamings in one transaction, from a session of the maintenance database, without sessions on any of them.
/// Errors: locked; in_doubt when the connection broke at COMMIT.
void rename_databases(const Context& context, pg::Connection& maintenance, const std::vector<Renaming>& renamings,
                      double patience_seconds = 30);

}  // namespace safety::transfer

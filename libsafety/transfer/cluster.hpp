#pragma once
// Databases as whole things: names derived from one another, existence, creation, removal, and the swap.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

/// "<database>__<kind>_<stamp>", at most 63 bytes: a long name is cut at a character's border and gets eight hex digits
/// of its own hash, so that derived names stay distinct and recognisable.
std::string derived_name(const std::string& database, const std::string& kind, const std::string& stamp);
/// What every name of that kind begins with.
std::string derived_prefix(const std::string& database, const std::string& kind);

/// 0 when there is no such database.
std::uint32_t oid_of(pg::Connection& maintenance, const std::string& database);

struct DerivedDatabase {
  std::string name;
  std::uint32_t oid = 0;
  std::uint64_t bytes = 0;
};
/// Existing databases of a kind ("staging", "previous", "proof"), oldest name first.
std::vector<DerivedDatabase> list_derived(pg::Connection& maintenance, const std::string& database, const std::string& kind);

/// DROP DATABASE IF EXISTS, ending its sessions.
void drop_database(pg::Connection& maintenance, const std::string& database);

/// "session 123 of role monitor": those on the database that the present role may not end.
std::vector<std::string> list_unendable_sessions(pg::Connection& maintenance, const std::string& database);

struct Renaming {
  std::string from, to;
};
/// All renamings in one transaction, from a session of the maintenance database.
///
/// The gate is the transaction itself: RENAME takes the database's exclusive lock, behind which new connections wait
/// (they are let in, or told that the name is gone, at commit), while a second session ends those that were there.
/// Why not ALLOW_CONNECTIONS false: that must be committed before the swap, and a kill between the two would leave
/// production closed. This way there is nothing to open again.
/// Errors: locked when sessions would not end in `patience_seconds`; in_doubt when the connection broke at COMMIT.
void rename_databases(const Context& context, pg::Connection& maintenance, const std::vector<Renaming>& renamings,
                      double patience_seconds = 30);

}  // namespace safety::transfer

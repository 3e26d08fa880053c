#pragma once
// Dropping what stands beside a database and is no longer wanted. Choosing is one thing, and pure; dropping another.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::beside {

struct PruneOptions {
  std::optional<std::chrono::milliseconds> older_than;  // by the time in the name
  unsigned keep = 0;                                    // the newest so many clones, and as many previous databases
  std::vector<std::string> names;                       // only these; and clones also by their checkpoint's id
};

struct Choice {
  Database database;
  bool is_chosen = false;
  std::string why;  // one of both: "older than 7 d", "restore_20261123_010304 is unfinished and names it"
};

/// Never chosen: what an unfinished run names, and where a subscription is at work. Not chosen unless named: what has
/// sessions, and clones of pinned checkpoints.
/// Errors: usage for a name that is none of them; resumable, locked for a name that cannot be chosen.
std::vector<Choice> choose(const std::vector<Database>& databases, const PruneOptions& options, Instant now);

struct Pruned {
  std::vector<Database> dropped;
  std::vector<std::string> changed_records, removed_records;  // ids: the clone is gone; that was all they had
  std::uint64_t bytes() const;
};

/// Drops those that are chosen and, with the operation lock held, still the same and not needed; brings the records and
/// the rows in schema `safety` in line; those of clones that somebody else dropped, too.
/// Errors: locked (another operation runs); not_permitted; database. What was dropped before stays dropped.
Pruned prune(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Store& store,
             const std::vector<Choice>& chosen);

}  // namespace safety::beside

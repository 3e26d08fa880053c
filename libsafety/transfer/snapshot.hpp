#pragma once
// One instant of a database, held for as long as the object lives and shared by many sessions.
//
// Locks come before the snapshot: a table rewritten by ALTER between snapshot and lock would read as empty, and that
// hole, which pg_dump has, is closed here. While it lives every table is held in ACCESS SHARE mode, so a migration
// waits (and everything behind it): hence the time limit on our side.

#include <chrono>
#include <string>

#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

class Snapshot {
 public:
  /// Errors: locked (naming table and holder) when a table lock is not had within lock_wait; connection; not_permitted.
  Snapshot(const Context& context, const pg::ConnectionInfo& info, std::chrono::milliseconds lock_wait);
  /// For the catalog, and for tables that others wait to lock: the session inside the snapshot that holds every table's lock. In the
  /// thread that made it.
  pg::Connection& leader() noexcept { return leader_; }
  /// In a session of join(): ACCESS SHARE on the table (quoted, with its schema); false when it is not had soon. Either way unlock() follows.
  static bool try_lock(pg::Connection& connection, const std::string& table);
  /// Lets go of the table's locks (TOAST and index locks too) before the next: thousands of tables would use up the server's lock slots.
  static void unlock(pg::Connection& connection);
  const std::string& name() const noexcept { return name_; }
  /// A new session inside the same snapshot. It holds no locks: let it ask for a table's by try_lock, since behind somebody who waits
  /// for more it would wait for ever: they wait for the leader.
  pg::Connection join(const Context& context) const;

 private:
  /// False when tables came or went meanwhile, and nothing is held.
  bool lock_and_look();

  pg::ConnectionInfo info_;
  pg::Connection leader_;
  std::string name_;
};

}  // namespace safety::transfer

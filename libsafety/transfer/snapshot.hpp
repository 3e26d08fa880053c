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
  /// For the catalog: a session inside the snapshot, in the thread that made it.
  pg::Connection& leader() noexcept { return leader_; }
  const std::string& name() const noexcept { return name_; }
  /// A new session inside the same snapshot.
  pg::Connection join(const Context& context) const;

 private:
  pg::ConnectionInfo info_;
  pg::Connection locker_, leader_;
  std::string name_;
};

}  // namespace safety::transfer

#pragma once
// Table locks as the reports tell of them.
//
// Source: PostgreSQL manual, "Explicit Locking".

#include <string>
#include <vector>

namespace safety::rehearsal {

/// A lock that a session of the commands was seen to hold or to wait for.
struct LockSeen {
  std::string object;     // "public.users"
  std::string mode;       // "AccessExclusiveLock"
  std::string statement;  // the one that was running when it was first seen, one line, shortened
  double seconds = 0;     // from the first to the last look
  bool blocks_reads = false, blocks_writes = false;
  double waited_seconds = 0;  // of these: until it was granted
};
/// Sets blocks_reads and blocks_writes by the mode.
LockSeen with_effect(LockSeen lock);
/// Strongest and longest first.
void sort_locks(std::vector<LockSeen>& locks);

}  // namespace safety::rehearsal

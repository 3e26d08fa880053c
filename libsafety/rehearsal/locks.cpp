#include "libsafety/rehearsal/locks.hpp"

#include <algorithm>

namespace safety::rehearsal {
namespace {

constexpr std::string_view kModes[] = {"RowShareLock",  "RowExclusiveLock",         "ShareUpdateExclusiveLock", "ShareLock",
                                       "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"};

int strength_of(const std::string& mode) { return static_cast<int>(std::find(std::begin(kModes), std::end(kModes), mode) - std::begin(kModes)); }

}  // namespace

LockSeen with_effect(LockSeen lock) {
  lock.blocks_writes = strength_of(lock.mode) >= strength_of("ShareLock");
  lock.blocks_reads = lock.mode == "AccessExclusiveLock";
  return lock;
}

void sort_locks(std::vector<LockSeen>& locks) {
  std::stable_sort(locks.begin(), locks.end(), [](const LockSeen& a, const LockSeen& b) {
    const auto left = strength_of(a.mode), right = strength_of(b.mode);
    return left != right ? left > right : a.seconds > b.seconds;
  });
}

}  // namespace safety::rehearsal

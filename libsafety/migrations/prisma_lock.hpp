#pragma once
// Who holds the advisory lock that `prisma migrate deploy` takes: single bigint form, in the target database, for a session.

#include <cstdint>
#include <optional>
#include <string>

#include "libsafety/pg/connection.hpp"

namespace safety::migrations {

inline constexpr std::int64_t kPrismaLock = 72707369;
/// How a latch of ours shows in pg_stat_activity.
inline constexpr const char* kLatchName = "safety: Prisma's lock";

struct LockHolder {
  std::int64_t pid = 0;
  std::string user, application, state, query;  // query as far as we may see it
  std::string since;                            // when its last statement began, as the server writes it
  double seconds = 0;                           // since then
  bool is_ours = false;                         // a latch of this toolkit
  /// `session 4711 (user "api", active for 12 min 05 s: ALTER TABLE ...)`
  std::string describe() const;
};

/// Takes no lock.
std::optional<LockHolder> find_lock_holder(pg::Connection& connection);

}  // namespace safety::migrations

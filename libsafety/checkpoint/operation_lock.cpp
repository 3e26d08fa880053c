#include "libsafety/checkpoint/operation_lock.hpp"

#include <fmt/format.h>

#include "libsafety/archive/codec.hpp"

namespace safety::checkpoint {

std::pair<std::int32_t, std::int32_t> lock_keys(const std::string& database) {
  constexpr std::int32_t kClass = 0x5AFE0001;  // "safe", format 1
  return {kClass, static_cast<std::int32_t>(archive::crc32_of(database))};
}

OperationLock::OperationLock(const Context& context, const pg::ConnectionInfo& info, const std::string& database)
    : connection_(pg::connect_to_maintenance(context, info)) {
  const auto [first, second] = lock_keys(database);
  if (connection_.value_of(fmt::format("SELECT pg_catalog.pg_try_advisory_lock({}, {})", first, second)) == "t") return;
  const auto holder = connection_.execute(fmt::format(
      "SELECT a.pid, a.application_name, pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') "
      "FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted "
      "AND l.classid = {} AND l.objid = {}",
      static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second)));
  const std::string who = holder.rows() == 0 ? std::string("a session that just ended")
                                             : fmt::format("session {} ({}, since {} UTC)", holder.value(0, 0), holder.value(0, 1), holder.value(0, 2));
  throw Error(Code::locked, fmt::format("another operation works on database \"{}\": {}", database, who),
              "Wait for it to end; `safety-doctor` shows what runs.");
}

}  // namespace safety::checkpoint

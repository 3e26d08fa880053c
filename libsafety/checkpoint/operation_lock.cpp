#include "libsafety/checkpoint/operation_lock.hpp"

#include <fmt/format.h>

#include <thread>

#include "libsafety/archive/codec.hpp"
#include "libsafety/base/time.hpp"

namespace safety::checkpoint {
namespace {

bool take_lock(pg::Connection& connection, std::int32_t first, std::int32_t second, double patience_seconds) {
  const Stopwatch watch;
  for (;;) {
    if (connection.value_of(fmt::format("SELECT pg_catalog.pg_try_advisory_lock({}, {})", first, second)) == "t") return true;
    if (watch.seconds() > patience_seconds) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

std::pair<std::int32_t, std::int32_t> lock_keys(const std::string& database) {
  constexpr std::int32_t kClass = 0x5AFE0001;  // "safe", format 1
  return {kClass, static_cast<std::int32_t>(archive::crc32_of(database))};
}

OperationLock::OperationLock(const Context& context, const pg::ConnectionInfo& info, const std::string& database, double patience_seconds)
    : connection_(pg::connect_to_maintenance(context, info)) {
  const auto [first, second] = lock_keys(database);
  if (take_lock(connection_, first, second, patience_seconds)) return;
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

HeldLock::HeldLock(const Context& context, const pg::ConnectionInfo& info, const std::string& database, OperationLock* held)
    : lock_(held != nullptr ? held : &own_.emplace(context, info, database)) {}

}  // namespace safety::checkpoint

#include "libsafety/migrations/prisma_lock.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"

namespace safety::migrations {

std::string LockHolder::describe() const {
  auto text = fmt::format("session {} (user \"{}\"", pid, user);
  if (!application.empty()) text += fmt::format(", program \"{}\"", application);
  text += fmt::format(", {} for {}", state.empty() ? "in a state we may not see" : state, format_seconds(seconds));
  const auto words = one_line(trim(query));
  if (!words.empty()) text += ": " + (words.size() > 120 ? words.substr(0, 120) + "..." : words);
  return text + ")";
}

std::optional<LockHolder> find_lock_holder(pg::Connection& connection) {
  const auto rows = connection.query(
      "SELECT l.pid, a.usename, a.application_name, a.state, a.query, COALESCE(a.query_start, a.backend_start)::text, "
      "EXTRACT(epoch FROM pg_catalog.clock_timestamp() - COALESCE(a.query_start, a.backend_start))::bigint "
      "FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
      "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1::pg_catalog.oid AND l.objsubid = 1 "
      "AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) ORDER BY l.pid LIMIT 1",
      {std::to_string(kPrismaLock)});
  if (rows.rows() == 0) return std::nullopt;
  LockHolder holder;
  holder.pid = rows.number(0, 0);
  holder.user = rows.text(0, 1);
  holder.application = rows.text(0, 2);
  holder.state = rows.text(0, 3);
  holder.query = rows.text(0, 4);
  holder.since = rows.text(0, 5);
  holder.seconds = rows.is_null(0, 6) ? 0 : static_cast<double>(rows.number(0, 6));
  holder.is_ours = holder.application == kLatchName;
  return holder;
}

}  // namespace safety::migrations

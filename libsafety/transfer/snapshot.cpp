#include "libsafety/transfer/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::transfer {
namespace {

constexpr int kRounds = 10;
constexpr const char* kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

// Names the holder, so that a person knows whom to wait for.
Error lock_error(const Context& context, const pg::ConnectionInfo& info, const Error& cause,
                 std::chrono::milliseconds lock_wait) {
  std::string holder;
  try {
    pg::Connection connection(context, info);
    const auto rows = connection.execute(
        "SELECT l.relation::regclass::text, l.pid, a.application_name, left(a.query, 120) FROM pg_catalog.pg_locks l "
        "LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.mode = 'AccessExclusiveLock' "
        "AND l.locktype = 'relation' AND l.relation::regclass::text !~ '^pg_' AND l.database = "
        "(SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) "
        "ORDER BY l.granted DESC, l.relation LIMIT 1");
    if (rows.rows() > 0)
      holder = fmt::format("table {} is held by session {} ({}): {}", rows.value(0, 0), rows.value(0, 1),
                           rows.value(0, 2), one_line(rows.value(0, 3)));
  } catch (const Error&) {  // the name is a courtesy; the failure itself is known
  }
  return Error(Code::locked,
               fmt::format("a table lock was not had within {}", format_seconds(std::chrono::duration<double>(lock_wait).count())),
               "A migration is probably running: wait for it to end, or allow more with --lock-wait-timeout.",
               holder.empty() ? cause.detail() : holder);
}

void lock_tables(pg::Connection& connection, const std::vector<LockTarget>& targets) {
  constexpr std::size_t kBatch = 200;
  for (std::size_t begin = 0; begin < targets.size(); begin += kBatch) {
    std::string sql = "LOCK TABLE ";
    for (auto at = begin; at < std::min(targets.size(), begin + kBatch); ++at)
      sql += (at == begin ? "ONLY " : ", ONLY ") + pg::quote_qualified(targets[at].schema, targets[at].name);
    connection.execute(sql + " IN ACCESS SHARE MODE");
  }
}

}  // namespace

Snapshot::Snapshot(const Context& context, const pg::ConnectionInfo& info, std::chrono::milliseconds lock_wait) : info_(info), leader_(context, info) {
  pg::use_dump_settings(leader_);
  leader_.execute(fmt::format("SET lock_timeout = {}", lock_wait.count()));
  try {
    // A table that cannot be read is not lockable either: name it before the server does, one at a time. Asking for a table's size waits
    // for its lock, too.
    list_tables(leader_);
    // Tables made or dropped while we were locking: begin anew, with those that there are.
    for (int round = 0; round < kRounds; ++round)
      if (lock_and_look()) return;
  } catch (const Error& error) {
    if (error.code() == Code::locked) throw lock_error(context, info, error, lock_wait);
    throw;
  }
  throw Error(Code::locked, "tables keep appearing and going in database \"" + info.database() + "\" while it is being locked",
              "Run the backup when no migration runs.");
}

bool Snapshot::lock_and_look() {
  const auto targets = list_lock_targets(leader_);
  leader_.execute(kBegin);
  try {
    lock_tables(leader_, targets);  // takes no snapshot: the first query does
  } catch (const Error& error) {
    if (error.sqlstate() != "42P01" && error.sqlstate() != "3F000") throw;
    leader_.execute("ROLLBACK");  // one of them is gone
    return false;
  }
  std::set<std::uint32_t> locked;
  for (const auto& target : targets) locked.insert(target.oid);
  const auto there = list_lock_targets(leader_);
  if (std::all_of(there.begin(), there.end(), [&](const LockTarget& target) { return locked.contains(target.oid); })) {
    name_ = leader_.value_of("SELECT pg_catalog.pg_export_snapshot()");
    leader_.execute("SET lock_timeout = 0");  // of tables nothing is left to wait for, and who rebuilds an index ends
    return true;
  }
  leader_.execute("ROLLBACK");
  return false;
}

bool Snapshot::try_lock(pg::Connection& connection, const std::string& table) {
  try {
    connection.execute("SAVEPOINT one_table; SET LOCAL lock_timeout = '200ms'; LOCK TABLE ONLY " + table + " IN ACCESS SHARE MODE; SET LOCAL lock_timeout = 0");
    return true;
  } catch (const Error& error) {
    if (error.code() != Code::locked) throw;
    return false;
  }
}

void Snapshot::unlock(pg::Connection& connection) { connection.execute("ROLLBACK TO SAVEPOINT one_table; RELEASE SAVEPOINT one_table"); }

pg::Connection Snapshot::join(const Context& context) const {
  pg::Connection connection(context, info_);
  pg::use_dump_settings(connection);
  try {
    connection.execute(fmt::format("{}; SET TRANSACTION SNAPSHOT {}", kBegin, pg::quote_literal(name_)));
  } catch (const Error& error) {
    if (error.sqlstate() != "22023" && error.sqlstate() != "42704" && error.sqlstate() != "55000") throw;
    throw Error(Code::connection, "the session that holds the snapshot was ended",
                "Somebody terminated it, or the server restarted: see the server's log, then run it again.", error.message());
  }
  return connection;
}

}  // namespace safety::transfer

#include "libsafety/transfer/cluster.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "libsafety/archive/codec.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::transfer {
namespace {

constexpr std::size_t kMostNameBytes = 63;
constexpr std::size_t kStampBytes = 18;  // YYYYMMDD_HHMMSS and room for "_99"

// Superusers end anybody's sessions, members of pg_signal_backend those of ordinary roles, others those of their own
// roles. Needs the alias a (pg_stat_activity).
constexpr const char* kMayEnd =
    "((SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) OR (NOT COALESCE((SELECT r.rolsuper FROM "
    "pg_catalog.pg_roles r WHERE r.oid = a.usesysid), true) AND (pg_catalog.pg_has_role(a.usesysid, 'USAGE') OR "
    "pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))))";

/// True while session $2 holds database $1 closed: its RENAME or CREATE DATABASE has the lock that new connections wait for.
constexpr const char* kIsClosed =
    "EXISTS (SELECT FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.objid WHERE d.datname = $1 AND "
    "l.locktype = 'object' AND l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass AND l.pid = $2::int4 AND l.granted "
    "AND l.mode IN ('ShareLock', 'AccessExclusiveLock'))";

/// While `closer` holds them closed, ends the sessions of some databases, from a session of its own. Sessions that came
/// in after it let go are nobody's business any more.
class SessionEnder {
 public:
  SessionEnder(const Context& context, const pg::ConnectionInfo& maintenance, std::vector<std::string> databases, std::int64_t closer)
      : thread_([context, maintenance, databases = std::move(databases), closer](const std::stop_token& stop) {
          try {
            pg::Connection connection(context, maintenance);
            while (!stop.stop_requested()) {
              for (const auto& database : databases)
                connection.query(fmt::format("SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a "
                                             "WHERE a.datname = $1 AND {} AND {}", kMayEnd, kIsClosed),
                                 {database, std::to_string(closer)});
              std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
          } catch (const Error&) {  // then the statement itself fails and says who is in the way
          }
        }) {}

 private:
  std::jthread thread_;
};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string derived_prefix(const std::string& database, const std::string& kind) {
  const std::string tail = "__" + kind + "_";
  const std::size_t room = kMostNameBytes - tail.size() - kStampBytes;
  if (database.size() <= room) return database + tail;
  std::size_t cut = room - 9;
  while (cut > 0 && (static_cast<unsigned char>(database[cut]) & 0xC0) == 0x80) --cut;
  return fmt::format("{}~{:08x}{}", database.substr(0, cut), archive::crc32_of(database), tail);
}

std::string derived_name(const std::string& database, const std::string& kind, const std::string& stamp) {
  return derived_prefix(database, kind) + stamp;
}

std::optional<Instant> time_of_derived(const std::string& name, const std::string& database, const std::string& kind) {
  const auto prefix = derived_prefix(database, kind);
  constexpr std::size_t kTimeBytes = 15;  // YYYYMMDD_HHMMSS
  if (!name.starts_with(prefix) || name.size() < prefix.size() + kTimeBytes) return std::nullopt;
  const auto stamp = name.substr(prefix.size(), kTimeBytes);
  const auto number = std::string_view(name).substr(prefix.size() + kTimeBytes);  // "_2"
  if (!number.empty() && (number[0] != '_' || !is_digits(number.substr(1)))) return std::nullopt;
  if (stamp[8] != '_' || !is_digits(stamp.substr(0, 8)) || !is_digits(stamp.substr(9))) return std::nullopt;
  return parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}.000Z", stamp.substr(0, 4), stamp.substr(4, 2), stamp.substr(6, 2),
                                   stamp.substr(9, 2), stamp.substr(11, 2), stamp.substr(13, 2)));
}

std::uint32_t oid_of(pg::Connection& maintenance, const std::string& database) {
  const auto rows = maintenance.query("SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", {database});
  return rows.rows() == 0 ? 0 : static_cast<std::uint32_t>(rows.number(0, 0));
}

std::vector<DerivedDatabase> list_derived(pg::Connection& maintenance, const std::string& database, const std::string& kind) {
  const auto rows = maintenance.query(
      "SELECT datname, oid, CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') THEN pg_catalog.pg_database_size(oid) ELSE 0 END "
      "FROM pg_catalog.pg_database WHERE pg_catalog.starts_with(datname::text, $1) ORDER BY datname",
      {derived_prefix(database, kind)});
  std::vector<DerivedDatabase> found;
  for (int row = 0; row < rows.rows(); ++row)
    if (time_of_derived(rows.text(row, 0), database, kind))
      found.push_back({rows.text(row, 0), static_cast<std::uint32_t>(rows.number(row, 1)), static_cast<std::uint64_t>(rows.number(row, 2))});
  return found;
}

std::optional<DerivedDatabase> find_database(pg::Connection& maintenance, const std::string& name, std::uint32_t oid) {
  const auto rows = maintenance.query(
      "SELECT CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') THEN pg_catalog.pg_database_size(oid) ELSE 0 END "
      "FROM pg_catalog.pg_database WHERE datname = $1 AND oid = $2::oid",
      {name, std::to_string(oid)});
  if (rows.rows() == 0) return std::nullopt;
  return DerivedDatabase{name, oid, static_cast<std::uint64_t>(rows.number(0, 0))};
}

void allow_connections(pg::Connection& maintenance, const std::string& database, bool are_allowed) {
  maintenance.execute(fmt::format("ALTER DATABASE {} ALLOW_CONNECTIONS {}", pg::quote_identifier(database), are_allowed));
}

namespace {

/// A database with subscriptions cannot be dropped. Ours are disabled copies whose replication slot belongs to the
/// database in use: they let go of it first.
void drop_subscriptions(pg::Connection& maintenance, const std::string& database) {
  const auto names = maintenance.query(
      "SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = $1", {database});
  if (names.rows() == 0) return;
  allow_connections(maintenance, database, true);
  pg::Connection inside(maintenance.context(), maintenance.info().with_database(database));
  for (int row = 0; row < names.rows(); ++row) {
    const auto name = pg::quote_identifier(names.value(row, 0));
    inside.execute("ALTER SUBSCRIPTION " + name + " DISABLE");
    inside.execute("ALTER SUBSCRIPTION " + name + " SET (slot_name = NONE)");
    inside.execute("DROP SUBSCRIPTION " + name);
  }
}

}  // namespace

void drop_database(pg::Connection& maintenance, const std::string& database) {
  os::fault_point("database.before_drop");
  drop_subscriptions(maintenance, database);
  const auto name = pg::quote_identifier(database);
  const auto is_template = maintenance.query("SELECT FROM pg_catalog.pg_database WHERE datname = $1 AND datistemplate", {database});
  if (is_template.rows() > 0) maintenance.execute("ALTER DATABASE " + name + " IS_TEMPLATE false");
  if (maintenance.server_major() >= 13) {
    maintenance.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  } else {
    end_sessions(maintenance, database);
    maintenance.execute("DROP DATABASE IF EXISTS " + name);
  }
  os::fault_point("database.dropped");
}

std::vector<std::string> list_unendable_sessions(pg::Connection& maintenance, const std::string& database) {
  // Of others' sessions an ordinary role sees no type. Those without a role (autovacuum) the server ends itself.
  const auto rows = maintenance.query(
      fmt::format("SELECT a.pid, a.usename, COALESCE(a.application_name, '') FROM pg_catalog.pg_stat_activity a WHERE a.datname = $1 "
                  "AND a.usesysid IS NOT NULL AND a.pid <> pg_catalog.pg_backend_pid() AND NOT {}", kMayEnd),
      {database});
  std::vector<std::string> sessions;
  for (int row = 0; row < rows.rows(); ++row)
    sessions.push_back(fmt::format("session {} of role {}{}", rows.value(row, 0), rows.value(row, 1),
                                   rows.value(row, 2).empty() ? "" : fmt::format(" ({})", rows.value(row, 2))));
  return sessions;
}

void end_sessions(pg::Connection& maintenance, const std::string& database) {
  maintenance.query(fmt::format("SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a WHERE a.datname = $1 "
                                "AND a.pid <> pg_catalog.pg_backend_pid() AND {}", kMayEnd),
                    {database});
}

namespace {

// The server looks for sessions when it has the lock, and again 100 ms later. Clients that come back at once need longer
// for that than we from an empty database to the lock.
void end_sessions_until_empty(pg::Connection& maintenance, const std::vector<std::string>& databases) {
  const Stopwatch watch;
  do {
    std::int64_t left = 0;
    for (const auto& database : databases) {
      end_sessions(maintenance, database);
      left += maintenance.query("SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = $1", {database}).number(0, 0);
    }
    if (left == 0) return;
    std::this_thread::sleep_for(std::chrono::microseconds(300));
  } while (watch.seconds() < 0.05);
}

}  // namespace

void run_without_sessions(const Context& context, pg::Connection& maintenance, const std::vector<std::string>& databases,
                          double patience_seconds, const std::function<void()>& act) {
  const SessionEnder ender(context, maintenance.info(), databases, maintenance.backend_pid());
  const Stopwatch watch;
  for (;;) {
    end_sessions_until_empty(maintenance, databases);
    try {
      act();
      return;
    } catch (const Error& error) {
      // 55006: the server itself waits five seconds for sessions to go before it says so.
      if (error.sqlstate() != "55006") throw;
      if (watch.seconds() <= patience_seconds) continue;
      std::vector<std::string> sessions;
      for (const auto& database : databases)
        for (auto& session : list_unendable_sessions(maintenance, database)) sessions.push_back(std::move(session));
      throw Error(Code::locked, error.message(),
                  "A session does not end, or a prepared transaction is open: see pg_stat_activity and pg_prepared_xacts, then run it again.",
                  join_some(sessions));
    }
  }
}

void rename_databases(const Context& context, pg::Connection& maintenance, const std::vector<Renaming>& renamings,
                      double patience_seconds) {
  std::vector<std::string> databases;
  for (const auto& renaming : renamings) databases.push_back(renaming.from);
  run_without_sessions(context, maintenance, databases, patience_seconds, [&] {
    pg::Transaction transaction(maintenance);
    for (const auto& renaming : renamings) {
      const auto to = pg::quote_identifier(renaming.to);
      maintenance.execute(fmt::format("ALTER DATABASE {} RENAME TO {}", pg::quote_identifier(renaming.from), to));
      if (renaming.opens) maintenance.execute(fmt::format("ALTER DATABASE {} ALLOW_CONNECTIONS true", to));
    }
    os::fault_point("swap.before_commit");
    transaction.commit();
    os::fault_point("swap.committed");
  });
}

}  // namespace safety::transfer

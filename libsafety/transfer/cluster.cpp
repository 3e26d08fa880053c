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

void end_sessions(pg::Connection& connection, const std::string& database) {
  connection.query(fmt::format("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity a WHERE datname = $1 "
                               "AND pid <> pg_catalog.pg_backend_pid() AND {}", kMayEnd),
                   {database});
}

/// Ends the sessions of some databases again and again, from a session of its own, until told to stop.
class SessionEnder {
 public:
  SessionEnder(const Context& context, const pg::ConnectionInfo& maintenance, std::vector<std::string> databases)
      : thread_([context, maintenance, databases = std::move(databases)](const std::stop_token& stop) {
          try {
            pg::Connection connection(context, maintenance);
            while (!stop.stop_requested()) {
              for (const auto& database : databases) end_sessions(connection, database);
              std::this_thread::sleep_for(std::chrono::milliseconds(10));
            }
          } catch (const Error&) {  // then the rename itself fails and says who is in the way
          }
        }) {}

 private:
  std::jthread thread_;
};

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
    found.push_back({rows.text(row, 0), static_cast<std::uint32_t>(rows.number(row, 1)), static_cast<std::uint64_t>(rows.number(row, 2))});
  return found;
}

namespace {

/// A database with subscriptions cannot be dropped. Ours are disabled copies whose replication slot belongs to the
/// database in use: they let go of it first.
void drop_subscriptions(pg::Connection& maintenance, const std::string& database) {
  const auto names = maintenance.query(
      "SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = $1", {database});
  if (names.rows() == 0) return;
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
  if (maintenance.server_major() >= 13) {
    maintenance.execute("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
  } else {
    end_sessions(maintenance, database);
    maintenance.execute("DROP DATABASE IF EXISTS " + name);
  }
  os::fault_point("database.dropped");
}

std::vector<std::string> list_unendable_sessions(pg::Connection& maintenance, const std::string& database) {
  const auto rows = maintenance.query(
      fmt::format("SELECT a.pid, a.usename, a.application_name FROM pg_catalog.pg_stat_activity a WHERE a.datname = $1 "
                  "AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid() AND NOT {}", kMayEnd),
      {database});
  std::vector<std::string> sessions;
  for (int row = 0; row < rows.rows(); ++row)
    sessions.push_back(fmt::format("session {} of role {} ({})", rows.value(row, 0), rows.value(row, 1), rows.value(row, 2)));
  return sessions;
}

void rename_databases(const Context& context, pg::Connection& maintenance, const std::vector<Renaming>& renamings,
                      double patience_seconds) {
  std::vector<std::string> databases;
  for (const auto& renaming : renamings) databases.push_back(renaming.from);
  const SessionEnder ender(context, maintenance.info(), databases);
  const Stopwatch watch;
  for (;;) {
    try {
      pg::Transaction transaction(maintenance);
      for (const auto& renaming : renamings)
        maintenance.execute(fmt::format("ALTER DATABASE {} RENAME TO {}", pg::quote_identifier(renaming.from), pg::quote_identifier(renaming.to)));
      os::fault_point("swap.before_commit");
      transaction.commit();
      os::fault_point("swap.committed");
      return;
    } catch (const Error& error) {
      // 55006: the server itself waits five seconds for sessions to go before it says so.
      if (error.sqlstate() != "55006") throw;
      if (watch.seconds() > patience_seconds)
        throw Error(Code::locked, error.message(),
                    "A session does not end, or a prepared transaction is open: see pg_stat_activity and pg_prepared_xacts, then run it again.",
                    join_some(list_unendable_sessions(maintenance, databases.front())));
    }
  }
}

}  // namespace safety::transfer

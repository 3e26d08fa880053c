#include "libsafety/transfer/clone.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/transfer/database_properties.hpp"
#include "libsafety/transfer/server_disk.hpp"

namespace safety::transfer {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;
constexpr std::uint64_t kLargeBytes = 64 * kMegabyte;
// What to expect of a server that has made none yet: on the careful side of what choose_strategy's table shows.
constexpr double kFileCopyRate = 300.0 * kMegabyte, kWalLogRate = 100.0 * kMegabyte;
constexpr double kLeastSeconds = 0.1;

void check_server(pg::Connection& maintenance, const std::string& database) {
  if (maintenance.database() == database)
    throw Error(Code::usage, "database \"" + database + "\" is where the tools work from, so it cannot be cloned",
                "Leave --clone out.");
  if (maintenance.value_of("SELECT pg_catalog.pg_is_in_recovery()") == "t")
    throw Error(Code::connection, "the server is a standby: no clone can be made on it",
                "Name the primary in DATABASE_URL, or leave --clone out.");
}

void check_privileges(pg::Connection& maintenance, const std::string& database) {
  const auto role = maintenance.query(
      "SELECT r.rolname, r.rolsuper OR r.rolcreatedb, r.rolsuper OR pg_catalog.pg_has_role(d.datdba, 'USAGE'), "
      "pg_catalog.pg_get_userbyid(d.datdba) FROM pg_catalog.pg_roles r, pg_catalog.pg_database d WHERE r.rolname = "
      "current_user AND d.datname = $1",
      {database});
  if (role.rows() == 0)
    throw Error(Code::connection, "database \"" + database + "\" does not exist", "`psql -l` lists the databases.");
  if (!role.is_true(0, 1))
    throw Error(Code::not_permitted,
                fmt::format("role \"{}\" may not create databases, so it cannot make a clone", role.value(0, 0)),
                fmt::format("Run `ALTER ROLE {} CREATEDB` as a superuser, or leave --clone out.",
                            pg::quote_identifier(role.value(0, 0))));
  if (!role.is_true(0, 2))
    throw Error(Code::not_permitted,
                fmt::format("database \"{}\" belongs to \"{}\", so \"{}\" may not clone it", database, role.value(0, 3),
                            role.value(0, 0)),
                "Connect as its owner or a superuser, or leave --clone out.");
}

// Known before anybody's session is ended.
void check_sessions(pg::Connection& maintenance, const std::string& database) {
  const auto prepared = maintenance.query(
      "SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = $1 ORDER BY prepared", {database});
  if (prepared.rows() > 0) {
    std::vector<std::string> names;
    for (int row = 0; row < prepared.rows(); ++row) names.push_back("\"" + prepared.text(row, 0) + "\"");
    throw Error(
        Code::locked,
        fmt::format("database \"{}\" cannot be cloned while {} open: {}", database,
                    names.size() == 1 ? "a prepared transaction is" : "prepared transactions are", join_some(names)),
        "Commit or roll them back (COMMIT PREPARED, ROLLBACK PREPARED), then run it again.");
  }
  const auto sessions = list_unendable_sessions(maintenance, database);
  if (!sessions.empty())
    throw Error(
        Code::locked,
        fmt::format("database \"{}\" cannot be cloned while there are sessions that this role may not end: {}",
                    database, join_some(sessions)),
        "End them yourself, or connect as a superuser (or a member of pg_signal_backend for those of ordinary roles).");
}

void check_disk(const CloneEstimate& estimate, const std::string& database) {
  const auto needed = estimate.bytes + estimate.bytes / 20 + kLargeBytes;  // and the log goes on
  if (!estimate.free_bytes || *estimate.free_bytes >= needed) return;
  throw Error(Code::storage,
              fmt::format("the server's disk has {} free, and a clone of database \"{}\" needs {}",
                          format_bytes(*estimate.free_bytes), database, format_bytes(needed)),
              "Free space on the server (`safety-prune --databases` drops clones and previous databases), or leave "
              "--clone out.");
}

std::string create_statement(const std::string& database, const std::string& name, const std::string& owner,
                             int server_major, CloneStrategy strategy) {
  // Closed from its first moment: it is not to be entered before it has its privileges.
  auto sql = fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER {} ALLOW_CONNECTIONS false", pg::quote_identifier(name),
                         pg::quote_identifier(database), pg::quote_identifier(owner));
  if (server_major >= 15) sql += strategy == CloneStrategy::wal_log ? " STRATEGY wal_log" : " STRATEGY file_copy";
  return sql;
}

// The checkpoint that a file copy begins with keeps the database closed: most of it is done before.
void checkpoint_before(pg::Connection& maintenance, CloneStrategy strategy) {
  if (strategy == CloneStrategy::wal_log) return;
  try {
    maintenance.execute("CHECKPOINT");
  } catch (const Error& error) {
    if (error.code() != Code::not_permitted) throw;
  }
}

/// Returns the strategy that worked.
CloneStrategy create(const Context& context, pg::Connection& maintenance, const std::string& database,
                     const std::string& name, const std::string& owner, CloneStrategy strategy,
                     double patience_seconds) {
  // Whoever holds the database's lock for long would make everybody wait behind us.
  maintenance.execute(
      fmt::format("SET statement_timeout = 0; SET lock_timeout = '{}ms'", static_cast<long>(patience_seconds * 1000)));
  const auto run = [&](CloneStrategy one) {
    const auto sql = create_statement(database, name, owner, maintenance.server_major(), one);
    run_without_sessions(context, maintenance, {database}, patience_seconds, [&] { maintenance.execute(sql); });
    return one;
  };
  if (strategy != CloneStrategy::clone) return run(strategy);
  try {
    maintenance.execute("SET file_copy_method = clone");
    run(CloneStrategy::clone);
    maintenance.execute("RESET file_copy_method");
    return CloneStrategy::clone;
  } catch (const Error& error) {
    if (error.code() != Code::database) throw;  // of the server as a whole, and not of the file system or of its build
    context.sink.note("the server's file system does not clone files, so they are copied: " + error.message());
    maintenance.execute("RESET file_copy_method");
    return run(CloneStrategy::file_copy);
  }
}

void apply_properties(const Context& context, pg::Connection& maintenance, const MadeClone& made) {
  auto properties = made.properties;
  properties.is_template = false;    // it must be possible to drop it
  properties.connection_limit = -1;  // which would be in our own way: close_clone sets it
  for (const auto& statement : apply_statements(made.name, properties)) {
    try {
      maintenance.execute(statement);
    } catch (const Error& error) {
      // Going back to it takes the settings of the live database anyhow.
      if (error.code() != Code::not_permitted) throw;
      context.sink.warning("the clone lacks a setting of the database: " + error.message());
    }
  }
}

std::string read_lsn(pg::Connection& maintenance) {
  try {
    return maintenance.value_of("SELECT pg_catalog.pg_current_wal_insert_lsn()");
  } catch (const Error& error) {
    if (error.code() != Code::not_permitted) throw;
    return "";
  }
}

/// Takes back what may have been made: a cancelled CREATE DATABASE may have come to its end all the same.
void drop_half_made(const Context& context, pg::Connection& maintenance, const std::string& name) noexcept {
  try {
    const pg::Unstoppable until_dropped(maintenance);
    if (oid_of(maintenance, name) != 0) drop_database(maintenance, name);
  } catch (const std::exception& error) {
    context.sink.warning("database \"" + name + "\" may be left: `safety-prune --databases` drops it (" + error.what() +
                         ")");
  }
}

}  // namespace

std::string name_of(CloneStrategy strategy) {
  switch (strategy) {
    case CloneStrategy::clone:
      return "clone";
    case CloneStrategy::file_copy:
      return "file_copy";
    case CloneStrategy::wal_log:
      break;
  }
  return "wal_log";
}

// The log's way has no checkpoints, the files' way writes everything once. Milliseconds of the two, PostgreSQL 15, 2
// cores, fsync on, four runs in turn:
//     MB         7        33        58       108       209       1019
//     wal_log    68-85    223-239   294-314  374-405   618-678   3230-5925
//     file_copy  101-106  232-248   261-266  308-344   372-416   3145-4159
// A large database also keeps the log, and with it the standbys, busy.
CloneStrategy choose_strategy(int server_major, std::uint64_t bytes) {
  if (server_major < 15) return CloneStrategy::file_copy;  // the only one there is
  if (bytes < kLargeBytes) return CloneStrategy::wal_log;
  return server_major >= 18 ? CloneStrategy::clone : CloneStrategy::file_copy;
}

CloneEstimate estimate_clone(pg::Connection& maintenance, const std::string& database, double bytes_per_second) {
  check_server(maintenance, database);
  check_privileges(maintenance, database);
  check_sessions(maintenance, database);
  const auto found = maintenance.query(
      "SELECT pg_catalog.pg_database_size(d.oid), t.spcname FROM pg_catalog.pg_database d JOIN "
      "pg_catalog.pg_tablespace t ON t.oid = d.dattablespace "
      "WHERE d.datname = $1",
      {database});
  CloneEstimate estimate;
  estimate.bytes = static_cast<std::uint64_t>(found.number(0, 0));
  estimate.strategy = choose_strategy(maintenance.server_major(), estimate.bytes);
  if (bytes_per_second <= 0)
    bytes_per_second = estimate.strategy == CloneStrategy::wal_log ? kWalLogRate : kFileCopyRate;
  estimate.seconds = kLeastSeconds + static_cast<double>(estimate.bytes) / bytes_per_second;
  estimate.free_bytes = free_bytes_of_server(maintenance, found.text(0, 1));
  const auto names = maintenance.query(
      "SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE "
      "d.datname = $1 ORDER BY 1",
      {database});
  for (int row = 0; row < names.rows(); ++row) estimate.subscriptions.push_back(names.text(row, 0));
  check_disk(estimate, database);
  return estimate;
}

MadeClone make_clone(const Context& context, pg::Connection& maintenance, const std::string& database,
                     const std::string& name, CloneStrategy strategy, double patience_seconds) {
  if (oid_of(maintenance, name) != 0) throw Error(Code::internal, "database \"" + name + "\" exists already");
  MadeClone made;
  made.name = name;
  made.properties = read_properties(maintenance, database);
  checkpoint_before(maintenance, strategy);
  try {
    os::fault_point("clone.before_create");
    const Stopwatch watch;
    made.strategy = create(context, maintenance, database, name, made.properties.owner, strategy, patience_seconds);
    made.seconds = watch.seconds();
    made.time = maintenance.value_of(
        "SELECT pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', "
        "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
    made.lsn = read_lsn(maintenance);
    os::fault_point("clone.created");
    made.oid = oid_of(maintenance, name);
    made.bytes = find_database(maintenance, name, made.oid).value_or(DerivedDatabase{}).bytes;
    apply_properties(context, maintenance, made);
    os::fault_point("clone.properties");
  } catch (...) {
    drop_half_made(context, maintenance, name);
    throw;
  }
  return made;
}

void open_clone(pg::Connection& maintenance, const MadeClone& clone) {
  maintenance.execute("ALTER DATABASE " + pg::quote_identifier(clone.name) + " ALLOW_CONNECTIONS true");
}

void close_clone(pg::Connection& maintenance, const MadeClone& clone) {
  maintenance.execute(fmt::format("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false CONNECTION LIMIT {}",
                                  pg::quote_identifier(clone.name), clone.properties.connection_limit));
  os::fault_point("clone.closed");
  end_sessions(maintenance, clone.name);  // monitoring, say: it would only be in the way of the swap
}

}  // namespace safety::transfer

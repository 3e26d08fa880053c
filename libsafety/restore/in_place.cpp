// Restoring inside the database itself, for servers where no second database can be made: a pre-restore archive first,
// then one transaction that empties the database and loads the archive. It commits whole or not at all; the way back is
// the pre-restore archive.
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "libsafety/base/text.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/restore/run.hpp"
#include "libsafety/transfer/load_archive.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::restore {
namespace {

// Leaves extensions, whose owner may be a superuser that we are not; the archive's CREATE EXTENSION IF NOT EXISTS
// meets them again. Order matters little: everything goes with CASCADE, and what is gone already is passed over.
constexpr const char* kListObjects = R"(
SELECT pg_catalog.format('DROP %s IF EXISTS %s CASCADE',
         CASE o.type WHEN 'composite type' THEN 'type' ELSE o.type END, o.identity)
FROM pg_catalog.pg_depend d
JOIN pg_catalog.pg_namespace n ON n.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_namespace'::regclass
CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) o
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety')
  AND d.classid <> 'pg_catalog.pg_extension'::regclass AND d.deptype = 'n'
  AND o.type NOT IN ('index', 'default acl', 'toast table', 'table constraint', 'trigger', 'rule', 'policy')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.objsubid = 0 AND e.deptype IN ('e', 'i'))
UNION ALL
SELECT pg_catalog.format('DROP SCHEMA IF EXISTS %I CASCADE', n.nspname) FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety', 'public')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.refclassid = 'pg_catalog.pg_namespace'::regclass AND e.refobjid = n.oid
                  AND e.classid = 'pg_catalog.pg_extension'::regclass)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')
UNION ALL
SELECT pg_catalog.format('DROP PUBLICATION IF EXISTS %I', pubname) FROM pg_catalog.pg_publication
UNION ALL
SELECT pg_catalog.format('DROP CAST IF EXISTS (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_catalog.pg_cast k
WHERE k.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_cast'::regclass AND e.objid = k.oid AND e.deptype = 'e')
UNION ALL
SELECT pg_catalog.format('SELECT pg_catalog.lo_unlink(%s)', oid) FROM pg_catalog.pg_largeobject_metadata
)";

// First of all, and again after a deadlock with a client that reads several tables in one transaction: nothing is
// changed yet, so nothing is lost by letting go.
void lock_tables(pg::Connection& connection) {
  constexpr int kMostTries = 10;
  const auto targets = transfer::list_lock_targets(connection);
  for (int round = 1;; ++round) {
    connection.execute("SAVEPOINT locks");
    try {
      for (const auto& target : targets)
        connection.execute("LOCK TABLE ONLY " + pg::quote_qualified(target.schema, target.name) + " IN ACCESS EXCLUSIVE MODE");
      return;
    } catch (const Error& error) {
      if (error.sqlstate() != "40P01" || round == kMostTries) throw;
      connection.execute("ROLLBACK TO SAVEPOINT locks");
    }
  }
}

void empty_database(pg::Connection& connection) {
  // Event triggers would watch the drops; they go first.
  const auto triggers = connection.execute(
      "SELECT pg_catalog.format('DROP EVENT TRIGGER IF EXISTS %I', evtname) FROM pg_catalog.pg_event_trigger t WHERE NOT EXISTS "
      "(SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_event_trigger'::regclass AND e.objid = t.oid AND e.deptype = 'e')");
  for (int row = 0; row < triggers.rows(); ++row) connection.execute(triggers.text(row, 0));
  const auto objects = connection.execute(kListObjects);
  for (int row = 0; row < objects.rows(); ++row) connection.execute(objects.text(row, 0));
}

void replace_content(Run& run) {
  pg::Connection connection(run.context, run.info);
  pg::use_dump_settings(connection);
  connection.execute("SET lock_timeout = '30s'");
  pg::Transaction transaction(connection);
  run.context.sink.phase("empty the database");
  lock_tables(connection);
  empty_database(connection);
  transfer::LoadOptions load{1, run.options.skips_owners, run.options.skips_privileges, {}};
  run.rows = transfer::load_in_transaction(run.context, *run.source.reader, connection, load).rows;
  // Verified before it is real: a difference rolls everything back.
  verify_schema(run.context, connection, run.source, run.options);
  connection.execute("SET CONSTRAINTS ALL IMMEDIATE");
  run.journal->set_fact("transaction", connection.value_of("SELECT pg_catalog.txid_current()"));
  os::fault_point("in_place.before_commit");
  transaction.commit();
  os::fault_point("in_place.committed");
}

/// Asks the server what became of the transaction. A client that was killed at COMMIT leaves one that is still ending.
bool is_replaced(const Run& run) {
  const auto transaction = run.fact("transaction");
  if (transaction.empty()) return false;
  auto session = fresh_session(run);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto status = session.value_of("SELECT pg_catalog.txid_status(" + pg::quote_literal(transaction) + "::int8)");
    if (status != "in progress") return status == "committed";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw Error(Code::in_doubt, "transaction " + transaction + " that replaces the content of \"" + run.database() + "\" is still open",
              "End its session (see pg_stat_activity), then run it again.");
}

}  // namespace

plan::Step replace_content_step(Run& run) {
  return {.id = "replace_content",
          .what = fmt::format("empty \"{}\" and load \"{}\", in one transaction", run.database(), run.source.path.filename().string()),
          .why = "no second database can be made here; the transaction commits whole or not at all",
          .apply = [&run] { replace_content(run); },
          .is_done = [&run] { return is_replaced(run); },
          .undo = {},
          .why_no_undo = "one transaction; the way back is the pre-restore archive",
          .is_commit_point = true};
}

}  // namespace safety::restore

#include "libsafety/backup/source_facts.hpp"

#include "libsafety/base/text.hpp"
#include "libsafety/os/process.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/schema/fingerprint.hpp"
#include "libsafety/transfer/database_properties.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::backup {
namespace {

/// A fact that a server may refuse to an ordinary role; then it stays empty, and the transaction goes on.
std::string value_if_permitted(pg::Connection& connection, const std::string& sql) {
  connection.execute("SAVEPOINT fact");
  std::string value;
  try {
    value = connection.value_of(sql);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    if (connection.is_broken()) throw;
  }
  connection.execute("ROLLBACK TO SAVEPOINT fact; RELEASE SAVEPOINT fact");
  return value;
}

// The heads of the histories that are kept in the database, whatever schema they are in.
void read_migration_heads(pg::Connection& connection, archive::Index& index) {
  const auto tables = connection.execute(
      "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind = 'r' AND c.relname IN ('_prisma_migrations', '__drizzle_migrations')");
  for (int row = 0; row < tables.rows(); ++row) {
    const auto name = pg::quote_qualified(tables.value(row, 0), tables.value(row, 1));
    const bool is_prisma = tables.value(row, 1) == "_prisma_migrations";
    const auto head = value_if_permitted(
        connection, is_prisma ? "SELECT migration_name || ' ' || checksum FROM " + name +
                                    " WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1"
                              : "SELECT hash FROM " + name + " ORDER BY created_at DESC LIMIT 1");
    if (!head.empty()) index.facts[(is_prisma ? "prisma_head " : "drizzle_head ") + tables.text(row, 0)] = head;
  }
}

std::string git_commit(const Context& context) {
  try {
    return std::string(trim(os::run_for_output(context, {"git", {"rev-parse", "HEAD"}, {}})));
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {  // not in a repository, or no git: then there is no commit to note
    return "";
  }
}

}  // namespace

archive::Index read_source_facts(const Context& context, pg::Connection& snapshot) {
  archive::Index index;
  index.database = snapshot.database();
  index.server_version = snapshot.parameter_status("server_version");
  index.server_version_num = snapshot.server_version_num();
  index.system_identifier = value_if_permitted(snapshot, "SELECT system_identifier FROM pg_catalog.pg_control_system()");
  index.snapshot_time = snapshot.value_of(
      "SELECT pg_catalog.to_char(pg_catalog.now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')");
  index.snapshot_lsn = value_if_permitted(
      snapshot, "SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() ELSE "
                "pg_catalog.pg_current_wal_insert_lsn() END");
  index.roles = transfer::list_roles(snapshot);
  index.tablespaces = transfer::list_tablespaces(snapshot);
  index.extensions = transfer::list_extensions(snapshot);
  index.properties = transfer::read_properties(snapshot, index.database);
  index.schema_objects = schema::read_objects(snapshot);
  index.schema_fingerprint = schema::fingerprint_of(index.schema_objects);
  read_migration_heads(snapshot, index);
  if (const auto commit = git_commit(context); !commit.empty()) index.facts["git_commit"] = commit;
  return index;
}

}  // namespace safety::backup

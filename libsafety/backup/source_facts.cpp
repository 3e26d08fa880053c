#include "libsafety/backup/source_facts.hpp"

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/os/process.hpp"
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

/// What the tools' histories say. A backup does not fail for them.
void add_migration_heads(const Context& context, pg::Connection& connection, const migrations::Project& project, archive::Index& index) {
  connection.execute("SAVEPOINT heads");
  try {
    index.facts.merge(migrations::read_heads(context, connection, project));
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (connection.is_broken()) throw;
    context.sink.warning("the migration heads are not noted: " + error.message());
  }
  connection.execute("ROLLBACK TO SAVEPOINT heads; RELEASE SAVEPOINT heads");
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

archive::Index read_source_facts(const Context& context, pg::Connection& snapshot, const migrations::Project& project) {
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
  // By the server's transaction counter: what rows written since are counted by.
  index.facts["snapshot_xid"] = snapshot.value_of("SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())");
  index.roles = transfer::list_roles(snapshot);
  index.tablespaces = transfer::list_tablespaces(snapshot);
  index.extensions = transfer::list_extensions(snapshot);
  index.properties = transfer::read_properties(snapshot, index.database);
  index.schema_objects = schema::read_objects(snapshot);
  index.schema_fingerprint = schema::fingerprint_of(index.schema_objects);
  add_migration_heads(context, snapshot, project, index);
  if (const auto commit = git_commit(context); !commit.empty()) index.facts["git_commit"] = commit;
  return index;
}

}  // namespace safety::backup

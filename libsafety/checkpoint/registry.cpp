#include "libsafety/checkpoint/registry.hpp"

#include "libsafety/pg/quote.hpp"

namespace safety::checkpoint {
namespace {

constexpr const char* kSchema = R"(
CREATE SCHEMA safety;
COMMENT ON SCHEMA safety IS 'safety registry 1: a mirror of the record files, remade by safety-list --rebuild';
CREATE TABLE safety.checkpoints (
  id text PRIMARY KEY,
  sequence bigint NOT NULL,
  label text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  snapshot_time timestamptz NOT NULL,
  tables bigint NOT NULL,
  rows bigint NOT NULL,
  archive_file text NOT NULL,
  archive_bytes bigint NOT NULL CHECK (archive_bytes > 0),
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  proof text NOT NULL CHECK (proof IN ('none', 'L1', 'L2', 'L3', 'L4', 'L5')),
  proven_at timestamptz,
  record jsonb NOT NULL
);
CREATE TABLE safety.operations (
  id text PRIMARY KEY,
  kind text NOT NULL,
  checkpoint text NOT NULL DEFAULT '',
  started timestamptz NOT NULL,
  finished timestamptz,
  outcome text NOT NULL DEFAULT '',
  detail text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX one_active_operation ON safety.operations ((true)) WHERE finished IS NULL;
)";

}  // namespace

Registry::Registry(const Context& context, const pg::ConnectionInfo& database) : connection_(context, database) {
  pg::use_dump_settings(connection_);
  // The database's own event triggers are not for our bookkeeping. Only a superuser may say so; others go without.
  try {
    connection_.execute("SET session_replication_role = replica");
    if (connection_.server_major() >= 17) connection_.execute("SET event_triggers = off");
  } catch (const Error& error) {
    if (error.code() != Code::not_permitted) throw;
  }
  // Records are UTF-8; the server converts, except where it knows no encoding.
  if (connection_.parameter_status("server_encoding") != "SQL_ASCII") connection_.execute("SET client_encoding = 'UTF8'");
}

bool Registry::is_there() {
  // The mark tells our schema from another's that happens to have a table of that name.
  return connection_.value_of(
             "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'safety' AND "
             "pg_catalog.obj_description(n.oid, 'pg_namespace') LIKE 'safety registry%')") == "t";
}

void Registry::prepare() {
  if (is_there()) return;
  if (connection_.value_of("SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'safety')") == "t")
    throw Error(Code::database, "schema \"safety\" of database \"" + connection_.database() + "\" belongs to somebody else",
                "Rename it (`ALTER SCHEMA safety RENAME TO ...`) to have checkpoints listed in the database too.");
  pg::Transaction transaction(connection_);
  connection_.execute(kSchema);
  transaction.commit();
}

void Registry::put(const Record& record) {
  const auto proven = record.proofs.empty() ? std::optional<std::string>() : record.proofs.back().at;
  connection_.query(
      "INSERT INTO safety.checkpoints (id, sequence, label, reason, snapshot_time, tables, rows, archive_file, archive_bytes, "
      "sha256, proof, proven_at, record) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
      "ON CONFLICT (id) DO UPDATE SET label = excluded.label, reason = excluded.reason, archive_file = excluded.archive_file, "
      "archive_bytes = excluded.archive_bytes, sha256 = excluded.sha256, proof = excluded.proof, proven_at = excluded.proven_at, "
      "record = excluded.record",
      {record.id, std::to_string(record.sequence), record.label, record.reason, record.snapshot_time,
       std::to_string(record.tables), std::to_string(record.rows), record.archive.file, std::to_string(record.archive.bytes),
       record.archive.sha256, name_of(record.proof()), proven, format_record(record)});
}

void Registry::put(const Operation& operation) {
  const auto finished = operation.finished.empty() ? std::optional<std::string>() : operation.finished;
  // Our lock says that no other operation runs: one that a crash left open is closed here.
  connection_.query("UPDATE safety.operations SET finished = now(), outcome = 'crashed' WHERE finished IS NULL AND id <> $1", {operation.id});
  connection_.query(
      "INSERT INTO safety.operations (id, kind, checkpoint, started, finished, outcome, detail) VALUES ($1, $2, $3, $4, $5, $6, $7) "
      "ON CONFLICT (id) DO UPDATE SET finished = excluded.finished, outcome = excluded.outcome, detail = excluded.detail",
      {operation.id, operation.kind, operation.checkpoint, operation.started, finished, operation.outcome, operation.detail});
}

void Registry::copy_to(Registry& other) {
  other.prepare();
  for (const char* table : {"checkpoints", "operations"}) {
    const std::string name = pg::quote_qualified("safety", table);
    std::string rows;
    connection_.copy_out("COPY " + name + " TO STDOUT", [&](std::string_view row) { rows.append(row); });
    pg::Transaction transaction(other.connection_);
    other.connection_.execute("TRUNCATE " + name);
    other.connection_.copy_in_begin("COPY " + name + " FROM STDIN");
    other.connection_.copy_in_put(rows);
    other.connection_.copy_in_finish();
    transaction.commit();
  }
}

}  // namespace safety::checkpoint

#include "libsafety/checkpoint/registry.hpp"

#include <fmt/format.h>

#include "libsafety/pg/quote.hpp"

namespace safety::checkpoint {
namespace {

constexpr const char* kRegistrySchema = R"(
CREATE SCHEMA safety;
CREATE TABLE safety.checkpoints (
  id text PRIMARY KEY,
  sequence bigint NOT NULL,
  label text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '',
  snapshot_time timestamptz NOT NULL,
  tables bigint NOT NULL,
  rows bigint NOT NULL,
  archive_file text,
  archive_bytes bigint CHECK (archive_bytes > 0),
  sha256 text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  proof text NOT NULL CHECK (proof IN ('none', 'L1', 'L2', 'L3', 'L4', 'L5')),
  proven_at timestamptz,
  record jsonb NOT NULL,
  clone_database text,
  CONSTRAINT archive_is_whole CHECK (num_nonnulls(archive_file, archive_bytes, sha256) IN (0, 3)),
  CONSTRAINT has_content CHECK (num_nonnulls(archive_file, clone_database) > 0)
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

// Since version 3: what rollbacks did.
constexpr const char* kOfRollbacks = R"(
CREATE TABLE safety.rolled_back_migrations (
  operation text NOT NULL,
  tool text NOT NULL,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  migration text NOT NULL,
  action text NOT NULL CHECK (action IN ('deleted', 'marked')),
  row jsonb NOT NULL,
  sql text,
  checksum text,
  at timestamptz NOT NULL DEFAULT now(),
  by_role text NOT NULL DEFAULT current_user,
  redone_at timestamptz
);
CREATE TABLE safety.steps (
  operation text NOT NULL,
  number int NOT NULL,
  step text NOT NULL,
  state text NOT NULL,
  at timestamptz NOT NULL,
  who text NOT NULL DEFAULT '',
  detail text NOT NULL DEFAULT '',
  PRIMARY KEY (operation, number)
);
)";

constexpr const char* kMark = "COMMENT ON SCHEMA safety IS 'safety registry 3: a mirror of the record files, remade by safety-list --rebuild'";
constexpr const char* kTables[] = {"checkpoints", "operations", "rolled_back_migrations", "steps"};

// Registries of version 1 knew of no clones.
constexpr const char* kFromFirst = R"(
ALTER TABLE safety.checkpoints
  ALTER COLUMN archive_file DROP NOT NULL, ALTER COLUMN archive_bytes DROP NOT NULL, ALTER COLUMN sha256 DROP NOT NULL,
  ADD COLUMN clone_database text,
  ADD CONSTRAINT archive_is_whole CHECK (num_nonnulls(archive_file, archive_bytes, sha256) IN (0, 3)),
  ADD CONSTRAINT has_content CHECK (num_nonnulls(archive_file, clone_database) > 0);
)";

/// An instant as members and records have it.
std::string rfc3339(const std::string& column) {
  return fmt::format("COALESCE(pg_catalog.to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), '')", column);
}

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

void Registry::migrate() {
  const auto mark = connection_.value_of("SELECT pg_catalog.obj_description('safety'::pg_catalog.regnamespace, 'pg_namespace')");
  const bool is_first = mark.starts_with("safety registry 1:");
  if (!is_first && !mark.starts_with("safety registry 2:")) return;
  pg::Transaction transaction(connection_);
  if (is_first) connection_.execute(kFromFirst);
  connection_.execute(kOfRollbacks);
  connection_.execute(kMark);
  transaction.commit();
}

void Registry::prepare() {
  if (is_there()) return migrate();
  if (connection_.value_of("SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'safety')") == "t")
    throw Error(Code::database, "schema \"safety\" of database \"" + connection_.database() + "\" belongs to somebody else",
                "Rename it (`ALTER SCHEMA safety RENAME TO ...`) to have checkpoints listed in the database too.");
  pg::Transaction transaction(connection_);
  connection_.execute(kRegistrySchema);
  connection_.execute(kOfRollbacks);
  connection_.execute(kMark);
  transaction.commit();
}

void Registry::put(const Record& record) {
  migrate();
  using Value = std::optional<std::string>;
  const auto proven = record.proofs.empty() ? Value() : record.proofs.back().at;
  const auto of_archive = [&](const std::string& value) { return record.names_archive() ? Value(value) : Value(); };
  connection_.query(
      "INSERT INTO safety.checkpoints (id, sequence, label, reason, snapshot_time, tables, rows, archive_file, archive_bytes, "
      "sha256, proof, proven_at, record, clone_database) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
      "ON CONFLICT (id) DO UPDATE SET label = excluded.label, reason = excluded.reason, archive_file = excluded.archive_file, "
      "archive_bytes = excluded.archive_bytes, sha256 = excluded.sha256, proof = excluded.proof, proven_at = excluded.proven_at, "
      "record = excluded.record, clone_database = excluded.clone_database",
      {record.id, std::to_string(record.sequence), record.label, record.reason, record.snapshot_time,
       std::to_string(record.tables), std::to_string(record.rows), of_archive(record.archive.file),
       of_archive(std::to_string(record.archive.bytes)), of_archive(record.archive.sha256), name_of(record.proof()), proven,
       format_record(record), record.clone ? Value(record.clone->database) : Value()});
}

void Registry::remove(const std::string& checkpoint) {
  connection_.query("DELETE FROM safety.checkpoints WHERE id = $1", {checkpoint});
}

std::vector<Record> Registry::list() {
  std::vector<Record> records;
  const auto rows = connection_.execute("SELECT record FROM safety.checkpoints ORDER BY sequence, id");
  for (int row = 0; row < rows.rows(); ++row) records.push_back(parse_record(rows.text(row, 0), "schema safety"));
  return records;
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

void Registry::put(const StepRecord& step) {
  migrate();
  connection_.query(
      "INSERT INTO safety.steps (operation, number, step, state, at, who, detail) VALUES ($1, $2, $3, $4, $5, $6, $7) "
      "ON CONFLICT (operation, number) DO UPDATE SET step = excluded.step, state = excluded.state, at = excluded.at, who = excluded.who, detail = excluded.detail",
      {step.operation, std::to_string(step.number), step.step, step.state, step.at, step.who, step.detail});
}

std::optional<Operation> Registry::get_operation(const std::string& id) {
  const auto rows = connection_.query(
      fmt::format("SELECT id, kind, checkpoint, {}, {}, outcome, detail FROM safety.operations WHERE id = $1", rfc3339("started"), rfc3339("finished")), {id});
  if (rows.rows() == 0) return std::nullopt;
  return Operation{rows.text(0, 0), rows.text(0, 1), rows.text(0, 2), rows.text(0, 3), rows.text(0, 4), rows.text(0, 5), rows.text(0, 6)};
}

std::vector<StepRecord> Registry::list_steps(const std::string& operation) {
  std::vector<StepRecord> steps;
  if (columns_of("safety.steps").empty()) return steps;
  const auto rows = connection_.query(
      fmt::format("SELECT operation, number, step, state, {}, who, detail FROM safety.steps WHERE operation = $1 ORDER BY number", rfc3339("at")), {operation});
  for (int row = 0; row < rows.rows(); ++row)
    steps.push_back({rows.text(row, 0), static_cast<int>(rows.number(row, 1)), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), rows.text(row, 5), rows.text(row, 6)});
  return steps;
}

// An older registry may have fewer tables, and fewer columns, than the one that it is carried into. Empty for a table that is not there.
std::string Registry::columns_of(const std::string& table) {
  return connection_.value_of("SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' ORDER BY attnum) "
                              "FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass($1) AND attnum > 0 AND NOT attisdropped", {table});
}

void Registry::copy_to(Registry& other) {
  other.prepare();
  for (const char* table : kTables) {
    const std::string name = pg::quote_qualified("safety", table);
    const auto columns = columns_of(name);
    std::string rows;
    if (!columns.empty()) connection_.copy_out(fmt::format("COPY {} ({}) TO STDOUT", name, columns), [&](std::string_view row) { rows.append(row); });
    pg::Transaction transaction(other.connection_);
    other.connection_.execute("TRUNCATE " + name);
    if (!rows.empty()) {
      other.connection_.copy_in_begin(fmt::format("COPY {} ({}) FROM STDIN", name, columns));
      other.connection_.copy_in_put(rows);
      other.connection_.copy_in_finish();
    }
    transaction.commit();
  }
}

}  // namespace safety::checkpoint

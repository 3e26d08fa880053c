#pragma once
// A live database into a checkpoint of one instant: an archive, a clone, or both, and their record.
//
// The archive is encrypted when the context's archive::Encryption says to whom.
//
// What it promises: either the archive with its final name, the clone, the record and its proof are there, or nothing is.
// The database is only read, save for the rows in schema `safety`, whose failure is a warning; for a clone its sessions
// are ended as well (transfer/clone.hpp).

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/archive/codec.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection_info.hpp"

#include "libsafety/base/context.hpp"

namespace safety::backup {

struct BackupOptions {
  std::filesystem::path folder;
  std::string prefix;                // of file name and id; empty: the database's name
  std::string label, reason = "manual";
  unsigned jobs = 2;
  double rest = 0;  // for a database in use: transfer/dump_rows.hpp
  archive::Codec codec = archive::Codec::zstd;
  int level = 1;
  std::vector<std::string> exclude_table_data;  // pg_dump's patterns: [schema.]table with * and ?
  bool is_schema_only = false;
  bool has_envelope = true;
  bool writes_registry = true;
  bool makes_clone = false;   // first; the archive is then taken from it, so that both are of one instant
  bool makes_archive = true;  // one of the two at least
  std::chrono::milliseconds lock_wait{60000};
  checkpoint::Proof proof = checkpoint::Proof::digest;  // L1 or L2; higher ones need restore::verify
  std::string tool_version;
  std::vector<std::string> pins;  // why it must not be pruned, as long as they are in its record: "deploy_..."
  migrations::Project migrations{};  // of which pending ones and Drizzle's fingerprint are noted; empty: heads alone
  std::string container;  // where the server runs, when its address does not tell: its pg_dump serves when none here fits
  /// Held by the caller, whose operation this is a part of; nullptr: taken here. Lives longer than the call.
  checkpoint::OperationLock* held_lock = nullptr;
};

struct BackupResult {
  checkpoint::Record record;
  std::filesystem::path path;  // of the archive; empty without one
  double seconds = 0;
};

/// Errors: connection, version (no pg_dump new enough), not_permitted (naming tables), locked (another operation, or a
/// table lock in time; for a clone sessions and prepared transactions), storage, command_failed (pg_dump), usage (a pattern that matches nothing), interrupted.
BackupResult back_up(const Context& context, const pg::ConnectionInfo& info, const BackupOptions& options);

/// What back_up would do, in words, after looking at server, versions, privileges and folder.
std::vector<std::string> describe_backup(const Context& context, const pg::ConnectionInfo& info, const BackupOptions& options);

}  // namespace safety::backup

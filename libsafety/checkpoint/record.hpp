#pragma once
// The description of a checkpoint: one JSON file in the backup folder, beside its archive. Source: RECORDS.md.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace safety::checkpoint {

/// How far a checkpoint has been shown to be good. Each level holds the lower ones.
enum class Proof {
  none = 0,
  digest = 1,    // L1: the file's SHA-256 is the recorded one
  decodes = 2,   // L2: every frame decodes; rows and digests in the file are those of the index
  restored = 3,  // L3: restored aside, rows counted by COPY, schema equal
  content = 4,   // L4: digests read back from the restored tables equal those of the snapshot
  used = 5,      // L5: a drill: migration heads as recorded, and the project's own statements and commands succeeded there
};
std::string name_of(Proof proof);  // "none", "L1" ... "L5"
/// "L1" ... "L5", in any case. nullopt for anything else.
std::optional<Proof> parse_proof(const std::string& text);

struct ProofEntry {
  Proof level = Proof::none;
  std::string at;  // RFC 3339
  double seconds = 0;
  bool is_passed = true;
  std::string message;  // why not, when not passed
};

/// A copy of the database in the same cluster, as it was at the snapshot time: going back to it is a rename. Closed to
/// connections. Its oid tells it from a later database of that name.
struct Clone {
  std::string database;
  std::uint32_t oid = 0;
  std::string strategy;  // clone, file_copy, wal_log: see transfer/clone.hpp
  std::uint64_t bytes = 0;
  double seconds = 0;
  std::string created;  // RFC 3339
};

struct ArchiveFile {
  std::string file;  // name beside the record; empty: the checkpoint is a clone alone
  std::uint64_t bytes = 0;
  std::string sha256, format;  // format: none, gz, zst
};

struct Record {
  std::string id, database, system_identifier, label, reason;
  /// Grows by one with each checkpoint in a folder: the order that `latest` goes by, whatever clocks do.
  std::uint64_t sequence = 0;
  std::string snapshot_time, created, server_version, client_version, tool_version, snapshot_lsn, git_commit;
  int server_version_num = 0;
  std::string schema_fingerprint;
  std::uint64_t tables = 0, rows = 0, plain_bytes = 0, large_objects = 0;
  double seconds = 0;
  bool is_schema_only = false, is_partial = false;  // partial: some tables' rows were left out
  std::map<std::string, std::string> facts;
  std::vector<std::string> pins;
  ArchiveFile archive;         // one of these two at least
  std::optional<Clone> clone;  // what the record says: whether it is still there, beside/beside.hpp asks the server
  std::vector<ProofEntry> proofs;  // oldest first

  /// Whether an archive was made; Store::has_archive says whether its file is there.
  bool names_archive() const noexcept { return !archive.file.empty(); }

  /// The highest level passed since the last failure; none when the newest entry is a failure.
  Proof proof() const;
};

std::string format_record(const Record& record);
/// Errors: archive_damaged naming the file when it is no record of ours; version when of a newer schema.
Record parse_record(const std::string& text, const std::filesystem::path& path);

}  // namespace safety::checkpoint

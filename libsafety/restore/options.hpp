#pragma once
// What a restore is asked for and what it gives back: shared by the operation (restore.hpp) and the parts that it is made of.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/plan/plan.hpp"
#include "libsafety/services/downtime.hpp"

namespace safety::restore {

enum class Mode {
  swap,          // restored aside, then takes the database's name
  new_database,  // restored aside, then gets a new name; nothing is replaced
  proof,         // restored aside, verified, dropped
  in_place,      // in one transaction inside the database itself, for servers without CREATEDB
};

struct RestoreOptions {
  std::filesystem::path folder;  // of backups: journals lie there, and the pre-restore archive of in_place
  std::filesystem::path source;  // archive or dump
  std::string checkpoint;        // id, when known
  std::string expected_sha256;   // of the record; checked first when known
  /// A clone instead of a source: its database and oid. It takes the name itself and is used up, or is copied first.
  std::string clone;
  std::uint32_t clone_oid = 0;
  bool keeps_clone = false;
  bool uses_clone() const { return !clone.empty(); }
  Mode mode = Mode::swap;
  std::string new_name;             // for new_database
  std::vector<std::string> tables;  // chosen ones only, for new_database: "users" or "public.users"
  unsigned jobs = 2;
  bool reads_digests_back = false;  // proof L4
  bool skips_owners = false, skips_privileges = false;
  bool allows_other_source = false;  // an archive of another database or system may replace this one
  bool analyzes = true;              // before the swap, so that the first queries have statistics
  std::string tool_version;
  services::Services services;        // stopped before the swap and started after it; empty: nobody is stopped
  bool undoes_on_unhealthy = false;   // swap back by itself when services do not come back healthy
  bool is_schema_only = false;        // no rows, empty large objects; for a new database only
  /// Held by the caller, whose operation this is a part of; nullptr: taken here. Lives longer than the call.
  checkpoint::OperationLock* held_lock = nullptr;
};

struct RestoreResult {
  std::string operation, checkpoint, database, previous;  // previous: empty when nothing was replaced
  double seconds = 0, downtime_seconds = 0;
  std::uint64_t rows = 0;
  plan::Outcome outcome;
  std::vector<services::Timing> services;
};

/// What would be replaced, for the question a person is asked.
struct Target {
  std::string database;
  bool exists = false;
  std::uint64_t bytes = 0, live_rows = 0, sessions = 0;
  std::string describe() const;
};

/// A run that ended midway, in words.
struct Unfinished {
  plan::JournalState journal;
  std::string describe() const;
};

}  // namespace safety::restore

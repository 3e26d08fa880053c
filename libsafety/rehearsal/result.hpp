#pragma once
// What a rehearsal is asked for and what it gives back: shared by the operation (rehearsal.hpp) and its parts.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/rehearsal/commands.hpp"
#include "libsafety/rehearsal/snapshot.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::rehearsal {

struct RehearsalOptions {
  std::filesystem::path folder;   // of backups
  std::filesystem::path archive;  // of the checkpoint
  std::string checkpoint, expected_sha256;
  unsigned jobs = 2;
  bool is_schema_only = false;    // no rows: quick, and blind to what only rows show
  std::string tool_version;
  /// Held by the caller, whose operation this is a part of; nullptr: taken here. Lives longer than the call.
  checkpoint::OperationLock* held_lock = nullptr;
};

/// DDL as the copy itself saw it run (an event trigger, for which the role must be a superuser): what a look from outside
/// misses because it was too short.
struct StatementSeen {
  std::size_t command = 0;         // position in Watched::commands
  std::string tag, object;         // "ALTER TABLE", "public.users"; tag "rewrite": the table was written anew
  std::string statement;           // what the client sent, which may be a whole file; one line, shortened
  std::vector<std::string> locks;  // "public.users AccessExclusiveLock": held then, of tables that were there before
};

struct Rehearsal {
  std::string database;              // the copy's name
  Watched watched;
  std::vector<schema::Definition> before, after;
  std::vector<schema::Change> changes;
  std::vector<TableRows> rows;       // tables whose number of rows changed, which are gone or new
  std::vector<std::string> lost;     // "table public.videos with 812 rows", "column public.users.phone with 40 values"
  std::vector<std::string> crossings;  // what one tool's command did to another tool's tables
  std::vector<std::string> failed_smoke;
  std::string proof;                 // "L4", or "" for schema only
  double restore_seconds = 0, seconds = 0;
  std::vector<StatementSeen> statements;
  std::vector<std::string> renamed;  // "table public.users to public.people": told of as dropped and added in changes, lost in neither
  bool has_reached_real_database = false;  // its schema changed meanwhile; told first among the crossings
  bool is_schema_only = false;       // rows and losses were not counted
  bool has_succeeded() const;        // commands and smoke checks did, and nothing crossed owners
};

}  // namespace safety::rehearsal

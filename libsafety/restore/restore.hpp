#pragma once
// Bringing a database back: restored aside, verified, then swapped in by two renames in one transaction; the replaced
// database is kept. Everything before the swap happens while production runs, and a failure there leaves it untouched.
//
// Each operation is a journaled plan (plan/plan.hpp). A run that was killed is found by the next one, which refuses to
// start until resume() or abort() has dealt with it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/plan/plan.hpp"

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
  Mode mode = Mode::swap;
  std::string new_name;             // for new_database
  std::vector<std::string> tables;  // chosen ones only, for new_database: "users" or "public.users"
  unsigned jobs = 2;
  bool reads_digests_back = false;  // proof L4
  bool skips_owners = false, skips_privileges = false;
  bool allows_other_source = false;  // an archive of another database or system may replace this one
  bool analyzes = true;              // before the swap, so that the first queries have statistics
  std::string tool_version;
};

struct RestoreResult {
  std::string operation, checkpoint, database, previous;  // previous: empty when nothing was replaced
  double seconds = 0, downtime_seconds = 0;
  std::uint64_t rows = 0;
  plan::Outcome outcome;
};

/// What would be replaced, for the question a person is asked. Empty when there is no such database.
struct Target {
  std::string database;
  bool exists = false;
  std::uint64_t bytes = 0, live_rows = 0, sessions = 0;
  std::string describe() const;
};
Target look_at_target(const Context& context, const pg::ConnectionInfo& info);

/// Errors: resumable when an earlier run is unfinished; locked; archive_damaged, archive_incomplete; version;
/// not_permitted (CREATEDB, roles, extensions, tablespaces, each by name); storage; verification; confirmation_needed
/// for another database's archive. In all of these production is as before and staging is gone.
RestoreResult restore(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options);

/// The plan in words, after all checks, without doing anything.
std::vector<plan::Step> describe_restore(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options);

/// Puts the newest previous database (or the one named) back in place; what it replaces becomes the previous one.
RestoreResult undo(const Context& context, const pg::ConnectionInfo& info, const std::filesystem::path& folder, const std::string& previous);

/// A run that ended midway, in words.
struct Unfinished {
  plan::JournalState journal;
  std::string describe() const;
};
/// The oldest unfinished, not running operation on the database, if any.
std::optional<Unfinished> find_unfinished(const std::filesystem::path& folder, const std::string& database);

RestoreResult resume(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished);
void abort(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished);

}  // namespace safety::restore

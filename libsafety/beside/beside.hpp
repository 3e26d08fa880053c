#pragma once
// The databases that stand beside a database in its cluster, under names derived from its own: clones, the previous
// ones that restores replaced, and what dead runs left. Which they are, what they are for, and whether they may go.
//
// A clone counts when a record names it with its oid; a name alone proves nothing. Nothing here trusts a name that is
// not exactly one that transfer::derived_name would make of this database.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/transfer/cluster.hpp"

namespace safety::beside {

/// The clone that the record names, when a database of that name and that oid is there. nullopt: it has none, or it was
/// dropped, renamed (a restore took it) or is on another server.
std::optional<transfer::DerivedDatabase> find_clone(pg::Connection& maintenance, const checkpoint::Record& record);

enum class Kind {
  clone,     // of a checkpoint, or left by a backup that was killed
  previous,  // replaced by a restore: `safety-restore --undo` swaps it back
  staging,   // being restored, or left by a restore that was killed
  proof,     // the same of safety-verify
  rehearsal, // the copy that migrations are tried on, or left by a run that was killed
};
std::string name_of(Kind kind);  // "clone", "previous", "staging", "proof", "rehearsal"

struct Database {
  Kind kind = Kind::clone;
  std::string name;
  std::uint32_t oid = 0;
  std::uint64_t bytes = 0;  // 0: the role may not ask
  Instant made{};
  std::string checkpoint;                  // the record whose clone it is
  bool is_pinned = false;                  // of that record
  std::string needed_by;                   // a journal without an end that names it
  std::vector<std::string> subscriptions;  // that are enabled in it: they go on applying there
  std::uint64_t sessions = 0;

  /// Neither a checkpoint's clone nor a way back nor part of an unfinished run.
  bool is_leftover() const noexcept { return needed_by.empty() && checkpoint.empty() && kind != Kind::previous; }
};

/// Oldest first. `operations` is the folder of journals. `records` may be of any database.
std::vector<Database> list_beside(pg::Connection& maintenance, const std::string& database,
                                  const std::filesystem::path& operations,
                                  const std::vector<checkpoint::Record>& records);

/// The records of the folder, and those of other folders that schema `safety` of the database tells of: a clone of
/// theirs is no leftover. A database that cannot be entered tells of none.
std::vector<checkpoint::Record> known_records(const Context& context, const pg::ConnectionInfo& info,
                                              const checkpoint::Store& store);

}  // namespace safety::beside

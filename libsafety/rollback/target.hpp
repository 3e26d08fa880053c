#pragma once
// Which checkpoint a rollback goes back to, and what of it is there. Internal to this folder.

#include <optional>

#include "libsafety/checkpoint/store.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rollback/options.hpp"

namespace safety::rollback {

/// A deploy makes an archive first and a clone of the last moment: two records of one state. Either may be missing.
struct Target {
  checkpoint::Record record;                 // the one that was meant
  std::optional<checkpoint::Record> clone;   // whose clone is there
  std::optional<checkpoint::Record> archive; // whose archive is there
  std::string no_clone, no_archive;          // why not
  /// That whose rows are gone back to, or joined with.
  const checkpoint::Record& origin() const { return clone ? *clone : *archive; }
};

/// Errors: as look().
Target choose_target(const Context& context, pg::Connection& maintenance, pg::Connection& target, const RollbackOptions& options);
/// The same by ids, of a journal.
Target target_of_ids(const Context& context, pg::Connection& maintenance, const checkpoint::Store& store, const std::string& record, const std::string& clone, const std::string& archive);

}  // namespace safety::rollback

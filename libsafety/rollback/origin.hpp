#pragma once
// The checkpoint as a database that can be entered: its clone, opened for as long as this lives, or an empty scratch restore of
// its archive with the rows of the migration histories. Internal to this folder.

#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/rollback/target.hpp"

namespace safety::rollback {

class Origin {
 public:
  /// Errors: those of restore::restore for the scratch database.
  Origin(const Context& context, const pg::ConnectionInfo& info, const Target& target, const RollbackOptions& options, checkpoint::OperationLock& lock);
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;
  /// Closes the clone again, or drops the scratch database, whatever was asked to stop.
  ~Origin();
  pg::ConnectionInfo info() const { return info_.with_database(name_); }
  bool is_clone() const noexcept { return is_clone_; }
  /// Where the rows are, when they are not in it.
  const std::filesystem::path& archive() const noexcept { return archive_; }

 private:
  Origin(const Context& context, const pg::ConnectionInfo& info);
  void open_clone(const checkpoint::Record& record, pg::Connection& maintenance);
  void restore_scratch(const checkpoint::Record& record, const RollbackOptions& options, checkpoint::OperationLock& lock);
  void load_histories(const RollbackOptions& options);

  const Context& context_;
  pg::ConnectionInfo info_;
  std::string name_;
  bool is_clone_ = false;
  std::filesystem::path archive_, journal_;
};

/// What a killed run left open.
void close_clone(pg::Connection& maintenance, const Target& target);
/// Restores of the kind above that a run left midway before it had a journal of its own.
void settle_scratch(const Context& context, const pg::ConnectionInfo& info, const std::filesystem::path& folder, checkpoint::OperationLock& lock);
/// Scratch databases that a killed run left.
void drop_scratch(pg::Connection& maintenance, const std::string& database);

}  // namespace safety::rollback

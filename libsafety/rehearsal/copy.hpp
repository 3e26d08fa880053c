#pragma once
// The database that a rehearsal or a drill runs on: a checkpoint's archive under a name of its own.

#include <filesystem>
#include <string>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/rehearsal/result.hpp"

namespace safety::rehearsal {

class Copy {
 public:
  /// Restores it. Errors: those of restore::restore; a copy that could not be finished is gone.
  Copy(const Context& context, const pg::ConnectionInfo& info, const RehearsalOptions& options, checkpoint::OperationLock& held);
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  /// Drops it, and the restore's journal with it, whatever was asked to stop.
  ~Copy();
  /// For a copy without rows: those of the tables in which the tools keep their history. Without them a tool would take the
  /// copy for a database that nothing was ever applied to.
  void copy_history(const migrations::Project& project) const;
  /// Ends what commands left running on it.
  void end_sessions() const;
  const std::string& name() const noexcept { return name_; }
  pg::ConnectionInfo info() const { return info_.with_database(name_); }
  /// "L4" when every row was read back and compared with the snapshot's digests.
  const std::string& proof() const noexcept { return proof_; }
  double seconds() const noexcept { return seconds_; }

 private:
  Copy(const Context& context, const pg::ConnectionInfo& info);  // of nothing yet
  void analyze() const;

  const Context& context_;
  pg::ConnectionInfo info_;
  std::filesystem::path journal_;  // of the restore
  std::string name_, proof_;
  double seconds_ = 0;
};

}  // namespace safety::rehearsal

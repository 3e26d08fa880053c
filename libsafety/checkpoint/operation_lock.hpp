#pragma once
// One operation at a time on a database, whoever starts it and from wherever: backup, restore and all that follow.

#include <optional>
#include <string>

#include "libsafety/pg/connection.hpp"

namespace safety::checkpoint {

/// An advisory lock held by a session of the maintenance database: the server lets go of it when the process dies.
class OperationLock {
 public:
  /// The server lets go of a session's locks only when it hears that the session ended, a moment after the process that had
  /// it: whoever comes right after another operation, ended or killed, must not be told that it still works.
  static constexpr double kPatienceSeconds = 2;
  /// Blocks for that long while another session holds it. Errors: locked, naming that session.
  OperationLock(const Context& context, const pg::ConnectionInfo& info, const std::string& database,
                double patience_seconds = kPatienceSeconds);
  /// The session that holds the lock: also good for CREATE, DROP and ALTER DATABASE.
  pg::Connection& session() noexcept { return connection_; }

 private:
  pg::Connection connection_;
};

/// The lock that the caller holds already (one operation as a part of another), or one of its own.
class HeldLock {
 public:
  HeldLock(const Context& context, const pg::ConnectionInfo& info, const std::string& database, OperationLock* held);
  pg::Connection& session() noexcept { return lock_->session(); }
  /// To hand on to an operation that is a part of this one.
  OperationLock* get() noexcept { return lock_; }

 private:
  std::optional<OperationLock> own_;
  OperationLock* lock_;
};

/// The lock's two keys, for doctor and for anyone who must keep out of the way.
std::pair<std::int32_t, std::int32_t> lock_keys(const std::string& database);

}  // namespace safety::checkpoint

#pragma once
// One operation at a time on a database, whoever starts it and from wherever: backup, restore and all that follow.

#include <string>

#include "libsafety/pg/connection.hpp"

namespace safety::checkpoint {

/// An advisory lock held by a session of the maintenance database: the server lets go of it when the process dies.
class OperationLock {
 public:
  /// Errors: locked, naming the session that holds it.
  OperationLock(const Context& context, const pg::ConnectionInfo& info, const std::string& database);
  /// The session that holds the lock: also good for CREATE, DROP and ALTER DATABASE.
  pg::Connection& session() noexcept { return connection_; }

 private:
  pg::Connection connection_;
};

/// The lock's two keys, for doctor and for anyone who must keep out of the way.
std::pair<std::int32_t, std::int32_t> lock_keys(const std::string& database);

}  // namespace safety::checkpoint

#pragma once
// A second session that looks, every 20 ms, which table locks the sessions of the commands hold or wait for. Internal to
// this folder.
//
// What is shorter than a look is missed: in a rehearsal statement_log.hpp sees the locks of DDL from the inside.

#include <memory>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/rehearsal/locks.hpp"

namespace safety::rehearsal {

class LockWatch {
 public:
  /// Looks from then on, at the tables of users that are there now. Errors: connection.
  LockWatch(const Context& context, const pg::ConnectionInfo& database);
  LockWatch(const LockWatch&) = delete;
  LockWatch& operator=(const LockWatch&) = delete;
  ~LockWatch();
  /// The last statement that a session of the commands was seen with since the previous call; "" for none.
  std::string take_last_statement();
  /// Ends the looking. A watch that broke (its session was ended, say) tells what it saw until then, with a warning.
  std::vector<LockSeen> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace safety::rehearsal

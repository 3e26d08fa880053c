#pragma once
// Event triggers in the copy that write down each DDL statement with the locks it holds. Internal to this folder.
//
// They lie in schema `safety`, which definitions leave out. A failed transaction takes its entries along.

#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/rehearsal/result.hpp"

namespace safety::rehearsal {

class StatementLog {
 public:
  /// Without the right to make event triggers there is none, and nothing is said: it is an extra.
  StatementLog(const Context& context, const pg::ConnectionInfo& copy);
  bool is_there() const noexcept { return is_there_; }
  /// What came since the last call. False in `still_there` once a command dropped the log, schema and all.
  std::vector<StatementSeen> read_new(std::size_t command, bool& still_there);

 private:
  const Context& context_;
  pg::ConnectionInfo copy_;
  bool is_there_ = false;
  std::int64_t last_ = 0;
};

}  // namespace safety::rehearsal

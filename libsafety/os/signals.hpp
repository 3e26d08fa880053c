#pragma once
// SIGINT, SIGTERM and SIGHUP become a stop request, so that operations end at a safe place and clean up.

#include <memory>
#include <stop_token>

namespace safety::os {

/// One per process, made in main before any thread. A second signal of the same kind ends the process at once.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  std::stop_token token() const;
  /// The first signal received, 0 when none.
  int received() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace safety::os

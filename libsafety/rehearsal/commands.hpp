#pragma once
// The project's own migration commands, run against a database, watched: time, output, statements, locks. The same code
// runs them in a rehearsal and for real.

#include <functional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/rehearsal/locks.hpp"

namespace safety::rehearsal {

struct CommandOutcome {
  std::string line;
  int exit_code = 0;
  bool has_timed_out = false;      // it and its children were ended
  bool wanted_terminal = false;    // it stopped at a prompt
  double seconds = 0;
  std::string output;              // stdout and stderr as they came, the last 64 KiB, without secrets
  /// Why it counts as failed although it ended with 0 (Drizzle's), or the error line that its output shows; else empty.
  std::string trouble;
  /// Of a command that failed, each one line, shortened: the statement that its output names, and the last one that a look
  /// at its sessions found (which is the one it hung in, and not always the one that failed).
  std::string statement{}, last_seen{};
  bool has_succeeded() const { return exit_code == 0 && !has_timed_out && trouble.empty(); }
};

struct Watched {
  std::vector<CommandOutcome> commands;  // those that were run: the first failure ends the list
  std::vector<LockSeen> locks;           // strongest and longest first; only of tables that were there before
  double seconds = 0;
  bool has_succeeded() const;
};

/// Called after each command, the failed one included.
using AfterCommand = std::function<void(const CommandOutcome&)>;

/// Runs them one after another; a failure is an answer, not an error. Each gets DATABASE_URL (and what else the tools' own
/// configurations read the address from) and libpq's variables, so that none reaches another database. Locks are those of
/// sessions that began after the first command; AccessShareLock, which hinders nobody but DDL, is left out.
/// What a command that failed, hung or was interrupted left running on the server is ended there, as far as its sessions
/// bear the application_name that their URL gives them.
/// Errors: interrupted (children are ended first); connection; command_failed when there is no such folder.
Watched run_commands(const Context& context, const pg::ConnectionInfo& database, const migrations::Project& project,
                     const AfterCommand& after_command = {});

}  // namespace safety::rehearsal

#include "libsafety/rehearsal/commands.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <thread>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/command_output.hpp"
#include "libsafety/rehearsal/lock_watch.hpp"

namespace safety::rehearsal {
namespace {

os::Command command_for(const migrations::Project& project, const std::string& line, const pg::ConnectionInfo& database) {
  // One stream, in the order in which things were said.
  auto command = migrations::command_of(project, "exec 2>&1\n" + line, database.url());
  // A psql without an address must not reach the database that our own variables name.
  for (const auto& [name, value] : database.environment()) command.environment.emplace(name, value);
  return command;
}

/// A program that was ended leaves its statement running on the server, which may hold locks, and commit, for as long as it
/// takes. Sessions are known by the name in their URL; under a name that the user chose they cannot be told from others.
void end_sessions_left(const Context& context, const pg::ConnectionInfo& database, const std::string& name) {
  try {
    pg::Connection connection(context.with_stop({}), database.with("application_name", "safety watch"));
    const Stopwatch watch;
    while (connection.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() "
                            "AND application_name = $1",
                            {name})
                   .rows() > 0 &&
           watch.seconds() < 5)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  } catch (const Error& error) {
    context.sink.warning("sessions that a command left could not be ended: " + error.message());
  }
}

CommandOutcome run_command(const Context& context, const migrations::Project& project, const std::string& line, const pg::ConnectionInfo& database,
                           const std::vector<std::string>& secrets) {
  CommandOutcome outcome;
  outcome.line = line;
  OutputTail tail;
  const Stopwatch watch;
  try {
    const auto result = os::run_process(context, command_for(project, line, database), [&](std::string_view piece) { tail.add(piece); });
    outcome.exit_code = result.exit_code;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    const auto limit = std::chrono::duration<double>(project.timeout).count();
    if (error.code() != Code::command_failed || limit <= 0 || watch.seconds() < limit) throw;
    outcome.has_timed_out = true;
    outcome.exit_code = 124;  // as timeout(1) says it
  }
  outcome.seconds = watch.seconds();
  outcome.output = tail.text(secrets);
  auto verdict = judge_output(outcome.output, outcome.exit_code != 0);
  outcome.wanted_terminal = verdict.wanted_terminal;
  outcome.trouble = std::move(verdict.trouble);
  if (!outcome.has_succeeded()) outcome.statement = std::move(verdict.statement);
  if (outcome.has_timed_out)
    outcome.trouble = fmt::format("it did not end within {} and was ended{}", format_seconds(std::chrono::duration<double>(project.timeout).count()),
                                  outcome.wanted_terminal ? "; " + outcome.trouble : "");
  return outcome;
}

}  // namespace

bool Watched::has_succeeded() const {
  return std::all_of(commands.begin(), commands.end(), [](const auto& one) { return one.has_succeeded(); });
}

Watched run_commands(const Context& context, const pg::ConnectionInfo& database, const migrations::Project& project, const AfterCommand& after_command) {
  Watched watched;
  const Stopwatch watch;
  auto resolved = pg::Connection(context, database).resolved_info();
  const bool has_own_name = !resolved.parameters().contains("application_name");
  const auto name = fmt::format("migration-{}", ::getpid());
  if (has_own_name) resolved = resolved.with("application_name", name);
  const auto password = resolved.parameters().find("password");
  const auto secrets = secrets_of(password == resolved.parameters().end() ? "" : password->second);
  LockWatch locks(context, database);
  for (const auto& line : project.commands) {
    context.throw_if_stopped();
    context.sink.phase("command: " + one_line(line));
    locks.take_last_statement();  // of the command before, or of whoever looked at what that did
    try {
      watched.commands.push_back(run_command(context, project, line, resolved, secrets));
    } catch (const Interrupted&) {
      if (has_own_name) end_sessions_left(context, database, name);
      throw;
    }
    auto& outcome = watched.commands.back();
    if (!outcome.has_succeeded()) {
      outcome.last_seen = locks.take_last_statement();
      if (has_own_name) end_sessions_left(context, database, name);
    }
    if (after_command) after_command(outcome);
    if (!outcome.has_succeeded()) break;
  }
  watched.locks = locks.finish();
  watched.seconds = watch.seconds();
  return watched;
}

}  // namespace safety::rehearsal

#include "libsafety/rehearsal/rehearsal.hpp"

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/copy.hpp"
#include "libsafety/rehearsal/facts.hpp"
#include "libsafety/rehearsal/judge.hpp"
#include "libsafety/rehearsal/statement_log.hpp"
#include "libsafety/rehearsal/text.hpp"
#include "libsafety/schema/fingerprint.hpp"

namespace safety::rehearsal {
namespace {

/// Locks that were over before anybody looked from outside are known from inside, without a duration.
void add_logged_locks(const Facts& before, Rehearsal& rehearsal) {
  for (auto& seen : rehearsal.statements) {
    std::vector<std::string> kept;
    for (const auto& lock : seen.locks) {
      const auto at = lock.rfind(' ');
      const auto table = lock.substr(0, at), mode = lock.substr(at + 1);
      if (!before.tables.contains(table)) continue;  // made by the commands themselves: nobody waits for it
      const auto name = unquoted(table);
      kept.push_back(name + " " + mode);
      const bool is_known = std::any_of(rehearsal.watched.locks.begin(), rehearsal.watched.locks.end(),
                                        [&](const auto& one) { return one.object == name && one.mode == mode; });
      if (!is_known) rehearsal.watched.locks.push_back(with_effect({name, mode, seen.statement, 0, false, false}));
    }
    seen.locks = std::move(kept);
  }
  sort_locks(rehearsal.watched.locks);
}

/// What is rehearsed must not reach the real database: known problems end it here, whatever was accepted.
void refuse_real_addresses(const migrations::Project& project) {
  const auto problems = migrations::check_addresses(project);
  if (!problems.empty()) throw Error(Code::config, "this cannot be rehearsed: " + problems.front().message, problems.front().hint);
}

std::string fingerprint_of(const Context& context, const pg::ConnectionInfo& database) {
  pg::Connection connection(context, database);
  pg::use_dump_settings(connection);
  pg::Transaction transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  return schema::fingerprint_of(schema::read_objects(connection));
}

}  // namespace

bool Rehearsal::has_succeeded() const { return watched.has_succeeded() && failed_smoke.empty() && crossings.empty(); }

Rehearsal rehearse(const Context& context, const pg::ConnectionInfo& info, const migrations::Project& project, const RehearsalOptions& options) {
  const Stopwatch watch;
  refuse_real_addresses(project);
  // Held to the end: whoever prunes what is left over must not take the copy for that.
  checkpoint::HeldLock lock(context, info, info.database(), options.held_lock);
  Rehearsal rehearsal;
  rehearsal.is_schema_only = options.is_schema_only;

  const auto real = fingerprint_of(context, info);
  context.sink.phase("rehearsal: the checkpoint restored aside");
  const Copy copy(context, info, options, *lock.get());
  if (options.is_schema_only) copy.copy_history(project);
  os::fault_point("rehearsal.copied");
  rehearsal.database = copy.name();
  rehearsal.proof = copy.proof();
  rehearsal.restore_seconds = copy.seconds();

  const auto ownership = migrations::Ownership::of(project);
  StatementLog log(context, copy.info());
  context.sink.phase("rehearsal: rows and values counted");
  const auto before = read_facts(context, copy.info(), ownership, options.is_schema_only ? Counting::nothing : Counting::rows_and_values);
  auto after = before;
  // Between the commands too: only so is it known which of them did what.
  std::size_t command = 0;
  rehearsal.watched = run_commands(context, copy.info(), project, [&](const CommandOutcome& outcome) {
    copy.end_sessions();
    auto now = read_facts(context, copy.info(), ownership, options.is_schema_only ? Counting::nothing : Counting::rows);
    for (auto& crossing : find_crossings(outcome.line, tool_of(project, outcome.line), after, now)) rehearsal.crossings.push_back(std::move(crossing));
    bool is_log_there = true;
    for (auto& statement : log.read_new(command++, is_log_there)) rehearsal.statements.push_back(std::move(statement));
    if (!is_log_there) rehearsal.crossings.push_back("`" + shortened_statement(outcome.line) + "` dropped the toolkit's own schema \"safety\"");
    after = std::move(now);
  });
  add_logged_locks(before, rehearsal);
  os::fault_point("rehearsal.commands_run");

  judge_difference(before, after, rehearsal);
  // A tool may have its address from where nobody looked (a file of its own): then it is known at least.
  rehearsal.has_reached_real_database = fingerprint_of(context, info) != real;
  if (rehearsal.has_reached_real_database)
    rehearsal.crossings.insert(rehearsal.crossings.begin(),
                               "the schema of the real database \"" + info.database() +
                                   "\" changed meanwhile: a command takes its address from elsewhere than DATABASE_URL, or somebody migrated by hand");
  // Of rows there are none.
  if (rehearsal.watched.has_succeeded() && !options.is_schema_only) rehearsal.failed_smoke = run_smoke(context, copy.info(), project);
  rehearsal.before = before.definitions;
  rehearsal.after = std::move(after.definitions);
  rehearsal.seconds = watch.seconds();
  return rehearsal;
}

}  // namespace safety::rehearsal

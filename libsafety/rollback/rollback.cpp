#include "libsafety/rollback/rollback.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/rollback/run.hpp"
#include "libsafety/services/control.hpp"
#include "libsafety/transfer/clone.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/undo/undo.hpp"

namespace safety::rollback {
namespace {

constexpr const char* kTool = "safety-rollback";

Run make_run(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, checkpoint::OperationLock& lock, std::string operation) {
  return {context, info.with_database(info.database()), options, lock, checkpoint::Store(options.folder), std::move(operation)};
}

/// What look() recommends, unless somebody chose.
void settle_strategy(Run& run) {
  if (!run.options.strategy)
    throw Error(Code::usage, "no strategy was chosen", "Say --strategy undo, swap or restore; `safety-rollback --dry-run` shows what each costs.");
  run.strategy = *run.options.strategy;
}

// Nobody may ask by name who may not use the schema.
constexpr const char* kMayNote =
    "SELECT CASE WHEN NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'safety') THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') ELSE "
    "(SELECT pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND COALESCE(pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')), true) "
    "FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname IN ('operations', 'rolled_back_migrations', 'steps') AND c.relkind = 'r' "
    "WHERE n.nspname = 'safety' GROUP BY n.oid) END";

/// The transaction of an undo is known by its row there.
void require_registry(const Run& run) {
  pg::Connection connection(run.context, run.info);
  if (connection.value_of(kMayNote) == "t") return;
  const auto role = connection.value_of("SELECT current_user");
  throw Error(Code::not_permitted, fmt::format("role \"{}\" may not write into schema \"safety\" of database \"{}\", where an undo is noted", role, run.database()),
              "Run it as the owner of the database or of that schema, or choose `--strategy swap`.");
}

void prepare(Run& run) {
  const Origin origin(run.context, run.info, run.target, run.options, run.lock);
  examine(run, origin);
  if (!run.is_surgical()) return;
  // Known to be impossible is known before services are stopped.
  require_registry(run);
  const auto assessment = undo::assess(run.context, undo_request(run, origin));
  undo::throw_if_impossible(assessment.effects);
  run.sql = assessment.sql;
}

Run prepared_run(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, checkpoint::OperationLock& lock) {
  auto run = new_run(context, info, options, lock);
  settle_strategy(run);
  choose(run);
  prepare(run);
  return run;
}

/// One that a dead process began, with what it left half-done ended.
Run reopened_run(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, checkpoint::OperationLock& lock, plan::Journal& journal) {
  auto run = make_run(context, info, options, lock, journal.state().head.operation);
  run.journal = &journal;
  settle_nested(run);
  take_arguments(run, journal.state());
  close_clone(lock.session(), run.target);
  return run;
}

void note_in_journal(Run& run) {
  run.journal->set_fact("who", who());
  run.journal->set_fact("rows", format_rows(run.rows));
  std::vector<std::string> words;
  for (const auto& change : run.changes) words.push_back(one_line(change.words));
  run.journal->set_fact("changes", join(words, "\n"));
  run.journal->set_fact("changed", format_changes(run.changes));
  run.journal->set_fact("sql", run.sql);
  run.journal->set_fact("written", format_written(run.options.written));
  run.journal->set_fact("moves", format_moves(run.moves));  // last: whoever resumes goes by it
}

RollbackResult result_of(Run& run, plan::Outcome outcome, double seconds) {
  auto& result = run.result;
  result.operation = run.operation;
  result.undoes = run.undoes;
  result.database = run.database();
  result.checkpoint = run.target.record.id;
  result.broken_checkpoint = run.fact("broken_checkpoint");
  if (result.previous.empty()) result.previous = run.fact("previous");
  result.strategy = run.strategy;
  for (const auto& line : split_lines(run.fact("changes"))) result.changes.push_back(line);
  for (const auto& row : run.rows) result.migrations.push_back({row.tool, row.name, row.state, row.finished});
  result.moves = run.moves;
  result.seconds = seconds;
  if (!run.options.services.empty()) {
    result.downtime_seconds = 0;
    for (const char* step : {"stop_services", "latch", "revert", "verify", "start_services"}) result.downtime_seconds += outcome.seconds_of(step);
  } else if (run.is_surgical()) {
    result.downtime_seconds = run.seconds_locked();
  }
  result.outcome = std::move(outcome);
  return std::move(run.result);
}

RollbackResult carry_out(Run& run, plan::Journal& journal, bool resumes) {
  const Stopwatch watch;
  run.journal = &journal;
  if (!resumes) note_in_journal(run);
  const auto plan = plan_rollback(run);
  try {
    auto outcome = plan::run(run.context, plan, journal, resumes);
    return result_of(run, std::move(outcome), watch.seconds());
  } catch (const plan::Paused&) {
    throw;
  } catch (const Error& error) {
    if (!journal.state().ending.empty()) note_in_registry(run, std::string(safety::name_of(error.code())), error.message());
    throw;
  }
}

RollbackResult begin(Run& run) {
  for (const auto& service : run.options.services) services::look(run.context, service);
  os::make_private_folder(run.options.folder);
  auto journal = plan::Journal::create(run.store.operations_folder(), plan::make_head(run.operation, kTool, run.database(), to_arguments(run)));
  return carry_out(run, journal, false);
}

/// The last rollback that ended well, or the one named.
plan::JournalState find_finished(const RollbackOptions& options, const std::string& database, const std::string& operation) {
  auto journals = plan::read_all(options.folder / "operations");
  const auto found = std::find_if(journals.rbegin(), journals.rend(), [&](const plan::JournalState& one) {
    return one.head.tool == kTool && one.head.database == database && one.ending == "finished" && (operation.empty() ? !one.head.arguments.contains("undoes") : one.head.operation == operation);
  });
  if (found == journals.rend())
    throw Error(Code::usage, operation.empty() ? fmt::format("no rollback of database \"{}\" has ended that could be rolled back", database) : fmt::format("there is no finished rollback \"{}\"", operation),
                "`safety-list` shows the checkpoints; `safety-restore` goes back to any of them.");
  for (const auto& one : journals)
    if (const auto undoes = one.head.arguments.find("undoes"); one.ending == "finished" && undoes != one.head.arguments.end() && undoes->second == found->head.operation)
      throw Error(Code::usage, fmt::format("rollback {} was rolled back already, by {}", found->head.operation, one.head.operation),
                  "`safety-rollback --last` rolls the migration back again; `safety-list` shows the checkpoints.");
  return *found;
}

}  // namespace

Run new_run(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, checkpoint::OperationLock& lock) {
  settle_scratch(context, info, options.folder, lock);
  restore::throw_if_unfinished(options.folder, info.database());
  return make_run(context, info, options, lock, "rollback_" + plan::new_stamp(options.folder / "operations", "rollback"));
}

void choose(Run& run) {
  pg::Connection target(run.context, run.info);
  pg::use_dump_settings(target);
  run.target = choose_target(run.context, run.lock.session(), target, run.options);
}

RollbackResult roll_back(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto run = prepared_run(context, info, options, lock);
  return begin(run);
}

std::vector<plan::Step> describe_rollback(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto run = prepared_run(context, info, options, lock);
  auto plan = plan_rollback(run);
  for (auto& step : plan) step.apply = nullptr, step.is_done = nullptr, step.undo = nullptr;  // they refer to this run
  return plan;
}

undo::UndoResult rehearse(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto run = new_run(context, info, options, lock);
  run.strategy = Strategy::undo;
  choose(run);
  const Origin origin(context, run.info, run.target, run.options, lock);
  examine(run, origin);
  // A copy that the server makes has each row as the last transaction left it, which an archive has not.
  const auto estimate = transfer::estimate_clone(lock.session(), run.database(), 0);
  const auto name = transfer::derived_name(run.database(), "rehearsal", run.operation.substr(run.operation.find('_') + 1) + "_2");
  context.sink.phase("a copy of the database");
  const auto copy = transfer::make_clone(context, lock.session(), run.database(), name, estimate.strategy);
  struct Drop {
    Run& run;
    const std::string& name;
    ~Drop() {
      try {
        const pg::Unstoppable until_it_is_gone(run.lock.session());
        transfer::drop_database(run.lock.session(), name);
      } catch (const std::exception& error) {
        run.context.sink.warning(fmt::format("the copy \"{}\" could not be dropped, `safety-prune --databases` does: {}", name, error.what()));
      }
    }
  } const drop{run, name};
  transfer::open_clone(lock.session(), copy);
  auto request = undo_request(run, origin);
  request.target = run.info.with_database(name);
  return undo::undo(context, request, [&](pg::Connection& connection) {
    if (connection.value_of("SELECT pg_catalog.to_regclass('safety.rolled_back_migrations') IS NOT NULL") == "t") take_rows_back(connection, run.operation, run.rows, run.options.project);
  });
}

RollbackResult resume(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const RollbackOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto journal = plan::Journal::reopen(unfinished.journal.path);
  auto run = reopened_run(context, info, options, lock, journal);
  run.sql = run.fact("sql");
  if (run.fact("moves").empty()) {
    // It ended before it had looked: nothing was begun.
    run.options.to = run.target.record.id;
    choose(run);
    prepare(run);
    note_in_journal(run);
  }
  return carry_out(run, journal, true);
}

void abort(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const RollbackOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto journal = plan::Journal::reopen(unfinished.journal.path);
  auto run = reopened_run(context, info, options, lock, journal);
  if (is_reverted(run))
    throw Error(Code::resumable, "rollback " + run.operation + " has reverted the database already",
                "Run `safety-rollback --resume` to finish it; `safety-rollback --undo` rolls it back then.");
  plan::abort(context, plan_rollback(run), journal);
}

RollbackResult roll_forward(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, const std::string& operation) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto run = new_run(context, info, options, lock);
  const auto done = find_finished(options, info.database(), operation);
  run.undoes = done.head.operation;
  const auto fact = [&](const std::string& name) {
    const auto found = done.facts.find(name);
    return found == done.facts.end() ? std::string() : found->second;
  };
  run.moves = parse_moves(fact("moves"));
  const bool was_undone = done.head.arguments.contains("strategy") && done.head.arguments.at("strategy") == "undo";
  const auto broken = fact("broken_checkpoint");
  if (was_undone && broken.empty())
    throw Error(Code::no_such_checkpoint, fmt::format("rollback {} took no checkpoint of the state before it", run.undoes), "`safety-list` shows the checkpoints there are.");
  if (was_undone) {
    run.strategy = Strategy::undo;
    run.options.to = broken;
    choose(run);
    prepare(run);
    return begin(run);
  }
  // What a swap or a restore replaced was kept.
  restore::RestoreOptions back;
  back.folder = options.folder;
  back.services = options.services;
  back.held_lock = &lock;
  const Stopwatch watch;
  const auto restored = restore::undo(context, run.info, back, fact("previous"));
  move_back(context, run.moves, run.undoes);
  run.result.operation = restored.operation;
  run.result.undoes = run.undoes;
  run.result.database = run.database();
  run.result.strategy = Strategy::swap;
  run.result.previous = restored.previous;
  run.result.moves = run.moves;
  run.result.outcome = restored.outcome;
  run.result.services = restored.services;
  run.result.seconds = watch.seconds();
  run.result.downtime_seconds = restored.downtime_seconds;
  return std::move(run.result);
}

}  // namespace safety::rollback

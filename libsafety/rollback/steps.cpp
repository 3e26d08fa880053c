// What the steps of a rollback do.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "libsafety/backup/backup.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/rehearsal/snapshot.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/rollback/rollback.hpp"
#include "libsafety/rollback/run.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/undo/undo.hpp"

namespace safety::rollback {
namespace {

void note_operation(pg::Connection& connection, const Run& run, const std::string& outcome) {
  connection.query(
      "INSERT INTO safety.operations (id, kind, checkpoint, started, finished, outcome) VALUES ($1, 'rollback', $2, $3, now(), $4) ON CONFLICT (id) DO UPDATE SET finished = now(), outcome = excluded.outcome",
      {run.operation, run.target.record.id, run.journal->state().head.started, outcome});
}

/// In the transaction of the undo: histories tell the truth from the same moment on as the schema does.
void keep_books(pg::Connection& connection, Run& run) {
  if (run.undoes.empty())
    take_rows_back(connection, run.operation, run.rows, run.options.project);
  else
    put_rows_again(connection, run.undoes);
  // Whether the transaction was committed is asked of this row.
  note_operation(connection, run, "reverted");
}

void undo_in_place(Run& run) {
  {
    checkpoint::Registry registry(run.context, run.info);
    registry.prepare();
  }
  const Origin origin(run.context, run.info, run.target, run.options, run.lock);
  const auto request = undo_request(run, origin);
  run.result.undone = undo::undo(run.context, request, [&](pg::Connection& connection) { keep_books(connection, run); });
  const auto& undone = run.result.undone;
  run.journal->set_fact("undo_rows", std::to_string(undone.rows_moved));
  run.journal->set_fact("undo_lock_seconds", fmt::format("{:.3f}", undone.lock_seconds));
  run.journal->set_fact("kept", join(undone.kept, "\n"));
  for (const auto& note : undone.notes) run.context.sink.note(note);
}

restore::RestoreOptions restore_options(Run& run) {
  restore::RestoreOptions options;
  options.folder = run.options.folder;
  options.jobs = run.options.jobs;
  options.tool_version = run.options.tool_version;
  options.held_lock = &run.lock;
  if (run.strategy == Strategy::swap) {
    if (!run.target.clone) throw Error(Code::no_such_checkpoint, "there is no clone to swap to: " + run.target.no_clone, "Choose `--strategy restore` or `--strategy undo`.");
    options.checkpoint = run.target.clone->id;
    options.clone = run.target.clone->clone->database;
    options.clone_oid = run.target.clone->clone->oid;
    return options;
  }
  if (!run.target.archive) throw Error(Code::no_such_checkpoint, "there is no archive to restore: " + run.target.no_archive, "Choose `--strategy swap` or `--strategy undo`.");
  options.checkpoint = run.target.archive->id;
  options.source = run.store.require_archive(*run.target.archive);
  options.expected_sha256 = run.target.archive->archive.sha256;
  return options;
}

void replace(Run& run) {
  run.journal->set_fact("target_oid", std::to_string(transfer::oid_of(run.lock.session(), run.database())));
  const auto result = restore::restore(run.context, run.info, restore_options(run));
  run.result.previous = result.previous;
  run.result.downtime_seconds = result.downtime_seconds;
  run.journal->set_fact("previous", result.previous);
}

}  // namespace

std::string who() {
  std::string name;
  for (const char* variable : {"SUDO_USER", "USER", "LOGNAME"})
    if (const char* value = std::getenv(variable); name.empty() && value != nullptr) name = value;
  if (name.empty())
    if (const auto* entry = ::getpwuid(::getuid()); entry != nullptr) name = entry->pw_name;
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  return (name.empty() ? std::to_string(::getuid()) : name) + "@" + host;
}

void make_checkpoint(Run& run) {
  backup::BackupOptions options;
  options.folder = run.options.folder;
  options.reason = "pre-rollback";
  options.jobs = run.options.jobs;
  options.tool_version = run.options.tool_version;
  options.held_lock = &run.lock;
  options.pins = {run.operation};
  options.migrations = run.options.project;
  options.container = run.options.container;
  const auto made = backup::back_up(run.context, run.info, options);
  run.journal->set_fact("broken_checkpoint", made.record.id);
  os::fault_point("rollback.checkpoint");
}

void revert(Run& run) {
  if (run.latch) run.latch->let_go();  // an undo waits for no deploy, and a swap wants no session
  run.is_surgical() ? undo_in_place(run) : replace(run);
  os::fault_point("rollback.reverted");
}

bool is_reverted(Run& run) {
  if (!run.is_surgical()) {
    const auto before = run.fact("target_oid");
    return !before.empty() && std::to_string(transfer::oid_of(run.lock.session(), run.database())) != before;
  }
  pg::Connection connection(run.unstoppable(), run.info);
  if (connection.value_of("SELECT pg_catalog.to_regclass('safety.operations') IS NOT NULL") != "t") return false;
  return connection.value_of("SELECT EXISTS (SELECT FROM safety.operations WHERE id = $1)", {run.operation}) == "t";
}

void verify(Run& run) {
  pg::Connection connection(run.context, run.info);
  for (const auto& history : migrations::read_histories(run.context, connection, run.options.project))
    for (const auto& problem : history.problems)
      if (problem.severity == migrations::Problem::Severity::error) run.result.warnings.push_back(problem.message);
  for (const auto& smoke : rehearsal::run_smoke(run.context, run.info, run.options.project)) run.result.warnings.push_back("smoke statement: " + smoke);
  for (const auto& warning : run.result.warnings) run.context.sink.warning(warning);
}

void note_in_registry(Run& run, const std::string& outcome, const std::string& detail) {
  try {
    checkpoint::Registry registry(run.unstoppable(), run.info);
    registry.prepare();
    registry.put(checkpoint::Operation{run.operation, "rollback", run.target.record.id, run.journal->state().head.started, format_rfc3339(std::chrono::system_clock::now()), outcome, detail});
    int number = 0;
    for (const auto& event : plan::read_events(run.journal->state().path)) {
      if (event.kind != "done" && event.kind != "failed" && event.kind != "undone" && event.kind != "note") continue;
      registry.put(checkpoint::StepRecord{run.operation, ++number, event.step, event.kind, event.at, event.who.empty() ? run.fact("who") : event.who, event.text});
    }
  } catch (const Error& error) {
    run.context.sink.warning("the rollback could not be listed in schema \"safety\": " + error.message());
  }
}

void settle_nested(Run& run) {
  restore::RestoreOptions options;
  options.folder = run.options.folder;
  options.services = run.options.services;
  options.held_lock = &run.lock;
  while (const auto unfinished = restore::find_unfinished(run.options.folder, run.database())) restore::settle(run.context, run.info, *unfinished, options);
  drop_scratch(run.lock.session(), run.database());
}

}  // namespace safety::rollback

// Back to the state before the migration: to the clone when it is there, else to the archive.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/deploy/run.hpp"
#include "libsafety/deploy/snapshot_file.hpp"
#include "libsafety/migrations/command_line.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/transfer/cluster.hpp"

namespace safety::deploy {
namespace {

/// Prisma notes a migration before it runs it, and a push of Drizzle is schema alone unless it may empty tables (--force): where
/// schema and history are unchanged they did nothing. Of other commands one cannot know.
bool leaves_traces(const std::string& line, const std::filesystem::path& folder) {
  const auto invocations = migrations::invocations_of(line, folder);
  return !invocations.empty() && std::all_of(invocations.begin(), invocations.end(), [](const auto& one) {
    return one.is("prisma", "migrate", "deploy") || one.is("drizzle-kit", "migrate") || (one.is("drizzle-kit", "push") && !one.has("--force"));
  });
}

bool has_left_no_trace(Run& run) {
  // Those that were begun; another process's nobody knows.
  std::vector<std::string> lines;
  for (const auto& command : run.result.commands.commands) lines.push_back(command.line);
  if (lines.empty()) lines = run.options.project.commands;
  for (const auto& line : lines)
    if (!leaves_traces(line, run.options.project.directory)) return false;
  const auto before = load_snapshot(run.file("before"));
  if (!before) return true;  // it is saved before the first command
  const auto now = rehearsal::take_snapshot(run.unstoppable(), run.info, run.options.project);
  if (!schema::compare(before->definitions, now.definitions).empty()) return false;
  for (const auto& table : before->rows)
    if (table.table.ends_with("prisma_migrations") || table.table.ends_with("drizzle_migrations"))
      for (const auto& other : now.rows)
        if (other.table == table.table && other.before != table.before) return false;
  return true;
}

restore::RestoreOptions choose_way(Run& run) {
  restore::RestoreOptions options;
  options.folder = run.options.folder;
  options.jobs = run.options.jobs;
  options.tool_version = run.options.tool_version;
  options.held_lock = &run.lock;
  // Services that this deploy stopped are started by the step that stopped them.
  const bool are_stopped_already = run.options.stops_services && !run.options.services.empty();
  if (!are_stopped_already) options.services = run.options.services;
  for (const auto& record : run.store.list(run.context))
    if (record.id == run.fact("clone_checkpoint") && beside::find_clone(run.lock.session(), record)) {
      options.checkpoint = record.id;
      options.clone = record.clone->database;
      options.clone_oid = record.clone->oid;
      return options;
    }
  const auto record = run.store.resolve(run.context, run.fact("checkpoint"), run.database());
  options.checkpoint = record.id;
  options.source = run.store.require_archive(record);
  options.expected_sha256 = record.archive.sha256;
  return options;
}

}  // namespace

bool is_same_database(Run& run) {
  return std::to_string(transfer::oid_of(run.lock.session(), run.database())) == run.fact("target_oid");
}

bool is_left_as_it_is(Run& run) {
  if (run.fact("target_oid").empty()) return false;  // no command ran
  if (!run.goes_back) {
    switch (run.options.on_failure) {
      case OnFailure::rollback:
        run.goes_back = true;
        break;
      case OnFailure::stop:
        run.goes_back = false;
        break;
      case OnFailure::ask:
        run.goes_back = run.options.asks && !run.context.stop.stop_requested() &&
                        run.options.asks("The migration of database \"" + run.database() + "\" failed. Go back to the state before it?");
        break;
    }
  }
  return !*run.goes_back;
}

void settle_nested(Run& run) {
  restore::RestoreOptions options;
  options.folder = run.options.folder;
  options.services = run.options.services;
  options.held_lock = &run.lock;
  while (const auto unfinished = restore::find_unfinished(run.options.folder, run.database()))
    restore::settle(run.context, run.info, *unfinished, options);
  // Copies that a killed rehearsal left. The lock says that no other runs.
  for (const auto& copy : transfer::list_derived(run.lock.session(), run.database(), "rehearsal")) transfer::drop_database(run.lock.session(), copy.name);
}

void go_back(Run& run) {
  if (run.fact("target_oid").empty()) return;
  // A signal is the reason to go back at times, and never one to stop in the middle of it.
  const Context unstoppable = run.unstoppable();
  const pg::Unstoppable held(run.lock.session());
  if (run.latch) run.latch->let_go();  // its session would be in the way
  if (!is_same_database(run)) {
    run.way_back = "the state before it is back";
    return;
  }
  if (has_left_no_trace(run)) {
    run.way_back = "the commands left no trace in schema or history, so there was nothing to take back";
    return;
  }
  const auto options = choose_way(run);
  run.context.sink.phase(options.uses_clone() ? "going back to the clone" : "going back to the archive");
  try {
    const auto result = restore::restore(unstoppable, run.info, options);
    run.result.downtime_seconds += result.downtime_seconds;
    run.way_back = fmt::format("back to {} in {}; what the migration made of it is kept as \"{}\"",
                               options.uses_clone() ? fmt::format("clone \"{}\"", options.clone) : "archive " + options.source.filename().string(),
                               format_seconds(result.seconds), result.previous);
  } catch (const Error& error) {
    if (error.code() != Code::service_unhealthy) throw;
    run.way_back = "the state before it is back, but " + error.message();
  }
  run.context.sink.note(run.way_back);
}

std::string command_to_go_back(const Run& run) {
  const auto clone = run.fact("clone_checkpoint");
  return clone.empty() ? fmt::format("`safety-restore {} --yes`", run.fact("checkpoint")) : fmt::format("`safety-restore {} --from clone --yes`", clone);
}

}  // namespace safety::deploy

#include "libsafety/deploy/deploy.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/deploy/run.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/services/control.hpp"

namespace safety::deploy {
namespace {

std::string new_operation(const std::filesystem::path& operations) { return "deploy_" + plan::new_stamp(operations, "deploy"); }

Run make_run(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options, checkpoint::OperationLock& lock, std::string operation) {
  Run run{context, info.with_database(info.database()), options, lock, checkpoint::Store(options.folder), std::move(operation)};
  run.result.operation = run.operation;
  run.result.database = run.database();
  return run;
}

void check_project(const DeployOptions& options) {
  if (options.project.commands.empty())
    throw Error(Code::config, "there is no migration command to run",
                "Name them in safety.toml: [migrations] commands = [\"npx prisma migrate deploy\"]; `safety-deploy --show-config` shows which file is read.");
}

/// What a person is told of a failure: what became of the database, and the next command.
Error outcome_of_failure(Run& run, const Error& error) {
  // Whoever could not undo says so, and what to do, already.
  if (error.code() == Code::manual_attention || error.code() == Code::resumable || error.code() == Code::in_doubt) return error;
  if (run.fact("target_oid").empty()) return error;  // production was not touched
  auto detail = join(run.autopsy, "; ");
  if (!error.detail().empty()) detail += (detail.empty() ? "" : "; ") + error.detail();
  if (is_left_as_it_is(run))
    return Error(Code::manual_attention, "the migration failed and is left as it is: " + error.message(),
                 fmt::format("{} goes back to the state before it; or finish it by hand and run `safety-deploy` again.", command_to_go_back(run)), detail);
  detail = run.way_back + (detail.empty() ? "" : "; ") + detail;
  return Error(Code::rolled_back, "the migration failed and the state before it is back: " + error.message(),
               "Correct the migration, then `safety-deploy --rehearse` and `safety-deploy` again.", detail);
}

/// The mirror in the database; a failure is a warning.
void note_in_registry(Run& run, const std::string& started, const std::string& outcome, const std::string& detail) {
  try {
    checkpoint::Registry registry(run.unstoppable(), run.info);
    registry.prepare();
    registry.put(checkpoint::Operation{run.operation, "deploy", run.fact("checkpoint"), started, format_rfc3339(std::chrono::system_clock::now()), outcome, detail});
  } catch (const Error& error) {
    run.context.sink.warning("the deploy could not be listed in schema \"safety\": " + error.message());
  }
}

void remove_files(const Run& run) {
  std::error_code ignored;
  for (const char* what : {"before", "rehearsed"}) std::filesystem::remove(run.file(what), ignored);
}

DeployResult carry_out(Run& run, plan::Journal& journal, bool resumes) {
  const Stopwatch watch;
  run.journal = &journal;
  const auto started = journal.state().head.started;
  const auto plan = plan_deploy(run);
  try {
    run.result.outcome = plan::run(run.context, plan, journal, resumes);
  } catch (const Interrupted&) {
    run.context.sink.warning(run.fact("target_oid").empty() ? "interrupted before the migration: production was not touched"
                             : is_left_as_it_is(run)        ? "interrupted in the migration, and left as it is; " + command_to_go_back(run) + " goes back"
                                                            : "interrupted in the migration: " + run.way_back);
    throw;
  } catch (const Error& error) {
    const auto outcome = outcome_of_failure(run, error);
    if (!run.fact("target_oid").empty() && outcome.code() != Code::resumable && outcome.code() != Code::in_doubt)
      note_in_registry(run, started, std::string(safety::name_of(outcome.code())), error.message());
    if (!journal.state().ending.empty()) remove_files(run);
    throw outcome;
  }
  note_in_registry(run, started, "success", "");
  remove_files(run);
  auto& result = run.result;
  result.checkpoint = run.fact("checkpoint");
  result.clone_checkpoint = run.fact("clone_checkpoint");
  result.seconds = watch.seconds();
  // With services stopped their downtime is everything in between.
  if (run.options.stops_services && !run.options.services.empty()) {
    result.downtime_seconds = 0;
    for (const char* step : {"stop_services", "clone", "migrate", "verify", "start_services"}) result.downtime_seconds += result.outcome.seconds_of(step);
  }
  return std::move(result);
}

/// Asked for by a person, so the policy does not count.
void abort_run(Run& run, plan::Journal& journal) {
  run.goes_back = true;
  plan::abort(run.context, plan_deploy(run), journal);
  if (!run.fact("target_oid").empty()) note_in_registry(run, journal.state().head.started, "rolled_back", run.way_back);
  remove_files(run);
}

}  // namespace

DeployResult deploy(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options) {
  check_project(options);
  checkpoint::OperationLock lock(context, info, info.database());
  restore::throw_if_unfinished(options.folder, info.database());
  for (const auto& service : options.services) services::look(context, service);
  os::make_private_folder(options.folder);
  auto run = make_run(context, info, options, lock, new_operation(options.folder / "operations"));
  auto journal = plan::Journal::create(run.store.operations_folder(), plan::make_head(run.operation, "safety-deploy", run.database(), to_arguments(options)));
  return carry_out(run, journal, false);
}

DeployResult rehearse(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options) {
  const Stopwatch watch;
  check_project(options);
  checkpoint::OperationLock lock(context, info, info.database());
  restore::throw_if_unfinished(options.folder, info.database());
  os::make_private_folder(options.folder);
  auto run = make_run(context, info, options, lock, new_operation(options.folder / "operations"));
  preflight::PreflightOptions preflight;
  preflight.allow = options.allow;
  preflight.time_budget = options.time_budget;
  run.result.preflight = preflight::preflight(context, run.info, options.project, preflight);
  if (options.checkpoint.empty()) make_checkpoint(run);
  const auto record = run.store.resolve(context, options.checkpoint.empty() ? run.result.checkpoint : options.checkpoint, run.database());
  run.result.checkpoint = record.id;
  run.result.rehearsal = rehearsal::rehearse(context, run.info, options.project, rehearsal_options(run, record));
  note_proof(run, record, *run.result.rehearsal);
  run.result.seconds = watch.seconds();
  return std::move(run.result);
}

std::vector<plan::Step> describe_deploy(const Context& context, const pg::ConnectionInfo& info, const DeployOptions& options) {
  check_project(options);
  checkpoint::OperationLock lock(context, info, info.database());
  restore::throw_if_unfinished(options.folder, info.database());
  auto run = make_run(context, info, options, lock, new_operation(options.folder / "operations"));
  auto plan = plan_deploy(run);
  for (auto& step : plan) step.apply = nullptr, step.is_done = nullptr, step.undo = nullptr;  // they refer to this run
  return plan;
}

DeployResult resume(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const DeployOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto journal = plan::Journal::reopen(unfinished.journal.path);
  auto run = make_run(context, info, options_of_arguments(unfinished.journal.head.arguments, options), lock, unfinished.journal.head.operation);
  run.journal = &journal;
  settle_nested(run);
  // A way back that was begun is finished, whatever the world looks like now: the migration had failed.
  if (!run.fact("target_oid").empty() && !is_same_database(run)) {
    abort_run(run, journal);
    throw Error(Code::rolled_back, "the deploy had failed and was on its way back: " + run.way_back, "Correct the migration, then run `safety-deploy` again.");
  }
  return carry_out(run, journal, true);
}

void abort(const Context& context, const pg::ConnectionInfo& info, const restore::Unfinished& unfinished, const DeployOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto journal = plan::Journal::reopen(unfinished.journal.path);
  auto run = make_run(context, info, options_of_arguments(unfinished.journal.head.arguments, options), lock, unfinished.journal.head.operation);
  run.journal = &journal;
  settle_nested(run);
  abort_run(run, journal);
}

std::vector<std::string> finalise(const Context& context, const pg::ConnectionInfo& info, const std::filesystem::path& folder) {
  restore::throw_if_unfinished(folder, info.database());
  const checkpoint::Store store(folder);
  std::vector<std::string> ids;
  for (auto record : store.list(context)) {
    if (record.database != info.database()) continue;
    if (std::erase_if(record.pins, [](const std::string& pin) { return pin.starts_with("deploy_"); }) == 0) continue;
    store.save(record);
    ids.push_back(record.id);
  }
  return ids;
}

}  // namespace safety::deploy

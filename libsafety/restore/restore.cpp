#include "libsafety/restore/restore.hpp"

#include <fmt/format.h>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/restore/arguments.hpp"
#include "libsafety/restore/check.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/restore/run.hpp"

namespace safety::restore {
namespace {

Run make_run(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options, pg::Connection& maintenance,
             const std::string& stamp) {
  Run run{context, info, options, options.uses_clone() ? Source{} : open_source(context, options.source), maintenance, nullptr, "restore_" + stamp, stamp, {}, {}};
  // The name stands in the parameters whatever it came from, so that every session goes to the same database.
  run.info = info.with_database(info.database());
  if (run.source.reader) run.options.tables = with_partitions(options.tables, *run.source.reader);
  run.staging = transfer::derived_name(run.database(), options.mode == Mode::proof ? "proof" : "staging", stamp);
  // A clone takes the name itself, unless it is to stay, or nothing is replaced.
  if (options.uses_clone() && options.mode == Mode::swap && !options.keeps_clone) run.staging = options.clone;
  if (options.uses_clone()) check_clone(run);
  if (options.mode == Mode::swap && transfer::oid_of(maintenance, run.database()) != 0) run.previous = transfer::derived_name(run.database(), "previous", stamp);
  return run;
}

RestoreResult result_of(const Run& run, plan::Outcome outcome, double seconds) {
  RestoreResult result;
  result.operation = run.operation;
  result.checkpoint = run.options.checkpoint;
  result.database = run.options.mode == Mode::new_database ? run.options.new_name : run.database();
  result.previous = run.previous;
  result.seconds = seconds;
  for (const char* step : {"stop_services", "replace_content", "swap", "start_services"}) result.downtime_seconds += outcome.seconds_of(step);
  result.services = run.timings;
  result.rows = run.rows;
  result.outcome = std::move(outcome);
  return result;
}

void check_expected_digest(const Context& context, const RestoreOptions& options) {
  if (options.expected_sha256.empty()) return;
  context.sink.phase("archive's digest");
  if (archive::sha256_of_file(context, options.source) != options.expected_sha256)
    throw Error(Code::archive_damaged, "\"" + options.source.string() + "\" is not the file that was recorded: its SHA-256 differs",
                "Take another checkpoint from `safety-list`; `safety-verify` shows which are good.");
}

/// Swaps the newest previous database, or the one named, back. `after` is the restore that this undoes by itself, if any.
RestoreResult swap_back(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options, pg::Connection& maintenance,
                        const std::string& previous, const Run* after) {
  const Stopwatch watch;
  const auto candidates = transfer::list_derived(maintenance, info.database(), "previous");
  const auto chosen = std::find_if(candidates.rbegin(), candidates.rend(), [&](const auto& one) { return previous.empty() || one.name == previous; });
  if (chosen == candidates.rend())
    throw Error(Code::no_such_checkpoint,
                previous.empty() ? fmt::format("database \"{}\" has no previous database to go back to", info.database())
                                 : fmt::format("there is no previous database \"{}\"", previous),
                "`safety-doctor` lists the previous databases; `safety-list` shows the checkpoints to restore from.");
  const auto stamp = plan::new_stamp(options.folder / "operations", "restore");
  Run run{context, info.with_database(info.database()), {}, {}, maintenance, nullptr, "restore_" + stamp, stamp, chosen->name,
          transfer::derived_name(info.database(), "previous", stamp)};
  run.options.folder = options.folder;
  run.options.services = options.services;
  if (transfer::oid_of(maintenance, run.database()) == 0) run.previous.clear();
  os::make_private_folder(options.folder);
  auto arguments = to_arguments(run);
  arguments["undo"] = "true";
  auto journal = plan::Journal::create(options.folder / "operations", plan::make_head(run.operation, "safety-restore", run.database(), arguments));
  run.journal = &journal;
  journal.set_fact("staging_oid", std::to_string(chosen->oid));
  if (after != nullptr) services::take_over_states(options.services, *after->journal, journal);
  const auto plan = plan_undo(run);
  auto outcome = plan::run(context, plan, journal);
  if (!run.service_trouble.empty()) throw service_error(run, true);
  return result_of(run, std::move(outcome), watch.seconds());
}

/// The restore is done, but services did not come back: swapped back when that was asked for.
void throw_if_services_failed(Run& run) {
  if (run.service_trouble.empty()) return;
  const auto trouble = service_error(run, run.is_undo());
  if (!run.options.undoes_on_unhealthy || run.is_undo() || run.previous.empty()) throw trouble;
  run.context.sink.warning(trouble.message() + "; swapping back");
  swap_back(run.context, run.info, run.options, run.maintenance, run.previous, &run);
  throw Error(Code::rolled_back, "services were not healthy on the restored database, so the old one is back: " + run.service_trouble,
              "See the services' logs; what was restored is kept as the newest previous database (`safety-doctor` names it).");
}

/// What services are is today's configuration; which of them ran is in the journal.
void take_services(Run& run, const RestoreOptions& options, plan::Journal& journal) {
  run.journal = &journal;
  run.options.services = options.services;
  run.options.undoes_on_unhealthy = run.options.undoes_on_unhealthy || options.undoes_on_unhealthy;
}

}  // namespace

std::string Target::describe() const {
  if (!exists) return fmt::format("database \"{}\" does not exist yet and will be made", database);
  return fmt::format("database \"{}\" ({}, about {}, {}) will be replaced; it is kept as a previous database", database, format_bytes(bytes),
                     format_plural(live_rows, "row"), format_plural(sessions, "session"));
}

Target look_at_target(const Context& context, const pg::ConnectionInfo& info) {
  Target target;
  target.database = info.database();
  auto maintenance = pg::connect_to_maintenance(context, info);
  const auto rows = maintenance.query(
      "SELECT pg_catalog.pg_database_size(oid), (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) "
      "FROM pg_catalog.pg_database d WHERE datname = $1",
      {target.database});
  if (rows.rows() == 0) return target;
  target.exists = true;
  target.bytes = static_cast<std::uint64_t>(rows.number(0, 0));
  target.sessions = static_cast<std::uint64_t>(rows.number(0, 1));
  try {
    pg::Connection connection(context, info);
    target.live_rows = static_cast<std::uint64_t>(connection.execute("SELECT COALESCE(sum(n_live_tup), 0) FROM pg_catalog.pg_stat_user_tables").number(0, 0));
  } catch (const Error& error) {
    if (error.code() != Code::connection) throw;  // a database too broken to be entered is what restores are for
  }
  return target;
}

std::optional<Unfinished> find_unfinished(const std::filesystem::path& folder, const std::string& database, const std::string& tool) {
  for (auto& journal : plan::find_unfinished(folder / "operations"))
    if (journal.head.database == database && !journal.is_running && (tool.empty() || journal.head.tool == tool)) return Unfinished{std::move(journal)};
  return std::nullopt;
}

bool is_proof(const Unfinished& unfinished) { return is_proof(unfinished.journal); }

void throw_if_unfinished(const std::filesystem::path& folder, const std::string& database) {
  if (const auto unfinished = find_unfinished(folder, database, ""))
    throw Error(Code::resumable, "an earlier run is unfinished: " + unfinished->describe(), plan::ways_out(unfinished->journal.head));
}

std::string Unfinished::describe() const {
  const std::string at = journal.begun.empty() ? "before its first step" : "at step " + journal.begun.back();
  const auto source = journal.head.arguments.find("source");
  return fmt::format("{} of database \"{}\", started {}, stopped {}{}", journal.head.operation, journal.head.database, journal.head.started, at,
                     source == journal.head.arguments.end() ? "" : " (archive " + source->second + ")");
}

RestoreResult restore(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options) {
  const Stopwatch watch;
  checkpoint::HeldLock lock(context, info, info.database(), options.held_lock);
  throw_if_unfinished(options.folder, info.database());
  // Everything that can be known to be wrong is found out here, before anything is touched.
  check_expected_digest(context, options);
  auto run = make_run(context, info, options, lock.session(), plan::new_stamp(options.folder / "operations", "restore"));
  check_before_restore(context, run.maintenance, run.database(), run.options, run.source);
  check_services(context, options);
  const auto plan = plan_restore(run);

  os::make_private_folder(options.folder);
  auto journal = plan::Journal::create(options.folder / "operations", plan::make_head(run.operation, "safety-restore", run.database(), to_arguments(run)));
  run.journal = &journal;
  if (run.options.uses_clone() && run.staging == run.options.clone) journal.set_fact("staging_oid", std::to_string(run.options.clone_oid));
  auto outcome = plan::run(context, plan, journal);
  throw_if_services_failed(run);
  return result_of(run, std::move(outcome), watch.seconds());
}

std::vector<plan::Step> describe_restore(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options) {
  auto maintenance = pg::connect_to_maintenance(context, info);
  check_expected_digest(context, options);
  auto run = make_run(context, info, options, maintenance, plan::new_stamp(options.folder / "operations", "restore"));
  check_before_restore(context, maintenance, run.database(), run.options, run.source);
  check_services(context, options);
  auto plan = plan_restore(run);
  for (auto& step : plan) step.apply = nullptr, step.is_done = nullptr, step.undo = nullptr;  // they refer to this run
  return plan;
}

RestoreResult resume(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished, const RestoreOptions& options) {
  const Stopwatch watch;
  checkpoint::HeldLock lock(context, info, info.database(), options.held_lock);
  auto journal = plan::Journal::reopen(unfinished.journal.path);
  auto run = run_of_arguments(context, info, unfinished.journal, lock.session(), true);
  take_services(run, options, journal);
  const auto plan = is_undo(unfinished.journal) ? plan_undo(run) : plan_restore(run);
  auto outcome = plan::run(context, plan, journal, true);
  throw_if_services_failed(run);
  if (run.rows == 0 && !run.fact("rows").empty()) run.rows = std::stoull(run.fact("rows"));
  return result_of(run, std::move(outcome), watch.seconds());
}

void abort(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished, const RestoreOptions& options) {
  checkpoint::HeldLock lock(context, info, info.database(), options.held_lock);
  auto journal = plan::Journal::reopen(unfinished.journal.path);
  // The archive may be gone by now; undoing does not need it.
  auto run = run_of_arguments(context, info, unfinished.journal, lock.session(), false);
  take_services(run, options, journal);
  const auto plan = is_undo(unfinished.journal) ? plan_undo(run) : plan_restore(run);
  plan::abort(context, plan, journal);
}

bool settle(const Context& context, const pg::ConnectionInfo& info, const Unfinished& unfinished, const RestoreOptions& options) {
  try {
    abort(context, info, unfinished, options);
    return false;
  } catch (const Error& error) {
    if (error.code() != Code::resumable) throw;
    resume(context, info, unfinished, options);
    return true;
  }
}

RestoreResult undo(const Context& context, const pg::ConnectionInfo& info, const RestoreOptions& options, const std::string& previous) {
  checkpoint::HeldLock lock(context, info, info.database(), options.held_lock);
  throw_if_unfinished(options.folder, info.database());
  check_services(context, options);
  return swap_back(context, info, options, lock.session(), previous, nullptr);
}

}  // namespace safety::restore

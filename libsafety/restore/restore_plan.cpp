// The plan of a restore.
#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/restore/run.hpp"

namespace safety::restore {
namespace {

plan::Step create_step(Run& run) {
  return {.id = "create_staging",
          .what = fmt::format("create database \"{}\"", run.staging),
          .why = "the restore happens aside, while the database in use goes on",
          .apply = [&run] { create_staging(run); },
          .is_done = [&run] { return run.is_swapped() || run.is_staging_with("loaded_oid"); },
          .undo =
              [&run] {
                if (run.is_swapped()) return;
                give_space_back(run);
                auto session = fresh_session(run);
                transfer::drop_database(session, run.staging);
              },
          .why_no_undo = {}};
}

plan::Step load_step(Run& run) {
  return {.id = "load",
          .what = fmt::format("load \"{}\" with {}", run.source.path.filename().string(), format_plural(run.options.jobs, "session")),
          .why = run.options.is_schema_only ? "schema, indexes, keys; no rows" : "schema, rows, indexes, keys",
          .apply = [&run] { load_staging(run); },
          .is_done = [&run] { return run.is_swapped() || run.is_staging_with("loaded_oid"); },
          .undo = {},
          .why_no_undo = "goes with the staging database"};
}

plan::Step verify_step(Run& run) {
  return {.id = "verify",
          .what = run.options.reads_digests_back ? "compare schema, row counts and every table's digest with the archive"
                                                 : "compare schema and row counts with the archive",
          .why = "nothing takes over that is not what was backed up",
          .apply = [&run] { verify_staging(run); },
          .is_done = [&run] { return run.is_swapped() || run.is_staging_with("verified_oid"); },
          .undo = {},
          .why_no_undo = "looks only"};
}

plan::Step carry_step(Run& run) {
  return {.id = "carry_properties",
          .what = "give it the database's owner, privileges, limits, settings, comment and schema \"safety\"",
          .why = "they are in no dump and must survive",
          .apply = [&run] { carry_properties(run); },
          .is_done = [&run] { return run.is_swapped(); },
          .undo = {},
          .why_no_undo = "goes with the staging database"};
}

plan::Step analyze_step(Run& run) {
  return {.id = "analyze",
          .what = "gather planner statistics",
          .why = "so that the first queries do not run blind",
          .apply = [&run] { analyze_staging(run); },
          .is_done = [&run] { return run.is_swapped() || run.is_staging_with("analyzed_oid"); },
          .undo = {},
          .why_no_undo = "goes with the staging database"};
}

plan::Step swap_step(Run& run) {
  std::vector<transfer::Renaming> renamings;
  if (!run.previous.empty()) renamings.push_back({run.database(), run.previous});
  renamings.push_back({run.staging, run.database()});
  return {.id = "swap",
          .what = run.previous.empty() ? fmt::format("rename \"{}\" to \"{}\"", run.staging, run.database())
                                       : fmt::format("end sessions; rename \"{}\" to \"{}\" and \"{}\" to \"{}\" in one transaction", run.database(),
                                                     run.previous, run.staging, run.database()),
          .why = "the database is the old one or the new one, never neither",
          .apply = [&run, renamings] { transfer::rename_databases(run.context, run.maintenance, renamings); },
          .is_done = [&run] { return run.is_swapped(); },
          .undo = {},
          .why_no_undo = "`safety-restore --undo` swaps back",
          .is_commit_point = true};
}

plan::Step name_step(Run& run) {
  return {.id = "name",
          .what = fmt::format("rename \"{}\" to \"{}\"", run.staging, run.options.new_name),
          .why = "the name only ever stands for a whole database",
          .apply = [&run] { transfer::rename_databases(run.context, run.maintenance, {{run.staging, run.options.new_name}}); },
          .is_done = [&run] { return run.is_swapped(); },
          .undo = {},
          .why_no_undo = "nothing was replaced",
          .is_commit_point = true};
}

plan::Step drop_step(Run& run) {
  return {.id = "drop_staging",
          .what = fmt::format("drop database \"{}\"", run.staging),
          .why = "the proof is made",
          .apply = [&run] { transfer::drop_database(run.maintenance, run.staging); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "nobody needs it"};
}

plan::Step note_step(Run& run, const std::string& kind) {
  return {.id = "note",
          .what = "list it in schema \"safety\"",
          .why = "history goes on in the database that took over",
          .apply = [&run, kind] { note_in_registry(run, kind); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "a mirror only"};
}

plan::Step carry_history_step(Run& run) {
  return {.id = "carry_history",
          .what = "carry schema \"safety\" into the database that comes back",
          .why = "what happened since is history too",
          .apply = [&run] { carry_history(run); },
          .is_done = [&run] { return run.is_swapped(); },
          .undo = {},
          .why_no_undo = "a mirror only"};
}

/// Downtime is what stands between these two.
void add_with_services_down(plan::Plan& plan, Run& run, plan::Step step) {
  const bool has_services = !run.options.services.empty();
  if (has_services) plan.push_back(stop_services_step(run, step.is_done));
  plan.push_back(std::move(step));
  if (has_services) plan.push_back(start_services_step(run));
}

}  // namespace

plan::Plan plan_undo(Run& run) {
  plan::Plan plan;
  plan.push_back(carry_history_step(run));
  add_with_services_down(plan, run, swap_step(run));
  plan.push_back(note_step(run, "undo"));
  return plan;
}

plan::Plan plan_restore(Run& run) {
  plan::Plan plan;
  if (run.options.uses_clone())
    plan = make_clone_ready(run);
  else
    plan = {create_step(run), load_step(run), verify_step(run)};
  switch (run.options.mode) {
    case Mode::proof:
      plan.push_back(drop_step(run));
      break;
    case Mode::new_database:
      plan.push_back(carry_step(run));
      plan.push_back(name_step(run));
      break;
    case Mode::swap:
      plan.push_back(carry_step(run));
      // A clone has its statistics already.
      if (run.options.analyzes && !run.options.uses_clone()) plan.push_back(analyze_step(run));
      add_with_services_down(plan, run, swap_step(run));
      plan.push_back(note_step(run, "restore"));
      break;
    case Mode::in_place:
      plan.clear();
      add_with_services_down(plan, run, replace_content_step(run));
      plan.push_back(note_step(run, "restore"));
      break;
  }
  return plan;
}

}  // namespace safety::restore

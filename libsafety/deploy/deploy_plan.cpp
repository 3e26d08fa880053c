// The plan of a deploy.
#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/deploy/run.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::deploy {
namespace {

plan::Step doctor_step(Run& run) {
  return {.id = "doctor",
          .what = "check server, versions, privileges, disk, folder and services",
          .why = "what would end it midway is better known now",
          .apply = [&run] { examine(run); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "looks only"};
}

plan::Step preflight_step(Run& run) {
  return {.id = "preflight",
          .what = "read the pending migrations and ask the data about them",
          .why = "a unique index that meets duplicates is known before anything is touched",
          .apply = [&run] { run_preflight(run); },
          // Once commands ran, what is pending is another matter.
          .is_done = [&run] { return !run.fact("target_oid").empty(); },
          .undo = {},
          .why_no_undo = "looks only"};
}

plan::Step latch_step(Run& run) {
  return {.id = "latch",
          .what = "hold Prisma's advisory lock",
          .why = "nobody else deploys meanwhile; it is let go for the clone and for the commands",
          .apply = [&run] { take_latch(run); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "goes with the process"};
}

plan::Step checkpoint_step(Run& run) {
  return {.id = "checkpoint",
          .what = "back the database up into an archive, pinned until the deploy is finalised",
          .why = "the way back that survives the server",
          .apply = [&run] { make_checkpoint(run); },
          .is_done = [&run] { return !run.fact("checkpoint").empty(); },
          .undo =
              [&run] {
                if (run.fact("target_oid").empty()) unpin(run);  // nothing happened that one would want it for
              },
          .why_no_undo = {}};
}

plan::Step rehearse_step(Run& run) {
  return {.id = "rehearse",
          .what = run.options.is_schema_only_rehearsal ? "run the migration on a copy of the schema"
                                                       : "restore the archive aside, prove it (L4), and run the migration there",
          .why = "what it breaks it breaks on the copy",
          .apply = [&run] { run_rehearsal(run); },
          .is_done = [&run] { return run.fact("rehearsed") == "yes"; },
          .undo = {},
          .why_no_undo = "the copy is dropped"};
}

plan::Step stop_step(Run& run) {
  return {.id = "stop_services",
          .what = fmt::format("stop {}", services::list_to_stop(run.options.services)),
          .why = "nobody writes between the clone and the end of the migration: going back loses nothing",
          .apply = [&run] { services::stop_all(run.context, run.options.services, *run.journal, run.result.services); },
          .is_done = {},
          .undo = [&run] { services::give_back(run.context, run.options.services, *run.journal, run.result.services); },
          .why_no_undo = {}};
}

plan::Step clone_step(Run& run) {
  return {.id = "clone",
          .what = "make a clone of the database",
          .why = "going back to it is a rename, whatever the size",
          .apply = [&run] { make_clone(run); },
          .is_done = [&run] { return !run.fact("clone_checkpoint").empty() || !run.fact("target_oid").empty(); },
          .undo =
              [&run] {
                // Used up by the way back, or of no use: the database is as the clone is.
                if (!is_left_as_it_is(run)) drop_clone(run);
              },
          .why_no_undo = {}};
}

plan::Step migrate_step(Run& run) {
  return {.id = "migrate",
          .what = "run " + join(run.options.project.commands, "; "),
          .why = "for real",
          .apply = [&run] { migrate(run); },
          .is_done = [&run] { return run.fact("migrated") == "yes"; },
          .undo =
              [&run] {
                if (!is_left_as_it_is(run)) go_back(run);
              },
          .why_no_undo = {}};
}

plan::Step verify_step(Run& run) {
  return {.id = "verify",
          .what = "compare schema and rows with the rehearsal, read the histories, run the smoke statements",
          .why = "a command that says it succeeded is not believed",
          .apply = [&run] { verify(run); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "looks only"};
}

plan::Step start_step(Run& run) {
  return {.id = "start_services",
          .what = fmt::format("start {} and wait until healthy; those found stopped stay so", services::list_to_start(run.options.services)),
          .why = "the migration is good when what uses it is well",
          .apply =
              [&run] {
                const auto troubles = services::start_as_found(run.context, run.options.services, *run.journal, run.result.services);
                if (!troubles.empty())
                  throw Error(Code::service_unhealthy, "services are not healthy on the migrated database: " + join(troubles, "; "),
                              "See the services' logs.");
              },
          .is_done = {},
          .undo =
              [&run] {
                // Before the old state comes back nobody may write into this one.
                if (!is_left_as_it_is(run))
                  services::stop_all(run.unstoppable(), run.options.services, *run.journal, run.result.services);
              },
          .why_no_undo = {}};
}

plan::Step accept_step(Run& run) {
  return {.id = "finalise",
          .what = run.options.keeps_pinned ? "accept the migration; its checkpoint stays pinned" : "accept the migration and unpin its checkpoint",
          .why = "from here on it is the state to go back to",
          .apply =
              [&run] {
                run.journal->set_fact("accepted", "yes");
                os::fault_point("deploy.accepted");
                if (!run.options.keeps_pinned) unpin(run);
              },
          .is_done = [&run] { return run.fact("accepted") == "yes"; },
          .undo = {},
          .why_no_undo = "`safety-restore` goes back to the checkpoint",
          .is_commit_point = true};
}

}  // namespace

plan::Plan plan_deploy(Run& run) {
  const bool stops = run.options.stops_services && !run.options.services.empty();
  plan::Plan plan{doctor_step(run), preflight_step(run)};
  if (run.options.project.prisma) plan.push_back(latch_step(run));
  plan.push_back(checkpoint_step(run));
  if (run.options.rehearses) plan.push_back(rehearse_step(run));
  if (stops) plan.push_back(stop_step(run));
  if (run.options.cloning != Cloning::never) plan.push_back(clone_step(run));
  plan.push_back(migrate_step(run));
  plan.push_back(verify_step(run));
  if (stops) plan.push_back(start_step(run));
  plan.push_back(accept_step(run));
  return plan;
}

}  // namespace safety::deploy

// Going back to a clone: nothing is loaded, the clone takes the database's name. It is used up by that, or copied first.
#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/restore/run.hpp"
#include "libsafety/transfer/clone.hpp"
#include "libsafety/transfer/cluster.hpp"

namespace safety::restore {
namespace {

void copy_clone(Run& run) {
  transfer::drop_database(run.maintenance, run.staging);  // a resumed run finds the half-made one
  const auto estimate = transfer::estimate_clone(run.maintenance, run.options.clone, 0);
  const auto copy = transfer::make_clone(run.context, run.maintenance, run.options.clone, run.staging, estimate.strategy);
  os::fault_point("clone.copied");
  transfer::open_clone(run.maintenance, copy);
  run.journal->set_fact("staging_oid", std::to_string(copy.oid));
  run.journal->set_fact("copied_oid", run.fact("staging_oid"));
}

plan::Step copy_step(Run& run) {
  return {.id = "copy_clone",
          .what = fmt::format("copy clone \"{}\" to \"{}\"", run.options.clone, run.staging),
          .why = "the clone is to stay",
          .apply = [&run] { copy_clone(run); },
          .is_done = [&run] { return run.is_swapped() || run.is_staging_with("copied_oid"); },
          .undo =
              [&run] {
                if (run.is_swapped()) return;
                auto session = fresh_session(run);
                transfer::drop_database(session, run.staging);
              },
          .why_no_undo = {}};
}

plan::Step open_step(Run& run) {
  return {.id = "open_clone",
          .what = fmt::format("let sessions into clone \"{}\"", run.options.clone),
          .why = "it was closed so that nobody changes it, and is about to be the database",
          .apply = [&run] { transfer::allow_connections(run.maintenance, run.staging, true); },
          .is_done = [&run] { return run.is_swapped(); },
          .undo =
              [&run] {
                if (run.is_swapped()) return;
                auto session = fresh_session(run);
                transfer::allow_connections(session, run.staging, false);
              },
          .why_no_undo = {}};
}

}  // namespace

std::vector<plan::Step> make_clone_ready(Run& run) {
  if (run.staging == run.options.clone) return {open_step(run)};
  return {copy_step(run)};
}

void forget_used_clone(Run& run) {
  if (!run.options.uses_clone() || run.staging != run.options.clone || run.options.mode != Mode::swap) return;
  const Context unstoppable = run.context.with_stop({});
  try {
    const checkpoint::Store store(run.options.folder);
    for (const auto& record : store.list(unstoppable))
      if (record.id == run.options.checkpoint && record.clone) {
        run.context.sink.note(fmt::format("clone \"{}\" is used up; checkpoint {} {}", run.options.clone, record.id,
                                          record.names_archive() ? "keeps its archive" : "is gone with it"));
        store.forget_clone(record);
      }
  } catch (const Error& error) {
    run.context.sink.warning("the checkpoint's record still names the clone that was used up: " + error.message());
  }
}

void check_clone(Run& run) {
  const auto& options = run.options;
  if (options.mode == Mode::in_place)
    throw Error(Code::usage, "--in-place loads an archive, and a clone is swapped in", "Say --from archive, or leave --in-place out.");
  if (options.reads_digests_back)
    throw Error(Code::usage, "--proof L4 compares what an archive holds, and a clone is the database itself", "Say --from archive, or leave --proof out.");
  if (!options.tables.empty()) throw Error(Code::usage, "--table takes tables from an archive", "Say --from archive.");
  if (transfer::oid_of(run.maintenance, options.clone) != options.clone_oid)
    throw Error(Code::no_such_checkpoint, fmt::format("clone \"{}\" is not there any more, or is another database of that name", options.clone),
                "Say --from archive if the checkpoint has one; `safety-list` shows what there is.");
}

}  // namespace safety::restore

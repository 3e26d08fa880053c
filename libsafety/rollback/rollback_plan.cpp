// The plan of a rollback: the runbook, each step of which a person may be asked about.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/rollback/run.hpp"

namespace safety::rollback {
namespace {

std::string names_of(const std::vector<HistoryRow>& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row.name);
  return join_some(names, 3);
}

std::string what_reverting_does(const Run& run) {
  const auto& id = run.target.record.id;
  switch (run.strategy) {
    case Strategy::undo:
      return run.undoes.empty() ? fmt::format("undo the schema change in one transaction, back to checkpoint {}, keeping rows written since{}", id,
                                              run.rows.empty() ? "" : "; take back " + names_of(run.rows))
                                : fmt::format("bring back in one transaction what {} undid", run.undoes);
    case Strategy::swap: return fmt::format("swap to clone \"{}\" of checkpoint {}", run.target.clone ? run.target.clone->clone->database : "", id);
    default: return fmt::format("restore the archive of checkpoint {} aside and swap it in", id);
  }
}

plan::Step checkpoint_step(Run& run) {
  return {.id = "checkpoint",
          .what = "back the database up as it is, broken",
          .why = "a rollback can be rolled back",
          .apply = [&run] { make_checkpoint(run); },
          .is_done = [&run] { return !run.fact("broken_checkpoint").empty(); },
          .undo = {},
          .why_no_undo = "an archive more does no harm"};
}

plan::Step stop_step(Run& run) {
  return {.id = "stop_services",
          .what = fmt::format("stop {}", services::list_to_stop(run.options.services)),
          .why = "nobody writes into a table that changes under them",
          .apply = [&run] { services::stop_all(run.context, run.options.services, *run.journal, run.result.services); },
          .is_done = [&run] { return is_reverted(run); },
          .undo = [&run] { services::give_back(run.context, run.options.services, *run.journal, run.result.services); },
          .why_no_undo = {}};
}

plan::Step latch_step(Run& run) {
  return {.id = "latch",
          .what = "hold Prisma's advisory lock",
          .why = "nobody deploys meanwhile",
          .apply = [&run] { run.latch = std::make_unique<migrations::PrismaLatch>(run.context, run.info); },
          .is_done = [&run] { return is_reverted(run); },
          .undo = {},
          .why_no_undo = "goes with the process"};
}

plan::Step revert_step(Run& run) {
  return {.id = "revert",
          .what = what_reverting_does(run),
          .why = run.is_surgical() ? "the catalogs are equal at the end, or nothing happened" : "the whole state of the checkpoint; what is replaced is kept",
          .apply = [&run] { revert(run); },
          .is_done = [&run] { return is_reverted(run); },
          .undo = {},
          .why_no_undo = "`safety-rollback --undo` rolls it back",
          .is_commit_point = true};
}

plan::Step verify_step(Run& run) {
  return {.id = "verify",
          .what = "read the histories as their deploys would, run the smoke statements",
          .why = "what the tools will say next is known now",
          .apply = [&run] { verify(run); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "looks only"};
}

plan::Step start_step(Run& run) {
  return {.id = "start_services",
          .what = fmt::format("start {} and wait until healthy; those found stopped stay so", services::list_to_start(run.options.services)),
          .why = "with the code that fits the schema: that of the checkpoint",
          .apply =
              [&run] {
                for (const auto& trouble : services::start_as_found(run.context, run.options.services, *run.journal, run.result.services)) {
                  run.result.warnings.push_back("service " + trouble);
                  run.context.sink.warning("service " + trouble);
                }
              },
          .is_done = {},
          .undo = {},
          .why_no_undo = "they are as they were found",
          .gives_back = true};
}

plan::Step folders_step(Run& run) {
  std::vector<std::string> names;
  for (const auto& move : run.moves) names.push_back((run.undoes.empty() ? move.from : move.to).filename().string());
  return {.id = "folders",
          .what = run.undoes.empty() ? fmt::format("move {} out of the migrations folder, to {}", join_some(names, 3), run.moves.front().to.parent_path().filename().string())
                                     : fmt::format("move {} back into the migrations folder", join_some(names, 3)),
          .why = "a folder that stays is applied again by the next deploy",
          .apply =
              [&run] {
                if (run.undoes.empty())
                  move_aside(run.context, run.moves, run.operation);
                else
                  move_back(run.context, run.moves, run.operation);
              },
          .is_done = {},
          .undo = {},
          .why_no_undo = "nothing is deleted"};
}

std::vector<std::string> tasks_of(const std::vector<SchemaFileAdvice>& advice) {
  std::vector<std::string> tasks;
  for (const auto& one : advice) {
    tasks.insert(tasks.end(), one.lines.begin(), one.lines.end());
    if (one.lines.empty()) tasks.push_back("take back what changed in " + one.file.string());
    if (!one.command.empty()) tasks.push_back("`" + one.command + "`");
  }
  return tasks;
}

/// What only a person can do. Without anybody to ask it is listed in the result.
plan::Step advice_step(Run& run) {
  return {.id = "schema_files",
          .what = "take the change out of the tools' schema files, and make the corrective migration",
          .why = "the next deploy would make it again from there",
          .apply =
              [&run] {
                run.result.advice = advise(run.context, run.options.project, run.changes, run.target.record.git_commit);
                run.journal->set_fact("left_to_do", join(tasks_of(run.result.advice), "\n"));
              },
          .is_done = {},
          .undo = {},
          .why_no_undo = "yours to do"};
}

plan::Step note_step(Run& run) {
  return {.id = "note",
          .what = "write the rollback, its steps and who did them into schema \"safety\"",
          .why = "teams and dashboards read it there",
          .apply = [&run] { note_in_registry(run, run.result.warnings.empty() ? "success" : "findings", join_some(run.result.warnings, 3)); },
          .is_done = {},
          .undo = {},
          .why_no_undo = "a mirror of the journal"};
}

bool is_passed_over(const Run& run, const std::string& id) { return run.fact("skipped " + id) == "yes"; }

bool is_asked_about(const plan::Step& step) { return step.id != "latch" && step.id != "note"; }

/// Whoever leaves must know what is down meanwhile.
void warn_of_stopped(const Run& run) {
  const auto& done = run.journal->state().done;
  const auto is_done = [&](const char* id) { return std::find(done.begin(), done.end(), id) != done.end() && !is_passed_over(run, id); };
  if (is_done("stop_services") && !is_done("start_services"))
    run.context.sink.warning(fmt::format("services stay stopped until the rollback goes on: {}", services::list_to_stop(run.options.services)));
}

/// Asks before the step, and passes it over when that is the answer.
void ask_first(Run& run, plan::Step& step, int number, int of, bool is_reverted_by_then) {
  auto act = std::move(step.apply);
  Question question;
  question.number = number;
  question.of = of;
  question.id = step.id;
  question.what = step.what;
  question.why = step.why;
  question.is_for_person = step.id == "schema_files";
  question.can_be_skipped = !step.is_commit_point;
  question.can_be_stopped = !is_reverted_by_then;
  if (step.is_commit_point) question.sql = run.sql;
  step.apply = [&run, act = std::move(act), question]() mutable {
    if (question.is_for_person) {
      act();
      question.tasks = tasks_of(run.result.advice);
      if (question.tasks.empty()) return;
    }
    const auto answer = run.options.asks(question);
    switch (answer.kind) {
      case Answer::Kind::quit:
        run.journal->note(question.id, who(), "left here");
        warn_of_stopped(run);
        throw plan::Paused("safety-rollback");
      case Answer::Kind::stop:
        run.journal->note(question.id, who(), "stopped here");
        throw Error(Code::confirmation_needed, "stopped at step " + question.id + " by request", "Nothing was reverted; `safety-rollback` begins anew.");
      case Answer::Kind::skip:
        run.journal->note(question.id, who(), "passed over: " + answer.reason);
        run.journal->set_fact("skipped " + question.id, "yes");
        return;
      case Answer::Kind::yes:
        run.journal->note(question.id, who(), "yes");
    }
    if (!question.is_for_person) act();
  };
}

}  // namespace

plan::Plan plan_rollback(Run& run) {
  plan::Plan plan;
  const bool has_services = !run.options.services.empty();
  if (run.options.takes_checkpoint) plan.push_back(checkpoint_step(run));
  if (has_services) plan.push_back(stop_step(run));
  if (run.options.project.prisma) plan.push_back(latch_step(run));
  plan.push_back(revert_step(run));
  plan.push_back(verify_step(run));
  if (has_services) plan.push_back(start_step(run));
  if (!run.moves.empty()) plan.push_back(folders_step(run));
  if (!run.options.project.empty() && run.undoes.empty()) plan.push_back(advice_step(run));
  plan.push_back(note_step(run));
  const auto of = static_cast<int>(std::count_if(plan.begin(), plan.end(), is_asked_about));
  int number = 0;
  bool is_reverted_by_then = false;
  for (auto& step : plan) {
    // A person who passed it over is not asked again when the rollback is resumed.
    if (const auto is_done = step.is_done; !step.is_commit_point)
      step.is_done = [&run, is_done, id = step.id] { return is_passed_over(run, id) || (is_done && is_done()); };
    if (run.options.asks && is_asked_about(step)) ask_first(run, step, ++number, of, is_reverted_by_then);
    is_reverted_by_then = is_reverted_by_then || step.is_commit_point;
  }
  return plan;
}

}  // namespace safety::rollback

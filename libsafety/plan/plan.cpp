#include "libsafety/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "libsafety/base/error.hpp"
#include "libsafety/base/time.hpp"

namespace safety::plan {
namespace {

void say(const Context& context, const Step& step, std::string text, double seconds = 0) {
  context.sink.on({.kind = Event::Kind::step, .name = step.id, .text = std::move(text), .seconds = seconds});
}

bool contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

bool is_past_commit_point(const Plan& plan, const Journal& journal) {
  return std::any_of(plan.begin(), plan.end(), [&](const Step& step) {
    if (!step.is_commit_point || !contains(journal.state().begun, step.id)) return false;
    // Begun but not journaled as done: only the world knows.
    return contains(journal.state().done, step.id) || (step.is_done && step.is_done());
  });
}

/// The first failure of `journal` operations that must not keep an undo from going on, such as a full disk.
class JournalTrouble {
 public:
  template <typename Act>
  void attempt(Act act) {
    try {
      act();
    } catch (const Error& error) {
      if (!first_) first_ = error;
    }
  }
  const std::optional<Error>& first() const noexcept { return first_; }

 private:
  std::optional<Error> first_;
};

/// What is not ours (no memory, a file system's own exception) must undo as well: it becomes a defect's error.
void apply(const Step& step) {
  try {
    step.apply();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Error(Code::internal, error.what());
  }
}

/// Newest first. A stop request does not end it: half an undo is the worst place to be. What the journal could not take
/// is returned: the world is as before, and only the account of it is not.
std::optional<Error> undo_begun(const Context& context, const Plan& plan, Journal& journal, Outcome& outcome) {
  const Context unstoppable = context.with_stop({});
  JournalTrouble trouble;
  for (auto step = plan.rbegin(); step != plan.rend(); ++step) {
    if (!contains(journal.state().begun, step->id)) continue;
    if (step->undo) {
      const Stopwatch watch;
      step->undo();
      say(unstoppable, *step, "undone", watch.seconds());
      outcome.steps.push_back({step->id, step->what, StepOutcome::State::undone, watch.seconds()});
    }
    trouble.attempt([&] { journal.step_undone(step->id); });
  }
  if (!trouble.first()) trouble.attempt([&] { journal.end("undone"); });
  return trouble.first();
}

/// A signal or a failure ends the plan in the middle; what it took away is given back all the same. Failures are notes:
/// the error that ended the plan is the one to hear of, and --resume runs these steps again. A step that failed before it
/// acted (its beginning could not be journaled) is one of them.
void give_back(const Context& context, const Plan& plan, const std::string& failed, bool has_acted) {
  const Context unstoppable = context.with_stop({});
  bool is_behind = false;
  for (const auto& step : plan) {
    if (step.gives_back && (is_behind || (step.id == failed && !has_acted))) {
      try {
        say(unstoppable, step, step.what);
        apply(step);
      } catch (const Error& error) {
        context.sink.warning("step " + step.id + " failed too: " + error.message());
      }
    }
    is_behind = is_behind || step.id == failed;
  }
}

Error journal_error(const std::string& what, const Error& cause, const std::string& flag) {
  return Error(Code::resumable, what + ", but its journal could not be closed: " + cause.message(),
               "When its folder can be written again, run the same tool with " + flag + " to close it; until then other runs refuse to start.",
               cause.detail());
}

}  // namespace

Paused::Paused(const std::string& tool) : Error(Code::resumable, "left by request", fmt::format("`{0} --resume` goes on; `{0} --abort` undoes what was begun, where it can be.", tool)) {}

double Outcome::seconds_of(std::string_view id) const {
  double sum = 0;
  for (const auto& step : steps)
    if (step.id == id) sum += step.seconds;
  return sum;
}

Outcome run(const Context& context, const Plan& plan, Journal& journal, bool resumes) {
  Outcome outcome;
  bool is_committed = resumes && is_past_commit_point(plan, journal);
  for (const auto& step : plan) {
    const Stopwatch watch;
    bool has_acted = false;
    try {
      if (!step.gives_back) context.throw_if_stopped();
      if (resumes && step.is_done && step.is_done()) {
        say(context, step, "already done");
        outcome.steps.push_back({step.id, step.what, StepOutcome::State::already_done, 0});
      } else {
        journal.step_began(step.id);
        say(context, step, step.what);
        has_acted = true;
        apply(step);
        journal.step_ended(step.id, watch.seconds());
        say(context, step, "done", watch.seconds());
        outcome.steps.push_back({step.id, step.what, StepOutcome::State::done, watch.seconds()});
      }
      if (step.is_commit_point) is_committed = true;
    } catch (const Paused&) {
      throw;
    } catch (const Error& error) {
      JournalTrouble().attempt([&] { journal.step_failed(step.id, error.what()); });  // a note for readers only
      // A step may fail after its effect took place (a lost connection during COMMIT): look before deciding.
      bool took_effect = is_committed;
      if (!took_effect && step.is_commit_point) {
        try {
          took_effect = step.is_done && step.is_done();
        } catch (const Error& lookup) {
          give_back(context, plan, step.id, has_acted);
          throw Error(Code::in_doubt, "step " + step.id + " may or may not have taken effect: " + error.message(),
                      "When the server is back, run the same tool with --resume; it looks at the server first.",
                      lookup.message());
        }
      }
      if (took_effect) give_back(context, plan, step.id, has_acted);
      if (took_effect)
        throw Error(Code::resumable, "stopped after the point of no return, at step " + step.id + ": " + error.message(),
                    "Run the same tool with --resume to finish it.", error.detail());
      std::optional<Error> trouble;
      try {
        trouble = undo_begun(context, plan, journal, outcome);
      } catch (const Error& second) {
        throw Error(second.code() == Code::connection ? Code::resumable : Code::manual_attention,
                    "step " + step.id + " failed (" + error.message() + ") and undoing failed too: " + second.message(),
                    "When the cause is gone, run the same tool with --abort to bring back the old state, or with --resume to go on.",
                    second.detail());
      }
      if (trouble) throw journal_error("step " + step.id + " failed (" + error.message() + ") and what it did was undone", *trouble, "--abort");
      throw;
    }
  }
  try {
    journal.end("finished");
  } catch (const Error& error) {
    throw journal_error("everything is done", error, "--resume");
  }
  return outcome;
}

Outcome abort(const Context& context, const Plan& plan, Journal& journal) {
  if (is_past_commit_point(plan, journal))
    throw Error(Code::resumable, "operation " + journal.state().head.operation + " has passed its point of no return",
                "Run the same tool with --resume to finish it; `safety-restore` undoes it then, if you want it undone.");
  Outcome outcome;
  std::optional<Error> trouble;
  try {
    trouble = undo_begun(context, plan, journal, outcome);
  } catch (const Error& error) {
    throw Error(error.code() == Code::connection ? Code::resumable : Code::manual_attention,
                "undoing failed: " + error.message(), "When the cause is gone, run it with --abort again.", error.detail());
  }
  if (trouble) throw journal_error("everything was undone", *trouble, "--abort");
  return outcome;
}

}  // namespace safety::plan

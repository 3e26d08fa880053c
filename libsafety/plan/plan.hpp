#pragma once
// Operations that must survive a crash are lists of steps, and what they did is in a journal.
//
// What it is for: restore, rollback and deploy share resume, abort, dry run and reporting. What it is not for: knowing
// anything about databases. Invariants: a step's is_done looks at the world, not at the journal; a step is journaled
// as begun before it acts and as done after; undo of a step may be called when it acted fully, partly or not at all.
// Source: JOURNAL.md beside this file.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/plan/journal.hpp"

namespace safety::plan {

struct Step {
  std::string id;    // "create_staging"
  std::string what;  // "create database shop__staging_..."
  std::string why;   // one line, for --dry-run and the log
  std::function<void()> apply;
  std::function<bool()> is_done;  // empty: not known, so a resumed run applies it again
  std::function<void()> undo;     // empty: see why_no_undo
  std::string why_no_undo;        // "looks only", "the next step makes it visible"
  /// Once applied, later failures no longer undo anything: the plan can only be finished.
  bool is_commit_point = false;
  /// Behind the commit point: what was taken away for the time of the commit is given back (services are started)
  /// whatever became of the commit and of the steps before this one, signals included.
  bool gives_back = false;
};

using Plan = std::vector<Step>;

/// Thrown by a step whose person wants to go on later: nothing is undone, the journal stays open.
class Paused : public Error {
 public:
  explicit Paused(const std::string& tool);
};

struct StepOutcome {
  std::string id, what;
  enum class State { done, already_done, failed, undone } state = State::done;
  double seconds = 0;
};

struct Outcome {
  std::vector<StepOutcome> steps;
  double seconds_of(std::string_view id) const;
};

/// Runs the steps in order, journaling each. `resumes` asks is_done before each step and skips what is done.
/// A failure before the commit point undoes what was begun, newest first, marks the journal "undone" and rethrows.
/// Errors: those of the steps; manual_attention when an undo fails too (naming both); resumable when a step after the
/// commit point fails, or a stop is requested there; in_doubt when nobody can tell whether the commit took effect.
Outcome run(const Context& context, const Plan& plan, Journal& journal, bool resumes = false);

/// Undoes what a dead run began, newest first, and marks the journal "undone".
/// Errors: resumable when the journal says that the commit point is passed (finish it with --resume instead);
/// manual_attention when an undo fails.
Outcome abort(const Context& context, const Plan& plan, Journal& journal);

}  // namespace safety::plan

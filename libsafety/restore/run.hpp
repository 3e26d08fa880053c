#pragma once
// One restore on its way: what its steps share. Internal to this folder.

#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/plan/plan.hpp"
#include "libsafety/restore/options.hpp"
#include "libsafety/restore/source.hpp"

namespace safety::restore {

struct Run {
  const Context& context;
  pg::ConnectionInfo info;  // of the target database
  RestoreOptions options;
  Source source;
  pg::Connection& maintenance;
  plan::Journal* journal = nullptr;  // none for a dry run
  std::string operation, stamp;
  std::string staging, previous;
  std::uint64_t rows = 0;
  std::vector<services::Timing> timings = {};
  std::string service_trouble = {};  // why services are not as they were found, when the plan went through otherwise

  std::string database() const { return info.database(); }
  pg::ConnectionInfo staging_info() const { return info.with_database(staging); }
  /// A fact of the journal; "" without one.
  std::string fact(const std::string& name) const { return journal == nullptr ? "" : journal->fact(name); }
  /// True for the swap back: there is no source then.
  bool is_undo() const { return options.source.empty() && !options.uses_clone(); }
  /// True when the database that `staging` was is the target now.
  bool is_swapped() const;
  /// True when `staging` is the database that the fact was noted of.
  bool is_staging_with(const std::string& fact_name) const;
};

/// A session of the maintenance database that no signal stops, for looking at the world and for clean-up: the run's own
/// may be lost, or be stopped, which is why one looks.
pg::Connection fresh_session(const Run& run);

/// What to do in which order. Pure but for what its steps do when applied.
plan::Plan plan_restore(Run& run);
/// Source: in_place.cpp.
plan::Step replace_content_step(Run& run);
/// The previous database (run.staging) takes the name back.
plan::Plan plan_undo(Run& run);

// Clones (clone_steps.cpp). check_clone's errors: usage, no_such_checkpoint.
std::vector<plan::Step> make_clone_ready(Run& run);
void check_clone(Run& run);
/// The record of a clone that took the database's name says so. A failure is a warning.
void forget_used_clone(Run& run);

// Services (service_steps.cpp). There are no such steps without services.
plan::Step stop_services_step(Run& run, std::function<bool()> is_committed);
plan::Step start_services_step(Run& run);
/// Their names and the engine behind them are right: found out before anything is touched. Errors: command_failed.
void check_services(const Context& context, const RestoreOptions& options);
/// The error for run.service_trouble.
Error service_error(const Run& run, bool is_undo);

// The acts of the steps (steps.cpp).
void create_staging(Run& run);
/// Empties the staging database as far as it can. DROP DATABASE waits for a checkpoint, which a full disk makes fail.
void give_space_back(const Run& run) noexcept;
void load_staging(Run& run);
void verify_staging(Run& run);
void carry_properties(Run& run);
/// Rows of schema `safety` live inside what is replaced: they go along. A failure is a warning.
void carry_history(Run& run);
void analyze_staging(Run& run);
void note_in_registry(Run& run, const std::string& kind);

/// Compares what is visible in the session (its own open transaction included) with the archive's schema.
/// Errors: verification naming what differs.
void verify_schema(const Context& context, pg::Connection& connection, const Source& source, const RestoreOptions& options);
/// Reads rows and large objects back and compares digests. Errors: verification naming what differs.
void verify_content(const Context& context, const pg::ConnectionInfo& database, const Source& source, const RestoreOptions& options);

}  // namespace safety::restore

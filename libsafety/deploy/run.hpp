#pragma once
// One deploy on its way: what its steps share. Internal to this folder.

#include <memory>
#include <optional>

#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/deploy/options.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::deploy {

struct Run {
  const Context& context;
  pg::ConnectionInfo info;
  DeployOptions options;
  checkpoint::OperationLock& lock;
  checkpoint::Store store;
  std::string operation;              // "deploy_YYYYMMDD_HHMMSS"
  plan::Journal* journal = nullptr;   // none for a dry run
  std::unique_ptr<migrations::PrismaLatch> latch = nullptr;
  DeployResult result = {};
  std::string way_back = {};          // what undoing the migration did, for the error
  std::optional<bool> goes_back = {};  // what became of the policy; unset until it was needed
  std::vector<std::string> autopsy = {};

  /// For what must not be left half-way whatever was asked to stop: going back, cleaning up. The lock's session needs a
  /// pg::Unstoppable of its own.
  Context unstoppable() const { return context.with_stop({}); }
  std::string database() const { return info.database(); }
  std::string fact(const std::string& name) const { return journal == nullptr ? "" : journal->fact(name); }
  /// A file of this run beside its journal.
  std::filesystem::path file(const std::string& what) const { return store.operations_folder() / (operation + "." + what); }
};

plan::Plan plan_deploy(Run& run);

// Before production is touched (before.cpp).
void take_latch(Run& run);
void examine(Run& run);
void run_preflight(Run& run);
/// The archive; its id becomes the fact "checkpoint".
void make_checkpoint(Run& run);
/// Restores and runs there. What it showed is kept beside the journal, for verify(). Errors: command_failed, findings.
void run_rehearsal(Run& run);
/// The rehearsal's proof goes into the record: L4 was made on the way.
void note_proof(Run& run, checkpoint::Record record, const rehearsal::Rehearsal& rehearsal);
rehearsal::RehearsalOptions rehearsal_options(Run& run, const checkpoint::Record& record);

// For real (migrate.cpp).
/// A clone of the last moment; its id becomes the fact "clone_checkpoint". Without one when it cannot be and need not.
void make_clone(Run& run);
/// The clone and its record, when they are there.
void drop_clone(Run& run);
/// Errors: command_failed, with the autopsy noted.
void migrate(Run& run);
/// Errors: verification, naming what is not as the rehearsal showed it.
void verify(Run& run);
void unpin(Run& run);

// Going back (way_back.cpp).
/// True when the target is the database that was there when the commands began.
bool is_same_database(Run& run);
/// True when commands ran and what they did is not to be taken back: on_failure, or the answer to its question.
bool is_left_as_it_is(Run& run);
/// Brings the state before the migration back, when there is anything to bring back. May be called again.
void go_back(Run& run);
/// The command that a person would use for it.
std::string command_to_go_back(const Run& run);
/// Ends what dead restores of this deploy (its rehearsal, its way back) left half-done.
void settle_nested(Run& run);

// What a failed migration left behind (autopsy.cpp): a line for each pending statement.
std::vector<std::string> describe_effects(const std::vector<schema::Definition>& before, const std::vector<schema::Definition>& after,
                                          const std::vector<migrations::History>& histories);

// arguments.cpp
std::map<std::string, std::string> to_arguments(const DeployOptions& options);
/// Policies of the journal over the options given.
DeployOptions options_of_arguments(const std::map<std::string, std::string>& arguments, DeployOptions options);

}  // namespace safety::deploy

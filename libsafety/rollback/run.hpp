#pragma once
// One rollback on its way: what its steps share. Internal to this folder.

#include <cstdlib>
#include <memory>

#include "libsafety/base/error.hpp"
#include "libsafety/checkpoint/operation_lock.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/rollback/options.hpp"
#include "libsafety/rollback/origin.hpp"

namespace safety::rollback {

struct Run {
  const Context& context;
  pg::ConnectionInfo info;
  RollbackOptions options;
  checkpoint::OperationLock& lock;
  checkpoint::Store store;
  std::string operation;             // "rollback_YYYYMMDD_HHMMSS"
  plan::Journal* journal = nullptr;  // none for a dry run
  Target target = {};
  Strategy strategy = Strategy::nothing;
  std::string undoes = {};           // the rollback that this one rolls back; mostly empty
  std::vector<HistoryRow> rows = {}; // of histories: what the checkpoint does not have
  std::vector<Move> moves = {};
  std::vector<schema::Change> changes = {};  // from the checkpoint to now
  std::string sql = {};
  std::unique_ptr<migrations::PrismaLatch> latch = nullptr;
  RollbackResult result = {};

  /// For what must not be left half-way whatever was asked to stop.
  Context unstoppable() const { return context.with_stop({}); }
  std::string database() const { return info.database(); }
  std::string fact(const std::string& name) const { return journal == nullptr ? "" : journal->fact(name); }
  /// Of an undo, by an earlier process too.
  double seconds_locked() const { return std::strtod(fact("undo_lock_seconds").c_str(), nullptr); }
  bool is_surgical() const { return strategy == Strategy::undo; }
};

plan::Plan plan_rollback(Run& run);
/// A rollback that is about to begin, once what dead runs left is dealt with. Errors: resumable when an earlier one is unfinished.
Run new_run(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options, checkpoint::OperationLock& lock);
/// Its target, by the options.
void choose(Run& run);
/// "alice@host".
std::string who();

// made_by.cpp
/// Identities (pg_identify_object) of what has a name that the SQL of the undone migrations, or Drizzle's schema, mentions; nullopt: no such text is known.
std::optional<std::vector<std::string>> made_by_migrations(const Run& run, pg::Connection& target);

// look.cpp
/// The undo as the options ask for it, between the target and the origin that is open.
undo::UndoRequest undo_request(Run& run, const Origin& origin);
/// Histories, changes, moves: what the journal keeps before anything is touched.
void examine(Run& run, const Origin& origin);

// What the steps do (steps.cpp).
void make_checkpoint(Run& run);
void revert(Run& run);
bool is_reverted(Run& run);
void verify(Run& run);
void note_in_registry(Run& run, const std::string& outcome, const std::string& detail);
/// Ends what dead restores of this rollback left half-done.
void settle_nested(Run& run);

// arguments.cpp
std::map<std::string, std::string> to_arguments(const Run& run);
/// What of the options is the journal's, over those given.
void take_arguments(Run& run, const plan::JournalState& state);
std::string format_moves(const std::vector<Move>& moves);
std::vector<Move> parse_moves(const std::string& text);
std::string format_rows(const std::vector<HistoryRow>& rows);
std::vector<HistoryRow> parse_rows(const std::string& text);
/// Changes without what SQL they would take.
std::string format_changes(const std::vector<schema::Change>& changes);
std::vector<schema::Change> parse_changes(const std::string& text);
std::string format_written(const std::vector<Written>& written);
std::vector<Written> parse_written(const std::string& text);

// written.cpp
/// Rows written since the transaction, of the tables of both sides; at most for that long.
std::vector<Written> count_written(const Context& context, pg::Connection& target, const std::string& since_xid,
                                   const std::map<std::string, std::uint64_t>& rows_then, const migrations::Project& project, std::chrono::milliseconds budget);

}  // namespace safety::rollback

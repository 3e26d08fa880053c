#pragma once
// What a rollback is asked for and what it gives back: shared by the operation (rollback.hpp) and the parts that it is made of.

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"
#include "libsafety/plan/plan.hpp"
#include "libsafety/rollback/bookkeeping.hpp"
#include "libsafety/rollback/ways.hpp"
#include "libsafety/services/downtime.hpp"
#include "libsafety/undo/request.hpp"

namespace safety::rollback {

/// A step of the runbook, for whoever is asked.
struct Question {
  int number = 0, of = 0;   // 3 of 9
  std::string id, what, why;
  std::string command;      // what a person would type instead; may be empty
  std::string sql;          // what would be run; may be empty
  std::vector<std::string> tasks;  // of a step that is for a person: what there is to do, a line each
  bool can_be_skipped = true, is_for_person = false;  // is_for_person: "done?" rather than "do it?"
  bool can_be_stopped = true;      // false: the database is reverted already, and the way back is another rollback
};
struct Answer {
  enum class Kind { yes, skip, stop, quit } kind = Kind::yes;  // stop: undo what was begun; quit: leave it, to be resumed
  std::string reason;  // of a skip
};

struct RollbackOptions {
  std::filesystem::path folder;  // of backups
  migrations::Project project;
  services::Services services;   // stopped meanwhile
  std::string to, migration;     // a checkpoint, or a migration that goes with all behind it; neither: the last change
  std::optional<Strategy> strategy;  // nullopt: the recommended one
  std::vector<undo::Fill> fills;
  std::vector<std::string> restores_rows_of;
  bool cascades = false, keeps_data_changes = false;
  bool takes_checkpoint = true;  // of the broken state, first
  bool moves_folders = true;
  std::chrono::milliseconds lock_timeout{2000}, count_budget{10000};
  unsigned jobs = 2;
  std::string container, tool_version;
  std::vector<Written> written;  // what look() counted, for the report
  std::function<Answer(const Question&)> asks;  // empty: every answer is yes, and what is for a person is listed
};

struct RollbackResult {
  std::string operation, database, checkpoint, broken_checkpoint, previous;
  std::string undoes;                        // the rollback that this one rolled back; mostly empty
  Strategy strategy = Strategy::nothing;
  undo::UndoResult undone;
  std::vector<std::string> changes;          // words: what was undone
  std::vector<UndoneMigration> migrations;
  std::vector<Move> moves;
  std::vector<SchemaFileAdvice> advice;
  std::vector<std::string> warnings;         // what is not as it should be, although the rollback is done
  plan::Outcome outcome;
  std::vector<services::Timing> services;
  double seconds = 0, downtime_seconds = 0;
};

}  // namespace safety::rollback

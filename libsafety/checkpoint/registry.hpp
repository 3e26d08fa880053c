#pragma once
// Checkpoints and operations as rows in the database they are about: the mirror that teams and dashboards query.
// Never the authority: the record files are. Source: RECORDS.md.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/checkpoint/record.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::checkpoint {

/// One run of a tool on a database.
struct Operation {
  std::string id, kind, checkpoint;  // kind: backup, restore, undo, rollback
  std::string started, finished;     // RFC 3339; finished empty while it runs
  std::string outcome, detail;
};

/// A step of an operation that people take part in: who did it and when, or why it was passed over.
struct StepRecord {
  std::string operation;
  int number = 0;
  std::string step, state;  // "revert"; "done", "skipped" ...
  std::string at;           // RFC 3339
  std::string who, detail;  // "alice@host"
};

/// Threads: as its connection. Errors of every member: the server's.
class Registry {
 public:
  /// A session in the database itself. Nothing is created yet.
  Registry(const Context& context, const pg::ConnectionInfo& database);
  /// Creates schema `safety` and its tables when missing, and brings older ones up to date. Errors: not_permitted;
  /// database when a schema of that name belongs to somebody else.
  void prepare();
  bool is_there();
  void put(const Record& record);
  void put(const Operation& operation);
  /// A step of that number that is there already is replaced.
  void put(const StepRecord& step);
  std::optional<Operation> get_operation(const std::string& id);
  /// By number; none in a registry that is older than steps are.
  std::vector<StepRecord> list_steps(const std::string& operation);
  /// The row of a checkpoint that is no more: what it had was dropped.
  void remove(const std::string& checkpoint);
  /// What the rows say of the checkpoints, in order of sequence; files of the backup folder know better.
  std::vector<Record> list();
  /// Everything, so that a swap can carry it into the database that takes over.
  void copy_to(Registry& other);

 private:
  void migrate();
  std::string columns_of(const std::string& table);
  pg::Connection connection_;
};

}  // namespace safety::checkpoint

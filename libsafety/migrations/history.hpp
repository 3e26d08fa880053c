#pragma once
// The database's side of migrations beside the code's: what is applied, pending, failed, changed since; truthfully, where
// the tools' own `status` is not.
//
// Source: for Prisma `_prisma_migrations` and its row states, for Drizzle `__drizzle_migrations`.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::migrations {

enum class State {
  applied,
  pending,        // in the code, not in the database
  failed,         // its row has no end and a log
  unfinished,     // its row has no end and no log: it runs, or was killed
  edited,         // applied, and its file is another one now
  deleted,        // applied, and its file is gone: the database is ahead of the code
  rolled_back,    // marked so; in the code it is present and will be applied again
};
std::string name_of(State state);  // "applied", "rolled back" ...

struct Entry {
  std::string name;
  State state = State::pending;
  std::filesystem::path path;  // of the code's file; empty when there is none
  std::string started, finished;  // as the server writes them; empty when unset
  std::string log;                // what the tool wrote of the failure, and does not show
  int rows = 0;                   // attempts in the table
};

/// Something a person must know before deploying.
struct Problem {
  enum class Severity { info, warning, error } severity = Severity::warning;
  std::string code;       // "prisma-failed-migration": stable, for machines
  std::string migration;  // may be empty
  std::string message, hint;
};
std::string name_of(Problem::Severity severity);

struct History {
  std::string tool;             // "prisma" or "drizzle"
  std::string schema;           // of its table; empty: there is no table, so nothing was ever applied by it
  std::vector<Entry> entries;   // by name; what is only in the database last
  std::vector<Problem> problems;
  /// What the tool's deploy would apply, in its order.
  std::vector<MigrationFile> pending;
  /// "20260211120000_initial", "" when nothing is applied.
  std::string head;
};

/// One for each tool of the project, and one for each further history table of the database.
/// Takes no lock, writes nothing. A table that may not be read is a problem, never "nothing applied".
std::vector<History> read_histories(const Context& context, pg::Connection& connection, const Project& project);

/// The same without a database: everything in the code is pending.
std::vector<History> histories_of_code(const Project& project);

/// Facts for a checkpoint's record: heads with checksums, pending ones when the project is known, the fingerprint of
/// Drizzle's tables. Keys as RECORDS.md lists them.
std::map<std::string, std::string> read_heads(const Context& context, pg::Connection& connection, const Project& project);

/// Commands that must not run against a production database (`prisma db push`, `migrate reset`, `drizzle-kit push --force`
/// without scope ...) and habits that hide failures (`drizzle-kit push && ...`, `migrate status` as a gate).
std::vector<Problem> check_commands(const Project& project);
/// Of these, the commands that do not take the database from DATABASE_URL: run on a copy they would change the real one.
std::vector<Problem> check_addresses(const Project& project);

/// Prisma's own advisory lock, so that nobody else deploys meanwhile. Sits in the target database.
class PrismaLatch {
 public:
  /// Errors: locked, naming session and query that hold it (an orphan of a killed deploy, say) and how to end it.
  PrismaLatch(const Context& context, const pg::ConnectionInfo& info, double patience_seconds = 5);
  PrismaLatch(const PrismaLatch&) = delete;
  PrismaLatch& operator=(const PrismaLatch&) = delete;
  ~PrismaLatch();
  /// For the moment that Prisma's own command needs it, or the database must be without sessions.
  void let_go();
  void take_again();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace safety::migrations

#pragma once
// What a rollback must do to the histories of migration tools, in the database and in the code, so that the tools tell the
// truth afterwards; and how that is taken back.
//
// Source: FACTS: the row of an applied migration is deleted (the only state in which Prisma's status, deploy and resolve are all right)
// and kept in our ledger; a failed one is marked rolled back, as `prisma migrate resolve --rolled-back` does.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/schema/changes.hpp"

namespace safety::rollback {

/// A row of `_prisma_migrations` (or of Drizzle's table) that the checkpoint's table does not have.
struct HistoryRow {
  std::string tool;       // "prisma", "drizzle"
  std::string schema, table;
  std::string name;       // of the migration
  std::string state;      // "applied", "failed", "unfinished", "rolled back"
  std::string finished;   // as the server writes it
  std::string json;       // the whole row
  std::string xid;        // that wrote it last: the migration's end, by the server's counter
};

/// Rows of `target` that `origin` lacks, oldest first. Both are sessions in the databases. Takes no lock.
std::vector<HistoryRow> rows_since(pg::Connection& target, pg::Connection& origin, const migrations::Project& project);
/// The same against the names that a record's facts tell (an archive's scratch database has no rows): those of "applied" migrations then.
std::vector<HistoryRow> rows_since(pg::Connection& target, const std::vector<std::string>& names_then, const migrations::Project& project);

/// In the transaction that is open on `target`: applied rows are deleted, failed and unfinished ones marked rolled back (one that is
/// marked already stays), and each is written into safety.rolled_back_migrations with its SQL, for `operation`.
/// Requires checkpoint::Registry::prepare(). Errors: database when a row is not there any more.
void take_rows_back(pg::Connection& target, const std::string& operation, const std::vector<HistoryRow>& rows, const migrations::Project& project);
/// The rows of the ledger as they were before `operation`, in the transaction that is open on `target`.
void put_rows_again(pg::Connection& target, const std::string& operation);

/// A migration's folder that goes out of the way, or comes back.
struct Move {
  std::filesystem::path from, to;
  bool is_by_git = false;  // tracked and clean in a repository: `git mv`
};
/// Moves of the folders of these migrations out of `prisma/migrations` into `prisma/migrations_rolled_back/<name>`; those that
/// are not in the code are not in it. A name that is taken there gets a number. Reads only.
std::vector<Move> plan_moves(const Context& context, const std::vector<HistoryRow>& rows, const migrations::Project& project);
/// Does what of it is not done yet (may be called again after a kill), and adds a line to README.md in the sibling folder. Errors: storage,
/// naming both paths; command_failed for git.
void move_aside(const Context& context, const std::vector<Move>& moves, const std::string& operation);
void move_back(const Context& context, const std::vector<Move>& moves, const std::string& operation);

/// What a person has left to do for a tool's schema file: which file, what to revert, a diff where git knows the revision.
struct SchemaFileAdvice {
  std::string tool;
  std::filesystem::path file;
  std::string revision;            // git commit of the checkpoint; empty: not known
  std::string diff;                // from that revision to now: to be taken back
  std::vector<std::string> lines;  // "remove field `province` of model Location (api/prisma/schema.prisma:42)"
  std::string command;             // "git checkout 1a2b3c4 -- api/src/schema.ts", or the command that makes the corrective migration
};
/// `changes`: what was undone. `git_commit`: the record's.
std::vector<SchemaFileAdvice> advise(const Context& context, const migrations::Project& project, const std::vector<schema::Change>& changes,
                                     const std::string& git_commit);

}  // namespace safety::rollback

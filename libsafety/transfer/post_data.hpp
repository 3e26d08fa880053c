#pragma once
// pg_dump's post-data section as work: what can be built as soon as a table's rows are there, and the rest in order.
//
// Deadlock-free by construction: a task holds the names of the tables it locks, all at once (os/task_graph.hpp).
// CREATE INDEX shares its table with other CREATE INDEX; ADD CONSTRAINT has its table alone. ADD FOREIGN KEY locks both of
// its tables for as long as it reads the rows, so that all keys to one table would wait for one another: a key is
// added unchecked, which takes no time, and checked by VALIDATE CONSTRAINT, which locks the referencing table only.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/archive/statement_class.hpp"
#include "libsafety/os/task_graph.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/transfer/script_runner.hpp"

namespace safety::transfer {

struct PostStatement {
  archive::Statement statement;
  archive::StatementClass parsed;
  std::string setting;  // the SET default_tablespace that stands above it, run before it: it may run in any session
  bool is_done = false;
};

/// Splits the section. Statements that the options leave out are not there.
std::vector<PostStatement> parse_post_data(const std::string& text, const ScriptOptions& options);

/// True for an index or key of a plain table: it needs nothing but that table and its rows.
bool can_be_early(const PostStatement& post, const std::function<bool(const std::string&)>& is_plain_table);

/// Makes one early index or key. Something it needs may be made later in the section (an expression's function): then
/// it stays undone, and run_rest makes it in its place.
void run_early(pg::Connection& connection, PostStatement& post, const ScriptOptions& options);

/// What run_early left, in pg_dump's order; each run of consecutive foreign keys in parallel, those of large tables first.
void run_rest(const Context& context, std::vector<pg::Connection>& connections, std::vector<PostStatement>& statements,
              const ScriptOptions& options, const std::function<std::uint64_t(const std::string&)>& bytes_of_table);

}  // namespace safety::transfer

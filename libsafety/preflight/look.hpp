#pragma once
// What the rules see while they look at one statement, and how they speak.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/preflight/actions.hpp"
#include "libsafety/preflight/check.hpp"
#include "libsafety/preflight/made.hpp"
#include "libsafety/preflight/parse.hpp"

namespace safety::preflight {

/// A file with what its statements do.
struct File {
  explicit File(const Source& from);
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const Source& source;
  Script script;
  std::vector<Tokens> tokens;                // one for each statement
  std::vector<std::vector<Action>> actions;  // likewise
};

/// How far one file has run.
struct Run {
  enum class Sent {
    one_by_one,         // each statement by itself
    in_a_transaction,   // the file as a whole: Prisma's single command, Drizzle's migrator
    unknown,
  } sent = Sent::unknown;
  bool is_in_block = false;             // behind a BEGIN
  std::set<std::string> locked;         // tables that were there, locked against everybody in this transaction
  std::set<std::size_t> on_existing;    // statements that are about what was there before this set
  std::set<std::string> new_labels;     // enum values added in this transaction
  bool has_lock_timeout = false, has_statement_timeout = false, has_search_path = false;
  std::optional<std::size_t> lock_timeout_finding;
  std::set<std::string> told;           // what is said once for a file

  bool is_in_transaction() const { return is_in_block || sent == Sent::in_a_transaction; }
  /// For what is said once for a file: true the first time.
  bool is_first(const std::string& what) { return told.insert(what).second; }
};

enum class Lock { none, writers, writers_and_definitions, everybody };
/// What it locks on its object while it runs, and what a table made in the same set is spared.
Lock lock_of(const Action& action);
std::string_view words_of(Lock lock);  // "a SHARE", "an ACCESS EXCLUSIVE"
/// Whether the time it takes grows with the table.
bool is_slow(const Action& action);
/// Whether it changes definitions.
bool is_definition(const Action& action);

/// One line, not too long.
std::string shorten_statement(const Tokens& tokens, std::string_view text);

struct Look {
  const CheckOptions& options;
  const File& file;
  std::size_t index;  // of the statement
  const Made& made;
  Run& run;
  Checked& out;

  const Statement& statement() const { return file.script.statements[index]; }
  const Tokens& tokens() const { return file.tokens[index]; }

  /// Adds a finding at a byte of the statement and gives its number. Severity: the rule's own unless said.
  std::size_t report(std::string_view rule, std::size_t position, std::string object, std::string message,
                     std::optional<Severity> severity = std::nullopt);
  /// About a table by the name it has before this set; columns likewise, when given.
  Question& ask(std::size_t finding, Question::Kind kind, const TableName& table, const std::vector<std::string>& columns = {});
  /// Whether an action of that kind on that object stands in this file, behind this statement (or before, when asked).
  bool comes_later(Action::Kind kind, const TableName& object, const std::string& name = {}) const;
};

// The four groups; each is given one action.
void check_data_loss(Look& look, const Action& action);
void check_may_fail(Look& look, const Action& action);
void check_locks(Look& look, const Action& action);
void check_robustness(Look& look, const Action& action);
/// Of a statement as a whole: its text, what did not parse, psql's commands.
void check_statement(Look& look);
/// When all statements of the file are seen. Moves Look::index to where it reports.
void check_end_of_file(Look& look);
/// Parts of the groups that have a file of their own.
void check_transaction(Look& look, const Action& action);
void check_end_of_transactions(Look& look);
void check_owners(Look& look, const Action& action);
void check_type_change(Look& look, const Action& action);
void check_new_constraint(Look& look, const Action& action, const ConstraintInfo& constraint);

}  // namespace safety::preflight

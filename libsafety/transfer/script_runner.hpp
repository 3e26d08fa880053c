#pragma once
// Runs the statements of an archive's schema sections in a target database, strictly.

#include <string>
#include <vector>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

struct ScriptOptions {
  bool skips_owners = false, skips_privileges = false;
  bool is_in_transaction = false;  // then a benign failure is shielded by a savepoint
  /// With chosen tables only, statements about what was left out are passed over.
  bool passes_over_missing = false;
};

/// True when the statement is to be left out under the options.
bool is_left_out(const std::string& statement, const ScriptOptions& options);

/// Runs one statement. A failure of the short benign list (documented in the source) is passed over.
/// Errors: the server's, naming object and statement.
void run_statement(pg::Connection& connection, const archive::Statement& statement, const ScriptOptions& options);

/// Splits and runs a whole section; psql commands in it are passed over.
void run_script(const Context& context, pg::Connection& connection, const std::string& text, const ScriptOptions& options);

}  // namespace safety::transfer

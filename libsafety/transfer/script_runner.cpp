#include "libsafety/transfer/script_runner.hpp"

#include <algorithm>

#include "libsafety/archive/statement_class.hpp"

namespace safety::transfer {
namespace {

// Failures that leave the database as the script wants it. Everything else is an error.
bool is_benign(const Error& error, const archive::Statement& statement) {
  const auto& text = statement.text;
  // A new database has these already.
  if (error.sqlstate() == "42P06" && text.starts_with("CREATE SCHEMA public")) return true;
  if (error.sqlstate() == "42710" && text.starts_with("CREATE EXTENSION")) return true;
  // An extension that a superuser made here belongs to that superuser; its comment is the same in every database.
  if (error.sqlstate() == "42501" && text.starts_with("COMMENT ON EXTENSION")) return true;
  if (error.sqlstate() == "42501" && text.starts_with("COMMENT ON SCHEMA public")) return true;
  // A newer pg_dump sets parameters that an older server does not have.
  return error.sqlstate() == "42704" && text.starts_with("SET ");
}

// Statements whose benign failure must not break the transaction around them.
bool may_fail_benignly(const std::string& text) {
  return text.starts_with("CREATE SCHEMA public") || text.starts_with("CREATE EXTENSION") ||
         text.starts_with("COMMENT ON EXTENSION") || text.starts_with("COMMENT ON SCHEMA public") || text.starts_with("SET ");
}

Error with_object(const Error& error, const archive::Statement& statement) {
  if (statement.toc_name.empty()) return error;
  std::string kind = statement.toc_type;
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto named = error.in(kind + " \"" + statement.toc_name + "\"");
  if (error.sqlstate() == "42704" && error.message().find("role") != std::string::npos)
    named.with_hint("Create the role first (`createuser NAME`), or leave owners and grants out with --no-owner --no-privileges.");
  if (error.code() == Code::not_permitted)
    named.with_hint("Restore as a superuser or as the owner of all objects, or leave owners out with --no-owner.");
  return named;
}

}  // namespace

bool is_left_out(const std::string& statement, const ScriptOptions& options) {
  if (options.skips_owners && archive::is_owner_change(statement)) return true;
  return options.skips_privileges && archive::is_privilege(statement);
}

void run_statement(pg::Connection& connection, const archive::Statement& statement, const ScriptOptions& options) {
  if (statement.kind != archive::Statement::Kind::sql || is_left_out(statement.text, options)) return;
  const bool needs_savepoint = options.is_in_transaction && may_fail_benignly(statement.text);
  if (needs_savepoint) connection.execute("SAVEPOINT benign");
  try {
    connection.execute(statement.text);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    const bool is_about_missing = options.passes_over_missing && (error.sqlstate() == "42704" || error.sqlstate() == "42P01");
    if (connection.is_broken() || !(is_about_missing || is_benign(error, statement))) throw with_object(error, statement);
    if (needs_savepoint) connection.execute("ROLLBACK TO SAVEPOINT benign");
  }
  if (needs_savepoint) connection.execute("RELEASE SAVEPOINT benign");
}

void run_script(const Context& context, pg::Connection& connection, const std::string& text, const ScriptOptions& options) {
  archive::SqlScript script{std::string_view(text)};
  while (const auto statement = script.next()) {
    context.throw_if_stopped();
    run_statement(connection, *statement, options);
  }
}

}  // namespace safety::transfer

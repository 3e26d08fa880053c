#include "libsafety/pg/error_of.hpp"

#include <libpq-fe.h>

#include <cstdlib>

#include "libsafety/base/text.hpp"

namespace safety::pg {
namespace {

std::string field(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

struct Meaning {
  Code code;
  std::string_view hint;
};

Meaning meaning_of(std::string_view state) {
  if (state == "42501") return {Code::not_permitted, "Connect as the owner or a superuser, or have the privilege granted."};
  if (state == "55P03")
    return {Code::locked,
            "Another session holds a lock; `SELECT * FROM pg_locks WHERE NOT granted` shows who waits. Run it again "
            "later, or allow more time with --lock-wait-timeout."};
  if (state == "53100")
    return {Code::storage, "The server's disk is full: free space on the server and run the command again."};
  if (state == "53200")
    return {Code::database,
            "The server is out of (shared) memory; for many objects raise max_locks_per_transaction and restart it."};
  if (state.starts_with("08") || state == "57P01" || state == "57P02" || state == "57P03" || state == "53300")
    return {Code::connection, "See the server's log; run the command again when the server is back."};
  if (state.starts_with("28")) return {Code::connection, "Check user and password; `safety-doctor` tries the login."};
  return {Code::database, ""};
}

std::string shortened(std::string_view sql) {
  constexpr std::size_t kMost = 200;
  std::string text = one_line(trim(sql));
  if (text.size() > kMost) text = text.substr(0, kMost) + " ...";
  return text;
}

}  // namespace

Error server_error(const pg_result* result, std::string_view sql) {
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = one_line(trim(PQresultErrorMessage(result)));
  std::string detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  const std::string where = field(result, PG_DIAG_CONTEXT);
  if (detail.empty() && where.starts_with("COPY")) detail = where.substr(0, 200);
  if (!sql.empty() && sql != "COPY") detail += (detail.empty() ? "statement: " : "; statement: ") + shortened(sql);
  const auto meaning = meaning_of(state);
  std::string hint(meaning.hint);
  if (const auto own = field(result, PG_DIAG_MESSAGE_HINT); hint.empty()) hint = own;
  Error error(meaning.code, std::move(message), std::move(hint), one_line(detail));
  return error.with_sqlstate(state);
}

Error connect_error(const ConnectionInfo& info, std::string_view text) {
  std::string hint = "Check DATABASE_URL; `safety-doctor` tries each part of it.";
  if (info.parameters().empty() && std::getenv("PGDATABASE") == nullptr && std::getenv("PGHOST") == nullptr && std::getenv("PGSERVICE") == nullptr)
    return Error(Code::connection, "cannot connect to " + info.display() + ": " + one_line(trim(text)),
                 "Neither DATABASE_URL nor libpq's variables say where the database is: set DATABASE_URL=postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
  const auto has = [&](std::string_view words) { return text.find(words) != std::string_view::npos; };
  if (has("password authentication failed") || has("no password supplied"))
    hint = "Check user and password in DATABASE_URL or ~/.pgpass; special characters of a password are written as %XX.";
  else if (has("does not exist"))
    hint = "Check the database and user names in DATABASE_URL; `psql -l` lists the databases.";
  else if (has("Connection refused") || has("No such file or directory") || has("could not translate host name"))
    hint = "Check that the server runs and that host and port are right; `pg_isready` asks it.";
  else if (has("too many clients") || has("remaining connection slots"))
    hint = "The server has no free connection: lower --jobs or raise max_connections.";
  return Error(Code::connection, "cannot connect to " + info.display() + ": " + one_line(trim(text)), hint);
}

}  // namespace safety::pg

#include "libsafety/pg/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <charconv>
#include <utility>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/error_of.hpp"

namespace safety::pg {
namespace {

PGconn* raw(const std::unique_ptr<void, auto>& connection) { return static_cast<PGconn*>(connection.get()); }

/// Waits for the socket, waking now and then to look at the stop token. False when a stop was requested.
bool wait_for(PGconn* connection, short events, const std::stop_token& stop) {
  for (;;) {
    pollfd entry{PQsocket(connection), events, 0};
    const int ready = ::poll(&entry, 1, 100);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
    if (stop.stop_requested()) return false;
  }
}

}  // namespace

Result::Result(pg_result* result) : result_(result) {}
void Result::Clear::operator()(pg_result* result) const { PQclear(result); }
int Result::rows() const { return PQntuples(result_.get()); }
bool Result::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }

std::string_view Result::value(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t Result::number(int row, int column) const {
  const auto text = value(row, column);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::uint64_t Result::affected_rows() const {
  const std::string_view text = PQcmdTuples(result_.get());
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void Connection::Close::operator()(void* connection) const { PQfinish(static_cast<PGconn*>(connection)); }

Connection::Connection(const Context& context, const ConnectionInfo& info) : context_(context), info_(info) {
  std::vector<const char*> keywords, values;
  auto add = [&](const char* keyword, const char* value) {
    keywords.push_back(keyword);
    values.push_back(value);
  };
  for (const auto& [keyword, value] : info_.parameters()) add(keyword.c_str(), value.c_str());
  if (!info_.parameters().contains("connect_timeout") && std::getenv("PGCONNECT_TIMEOUT") == nullptr)
    add("connect_timeout", "10");
  add("fallback_application_name", "safety");
  add(nullptr, nullptr);

  PGconn* connection = PQconnectStartParams(keywords.data(), values.data(), 0);
  connection_.reset(connection);
  if (connection == nullptr) throw Error(Code::internal, "out of memory");
  // The time limit is ours to keep with the asynchronous calls; libpq keeps it only for PQconnectdb.
  const auto* limit_text = std::getenv("PGCONNECT_TIMEOUT");
  std::string limit = limit_text != nullptr ? limit_text : "10";
  if (const auto given = info_.parameters().find("connect_timeout"); given != info_.parameters().end())
    limit = given->second;
  double limit_seconds = std::atof(limit.c_str());
  if (limit_seconds <= 0) limit_seconds = 1e9;
  const auto start = std::chrono::steady_clock::now();
  auto state = PQstatus(connection) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
  while (state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING) {
    pollfd entry{PQsocket(connection), static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const int ready = ::poll(&entry, 1, 100);
    context_.throw_if_stopped();
    const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
    if (ready <= 0 && waited.count() > limit_seconds)
      throw Error(Code::connection, "cannot connect to " + info_.display() + ": no answer in " + limit + " s",
                  "Check host and port, and that a firewall lets you through; `pg_isready` asks the server.");
    if (ready > 0) state = PQconnectPoll(connection);
  }
  if (PQstatus(connection) != CONNECTION_OK) throw connect_error(info_, PQerrorMessage(connection));
  PQsetNoticeProcessor(connection, [](void*, const char*) {}, nullptr);
  // The database's own encoding: the text that comes is the text that lies there.
  const std::string encoding = parameter_status("server_encoding");
  if (PQsetClientEncoding(connection, encoding.c_str()) != 0)
    throw connect_error(info_, PQerrorMessage(connection));  // ended by an administrator, say
}

Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

ConnectionInfo Connection::resolved_info() const {
  auto* connection = raw(connection_);
  auto info = info_.with("dbname", PQdb(connection));
  // Several hosts stay a list: which of them answers may change.
  for (const auto& [keyword, value] : {std::pair{"user", PQuser(connection)}, std::pair{"password", PQpass(connection)}, std::pair{"host", PQhost(connection)},
                                       std::pair{"port", PQport(connection)}})
    if (!info_.parameters().contains(keyword) && value != nullptr && *value != '\0' && !(info_.parameters().contains("hostaddr") && std::string_view(keyword) == "host"))
      info = info.with(keyword, value);
  return info;
}

std::string Connection::database() const { return PQdb(raw(connection_)); }
int Connection::server_version_num() const { return PQserverVersion(raw(connection_)); }
std::int64_t Connection::backend_pid() const { return PQbackendPID(raw(connection_)); }
bool Connection::is_local() const {
  const char* host = PQhost(raw(connection_));
  return host != nullptr && *host == '/';
}
bool Connection::is_broken() const { return PQstatus(raw(connection_)) != CONNECTION_OK; }

std::string Connection::parameter_status(const char* name) const {
  const char* value = PQparameterStatus(raw(connection_), name);
  return value != nullptr ? value : "";
}

void Connection::cancel_and_throw() {
  PGconn* connection = raw(connection_);
  if (PGcancel* cancel = PQgetCancel(connection)) {
    char ignored[256];
    PQcancel(cancel, ignored, sizeof ignored);
    PQfreeCancel(cancel);
  }
  // Drain, so that the session is usable for clean-up.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (std::chrono::steady_clock::now() < until) {
    if (PQconsumeInput(connection) == 0) break;
    if (PQisBusy(connection) != 0) {
      pollfd entry{PQsocket(connection), POLLIN, 0};
      ::poll(&entry, 1, 100);
      continue;
    }
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) break;
    const auto status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_COPY_IN) PQputCopyEnd(connection, "stopped");
    if (status == PGRES_COPY_OUT) {
      char* row = nullptr;
      while (PQgetCopyData(connection, &row, 0) > 0) PQfreemem(row);
    }
  }
  throw Interrupted();
}

void Connection::wait_readable() {
  PGconn* connection = raw(connection_);
  while (PQisBusy(connection) != 0) {
    if (context_.stop.stop_requested() || !wait_for(connection, POLLIN, context_.stop)) cancel_and_throw();
    if (PQconsumeInput(connection) == 0) return;  // PQgetResult reports the loss
  }
}

void Connection::throw_error(pg_result* result, std::string_view sql) {
  // Without a SQLSTATE it is libpq that speaks: the server said nothing more.
  const bool is_lost = result == nullptr || (is_broken() && PQresultErrorField(result, PG_DIAG_SQLSTATE) == nullptr);
  Error error = is_lost ? Error(Code::connection, "lost the connection to the server",
                                "See the server's log; run the command again when the server is back.",
                                one_line(trim(PQerrorMessage(raw(connection_)))))
                        : server_error(result, sql);
  PQclear(result);
  // The session may have more to say; leave it ready for the next statement.
  while (!is_broken()) {
    PGresult* more = PQgetResult(raw(connection_));
    if (more == nullptr) break;
    const auto status = PQresultStatus(more);
    PQclear(more);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) break;
  }
  throw error;
}

pg_result* Connection::last_result(const std::string& sql) {
  PGconn* connection = raw(connection_);
  PGresult* last = nullptr;
  for (;;) {
    try {
      wait_readable();
    } catch (...) {
      PQclear(last);
      throw;
    }
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) break;
    PQclear(last);
    last = result;
    const auto status = PQresultStatus(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) return last;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
      throw_error(last, sql);
  }
  if (last == nullptr) throw_error(nullptr, sql);
  return last;
}

Result Connection::execute(const std::string& sql) {
  if (PQsendQuery(raw(connection_), sql.c_str()) == 0) throw_error(nullptr, sql);
  return Result(last_result(sql));
}

Result Connection::query(const std::string& sql, const Parameters& parameters) {
  std::vector<const char*> values;
  for (const auto& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  if (PQsendQueryParams(raw(connection_), sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                        nullptr, 0) == 0)
    throw_error(nullptr, sql);
  return Result(last_result(sql));
}

std::string Connection::value_of(const std::string& sql, const Parameters& parameters) {
  const Result result = parameters.empty() ? execute(sql) : query(sql, parameters);
  if (result.rows() == 0) throw Error(Code::internal, "a query gave no row: " + one_line(sql));
  return result.text(0, 0);
}

std::uint64_t Connection::copy_out(const std::string& sql, const std::function<void(std::string_view)>& on_row) {
  PGconn* connection = raw(connection_);
  if (PQsendQuery(connection, sql.c_str()) == 0) throw_error(nullptr, sql);
  {
    const Result begin(last_result(sql));
  }
  for (;;) {
    char* row = nullptr;
    const int size = PQgetCopyData(connection, &row, 1);
    if (size > 0) {
      const std::unique_ptr<char, decltype(&PQfreemem)> owned(row, &PQfreemem);
      on_row({row, static_cast<std::size_t>(size)});
      continue;
    }
    if (size == -1) break;
    if (size == -2) throw_error(nullptr, sql);
    if (context_.stop.stop_requested() || !wait_for(connection, POLLIN, context_.stop)) cancel_and_throw();
    if (PQconsumeInput(connection) == 0) throw_error(nullptr, sql);
  }
  return Result(last_result(sql)).affected_rows();
}

void Connection::copy_in_begin(const std::string& sql) {
  if (PQsendQuery(raw(connection_), sql.c_str()) == 0) throw_error(nullptr, sql);
  const Result begin(last_result(sql));
}

void Connection::copy_in_put(std::string_view data) {
  PGconn* connection = raw(connection_);
  // Pieces keep libpq's own buffer small; it would grow to the whole of a large frame otherwise.
  constexpr std::size_t kPiece = 256 * 1024;
  while (!data.empty()) {
    if (context_.stop.stop_requested()) cancel_and_throw();
    const auto piece = data.substr(0, kPiece);
    if (PQputCopyData(connection, piece.data(), static_cast<int>(piece.size())) != 1)
      throw_error(PQgetResult(connection), "COPY");
    data.remove_prefix(piece.size());
  }
}

std::uint64_t Connection::copy_in_finish() {
  if (PQputCopyEnd(raw(connection_), nullptr) != 1) throw_error(PQgetResult(raw(connection_)), "COPY");
  return Result(last_result("COPY")).affected_rows();
}

Unstoppable::Unstoppable(Connection& connection)
    : connection_(connection), stop_(std::exchange(connection.context_.stop, std::stop_token())) {}

Unstoppable::~Unstoppable() { connection_.context_.stop = std::move(stop_); }

Transaction::Transaction(Connection& connection, const std::string& begin) : connection_(connection) {
  connection_.execute(begin);
}

Transaction::~Transaction() {
  if (!is_open_ || connection_.is_broken()) return;
  try {
    const Unstoppable guard(connection_);
    connection_.execute("ROLLBACK");
  } catch (...) {  // the server rolls back on its own when the session ends
  }
}

void Transaction::commit() {
  is_open_ = false;
  try {
    const Unstoppable guard(connection_);
    connection_.execute("COMMIT");
  } catch (const Error& error) {
    if (!connection_.is_broken()) throw;
    throw Error(Code::in_doubt, "the connection broke during COMMIT",
                "Run the same command again: it looks at the server and goes on from what it finds.", error.message());
  }
}

void use_dump_settings(Connection& connection) {
  connection.execute(
      "SET DateStyle = ISO; SET IntervalStyle = postgres; SET extra_float_digits = 3; SET bytea_output = hex;"
      "SET xmloption = content; SET standard_conforming_strings = on; SET check_function_bodies = false;"
      "SET client_min_messages = warning; SET statement_timeout = 0; SET lock_timeout = 0;"
      "SET idle_in_transaction_session_timeout = 0; SET synchronize_seqscans = off; SET row_security = off;"
      "SET search_path = ''; SET quote_all_identifiers = off; SET default_transaction_read_only = off;"
      // Not among pg_dump's: constants in definitions and rows read the same whatever ALTER DATABASE ... SET says.
      "SET lc_monetary = 'C'; SET TimeZone = 'UTC'; SET xmlbinary = base64");
  if (connection.server_major() >= 17) connection.execute("SET transaction_timeout = 0");
}

Connection connect_to_maintenance(const Context& context, const ConnectionInfo& info) {
  for (const char* name : {"postgres", "template1"}) {
    try {
      return Connection(context, info.with_database(name));
    } catch (const Error& error) {
      // Only "no such database" and "no CONNECT privilege" are reasons to try the other one.
      if (std::string_view(name) == "template1") throw;
      if (error.message().find("does not exist") == std::string::npos &&
          error.message().find("permission denied for database") == std::string::npos)
        throw;
    }
  }
  throw Error(Code::internal, "unreachable");
}

}  // namespace safety::pg

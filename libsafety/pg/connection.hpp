#pragma once
// A session with PostgreSQL: statements, COPY, and errors in this project's terms. libpq ends here.
//
// Every wait looks at Context::stop; when a stop is requested the running statement is cancelled on the server and
// Interrupted is thrown. Threads: a Connection and its results belong to one thread at a time.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/pg/connection_info.hpp"

struct pg_result;

namespace safety::pg {

/// Rows of one statement. Values are text, as the server wrote them.
class Result {
 public:
  explicit Result(pg_result* result);
  int rows() const;
  /// Column by position; an SQL NULL reads as "".
  std::string_view value(int row, int column) const;
  std::string text(int row, int column) const { return std::string(value(row, column)); }
  std::int64_t number(int row, int column) const;
  bool is_true(int row, int column) const { return value(row, column) == "t"; }
  bool is_null(int row, int column) const;
  std::uint64_t affected_rows() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

using Parameters = std::vector<std::optional<std::string>>;

class Connection {
 public:
  /// Errors: connection (unreachable, refused login, no such database), with a hint that names what to check.
  Connection(const Context& context, const ConnectionInfo& info);
  Connection(Connection&&) noexcept;
  ~Connection();

  /// One or several statements without parameters; the result of the last.
  /// Errors: by SQLSTATE: connection, not_permitted, locked, storage (disk full on the server), else database.
  Result execute(const std::string& sql);
  Result query(const std::string& sql, const Parameters& parameters);
  /// First column of the only row. Errors: internal when there is none.
  std::string value_of(const std::string& sql, const Parameters& parameters = {});

  /// COPY ... TO STDOUT: on_row gets each row with its newline. Returns the server's row count.
  std::uint64_t copy_out(const std::string& sql, const std::function<void(std::string_view)>& on_row);
  /// COPY ... FROM STDIN: begin, any number of puts (whole or part lines), then finish, which returns the rows loaded.
  void copy_in_begin(const std::string& sql);
  void copy_in_put(std::string_view data);
  std::uint64_t copy_in_finish();

  const Context& context() const noexcept { return context_; }
  const ConnectionInfo& info() const noexcept { return info_; }
  /// info() with what libpq found elsewhere (its variables, a service, a password file) put in: for a URL that programs get
  /// who do not know those places.
  ConnectionInfo resolved_info() const;
  std::string database() const;
  int server_version_num() const;
  int server_major() const { return server_version_num() / 10000; }
  std::string parameter_status(const char* name) const;
  std::int64_t backend_pid() const;
  /// True over a unix socket: the server is on this machine.
  bool is_local() const;
  /// True after the server went away; the session is lost.
  bool is_broken() const;

 private:
  friend class Unstoppable;
  struct Close {
    void operator()(void* connection) const;
  };
  void wait_readable();
  void wait_ready_to_write();
  pg_result* last_result(const std::string& sql);
  void cancel_and_throw();
  [[noreturn]] void throw_error(pg_result* result, std::string_view sql);

  Context context_;
  ConnectionInfo info_;
  std::unique_ptr<void, Close> connection_;
};

/// While it lives, a stop request does not end the connection's statements: for COMMIT, ROLLBACK and clean-up, which a
/// signal must not turn into a question.
class Unstoppable {
 public:
  explicit Unstoppable(Connection& connection);
  Unstoppable(const Unstoppable&) = delete;
  Unstoppable& operator=(const Unstoppable&) = delete;
  ~Unstoppable();

 private:
  Connection& connection_;
  std::stop_token stop_;
};

/// BEGIN now; commit() makes it real; the destructor rolls back.
class Transaction {
 public:
  explicit Transaction(Connection& connection, const std::string& begin = "BEGIN");
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  /// Errors: in_doubt when the connection broke during COMMIT: look at the world before deciding.
  void commit();

 private:
  Connection& connection_;
  bool is_open_ = true;
};

/// Makes every row the same text whoever reads it, and keeps the server from timing us out: pg_dump's own settings.
/// Leaves client_encoding at the database's encoding, so nothing is converted.
void use_dump_settings(Connection& connection);

/// A session in a database other than the target ("postgres", else "template1"): for advisory locks and for
/// CREATE, DROP and ALTER DATABASE, which fail while a session of ours sits in the target.
Connection connect_to_maintenance(const Context& context, const ConnectionInfo& info);

}  // namespace safety::pg

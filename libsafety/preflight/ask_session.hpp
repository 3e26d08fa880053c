#pragma once
// What all kinds of questions share: the read-only snapshot, its limits, names of tables as the server knows them.
//
// Every setting is local to the transaction, so that a pooler between us and the server keeps none of them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/preflight/ask.hpp"

namespace safety::preflight {

struct Table {
  std::string oid;
  std::string schema, name;
  char kind = 'r';   // pg_class.relkind
  std::string sql;   // "public"."users": with partitions and children
  std::string only;  // of what an index or a key of this table covers: ONLY, unless it is partitioned
  std::string display() const { return schema + "." + name; }
};

struct Column {
  std::string name, type;  // as format_type writes it
  std::string type_oid;
  bool is_not_null = false;
};

/// Why there is no answer; caught where questions are put.
struct NoAnswer {
  std::string why;
  std::string sqlstate = {};  // when the server said it
};

/// Begins a query about the relation whose oid is $1, with its partitions and children: `tree` holds their oids.
inline constexpr const char* kTree =
    "WITH RECURSIVE tree(oid) AS (SELECT $1::pg_catalog.oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i "
    "JOIN tree ON i.inhparent = tree.oid) ";

class Session {
 public:
  Session(const Context& context, const pg::ConnectionInfo& info, const AskOptions& options);

  /// Ends with everything undone, so that no lock and no setting outlives a question. An answer that reading a table
  /// gave is refused when somebody emptied or rewrote the table after our snapshot: it would read as empty.
  /// Returns why there is none; nullopt when `act` went through. Errors: connection, interrupted.
  std::optional<NoAnswer> attempt(const std::function<void()>& act);

  /// One statement, within what is left of the time. Errors: the server's.
  pg::Result query(const std::string& sql, const pg::Parameters& parameters = {});
  /// Like attempt() around a single statement, inside of another attempt: the server's own refusal, or nullopt.
  std::optional<Error> try_query(const std::string& sql);

  /// nullopt: there is no such table. Throws NoAnswer where the name does not say which of several is meant.
  std::optional<Table> find(const TableName& name);
  /// nullopt: there is no such column.
  std::optional<Column> column(const Table& table, const std::string& name);
  /// Throws NoAnswer naming the first that is not there.
  void require_columns(const Table& table, const std::vector<std::string>& names);
  /// Throws NoAnswer when the SQL calls what may act although the transaction is read-only (pg_terminate_backend ...).
  void require_harmless(const std::string& sql);
  /// SQL that gives a row's primary key as text, "id=5"; its ctid when there is no key.
  std::string key_of(const Table& table, const std::string& alias);

  struct Count {
    std::uint64_t rows = 0;
    bool is_estimate = false;
    std::string text() const;  // "1,234 rows", "about 5,000,000 rows"
  };
  /// Pages of each table by its bare name, as the server last noted it: small ones are asked before big ones.
  std::map<std::string, std::int64_t> table_pages();
  /// Counted while the table is small, else the server's own estimate.
  Count count_rows(const Table& table);

  std::chrono::milliseconds left() const;
  bool is_out_of_time() const { return left().count() <= 0; }
  const AskOptions& options() const noexcept { return options_; }
  pg::Connection& connection() noexcept { return connection_; }

 private:
  std::string replaced_meanwhile();

  AskOptions options_;
  std::chrono::steady_clock::time_point end_;
  pg::Connection connection_;
  std::optional<pg::Transaction> transaction_;
  std::vector<std::string> read_;  // oids that the question at hand has looked at
};

/// What kept the server from answering, in a few words.
std::string reason_of(const Error& error, const AskOptions& options);

}  // namespace safety::preflight

#include "libsafety/preflight/ask_session.hpp"

#include <fmt/format.h>

#include <regex>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::preflight {
namespace {

// Short: whoever waits for ACCESS EXCLUSIVE has a queue behind, and we must not be in it for long.
constexpr int kLockTimeoutMs = 300;
// Above this a table is not counted where an estimate will do.
constexpr std::uint64_t kCountedBytes = 256ULL << 20;

constexpr const char* kUserSchema = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety')";

Table table_of(const pg::Result& rows) {
  Table table;
  table.oid = rows.text(0, 0);
  table.schema = rows.text(0, 1);
  table.name = rows.text(0, 2);
  table.kind = rows.value(0, 3).front();
  table.sql = pg::quote_qualified(table.schema, table.name);
  table.only = (table.kind == 'r' ? "ONLY " : "") + table.sql;
  return table;
}

/// Names that are followed by a parenthesis, as the server folds them.
std::vector<std::string> called_names(const std::string& sql) {
  static const std::regex call(R"re(("(?:[^"]|"")+"|[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*)\s*\()re");
  std::vector<std::string> names;
  for (std::sregex_iterator at(sql.begin(), sql.end(), call), end; at != end; ++at) {
    std::string name = (*at)[1];
    if (name.front() == '"') {
      name = std::regex_replace(name.substr(1, name.size() - 2), std::regex("\"\""), "\"");
    } else {
      for (auto& c : name)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string array_literal(const std::vector<std::string>& values) {
  std::string text = "{";
  for (const auto& value : values) {
    if (text.size() > 1) text += ',';
    text += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + "}";
}

}  // namespace

Session::Session(const Context& context, const pg::ConnectionInfo& info, const AskOptions& options)
    : options_(options), end_(std::chrono::steady_clock::now() + options.time_budget), connection_(context, info) {
  transaction_.emplace(connection_, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  // DateStyle, TimeZone and search_path stay as the migration will find them. Row security off: a table that shows us
  // a part of its rows only must be an error, never "nothing there".
  connection_.execute(fmt::format(
      "SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; SET LOCAL row_security = off; "
      "SET LOCAL client_encoding = 'UTF8'; SET LOCAL idle_in_transaction_session_timeout = 0; "
      "SET LOCAL client_min_messages = warning; SET LOCAL extra_float_digits = 1; SET LOCAL work_mem = '64MB'",
      kLockTimeoutMs, std::max<std::int64_t>(options.statement_timeout.count(), 1)));
  if (connection_.server_major() >= 17) connection_.execute("SET LOCAL transaction_timeout = 0");
  // The snapshot is taken by the first statement that reads.
  connection_.execute("SELECT 1");
}

std::chrono::milliseconds Session::left() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
}

std::string reason_of(const Error& error, const AskOptions& options) {
  const auto& state = error.sqlstate();
  if (state == "57014")
    return fmt::format(
        "no answer within {}",
        format_seconds(
            std::chrono::duration<double>(std::min(options.statement_timeout, options.time_budget)).count()));
  if (state == "55P03") return "another session holds or waits for a lock that shuts readers out";
  if (state == "25006") return "it would write";
  return error.message();
}

std::optional<NoAnswer> Session::attempt(const std::function<void()>& act) {
  if (is_out_of_time()) return NoAnswer{"out of time"};
  std::optional<NoAnswer> none;
  read_.clear();
  connection_.execute("SAVEPOINT question");
  try {
    act();
    if (const auto name = replaced_meanwhile(); !name.empty())
      none = NoAnswer{name + " was emptied or rewritten while it was looked at"};
  } catch (const NoAnswer& answer) {
    none = answer;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (connection_.is_broken() || error.sqlstate().empty()) throw;
    none = NoAnswer{is_out_of_time() && error.sqlstate() == "57014" ? "out of time" : reason_of(error, options_),
                    error.sqlstate()};
  }
  connection_.execute("ROLLBACK TO SAVEPOINT question; RELEASE SAVEPOINT question");
  return none;
}

pg::Result Session::query(const std::string& sql, const pg::Parameters& parameters) {
  if (is_out_of_time()) throw NoAnswer{"out of time"};
  connection_.execute(fmt::format("SET LOCAL statement_timeout = {}",
                                  std::max<std::int64_t>(std::min(left(), options_.statement_timeout).count(), 1)));
  // The extended protocol takes one statement and no more, whatever an expression holds.
  return connection_.query(sql, parameters);
}

std::optional<Error> Session::try_query(const std::string& sql) {
  connection_.execute("SAVEPOINT part");
  std::optional<Error> refusal;
  try {
    query(sql);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (connection_.is_broken() || error.sqlstate().empty()) throw;
    refusal = error;
  }
  connection_.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part");
  return refusal;
}

std::optional<Table> Session::find(const TableName& name) {
  constexpr const char* kSelect =
      "SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'f', 'm', 'v') AND ";
  const auto quoted =
      name.schema.empty() ? pg::quote_identifier(name.name) : pg::quote_qualified(name.schema, name.name);
  auto rows = query(std::string(kSelect) + "c.oid = pg_catalog.to_regclass($1)", {quoted});
  if (rows.rows() == 0 && name.schema.empty()) {
    // The migration's own search_path may be another than ours (Prisma's ?schema=): look wherever it may mean.
    rows = query(
        std::string(kSelect) + "c.relname = $1 AND NOT c.relispartition AND " + kUserSchema + " ORDER BY n.nspname",
        {name.name});
    if (rows.rows() > 1)
      throw NoAnswer{fmt::format("\"{}\" is in schemas {} and {}, and the statement does not say which", name.name,
                                 rows.value(0, 1), rows.value(1, 1))};
    if (rows.rows() == 1)
      query(
          "SELECT pg_catalog.set_config('search_path', pg_catalog.quote_ident($1) || ', ' || "
          "pg_catalog.current_setting('search_path'), true)",
          {rows.text(0, 1)});
  }
  if (rows.rows() == 0) return std::nullopt;
  auto table = table_of(rows);
  read_.push_back(table.oid);
  return table;
}

std::optional<Column> Session::column(const Table& table, const std::string& name) {
  const auto rows = query(
      "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, a.attnotnull "
      "FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::pg_catalog.oid AND a.attname = $2 AND a.attnum > 0 AND "
      "NOT a.attisdropped",
      {table.oid, name});
  if (rows.rows() == 0) return std::nullopt;
  return Column{rows.text(0, 0), rows.text(0, 1), rows.text(0, 2), rows.is_true(0, 3)};
}

void Session::require_columns(const Table& table, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (!column(table, name)) throw NoAnswer{fmt::format("{} has no column \"{}\" yet", table.display(), name)};
}

void Session::require_harmless(const std::string& sql) {
  const auto names = called_names(sql);
  if (names.empty()) return;
  // A trusted language cannot leave the transaction, and that is read-only; C and the server's own functions can.
  const auto rows = query(
      "SELECT p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang "
      "WHERE p.proname = ANY ($1::pg_catalog.name[]) AND p.provolatile = 'v' AND NOT l.lanpltrusted AND p.proname NOT "
      "IN "
      "('random', 'clock_timestamp', 'timeofday', 'gen_random_uuid', 'uuid_generate_v1', 'uuid_generate_v4', 'uuidv4', "
      "'uuidv7') LIMIT 1",
      {array_literal(names)});
  if (rows.rows() > 0) throw NoAnswer{fmt::format("it calls {}(), which may do more than read", rows.value(0, 0))};
}

std::string Session::key_of(const Table& table, const std::string& alias) {
  const auto rows = query(
      "SELECT a.attname FROM pg_catalog.pg_index i CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY AS "
      "k(number, position) "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
      "WHERE i.indrelid = $1::pg_catalog.oid AND i.indisprimary AND k.position <= i.indnkeyatts ORDER BY k.position",
      {table.oid});
  if (rows.rows() == 0)
    return table.kind == 'r' || table.kind == 'm' ? "'ctid ' || " + alias + ".ctid::text" : alias + "::text";
  std::string sql = "pg_catalog.concat_ws(', '";
  for (int row = 0; row < rows.rows(); ++row)
    sql += fmt::format(", {} || pg_catalog.left({}.{}::text, 60)", pg::quote_literal(rows.text(row, 0) + "="), alias,
                       pg::quote_identifier(rows.value(row, 0)));
  return sql + ")";
}

std::map<std::string, std::int64_t> Session::table_pages() {
  const auto rows = query(std::string("SELECT c.relname, max(c.relpages) FROM pg_catalog.pg_class c JOIN "
                                      "pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                                      "WHERE c.relkind IN ('r', 'm', 'p') AND ") +
                          kUserSchema + " GROUP BY 1");
  std::map<std::string, std::int64_t> pages;
  for (int row = 0; row < rows.rows(); ++row) pages[rows.text(row, 0)] = rows.number(row, 1);
  return pages;
}

std::string Session::Count::text() const {
  return (is_estimate ? "about " : "") + format_plural(rows, "row");
}

Session::Count Session::count_rows(const Table& table) {
  const auto rows = query(std::string(kTree) +
                              "SELECT COALESCE(sum(c.relpages), 0) * pg_catalog.current_setting('block_size')::int8, "
                              "COALESCE(sum(greatest(c.reltuples, 0)) FILTER (WHERE c.relkind <> 'p'), 0)::int8 "
                              "FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid",
                          {table.oid});
  const Count estimate{static_cast<std::uint64_t>(rows.number(0, 1)), true};
  if (estimate.rows > 0 && static_cast<std::uint64_t>(rows.number(0, 0)) > kCountedBytes) return estimate;
  const auto counted = query("SELECT count(*) FROM " + table.sql);
  return {static_cast<std::uint64_t>(counted.number(0, 0)), false};
}

std::string Session::replaced_meanwhile() {
  // The catalog as of our snapshot beside what the server has now.
  for (const auto& oid : read_) {
    const auto rows = query(std::string(kTree) +
                                "SELECT c.oid::pg_catalog.regclass::text FROM tree JOIN pg_catalog.pg_class c ON c.oid "
                                "= tree.oid WHERE c.relfilenode <> 0 "
                                "AND pg_catalog.pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode LIMIT 1",
                            {oid});
    if (rows.rows() > 0) return rows.text(0, 0);
  }
  return "";
}

}  // namespace safety::preflight

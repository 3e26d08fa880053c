// What a strong lock costs: how long it is held, and whom it waits for.
#include <fmt/format.h>

#include <regex>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"
#include "libsafety/preflight/target_type.hpp"
#include "libsafety/transfer/server_disk.hpp"

namespace safety::preflight {
namespace {

// Below this a rewrite is over before anybody notices.
constexpr std::uint64_t kSmallBytes = 16ULL << 20;
// The rate is measured on the beginning of the table, and no longer than it takes to be meaningful.
constexpr std::uint64_t kMeasuredBytes = 32ULL << 20;
// Writing cannot be tried here, so its rate is assumed: the new file, the log and the indexes together. PostgreSQL 15
// on two busy cores wrote a table of 980 MB with two indexes anew in 9.8 s.
constexpr double kWrittenBytesPerSecond = 100e6;

/// Bytes a second that reading the largest part gave; 0 when it could not be measured.
double measure_rate(Session& session, const Table& table) {
  const auto part = session.query(
      std::string(kTree) +
          "SELECT n.nspname, c.relname, pg_catalog.pg_relation_size(c.oid), "
          "pg_catalog.current_setting('block_size')::int8 FROM tree "
          "JOIN pg_catalog.pg_class c ON c.oid = tree.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "WHERE c.relkind IN ('r', 'm') ORDER BY 3 DESC LIMIT 1",
      {table.oid});
  if (part.rows() == 0 || session.connection().server_major() < 14)
    return 0;  // ranges of ctid are read alone from 14 on
  const auto bytes = std::min<std::uint64_t>(static_cast<std::uint64_t>(part.number(0, 2)), kMeasuredBytes);
  const auto pages = bytes / static_cast<std::uint64_t>(std::max<std::int64_t>(part.number(0, 3), 1));
  const auto begin = std::chrono::steady_clock::now();
  session.query(fmt::format("SELECT count(*) FROM ONLY {} AS t WHERE t.ctid < '({},0)'",
                            pg::quote_qualified(part.value(0, 0), part.value(0, 1)), pages));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return took.count() > 0 ? static_cast<double>(bytes) / took.count() : 0;
}

/// Asked aside: a role that may not know where the data lies is refused by the server, which ends a transaction.
std::optional<std::uint64_t> free_bytes(Session& session, const std::string& tablespace) {
  session.connection().execute("SAVEPOINT disk");
  const auto free = transfer::free_bytes_of_server(session.connection(), tablespace);
  session.connection().execute("ROLLBACK TO SAVEPOINT disk; RELEASE SAVEPOINT disk");
  return free;
}

/// A change of type that comes with its column and type; with USING the server computes each value again.
bool is_only_widened(Session& session, const Table& table, const Question& question, const Finding& finding) {
  static const std::regex using_word(R"(\busing\b)", std::regex::icase);
  if (question.type.empty() || question.columns.empty() || std::regex_search(finding.statement, using_word))
    return false;
  const auto column = session.column(table, question.columns.front());
  const auto type = find_type(session, question.type);
  return column && type && is_widening(session, *column, *type);
}

}  // namespace

Answer ask_rewrite(Session& session, const Question& question, const Finding& finding) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  if (is_only_widened(session, *table, question, finding))
    return refuted(fmt::format("\"{}\" is only widened: nothing is rewritten", question.columns.at(0)));
  const auto rows =
      session.query(std::string(kTree) +
                        "SELECT COALESCE(sum(pg_catalog.pg_table_size(c.oid)), 0), "
                        "COALESCE(sum(pg_catalog.pg_indexes_size(c.oid)), 0), "
                        "COALESCE(sum(greatest(c.reltuples, 0)) FILTER (WHERE c.relkind <> 'p'), 0)::int8, "
                        "(SELECT COALESCE((SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = "
                        "r.reltablespace), 'pg_default') "
                        "FROM pg_catalog.pg_class r WHERE r.oid = $1::pg_catalog.oid) "
                        "FROM tree JOIN pg_catalog.pg_class c ON c.oid = tree.oid",
                    {table->oid});
  const auto heap = static_cast<std::uint64_t>(rows.number(0, 0)),
             indexes = static_cast<std::uint64_t>(rows.number(0, 1));
  const auto size = fmt::format(
      "{}{}{}", format_bytes(heap), indexes > 0 ? " and " + format_bytes(indexes) + " of indexes" : "",
      rows.number(0, 2) > 0 ? ", about " + format_plural(static_cast<std::uint64_t>(rows.number(0, 2)), "row") : "");
  if (heap + indexes <= kSmallBytes) return refuted(fmt::format("{} is small: {}", table->display(), size));
  Answer answer;
  answer.evidence = {Evidence::State::confirmed,
                     static_cast<std::uint64_t>(rows.number(0, 2)),
                     {},
                     fmt::format("{} has {}", table->display(), size)};
  answer.count = [table, heap, indexes, tablespace = rows.text(0, 3)](Session& again, Answer& known) {
    if (const double rate = measure_rate(again, *table); rate > 0) {
      const double reading = static_cast<double>(heap) / rate;
      const double rewriting = reading + static_cast<double>(heap + indexes) / kWrittenBytesPerSecond;
      known.evidence.text += fmt::format(
          "; under the lock reading it takes about {}, rewriting it with its indexes about {} (read at {}/s just now; "
          "writing is taken to be {}/s)",
          format_seconds(reading), format_seconds(rewriting), format_bytes(static_cast<std::uint64_t>(rate)),
          format_bytes(static_cast<std::uint64_t>(kWrittenBytesPerSecond)));
    }
    if (const auto free = free_bytes(again, tablespace)) {
      known.evidence.text += fmt::format("; the server has {} free", format_bytes(*free));
      if (*free < heap + indexes) {
        known.evidence.text += ", less than a second copy of it takes";
        known.severity = Severity::error;
      }
    }
  };
  return answer;
}

Answer ask_blockers(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  // Sessions that hold a lock on the table for longer than a moment; a prepared transaction has no session and waits
  // for its COMMIT PREPARED.
  const auto rows =
      session.query(std::string(kTree) +
                        "SELECT COALESCE(a.pid, 0), COALESCE(a.usename, p.owner, ''), COALESCE(a.state, ''), "
                        "extract(epoch FROM pg_catalog.clock_timestamp() - COALESCE(a.xact_start, p.prepared))::int8, "
                        "COALESCE(p.gid, a.query, ''), p.gid IS NOT NULL, "
                        "COALESCE(a.application_name, '') FROM (SELECT DISTINCT l.pid, l.virtualtransaction FROM "
                        "pg_catalog.pg_locks l "
                        "WHERE l.locktype = 'relation' AND l.granted AND l.relation IN (SELECT oid FROM tree) "
                        "AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = "
                        "pg_catalog.current_database()) "
                        "AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()) AS l "
                        "LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
                        "LEFT JOIN pg_catalog.pg_prepared_xacts p ON l.pid IS NULL AND l.virtualtransaction = '-1/' || "
                        "p.transaction::text "
                        "WHERE COALESCE(pg_catalog.clock_timestamp() - COALESCE(a.xact_start, p.prepared) > interval "
                        "'1 second', true) "
                        // An ordinary autovacuum gives way to a lock.
                        "AND (a.backend_type IS DISTINCT FROM 'autovacuum worker' OR a.query LIKE '%to prevent "
                        "wraparound%') ORDER BY 4 DESC NULLS FIRST",
                    {table->oid});
  if (rows.rows() == 0) {
    auto answer = refuted("no other session works on " + table->display() + " for longer than a second");
    answer.severity.reset();
    answer.is_aside = true;  // tonight may be another matter
    return answer;
  }
  const bool has_samples = session.options().samples > 0;  // a query may hold data
  std::vector<std::string> samples;
  for (int row = 0; row < rows.rows() && row < static_cast<int>(std::max(session.options().samples, 1U)); ++row) {
    const auto age = rows.is_null(row, 3) ? "for an unknown time"
                                          : "for " + format_seconds(static_cast<double>(rows.number(row, 3)));
    if (rows.is_true(row, 5))
      samples.push_back(
          one_line(fmt::format("prepared transaction \"{}\" of {} {}", rows.value(row, 4), rows.value(row, 1), age)));
    else
      samples.push_back(
          one_line(fmt::format("session {} of {}{} {} {}: {}", rows.value(row, 0), rows.value(row, 1),
                               rows.value(row, 6).empty() ? "" : fmt::format(" ({})", rows.value(row, 6)),
                               rows.value(row, 2).empty() ? "works" : rows.value(row, 2), age,
                               has_samples ? rows.value(row, 4).substr(0, 100) : "(its query is not shown)")));
  }
  auto answer = confirmed(
      static_cast<std::uint64_t>(rows.rows()),
      fmt::format("{} on {}, which the statement waits for, and everybody else behind it",
                  rows.rows() == 1 ? "1 transaction holds a lock"
                                   : format_count(static_cast<std::uint64_t>(rows.rows())) + " transactions hold locks",
                  table->display()),
      samples);
  answer.severity = Severity::warning;
  return answer;
}

Answer ask_invalid_index(Session& session, const Question& question) {
  const auto rows = session.query(
      "SELECT n.nspname, x.relname, t.relname FROM pg_catalog.pg_class x JOIN pg_catalog.pg_namespace n ON n.oid = "
      "x.relnamespace "
      "JOIN pg_catalog.pg_index i ON i.indexrelid = x.oid JOIN pg_catalog.pg_class t ON t.oid = i.indrelid "
      "WHERE x.relname = $1 AND x.relkind = 'i' AND NOT i.indisvalid AND ($2 = '' OR n.nspname = $2)",
      {question.expression, question.table.schema});
  if (rows.rows() == 0) return refuted(fmt::format("no invalid index \"{}\" is left over", question.expression));
  return confirmed(1, fmt::format("index {}.{} of {} is there and invalid: a build of it failed before",
                                  rows.value(0, 0), rows.value(0, 1), rows.value(0, 2)));
}

}  // namespace safety::preflight

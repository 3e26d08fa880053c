// Questions about the rows of one table: duplicates, NULLs, any at all, those that a statement touches.
#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"

namespace safety::preflight {
namespace {

// From here on an UPDATE or DELETE in one statement holds its row locks for long.
constexpr std::uint64_t kManyRows = 100000;

/// A valid unique index whose plain columns are all among these: then the new one cannot fail.
std::string covering_index(Session& session, const Table& table, const std::vector<std::string>& columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + pg::quote_literal(column);
  const auto rows = session.query(
      fmt::format("SELECT x.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
                  "WHERE i.indrelid = $1::pg_catalog.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND "
                  "i.indpred IS NULL AND i.indexprs IS NULL "
                  "AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k(number, position) "
                  "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
                  "WHERE k.position <= i.indnkeyatts AND a.attname NOT IN ({})) LIMIT 1",
                  list),
      {table.oid});
  return rows.rows() > 0 ? rows.text(0, 0) : "";
}

}  // namespace

Answer ask_duplicates(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  session.require_columns(*table, question.columns);
  auto keys = question.expressions;
  if (keys.empty())
    for (const auto& column : question.columns) keys.push_back(pg::quote_identifier(column));
  bool are_columns = !question.nulls_are_equal && question.columns.size() == keys.size();
  for (std::size_t at = 0; are_columns && at < keys.size(); ++at)
    are_columns = keys[at] == question.columns[at] || keys[at] == pg::quote_identifier(question.columns[at]);
  if (are_columns)
    if (const auto index = covering_index(session, *table, question.columns); !index.empty())
      return refuted(fmt::format("index \"{}\" keeps the values unique already", index));

  std::string selected, names, known, shown;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    session.require_harmless(keys[at]);
    selected += fmt::format("{}({}) AS k{}", at == 0 ? "" : ", ", keys[at], at);
    names += fmt::format("{}k{}", at == 0 ? "" : ", ", at);
    known += fmt::format("{}k{} IS DISTINCT FROM NULL", at == 0 ? "" : " AND ", at);
    const auto label = at < question.columns.size() ? question.columns[at] : keys[at];
    shown += fmt::format("{}{} || COALESCE(pg_catalog.left(k{}::text, 60), 'NULL')", at == 0 ? "" : " || ",
                         pg::quote_literal((at == 0 ? "" : ", ") + one_line(label) + "="), at);
  }
  session.require_harmless(question.predicate);
  // Grouped outside of the row source, so that a key which is a number is not taken for a position.
  const auto groups =
      fmt::format("SELECT {0}, count(*) AS n FROM (SELECT {1} FROM {2}{3}) AS q{4} GROUP BY {0} HAVING count(*) > 1",
                  names, selected, table->only, question.predicate.empty() ? "" : " WHERE (" + question.predicate + ")",
                  question.nulls_are_equal ? "" : " WHERE " + known);
  const auto rows = session.query(
      fmt::format("SELECT count(*) OVER (), sum(n) OVER (), n, {} FROM ({}) AS d ORDER BY n DESC, 4 LIMIT {}", shown,
                  groups, std::max(session.options().samples, 1U)));
  if (rows.rows() == 0) return refuted("no value occurs twice");
  std::vector<std::string> samples;
  for (int row = 0; row < rows.rows() && session.options().samples > 0; ++row)
    samples.push_back(one_line(fmt::format("{} ({} times)", rows.value(row, 3), rows.value(row, 2))));
  const auto values = static_cast<std::uint64_t>(rows.number(0, 0)),
             all = static_cast<std::uint64_t>(rows.number(0, 1));
  return confirmed(
      all,
      fmt::format("{} more than once, in {}", values == 1 ? "1 value occurs" : format_count(values) + " values occur",
                  format_plural(all, "row")),
      samples);
}

Answer ask_nulls(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  session.require_columns(*table, {question.columns.at(0)});
  const auto& name = question.columns.at(0);
  if (session.column(*table, name)->is_not_null) return refuted(fmt::format("\"{}\" is NOT NULL already", name));
  return search(session,
                {table->sql + " AS t", "t." + pg::quote_identifier(name) + " IS NOT DISTINCT FROM NULL",
                 session.key_of(*table, "t"),
                 [name](const std::string& count) { return fmt::format("{} with NULL in \"{}\"", count, name); },
                 fmt::format("no row has NULL in \"{}\"", name)});
}

Answer ask_has_rows(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  if (session.query(fmt::format("SELECT 1 FROM {} LIMIT 1", table->sql)).rows() == 0)
    return refuted(table->display() + " is empty");
  auto answer = confirmed(1, table->display() + " has rows");
  answer.count = [table](Session& again, Answer& known) {
    const auto count = again.count_rows(*table);
    known.evidence.rows = count.rows;
    known.evidence.text = table->display() + " has " + count.text();
  };
  return answer;
}

Answer ask_affected_rows(Session& session, const Question& question, const Finding& finding) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  session.require_harmless(question.expression);
  const auto where = question.expression.empty() ? "true" : "(" + question.expression + ")";
  const auto verb = first_word(finding.statement) == "DELETE" ? "deleted" : "changed";
  // Without an alias: the condition may name the table. A sample says little here; the number is what matters.
  auto answer = search(
      session, {table->sql, where, "1", [verb](const std::string& count) { return fmt::format("{} {}", count, verb); },
                fmt::format("no row is {}", verb)});
  answer.evidence.samples.clear();
  if (answer.evidence.state != Evidence::State::confirmed) return answer;
  const bool deletes_all = verb == std::string("deleted") && question.expression.empty();
  answer.severity = deletes_all ? std::optional(Severity::error) : std::nullopt;
  answer.count = [table, where, verb, deletes_all](Session& again, Answer& known) {
    const auto count =
        where == "true"
            ? again.count_rows(*table)
            : Session::Count{
                  static_cast<std::uint64_t>(
                      again.query(fmt::format("SELECT count(*) FROM {} WHERE {}", table->sql, where)).number(0, 0)),
                  false};
    known.evidence.rows = count.rows;
    known.evidence.text = fmt::format("{} {}", count.text(), verb);
    if (!deletes_all && count.rows >= kManyRows) known.severity = Severity::warning;
  };
  return answer;
}

}  // namespace safety::preflight

// Questions of constraints over rows: foreign keys, checks, exclusion.
#include <fmt/format.h>

#include <regex>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"
#include "libsafety/preflight/exclusion.hpp"

namespace safety::preflight {
namespace {

std::vector<std::string> primary_key_of(Session& session, const Table& table) {
  const auto rows = session.query(
      "SELECT a.attname FROM pg_catalog.pg_index i CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY AS "
      "k(number, position) "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
      "WHERE i.indrelid = $1::pg_catalog.oid AND i.indisprimary AND k.position <= i.indnkeyatts ORDER BY k.position",
      {table.oid});
  std::vector<std::string> names;
  for (int row = 0; row < rows.rows(); ++row) names.push_back(rows.text(row, 0));
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  return join(names, ", ");
}

}  // namespace

Answer ask_orphans(Session& session, const Question& question) {
  const auto child = session.find(question.table);
  if (!child) return not_there(question.table);
  session.require_columns(*child, question.columns);
  // MATCH SIMPLE: a key with a NULL in it refers to nothing.
  std::string is_set, key;
  for (const auto& column : question.columns) {
    const auto quoted = "c." + pg::quote_identifier(column);
    is_set += (is_set.empty() ? "" : " AND ") + quoted + " IS NOT NULL";
    key += fmt::format("{}{} || pg_catalog.left({}::text, 60)", key.empty() ? "" : " || ",
                       pg::quote_literal((key.empty() ? "" : ", ") + column + "="), quoted);
  }
  const auto from = child->only + " AS c";
  const auto parent = session.find(question.other);
  if (!parent) {
    const auto name =
        question.other.schema.empty() ? question.other.name : question.other.schema + "." + question.other.name;
    if (session.query(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 1", from, is_set)).rows() == 0)
      return refuted(fmt::format("no row has a value in {}", joined(question.columns)));
    throw NoAnswer{
        fmt::format("{} is not there yet, and there are rows that refer to it: it must be filled before", name)};
  }
  auto other = question.other_columns.empty() ? primary_key_of(session, *parent) : question.other_columns;
  if (other.size() != question.columns.size())
    throw NoAnswer{fmt::format("{} has {} in its primary key, not {}", parent->display(),
                               format_plural(other.size(), "column"), question.columns.size())};
  session.require_columns(*parent, other);
  std::string same;
  for (std::size_t at = 0; at < other.size(); ++at)
    same += fmt::format("{}p.{} = c.{}", at == 0 ? "" : " AND ", pg::quote_identifier(other[at]),
                        pg::quote_identifier(question.columns[at]));
  const auto condition = fmt::format("{} AND NOT EXISTS (SELECT FROM {} AS p WHERE {})", is_set, parent->only, same);
  const auto words = [name = parent->display()](const std::string& count) {
    return fmt::format("{} without a row of {} that they refer to", count, name);
  };
  auto answer =
      search(session, {from, condition, key, words, fmt::format("every value has its row in {}", parent->display())});
  if (answer.evidence.state != Evidence::State::confirmed) return answer;
  // Which keys are missing says more than which rows miss them.
  answer.count = [from, condition, key, words](Session& again, Answer& known) {
    const auto wanted = again.options().samples;
    const auto rows =
        again.query(fmt::format("SELECT sum(n) OVER (), n, k FROM (SELECT {} AS k, count(*) AS n FROM {} WHERE {} "
                                "GROUP BY 1) AS d ORDER BY n DESC, k LIMIT {}",
                                key, from, condition, std::max(wanted, 1U)));
    if (rows.rows() == 0) return;
    known.evidence.rows = static_cast<std::uint64_t>(rows.number(0, 0));
    known.evidence.text = words(format_plural(known.evidence.rows, "row"));
    known.evidence.samples.clear();
    for (int row = 0; row < rows.rows() && wanted > 0; ++row)
      known.evidence.samples.push_back(one_line(fmt::format(
          "{} ({})", rows.value(row, 2), format_plural(static_cast<std::uint64_t>(rows.number(row, 1)), "row"))));
  };
  return answer;
}

Answer ask_check_violations(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  session.require_columns(*table, question.columns);
  session.require_harmless(question.expression);
  // Under the table's own name, by which the expression may call its columns. NULL passes a check.
  const auto alias = pg::quote_identifier(table->name);
  return search(
      session,
      {fmt::format("{} AS {}", table->sql, alias), "NOT (" + question.expression + ")", session.key_of(*table, alias),
       [](const std::string& count) { return count + " against the check"; }, "every row passes the check"});
}

Answer ask_overlaps(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  const auto exclusion = parse_exclusion(question.expression);
  if (!exclusion) throw NoAnswer{"its definition was not understood"};
  const auto predicate = question.predicate.empty() ? exclusion->predicate : question.predicate;
  session.require_harmless(question.expression + " " + predicate);
  std::string selected, conflict, shown;
  for (std::size_t at = 0; at < exclusion->elements.size(); ++at) {
    const auto& [expression, operator_name] = exclusion->elements[at];
    selected += fmt::format(", ({}) AS k{}", expression, at);
    conflict += fmt::format(" AND a.k{0} {1} b.k{0}", at, operator_name);
  }
  const auto alias = pg::quote_identifier(table->name);
  const auto source = fmt::format("(SELECT {0}.tableoid AS part, {0}.ctid AS id, {1} AS shown{2} FROM {3} AS {0}{4})",
                                  alias, session.key_of(*table, alias), selected, table->only,
                                  predicate.empty() ? "" : " WHERE (" + predicate + ")");
  const auto from = fmt::format("{0} AS a JOIN {0} AS b ON (a.part, a.id) < (b.part, b.id){1}", source, conflict);
  return search(session, {from, "true", "a.shown || ' and ' || b.shown",
                          [](const std::string& count) {
                            return std::regex_replace(count, std::regex("row"), "pair") + " of rows exclude each other";
                          },
                          "no two rows exclude each other"});
}

}  // namespace safety::preflight

// Will every value of a column become one of another type, and does it stay the same value?
#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"
#include "libsafety/preflight/narrow.hpp"
#include "libsafety/preflight/target_type.hpp"

namespace safety::preflight {
namespace {

// Values that are searched for one by one; there may be more.
constexpr std::size_t kMostUnfit = 20;

struct Cast {
  Table table;
  Column column;
  TargetType target;
  std::string value;      // SQL: what USING makes, or the column
  std::string cast;       // SQL: that as the new type
  std::string original;   // SQL: the column
  std::string from;       // under the table's own name, by which USING may call columns
  std::string show;       // SQL of a sample
  bool is_plain = false;  // no USING, or one that only casts the column
};

/// `"status"::text::"Status"`, `CAST(status AS integer)`: does the expression only cast the column?
bool is_only_a_cast(std::string_view expression, const std::string& column) {
  auto text = trim(expression);
  while (text.size() > 2 && text.front() == '(' && text.find(')') == text.size() - 1)
    text = trim(text.substr(1, text.size() - 2));
  if (starts_with_ignoring_case(text, "cast(")) text = trim(text.substr(5));
  const auto quoted = pg::quote_identifier(column);
  const auto name = text.starts_with(quoted)                  ? std::string_view(quoted)
                    : starts_with_ignoring_case(text, column) ? std::string_view(column)
                                                              : std::string_view();
  if (name.empty()) return false;
  const auto rest = trim(text.substr(name.size()));
  return (rest.starts_with("::") || starts_with_ignoring_case(rest, "as ")) &&
         rest.find_first_of("|+*/-") == std::string_view::npos;
}

/// Rows that the range of the new type leaves out, where SQL can say so: gives an exact number.
void count_outside(Session& session, Answer& known, const Cast& cast, const std::string& condition) {
  auto counted = search(session, {cast.from, condition, cast.show, [](const std::string& count) { return count; }, ""});
  if (counted.evidence.state != Evidence::State::confirmed) return;
  counted.count(session, counted);
  known.evidence.rows = counted.evidence.rows;
  known.evidence.samples = counted.evidence.samples;
  known.evidence.text = fmt::format("{} outside of {}", counted.evidence.text, cast.target.sql);
}

void list_unfit(Session& session, Answer& known, const Cast& cast) {
  const auto found = find_unfit(session, cast.table, cast.cast, cast.original, kMostUnfit);
  if (found.values.empty()) return;
  std::string list;
  known.evidence.samples.clear();
  for (const auto& one : found.values) {
    list += (list.empty() ? "" : ", ") + pg::quote_literal(one.value);
    if (known.evidence.samples.size() < session.options().samples)
      known.evidence.samples.push_back(
          one_line(fmt::format("\"{}\" ({}): {}", one.value.substr(0, 60), one.key, one.refusal)));
  }
  const auto what = fmt::format(
      "{}{} not become {}", found.is_complete ? "" : "at least ",
      found.values.size() == 1 ? "1 value does" : format_count(found.values.size()) + " values do", cast.target.sql);
  known.evidence.text = what;
  known.evidence.rows = found.values.size();
  const auto rows =
      session.query(fmt::format("SELECT count(*) FROM {} WHERE {}::text IN ({})", cast.from, cast.original, list));
  known.evidence.rows = static_cast<std::uint64_t>(rows.number(0, 0));
  known.evidence.text = fmt::format("{}, in {}", what, format_plural(known.evidence.rows, "row"));
}

/// SQL for what lies outside of the new type, where it is numbers that become numbers; else empty.
std::string range_of(Session& session, const Cast& cast) {
  const auto outside = cast.target.out_of_range(cast.value);
  if (outside.empty()) return "";
  const auto category = session
                            .query(fmt::format("SELECT t.typcategory FROM pg_catalog.pg_type t WHERE t.oid = "
                                               "pg_catalog.pg_typeof((SELECT {} FROM {} WHERE false))",
                                               cast.value, cast.from))
                            .text(0, 0);
  if (category != "N" || session.try_query(fmt::format("SELECT count({}) FROM {}", cast.value, cast.from))) return "";
  return outside;
}

/// The server has tried and refused; how many there are is for later.
Answer refused_by(const Cast& cast, const Error& refusal, const AskOptions& options) {
  auto answer = confirmed(1, fmt::format("at least 1 value does not become {}", cast.target.sql));
  if (options.samples > 0) answer.evidence.samples = {one_line(refusal.message())};
  answer.count = [cast](Session& session, Answer& known) {
    if (const auto outside = range_of(session, cast); !outside.empty())
      count_outside(session, known, cast, outside);
    else
      list_unfit(session, known, cast);
  };
  return answer;
}

/// A value that comes back as another one has lost something, and no error told of it.
Answer find_silent_loss(Session& session, const Cast& cast) {
  const auto fits = fmt::format("every value becomes {}", cast.target.sql);
  const auto source_category =
      session
          .query("SELECT t.typcategory FROM pg_catalog.pg_type t WHERE t.oid = $1::pg_catalog.oid",
                 {cast.column.type_oid})
          .text(0, 0);
  // A string that becomes something else is always written anew ('007' as 7): only what was a value before is compared.
  const bool is_comparable = cast.is_plain && (source_category != "S" || cast.target.category == 'S');
  if (!is_comparable) return refuted(fits);
  const auto blanks = cast.target.category == 'S' && source_category == "S";
  const auto back = blanks ? fmt::format("pg_catalog.rtrim(({})::text, ' ')", cast.cast)
                           : fmt::format("({})::{}", cast.cast, cast.column.type);
  const auto original = blanks ? fmt::format("pg_catalog.rtrim({}::text, ' ')", cast.original) : cast.original;
  const auto condition = fmt::format("{} IS DISTINCT FROM {}", back, original);
  const auto words = [type = cast.target.sql](const std::string& count) {
    return fmt::format("{} that {} cuts or rounds, without an error", count, type);
  };
  if (session.try_query(fmt::format("SELECT 1 FROM {} WHERE {} LIMIT 0", cast.from, condition)))
    return refuted(fits);  // no way back to compare
  const auto show = fmt::format("{} || ' -> ' || pg_catalog.left(({})::text, 60)", cast.show, cast.cast);
  auto answer = search(session, {cast.from, condition, show, words, fits});
  // Digits are rounded as often as not on purpose; what is cut off a text is gone.
  if (answer.evidence.state == Evidence::State::confirmed && !blanks) answer.severity = Severity::warning;
  return answer;
}

}  // namespace

Answer ask_casts(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return not_there(question.table);
  session.require_columns(*table, {question.columns.at(0)});
  Cast cast{*table, *session.column(*table, question.columns.at(0)), {}, "", "", "", "", "", false};
  const auto target = find_type(session, question.type);
  if (!target) throw NoAnswer{fmt::format("type {} is not there yet", question.type)};
  session.require_harmless(question.expression);
  cast.target = *target;
  const auto alias = pg::quote_identifier(table->name);
  cast.original = alias + "." + pg::quote_identifier(cast.column.name);
  cast.value = question.expression.empty() ? cast.original : "(" + question.expression + ")";
  cast.cast = fmt::format("CAST({} AS {})", cast.value, question.type);
  cast.from = fmt::format("{} AS {}", table->sql, alias);
  cast.show =
      fmt::format("pg_catalog.left({}::text, 60) || ' (' || {} || ')'", cast.original, session.key_of(*table, alias));
  cast.is_plain = question.expression.empty() || is_only_a_cast(question.expression, cast.column.name);

  if (question.expression.empty() && !is_assignable(session, cast.column.type_oid, cast.target))
    return confirmed(0, fmt::format("the server has no cast from {} to {} that it uses without USING", cast.column.type,
                                    question.type));

  if (const auto refusal = session.try_query(fmt::format("SELECT count({}) FROM {}", cast.cast, cast.from))) {
    if (!refusal->sqlstate().starts_with("22") && !refusal->sqlstate().starts_with("23"))
      throw NoAnswer{reason_of(*refusal, session.options()), refusal->sqlstate()};
    return refused_by(cast, *refusal, session.options());
  }
  // What an assignment refuses and a cast cuts off; a cast inside USING cuts before anybody can refuse.
  if (const auto too_long = cast.target.too_long(cast.value); !too_long.empty()) {
    auto answer = search(session, {cast.from, too_long, cast.show,
                                   [type = question.type](const std::string& count) {
                                     return fmt::format("{} too long for {}", count, type);
                                   },
                                   ""});
    if (answer.evidence.state == Evidence::State::confirmed) return answer;
  }
  return find_silent_loss(session, cast);
}

}  // namespace safety::preflight

// Is an enum's value in use: in any column of the type or of its arrays, or as a default?
#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"

namespace safety::preflight {
namespace {

struct Place {
  std::string sql, column, label;  // table and column quoted; for people
  bool is_array = false, defaults_to_it = false;
};

std::string condition_of(const Place& place, const std::string& labels) {
  const auto column = "t." + place.column;
  if (place.is_array)
    return labels.empty() ? column + " IS NOT NULL" : fmt::format("{}::text[] && ARRAY[{}]::text[]", column, labels);
  return labels.empty() ? column + " IS NOT NULL" : fmt::format("{}::text IN ({})", column, labels);
}

/// Oid of the type; its name may be written as SQL or be the plain name.
std::string find_enum(Session& session, const std::string& name) {
  for (const auto& text : {name, pg::quote_identifier(name)})
    if (const auto rows = session.query(
            "SELECT t.oid FROM pg_catalog.pg_type t WHERE t.oid = pg_catalog.to_regtype($1) AND t.typtype = 'e'",
            {text});
        rows.rows() > 0)
      return rows.text(0, 0);
  // On no search_path of ours: wherever there is one of that name.
  const auto rows =
      session.query("SELECT t.oid FROM pg_catalog.pg_type t WHERE t.typname = $1 AND t.typtype = 'e'", {name});
  if (rows.rows() > 1)
    throw NoAnswer{fmt::format("there are {} types \"{}\", and the statement does not say which", rows.rows(), name)};
  return rows.rows() == 1 ? rows.text(0, 0) : "";
}

std::vector<Place> find_places(Session& session, const std::string& oid, const std::vector<std::string>& labels) {
  std::string in_default = "false";
  for (const auto& label : labels)
    in_default += fmt::format(" OR pg_catalog.strpos(pg_catalog.pg_get_expr(d.adbin, d.adrelid), {}) > 0",
                              pg::quote_literal(pg::quote_literal(label)));
  if (labels.empty()) in_default = "d.adbin IS NOT NULL";
  const auto rows = session.query(
      fmt::format(
          "SELECT n.nspname, c.relname, a.attname, a.atttypid <> e.oid AND t.typcategory = 'A', COALESCE({}, false) "
          "FROM pg_catalog.pg_type e "
          "JOIN pg_catalog.pg_type t ON t.oid IN (e.oid, e.typarray) OR t.typbasetype IN (e.oid, e.typarray) JOIN "
          "pg_catalog.pg_attribute a ON a.atttypid = t.oid "
          "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
          "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
          "WHERE e.oid = $1::pg_catalog.oid AND e.oid <> 0 AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition "
          "AND a.attnum > 0 AND NOT a.attisdropped "
          "ORDER BY 1, 2, a.attnum",
          in_default),
      {oid});
  std::vector<Place> places;
  for (int row = 0; row < rows.rows(); ++row)
    places.push_back({pg::quote_qualified(rows.value(row, 0), rows.value(row, 1)),
                      pg::quote_identifier(rows.value(row, 2)),
                      fmt::format("{}.{}.{}", rows.value(row, 0), rows.value(row, 1), rows.value(row, 2)),
                      rows.is_true(row, 3), rows.is_true(row, 4)});
  return places;
}

}  // namespace

Answer ask_enum_in_use(Session& session, const Question& question) {
  const auto oid = find_enum(session, question.type);
  Answer none;
  none.evidence.text = fmt::format("there is no enum type {} in the database yet", question.type);
  if (oid.empty()) return none;
  std::string labels;
  for (const auto& label : question.labels) labels += (labels.empty() ? "" : ", ") + pg::quote_literal(label);
  const auto what = question.labels.empty() ? "a value of the type" : join_some(question.labels);
  std::vector<Place> used;
  std::vector<std::string> defaults;
  for (const auto& place : find_places(session, oid, question.labels)) {
    if (place.defaults_to_it) defaults.push_back("the default of " + place.label);
    if (session.query(fmt::format("SELECT 1 FROM {} AS t WHERE {} LIMIT 1", place.sql, condition_of(place, labels)))
            .rows() > 0)
      used.push_back(place);
  }
  const auto also = defaults.empty() ? "" : "; it is " + join_some(defaults);
  if (used.empty()) {
    auto answer = refuted(fmt::format("no row holds {}{}", what, also));
    if (!defaults.empty()) answer.severity.reset();
    return answer;
  }
  std::vector<std::string> names;
  for (const auto& place : used) names.push_back(place.label);
  auto answer = confirmed(used.size(), fmt::format("rows of {} hold {}{}", join_some(names), what, also));
  answer.count = [used, labels, what, also](Session& again, Answer& known) {
    std::uint64_t rows = 0;
    std::vector<std::string> samples;
    for (const auto& place : used) {
      const auto counted =
          again.query(fmt::format("SELECT count(*) FROM {} AS t WHERE {}", place.sql, condition_of(place, labels)));
      rows += static_cast<std::uint64_t>(counted.number(0, 0));
      samples.push_back(
          fmt::format("{}: {}", place.label, format_plural(static_cast<std::uint64_t>(counted.number(0, 0)), "row")));
    }
    known.evidence.rows = rows;
    known.evidence.samples = samples;
    known.evidence.text = fmt::format("{} hold{} {}{}", format_plural(rows, "row"), rows == 1 ? "s" : "", what, also);
  };
  return answer;
}

}  // namespace safety::preflight

#include "libsafety/undo/questions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::undo {
namespace {

const EnumLabel* first_label(const std::vector<EnumLabel>& labels) { return labels.empty() ? nullptr : &labels.front(); }

/// Of the query "SELECT value, count".
Found sample_of(const pg::Result& rows) {
  Found found;
  std::vector<std::string> values;
  for (int row = 0; row < rows.rows(); ++row) {
    found.rows += static_cast<std::uint64_t>(rows.number(row, 1));
    values.push_back(one_line(rows.value(row, 0)));
  }
  found.sample = join_some(values, 3);
  return found;
}

}  // namespace

std::uint64_t Questions::count(const std::string& from) { return std::stoull(target_.value_of("SELECT count(*) FROM " + from)); }

std::uint64_t Questions::count_if_asked(const std::string& from) {
  try {
    return count(from);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    if (target_.is_broken()) throw;
    return 0;
  }
}

bool Questions::has_rows(const Table& table) {
  return target_.value_of(fmt::format("SELECT EXISTS (SELECT FROM {})", table.own_rows())) == "t";
}

std::string Questions::load_keys(const Table& then, const std::vector<const Column*>& key) {
  std::vector<std::string> declared;
  for (std::size_t at = 0; at < key.size(); ++at) declared.push_back(fmt::format("k{} {}", at + 1, key[at]->waiting_type()));
  target_.execute("DROP TABLE IF EXISTS pg_temp.safety_keys; CREATE TEMPORARY TABLE safety_keys (" + join(declared, ", ") + ")");
  target_.copy_in_begin("COPY pg_temp.safety_keys FROM STDIN");
  preparation_.rows->read(then, key, [&](std::string_view row) { target_.copy_in_put(row); });
  target_.copy_in_finish();
  target_.execute("ANALYZE pg_temp.safety_keys");
  return "pg_temp.safety_keys";
}

/// As the types themselves compare, where they are the same on both sides: as text it would cost a conversion of every row.
std::string Questions::same_key(const std::string& own, std::uint32_t then, const Column& column, std::size_t place) const {
  const auto& mapped = preparation_.scheme.pairing.columns.at(then);
  const auto* now = preparation_.scheme.now.catalog.tables.at(preparation_.scheme.pairing.tables.at(then)).find(mapped.at(column.name));
  const bool is_native = !column.is_type_of_user() && now->type == column.type;
  return fmt::format("{}{} = r.k{}{}", own, is_native ? "" : "::text", place + 1, is_native ? "" : "::text");
}

std::uint64_t Questions::rows_since(const TablePlan& plan) {
  const auto key = *key_of(plan);
  std::vector<std::string> same;
  for (std::size_t at = 0; at < key.size(); ++at) same.push_back(same_key("o." + now_column(plan.then->oid, key[at]->quoted), plan.then->oid, *key[at], at));
  return count(fmt::format("{} o WHERE NOT EXISTS (SELECT FROM {} r WHERE {})", plan.now->own_rows(), load_keys(*plan.then, key), join(same, " AND ")));
}

std::uint64_t Questions::rows_missing(const Table& then, const Table& now) {
  std::vector<const Column*> key;
  std::vector<std::string> same;
  for (const auto& name : then.keys.front()) {
    key.push_back(then.find(name));
    const auto column = now_column(then.oid, key.back()->quoted);
    if (column.empty()) return 0;
    same.push_back(same_key("o." + column, then.oid, *key.back(), key.size() - 1));
  }
  return count(fmt::format("{} r WHERE NOT EXISTS (SELECT FROM {} o WHERE {})", load_keys(then, key), now.quoted, join(same, " AND ")));
}

std::uint64_t Questions::not_fitting(const Table& then, const Table& now) {
  const auto bounds = preparation_.origin.value_of("SELECT COALESCE(pg_catalog.pg_get_partition_constraintdef($1::oid), '')", {std::to_string(then.oid)});
  return bounds.empty() ? 0 : count_if_asked(fmt::format("{} WHERE NOT ({})", now.quoted, bounds));
}

RoundTrip Questions::round_trip(const TablePlan& plan, const Source& source) {
  RoundTrip trip;
  const auto &from = *source.now, &to = *source.then;
  const auto* refill = preparation_.script.refill_of(plan.then->oid);
  const auto rows_now = joined(plan);
  const auto is_written = refill == nullptr ? std::string("true") : fmt::format("NOT ({})", is_unchanged(source, *refill));
  // A type that is not there yet cannot be tried; an enum is asked for its labels.
  if (to.is_type_of_user() || from.is_type_of_user()) {
    if (const auto labels = preparation_.scheme.then.catalog.enums.find(to.type_oid); labels != preparation_.scheme.then.catalog.enums.end()) {
      std::vector<std::string> known;
      for (const auto& label : labels->second) known.push_back(pg::quote_literal(label.label));
      if (first_label(labels->second) == nullptr) return trip;
      const auto found = sample_of(target_.execute(fmt::format("SELECT o.{0}::text, count(*) FROM {1} WHERE {2} AND o.{0}::text NOT IN ({3}) GROUP BY 1 ORDER BY 2 DESC", from.quoted,
                                                               rows_now, is_written, join(known, ", "))));
      trip.failing = found.rows, trip.sample = found.sample;
    }
    return trip;
  }
  if (refill != nullptr && is_of_its_own(plan, source, *refill)) {
    trip.is_of_its_own = true;
    trip.failing = count(fmt::format("{} WHERE {} AND o.{} IS NOT NULL", rows_now, is_written, from.quoted));
    if (trip.failing > 0) trip.sample = one_line(target_.value_of(fmt::format("SELECT pg_catalog.left(o.{}::text, 60) FROM {} WHERE {} AND o.{} IS NOT NULL LIMIT 1", from.quoted, rows_now, is_written, from.quoted)));
    return trip;
  }
  // Cut off is not converted.
  const bool cuts = to.type.starts_with("character");
  const auto back = cast(preparation_.casts, "value", from, to, false), again = cast(preparation_.casts, back, to, from, false);
  target_.execute(fmt::format(
      "CREATE OR REPLACE FUNCTION pg_temp.safety_trip(value {}) RETURNS text LANGUAGE plpgsql AS $safety$ BEGIN IF value IS NULL OR ({})::text = value::text THEN RETURN 'same'; END IF; "
      "RETURN 'lossy'; EXCEPTION WHEN others THEN RETURN 'fails'; END $safety$",
      from.type, again));
  const auto rows = target_.execute(fmt::format("SELECT q.trip, count(*), pg_catalog.left(min(q.value), 60) FROM (SELECT pg_temp.safety_trip(o.{0}) AS trip, o.{0}::text AS value FROM {1} WHERE {2}) q "
                                                "WHERE q.trip <> 'same' GROUP BY 1",
                                                from.quoted, rows_now, is_written));
  for (int row = 0; row < rows.rows(); ++row) {
    (rows.value(row, 0) == "fails" || cuts ? trip.failing : trip.lossy) += static_cast<std::uint64_t>(rows.number(row, 1));
    if (trip.sample.empty() || rows.value(row, 0) == "fails") trip.sample = one_line(rows.value(row, 2));
  }
  target_.execute(fmt::format("DROP FUNCTION pg_temp.safety_trip({})", from.type));
  return trip;
}

/// The migration made something else of values than a cast would: prices became cents.
bool Questions::is_of_its_own(const TablePlan& plan, const Source& source, const Refill& refill) {
  const auto became = tried(source, refill);
  return !became.empty() && target_.value_of(fmt::format("SELECT count(*) FILTER (WHERE o.{3}::text <> r.{4}::text AND o.{3}::text IS DISTINCT FROM {5}) * 2 > count(*) FROM {0} WHERE r.{1} IS NOT NULL AND NOT {2} AND o.{3} IS NOT NULL",
                                                         joined(plan), refill.name_of(*refill.key.front()), is_newer(*source.now), source.now->quoted, refill.name_of(*source.then), became)) == "t";
}

std::uint64_t Questions::untouched_since(const TablePlan& plan, const Source& source) {
  const auto* refill = preparation_.script.refill_of(plan.then->oid);
  if (refill == nullptr) return 0;
  const auto from = joined(plan);
  const auto newer = is_newer(*source.now), untouched = is_untouched(*source.now);
  const bool is_filled = target_.value_of(fmt::format("SELECT EXISTS (SELECT FROM {} WHERE NOT {} AND NOT ({}))", from, newer, untouched)) == "t";
  const auto is_there = fmt::format("r.{} IS NOT NULL", refill->name_of(*refill->key.front()));
  return is_filled ? count(fmt::format("{} WHERE {} AND {} AND ({}) AND ({}) AND NOT ({})", from, is_there, newer, untouched, is_unchanged(source, *refill), is_unchanged(source, *refill, true))) : 0;
}

Found Questions::unknown_labels(const TablePlan& plan, const Source& source) {
  const auto& enums = preparation_.scheme.then.catalog.enums;
  const auto& elements = preparation_.scheme.then.catalog.elements;
  const auto element = elements.find(source.then->type_oid);
  const auto labels = enums.find(element == elements.end() ? source.then->type_oid : element->second);
  if (labels == enums.end() || labels->second.empty()) return {};
  std::vector<std::string> known;
  for (const auto& label : labels->second) known.push_back(pg::quote_literal(label.label));
  const auto value = element == elements.end() ? fmt::format("SELECT o.{}::text AS value FROM {} o", source.now->quoted, plan.now->quoted)
                                               : fmt::format("SELECT pg_catalog.unnest(o.{})::text AS value FROM {} o", source.now->quoted, plan.now->quoted);
  return sample_of(target_.execute(fmt::format("SELECT q.value, count(*) FROM ({}) q WHERE q.value NOT IN ({}) GROUP BY 1 ORDER BY 2 DESC", value, join(known, ", "))));
}

std::string Questions::joined(const TablePlan& plan) {
  const auto from = fmt::format("{} o", plan.now->own_rows());
  const auto* refill = preparation_.script.refill_of(plan.then->oid);
  if (refill == nullptr) return from;
  load(preparation_, *refill);
  return fmt::format("{} LEFT JOIN {} r ON {}", from, refill->table, joined_on(plan, *refill));
}

std::string Questions::rows_to_be(const TablePlan& plan) {
  const auto* refill = preparation_.script.refill_of(plan.then->oid);
  if (refill != nullptr) load(preparation_, *refill);
  return "(" + select_statement(plan, refill, plan.now->quoted, preparation_.casts, preparation_.request.fills) + ") q";
}

UniqueKey Questions::unique_key(const Item& item) {
  UniqueKey key;
  const auto rows = preparation_.origin.query(
      "SELECT i.indrelid, a.attname, COALESCE(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '') FROM pg_catalog.pg_index i "
      "CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
      "WHERE i.indisunique AND i.indexprs IS NULL AND k.place <= i.indnkeyatts AND i.indexrelid = CASE WHEN $1 = '2606' THEN (SELECT conindid FROM pg_catalog.pg_constraint WHERE oid = $2::oid) "
      "ELSE $2::oid END ORDER BY k.place",
      {std::to_string(item.id.catalog), std::to_string(item.id.oid)});
  for (int row = 0; row < rows.rows(); ++row) {
    key.table = static_cast<std::uint32_t>(rows.number(row, 0));
    key.columns.push_back(rows.text(row, 1));
    key.condition = rows.text(row, 2);
  }
  return key;
}

Exclusion Questions::exclusion(const Item& item) {
  Exclusion found;
  const auto rows = preparation_.origin.query(
      "SELECT k.conrelid, pg_catalog.quote_ident(a.attname), pg_catalog.format('%I.%s', n.nspname, o.oprname) FROM pg_catalog.pg_constraint k "
      "CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.conexclop)) WITH ORDINALITY u(number, operator, place) "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number JOIN pg_catalog.pg_operator o ON o.oid = u.operator "
      "JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE k.contype = 'x' AND k.oid = $1::oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indexrelid = k.conindid "
      "AND (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)) ORDER BY u.place",
      {std::to_string(item.id.oid)});
  for (int row = 0; row < rows.rows(); ++row) {
    found.table = static_cast<std::uint32_t>(rows.number(row, 0));
    found.parts.push_back({rows.text(row, 1), rows.text(row, 2)});
  }
  return found;
}

bool Questions::is_true_in_time(const std::string& sql) {
  bool is_true = false;
  target_.execute("SET statement_timeout = '5s'");
  try {
    is_true = target_.value_of(sql) == "t";
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    if (target_.is_broken()) throw;
  }
  target_.execute("SET statement_timeout = 0");
  return is_true;
}

Found Questions::duplicates(const std::string& from, const std::vector<std::string>& columns, const std::string& condition) {
  std::vector<std::string> present;
  for (const auto& column : columns) present.push_back(column + " IS NOT NULL");
  const auto list = join(columns, ", ");
  try {
    const auto rows = target_.execute(fmt::format("SELECT ROW({0})::text, 1 FROM {1} WHERE {2}{3} GROUP BY {0} HAVING count(*) > 1 LIMIT 1000", list, from, join(present, " AND "),
                                                  condition.empty() ? "" : " AND (" + condition + ")"));
    return sample_of(rows);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    if (target_.is_broken()) throw;
    return {};  // the index itself will tell
  }
}

std::string Questions::now_column(std::uint32_t then, const std::string& quoted) const {
  const auto& table = preparation_.scheme.then.catalog.tables.at(then);
  const auto column = std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& one) { return one.quoted == quoted; });
  const auto& mapped = preparation_.scheme.pairing.columns.at(then);
  if (column == table.columns.end() || !mapped.contains(column->name)) return "";
  if (preparation_.scheme.pairing.is_remade(then, column->name)) return "";
  return preparation_.scheme.now.catalog.tables.at(preparation_.scheme.pairing.tables.at(then)).find(mapped.at(column->name))->quoted;
}

}  // namespace safety::undo

#include "libsafety/undo/refill.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::undo {
namespace {

const Source& source_of(const TablePlan& plan, const Column& column) {
  return *std::find_if(plan.sources.begin(), plan.sources.end(), [&](const Source& one) { return one.then == &column; });
}

bool is_string(const Column& column) { return column.type_category == 'S' && !column.is_type_of_user(); }

// Of a converted column: what became of each value, and a cast that cannot fail.
std::string map_of(const Refill& refill, const Column& column) { return fmt::format("{}_map_{}", refill.table, column.number); }
std::string exact_of(const Refill& refill, const Column& column) { return fmt::format("{}_exact_{}", refill.table, column.number); }
std::string copied_of(const Refill& refill, const Column& column) { return fmt::format("{}_copied_{}", refill.table, column.number); }
std::string try_of(const Refill& refill, const Column& column) { return fmt::format("{}_try_{}", refill.table, column.number); }

bool can_be_tried(const Source& source) { return !source.now->is_type_of_user() && !source.then->is_type_of_user() && source.now->type != source.then->type; }

void add_evidence(const TablePlan& plan, const Source& source, Refill& refill) {
  const auto map = map_of(refill, *source.then);
  const auto from = fmt::format("{} o JOIN {} r ON {}", plan.now->own_rows(), refill.table, joined_on(plan, refill));
  if (can_be_tried(source))
    refill.evidence.push_back(fmt::format("CREATE FUNCTION {}(value text) RETURNS text LANGUAGE plpgsql AS $safety$ BEGIN RETURN value::{}::{}::text; EXCEPTION WHEN others THEN RETURN NULL; END $safety$",
                                          try_of(refill, *source.then), source.then->type, source.now->type));
  // Rows that the change of the type wrote and nobody since: without any, the column was altered once more, and age alone tells nothing.
  const auto exact = exact_of(refill, *source.then);
  refill.evidence.push_back(fmt::format("CREATE TEMPORARY TABLE {} AS SELECT EXISTS (SELECT FROM {} o WHERE o.xmin = '{}'::xid) AS is_so", exact.substr(8), plan.now->quoted, source.now->changed_xid));
  // Of rows that nobody wrote since, and only where the same value always became the same.
  refill.evidence.push_back(fmt::format(
      "CREATE TEMPORARY TABLE {0} AS SELECT r.{1}::text AS was, min(o.{2}::text) AS became FROM {3} WHERE NOT {4} AND r.{1} IS NOT NULL GROUP BY 1 "
      "HAVING (count(o.{2}) = 0 OR (count(o.{2}) = count(*) AND count(DISTINCT o.{2}::text) = 1)) AND (count(*) > 1 OR (SELECT e.is_so FROM {5} e))",
      map.substr(8), refill.name_of(*source.then), source.now->quoted, from, is_newer(*source.now), exact));
  refill.evidence.push_back(fmt::format("CREATE INDEX ON {} (was); ANALYZE {}", map, map));
  if (!source.is_remade) return;
  // Where it was copied, nothing means that somebody emptied it; where it was not, that nobody filled it.
  const auto same = fmt::format("o.{}::text IS NOT DISTINCT FROM r.{}::text{}", source.now->quoted, refill.name_of(*source.then),
                                can_be_tried(source) ? fmt::format(" OR o.{}::text IS NOT DISTINCT FROM {}", source.now->quoted, tried(source, refill)) : "");
  refill.evidence.push_back(fmt::format("CREATE TEMPORARY TABLE {} AS SELECT COALESCE(bool_and({}), false) AS is_so FROM {} WHERE NOT {} AND r.{} IS NOT NULL",
                                        copied_of(refill, *source.then).substr(8), same, from, is_newer(*source.now), refill.name_of(*source.then)));
}

/// The checkpoint's value.
std::string refilled(const Refill& refill, const Column& column) {
  return fmt::format("r.{}{}", refill.name_of(column), column.is_type_of_user() ? "::" + column.type : "");
}

/// What a row without a value of the checkpoint gets.
std::string default_of(const TablePlan& plan, const Column& column) {
  if (!column.identity.empty())
    return fmt::format("pg_catalog.nextval(pg_catalog.pg_get_serial_sequence({}, {}))", pg::quote_literal(plan.then->quoted), pg::quote_literal(column.name));
  return column.default_value.empty() ? "NULL" : column.default_value;
}

std::string expression_of(const TablePlan& plan, const Source& source, const Refill* refill, const Casts& casts, const std::vector<Fill>& fills) {
  const auto& column = *source.then;
  const auto* fill = fill_for(plan, column, fills);
  const auto own = source.now == nullptr ? std::string() : "o." + source.now->quoted;
  const auto is_there = refill == nullptr ? std::string() : fmt::format("r.{} IS NOT NULL", refill->name_of(*refill->key.front()));
  if (source.kind == Source::Kind::now) {
    const auto value = source.is_cast ? cast(casts, own, *source.now, column, true) : own;
    return fill == nullptr || !column.is_not_null ? value : fmt::format("COALESCE({}, ({}))", value, fill->expression);
  }
  const auto other = fmt::format("({})::{}", fill == nullptr ? default_of(plan, column) : fill->expression, column.type);
  // A table that was empty at the checkpoint has nothing to be given back.
  if (source.kind == Source::Kind::refilled && refill == nullptr) return other;
  if (source.kind == Source::Kind::refilled) return fmt::format("CASE WHEN {} THEN {} ELSE {} END", is_there, refilled(*refill, column), other);
  // Without a key every value is the row's own.
  if (refill == nullptr) return fill == nullptr ? cast(casts, own, *source.now, column, source.is_cast) : other;
  // Converted: what the migration made of the checkpoint's value, or what somebody wrote since.
  return fmt::format("CASE WHEN {} THEN {} ELSE {} END", is_unchanged(source, *refill), refilled(*refill, column), fill == nullptr ? cast(casts, own, *source.now, column, source.is_cast) : other);
}

}  // namespace

std::string joined_on(const TablePlan& plan, const Refill& refill) {
  std::vector<std::string> conditions;
  for (const auto* column : refill.key) {
    const auto& source = source_of(plan, *column);
    const auto is_text = column->is_type_of_user() || source.now->is_type_of_user();
    if (is_text)
      conditions.push_back(fmt::format("o.{}::text = r.{}::text", source.now->quoted, refill.name_of(*column)));
    else
      conditions.push_back(fmt::format("o.{} = r.{}{}", source.now->quoted, refill.name_of(*column), source.now->type == column->type ? "" : "::" + source.now->type));
  }
  return join(conditions, " AND ");
}

const Fill* fill_for(const TablePlan& plan, const Column& column, const std::vector<Fill>& fills) {
  const auto found = std::find_if(fills.begin(), fills.end(), [&](const Fill& one) { return one.table == plan.then->title() && one.column == column.name; });
  return found == fills.end() ? nullptr : &*found;
}

std::string Refill::name_of(const Column& column) const { return "safety_" + std::to_string(column.number); }

std::optional<std::vector<const Column*>> key_of(const TablePlan& plan) {
  for (const auto& key : plan.then->keys) {
    std::vector<const Column*> columns;
    for (const auto& name : key) {
      const auto* column = plan.then->find(name);
      const auto& source = source_of(plan, *column);
      if (source.now == nullptr || source.kind == Source::Kind::computed) break;
      columns.push_back(column);
    }
    if (columns.size() == key.size()) return columns;
  }
  return std::nullopt;
}

std::string tried(const Source& source, const Refill& refill) {
  return can_be_tried(source) ? fmt::format("{}(r.{}::text)", try_of(refill, *source.then), refill.name_of(*source.then)) : "";
}

std::string is_unchanged(const Source& source, const Refill& refill, bool is_proof) {
  const auto own = "o." + source.now->quoted, old = fmt::format("r.{}::text", refill.name_of(*source.then));
  auto sql = fmt::format("CASE WHEN r.{} IS NULL THEN false WHEN NOT {}{} THEN true WHEN {}::text IS NOT DISTINCT FROM {} THEN true", refill.name_of(*refill.key.front()), is_newer(*source.now),
                         source.is_remade ? "" : fmt::format(" AND (SELECT e.is_so FROM {} e)", exact_of(refill, *source.then)), own, old);
  if (source.is_remade && !is_proof) sql += fmt::format(" WHEN {} AND NOT (SELECT c.is_so FROM {} c) THEN true", is_untouched(*source.now), copied_of(refill, *source.then));
  sql += fmt::format(" WHEN EXISTS (SELECT FROM {} m WHERE m.was = {} AND m.became IS NOT DISTINCT FROM {}::text) THEN true", map_of(refill, *source.then), old, own);
  if (can_be_tried(source)) sql += fmt::format(" WHEN {} IS NOT NULL AND {} IS NOT DISTINCT FROM {}::text THEN true", old, tried(source, refill), own);
  return sql + " ELSE false END";
}

Refill make_refill(const TablePlan& plan, std::size_t number) {
  Refill refill;
  refill.plan = &plan;
  refill.table = "pg_temp.safety_refill_" + std::to_string(number);
  refill.key = *key_of(plan);
  refill.columns = refill.key;
  for (const auto& source : plan.sources) {
    const bool is_wanted = source.kind == Source::Kind::refilled || source.kind == Source::Kind::converted || (plan.restores_rows && source.kind != Source::Kind::computed);
    if (is_wanted && std::find(refill.columns.begin(), refill.columns.end(), source.then) == refill.columns.end()) refill.columns.push_back(source.then);
  }
  // A type of the database may not be there yet: its values wait as text.
  std::vector<std::string> columns;
  for (const auto* column : refill.columns) columns.push_back(refill.name_of(*column) + " " + column->waiting_type());
  refill.create = fmt::format("CREATE TEMPORARY TABLE {} ({})", refill.table.substr(8), join(columns, ", "));
  for (const auto& source : plan.sources)
    if (source.kind == Source::Kind::converted) add_evidence(plan, source, refill);
  return refill;
}

Casts read_casts(pg::Connection& connection, const Catalog& now, const Catalog& then) {
  Casts casts;
  casts.now = now.attributes;
  casts.then = then.attributes;
  const auto rows = connection.execute("SELECT castsource, casttarget FROM pg_catalog.pg_cast WHERE castcontext IN ('i', 'a', 'e')");
  for (int row = 0; row < rows.rows(); ++row) casts.pairs.insert({static_cast<std::uint32_t>(rows.number(row, 0)), static_cast<std::uint32_t>(rows.number(row, 1))});
  return casts;
}

std::string cast(const Casts& casts, const std::string& expression, const Column& from, const Column& to, bool is_made_anew) {
  const auto here = casts.now.find(from.type_oid), there = casts.then.find(to.type_oid);
  if (here != casts.now.end() && there != casts.then.end()) {
    // A composite type made anew takes the attributes that it has, by name.
    std::vector<std::string> values;
    for (const auto& name : there->second)
      values.push_back(std::find(here->second.begin(), here->second.end(), name) == here->second.end() ? "NULL" : fmt::format("({}).{}", expression, name));
    return fmt::format("CASE WHEN {} IS NULL THEN NULL ELSE ROW({})::{} END", expression, join(values, ", "), to.type);
  }
  const bool is_direct = !is_made_anew && !from.is_type_of_user() && !to.is_type_of_user() &&
                         (from.type_oid == to.type_oid || casts.has(from.type_oid, to.type_oid) || is_string(from) || is_string(to));
  return fmt::format("({}){}::{}", expression, is_direct ? "" : "::text", to.type);
}

std::string is_untouched(const Column& column) {
  const bool is_constant = !column.default_value.empty() && column.default_value.find('(') == std::string::npos;
  return fmt::format("o.{} IS {}", column.quoted, is_constant ? "NOT DISTINCT FROM " + column.default_value : "NULL");
}

std::string is_newer(const Column& column) {
  // The last change of the column's own definition ended what the migration did with it: a rewrite writes all rows in that
  // very transaction, and what fills a new column stands before the statements that give it its name.
  return fmt::format("(pg_catalog.age(o.xmin) < pg_catalog.age('{}'::xid))", column.changed_xid);
}

std::string select_statement(const TablePlan& plan, const Refill* refill, const std::string& old, const Casts& casts, const std::vector<Fill>& fills) {
  std::vector<std::string> values;
  for (const auto& source : plan.sources)
    if (source.kind != Source::Kind::computed) values.push_back(expression_of(plan, source, refill, casts, fills) + " AS " + source.then->quoted);
  // Rows of partitions come through their table, those of children are their own.
  return fmt::format("SELECT {} FROM {} o{}", join(values, ", "), plan.now->own_rows(old),
                     refill == nullptr ? "" : fmt::format(" LEFT JOIN {} r ON {}", refill->table, joined_on(plan, *refill)));
}

std::string insert_statement(const TablePlan& plan, const Refill* refill, const std::string& old, const Casts& casts, const std::vector<Fill>& fills) {
  std::vector<std::string> columns;
  for (const auto& source : plan.sources)
    if (source.kind != Source::Kind::computed) columns.push_back(source.then->quoted);
  return fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE {}", plan.then->quoted, join(columns, ", "), select_statement(plan, refill, old, casts, fills));
}

std::string insert_missing_statement(const TablePlan& plan, const Refill& refill, const std::string& old) {
  std::vector<std::string> columns, values;
  for (const auto& source : plan.sources) {
    if (source.kind == Source::Kind::computed) continue;
    columns.push_back(source.then->quoted);
    values.push_back(refilled(refill, *source.then));
  }
  return fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {} r WHERE NOT EXISTS (SELECT FROM {} o WHERE {})", plan.then->quoted, join(columns, ", "),
                     join(values, ", "), refill.table, plan.now->own_rows(old), joined_on(plan, refill));
}

}  // namespace safety::undo

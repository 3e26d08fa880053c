#include "libsafety/undo/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace safety::undo {
namespace {

// Relations of users, of alias c; n is their schema.
constexpr const char* kUserRelations =
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety', 'safety_lost') "
    "AND c.relpersistence <> 't' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')";

std::uint32_t oid_at(const pg::Result& rows, int row, int column) { return static_cast<std::uint32_t>(rows.number(row, column)); }

void read_tables(pg::Connection& connection, Catalog& catalog) {
  const auto rows = connection.execute(fmt::format(
      "SELECT c.oid, n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind, c.relpersistence, "
      "CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END, pg_catalog.pg_get_expr(c.relpartbound, c.oid), "
      "CASE c.relkind WHEN 'r' THEN pg_catalog.pg_table_size(c.oid) ELSE 0 END, COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0), "
      "pg_catalog.pg_get_userbyid(c.relowner), pg_catalog.pg_has_role(c.relowner, 'USAGE'), "
      "(SELECT pg_catalog.string_agg('toast.' || o, ', ' ORDER BY o) FROM pg_catalog.pg_class t, pg_catalog.unnest(t.reloptions) o WHERE t.oid = c.reltoastrelid) "
      "FROM pg_catalog.pg_class c {} AND c.relkind IN ('r', 'p', 'f')",
      kUserRelations));
  for (int row = 0; row < rows.rows(); ++row) {
    auto& table = catalog.tables[oid_at(rows, row, 0)];
    table.oid = oid_at(rows, row, 0);
    table.schema = rows.text(row, 1), table.name = rows.text(row, 2), table.quoted = rows.text(row, 3);
    table.kind = rows.value(row, 4).front(), table.persistence = rows.value(row, 5).front();
    table.partition_key = rows.text(row, 6), table.partition_bound = rows.text(row, 7);
    table.bytes = static_cast<std::uint64_t>(rows.number(row, 8)), table.file = static_cast<std::uint64_t>(rows.number(row, 9));
    table.owner = rows.text(row, 10), table.is_ours = rows.is_true(row, 11);
    table.toast_options = rows.text(row, 12);
  }
  const auto parents = connection.execute("SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits ORDER BY inhrelid, inhseqno");
  for (int row = 0; row < parents.rows(); ++row)
    if (const auto child = catalog.tables.find(oid_at(parents, row, 0)); child != catalog.tables.end()) child->second.parents.push_back(oid_at(parents, row, 1));
}

void read_columns(pg::Connection& connection, Catalog& catalog) {
  const auto rows = connection.execute(std::string(
      "SELECT a.attrelid, a.attnum, a.attname, pg_catalog.quote_ident(a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, t.typcategory, "
      "CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END, "
      "a.attnotnull, a.attislocal, a.attidentity, a.attgenerated, pg_catalog.pg_get_expr(d.adbin, d.adrelid), "
      "EXISTS (SELECT FROM pg_catalog.pg_depend s JOIN pg_catalog.pg_class q ON q.oid = s.refobjid AND q.relkind = 'S' "
      "WHERE s.classid = 'pg_catalog.pg_attrdef'::regclass AND s.objid = d.oid AND s.refclassid = 'pg_catalog.pg_class'::regclass), a.xmin, "
      "CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END, ") +
      (connection.server_major() >= 14 ? "CASE a.attcompression WHEN 'l' THEN 'lz4' WHEN 'p' THEN 'pglz' ELSE '' END, " : "'', ") +
      "(SELECT pg_catalog.string_agg(o, ', ' ORDER BY o) FROM pg_catalog.unnest(a.attoptions) o WHERE o !~ '^pg_attver='), COALESCE(a.attstattarget, -1) "
      "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
      "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
      "WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid >= 16384 ORDER BY 1, 2");
  for (int row = 0; row < rows.rows(); ++row) {
    const auto table = catalog.tables.find(oid_at(rows, row, 0));
    if (table == catalog.tables.end()) continue;
    table->second.columns.push_back({static_cast<int>(rows.number(row, 1)), rows.text(row, 2), rows.text(row, 3), rows.text(row, 4), oid_at(rows, row, 5), rows.value(row, 6).front(), rows.text(row, 7),
                                     rows.is_true(row, 8), rows.is_true(row, 9), rows.text(row, 10), rows.text(row, 11), rows.text(row, 12), rows.is_true(row, 13),
                                     rows.text(row, 14), rows.text(row, 15), rows.text(row, 16), rows.text(row, 17), static_cast<int>(rows.number(row, 18))});
  }
}

void read_keys_and_checks(pg::Connection& connection, Catalog& catalog) {
  // What can tell rows apart, and never does not: no expressions, no part of the rows, no NULLs, not deferred.
  const auto keys = connection.execute(
      "SELECT i.indrelid, i.indexrelid, a.attname FROM pg_catalog.pg_index i CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place) "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE i.indisunique AND i.indisvalid AND i.indimmediate "
      "AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts AND NOT EXISTS (SELECT FROM pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY l(number, place) "
      "JOIN pg_catalog.pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = l.number WHERE l.place <= i.indnkeyatts AND NOT b.attnotnull) "
      "ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, i.indexrelid, k.place");
  std::uint32_t last = 0;
  for (int row = 0; row < keys.rows(); ++row) {
    const auto table = catalog.tables.find(oid_at(keys, row, 0));
    if (table == catalog.tables.end()) continue;
    if (oid_at(keys, row, 1) != last) table->second.keys.emplace_back();
    last = oid_at(keys, row, 1);
    table->second.keys.back().push_back(keys.text(row, 2));
  }
  const auto checks = connection.execute(
      "SELECT conrelid, pg_catalog.quote_ident(conname), pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE contype = 'c' AND conrelid <> 0 "
      "AND conislocal ORDER BY 1, conname");
  for (int row = 0; row < checks.rows(); ++row)
    if (const auto table = catalog.tables.find(oid_at(checks, row, 0)); table != catalog.tables.end())
      table->second.checks.push_back({checks.text(row, 1), checks.text(row, 2)});
}

void read_foreign_keys(pg::Connection& connection, Catalog& catalog) {
  const auto rows = connection.execute(
      "SELECT k.oid, k.conrelid, k.confrelid, k.confdeltype, pg_catalog.quote_ident(a.attname), pg_catalog.quote_ident(b.attname) FROM pg_catalog.pg_constraint k "
      "CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) WITH ORDINALITY u(here, there, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.here "
      "JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = u.there WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.oid, u.place");
  for (int row = 0; row < rows.rows(); ++row) {
    auto& key = catalog.foreign_keys[oid_at(rows, row, 0)];
    key.table = oid_at(rows, row, 1), key.referenced = oid_at(rows, row, 2), key.on_delete = rows.value(row, 3).front();
    key.columns.push_back(rows.text(row, 4)), key.referenced_columns.push_back(rows.text(row, 5));
  }
}

/// What an object of the catalog is a part of, where it has no life of its own.
class Parts {
 public:
  explicit Parts(pg::Connection& connection) {
    const auto defaults = connection.execute("SELECT oid, adrelid, adnum FROM pg_catalog.pg_attrdef");
    for (int row = 0; row < defaults.rows(); ++row) defaults_[oid_at(defaults, row, 0)] = {oid_at(defaults, row, 1), static_cast<int>(defaults.number(row, 2))};
    const auto checks = connection.execute("SELECT oid, conrelid, contypid, contype = 'c', pg_catalog.quote_ident(conname), conindid FROM pg_catalog.pg_constraint");
    for (int row = 0; row < checks.rows(); ++row) {
      if (oid_at(checks, row, 2) != 0) domain_checks_[oid_at(checks, row, 0)] = oid_at(checks, row, 2);
      else if (checks.is_true(row, 3)) checks_[oid_at(checks, row, 0)] = {oid_at(checks, row, 1), checks.text(row, 4)};
    }
    // The row type of a table is the table; the relation of a composite type is the type.
    const auto types = connection.execute(
        "SELECT t.oid, CASE WHEN c.relkind <> 'c' THEN t.typrelid ELSE 0 END, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END, CASE WHEN c.relkind = 'c' THEN t.typrelid ELSE 0 END "
        "FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid WHERE t.oid >= 16384");
    for (int row = 0; row < types.rows(); ++row) {
      types_[oid_at(types, row, 0)] = {oid_at(types, row, 1), oid_at(types, row, 2)};
      if (oid_at(types, row, 3) != 0) composites_[oid_at(types, row, 3)] = oid_at(types, row, 0);
    }
    const auto rules = connection.execute("SELECT oid, ev_class FROM pg_catalog.pg_rewrite WHERE rulename = '_RETURN'");
    for (int row = 0; row < rules.rows(); ++row) rules_[oid_at(rules, row, 0)] = oid_at(rules, row, 1);
    const auto triggers = connection.execute("SELECT oid, tgconstraint FROM pg_catalog.pg_trigger WHERE tgisinternal AND tgconstraint <> 0");
    for (int row = 0; row < triggers.rows(); ++row) triggers_[oid_at(triggers, row, 0)] = oid_at(triggers, row, 1);
    const auto indexes = connection.execute("SELECT conindid, oid FROM pg_catalog.pg_constraint WHERE contype IN ('p', 'u', 'x')");
    for (int row = 0; row < indexes.rows(); ++row) indexes_[oid_at(indexes, row, 0)] = oid_at(indexes, row, 1);
  }

  ObjectId owner_of(ObjectId id) const {
    if (id.catalog == kTypes) {
      const auto type = types_.find(id.oid);
      if (type == types_.end()) return id;
      if (type->second.first != 0) return {kRelations, type->second.first};
      if (type->second.second != 0) return owner_of({kTypes, type->second.second});
    }
    if (id.catalog == kConstraints)
      if (const auto type = domain_checks_.find(id.oid); type != domain_checks_.end()) return {kTypes, type->second};
    if (id.catalog == kRules)
      if (const auto view = rules_.find(id.oid); view != rules_.end()) return {kRelations, view->second};
    if (id.catalog == kTriggers)
      if (const auto constraint = triggers_.find(id.oid); constraint != triggers_.end()) return {kConstraints, constraint->second};
    if (id.catalog == kRelations)
      if (const auto type = composites_.find(id.oid); type != composites_.end()) return {kTypes, type->second};
    if (id.catalog == kRelations)
      if (const auto constraint = indexes_.find(id.oid); constraint != indexes_.end()) return {kConstraints, constraint->second};
    return id;
  }

  Dependency normalised(Dependency one) const {
    if (one.dependent.catalog == kDefaults) {
      const auto& [table, column] = defaults_.at(one.dependent.oid);
      one.dependent = {kRelations, table};
      one.dependent_part = column;
      one.part = Dependency::Part::default_value;
    } else if (const auto check = checks_.find(one.dependent.oid); one.dependent.catalog == kConstraints && check != checks_.end()) {
      one.dependent = {kRelations, check->second.first};
      one.part = Dependency::Part::check;
      one.part_name = check->second.second;
    } else if (one.dependent.catalog == kRelations && one.dependent_part != 0) {
      one.part = Dependency::Part::column_type;
    }
    one.dependent = owner_of(one.dependent);
    const auto on = owner_of(one.on);
    // A row type is the whole table.
    if (on.catalog != one.on.catalog) one.on_part = 0;
    one.on = on;
    return one;
  }

 private:
  std::map<std::uint32_t, std::pair<std::uint32_t, int>> defaults_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::string>> checks_;
  std::map<std::uint32_t, std::uint32_t> domain_checks_, rules_, triggers_, indexes_, composites_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> types_;
};

void read_dependencies(pg::Connection& connection, Catalog& catalog) {
  const Parts parts(connection);
  const auto rows = connection.execute(fmt::format(
      "SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_catalog.pg_depend "
      "WHERE refobjid >= 16384 AND objid >= 16384 AND refclassid <> {} AND deptype <> 'e'", kSchemas));
  for (int row = 0; row < rows.rows(); ++row) {
    Dependency one;
    one.dependent = {oid_at(rows, row, 0), oid_at(rows, row, 1)};
    one.dependent_part = static_cast<int>(rows.number(row, 2));
    one.on = {oid_at(rows, row, 3), oid_at(rows, row, 4)};
    one.on_part = static_cast<int>(rows.number(row, 5));
    one.kind = rows.value(row, 6).front();
    one = parts.normalised(one);
    if (one.dependent != one.on || one.part != Dependency::Part::whole) catalog.dependencies.push_back(one);
  }
}

void read_rest(pg::Connection& connection, Catalog& catalog) {
  const auto labels = connection.execute("SELECT enumtypid, oid, enumlabel FROM pg_catalog.pg_enum ORDER BY enumtypid, enumsortorder");
  for (int row = 0; row < labels.rows(); ++row) catalog.enums[oid_at(labels, row, 0)].push_back({oid_at(labels, row, 1), labels.text(row, 2)});
  const auto attributes = connection.execute(
      "SELECT t.oid, pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE t.oid >= 16384 ORDER BY 1, a.attnum");
  for (int row = 0; row < attributes.rows(); ++row) catalog.attributes[oid_at(attributes, row, 0)].push_back(attributes.text(row, 1));
  const auto arrays = connection.execute("SELECT typarray, oid FROM pg_catalog.pg_type WHERE typarray <> 0 AND oid >= 16384");
  for (int row = 0; row < arrays.rows(); ++row) catalog.elements[oid_at(arrays, row, 0)] = oid_at(arrays, row, 1);
  const auto defaults = connection.execute("SELECT oid, adrelid FROM pg_catalog.pg_attrdef");
  for (int row = 0; row < defaults.rows(); ++row) catalog.default_owners[oid_at(defaults, row, 0)] = oid_at(defaults, row, 1);
  const auto views = connection.execute("SELECT oid, relispopulated FROM pg_catalog.pg_class WHERE relkind = 'm'");
  for (int row = 0; row < views.rows(); ++row) catalog.is_populated[oid_at(views, row, 0)] = views.is_true(row, 1);
  const auto foreign = connection.execute(
      "SELECT 'pg_catalog.pg_class'::regclass::oid, oid FROM pg_catalog.pg_class WHERE oid >= 16384 AND NOT pg_catalog.pg_has_role(relowner, 'USAGE') UNION ALL "
      "SELECT 'pg_catalog.pg_proc'::regclass, oid FROM pg_catalog.pg_proc WHERE oid >= 16384 AND NOT pg_catalog.pg_has_role(proowner, 'USAGE') UNION ALL "
      "SELECT 'pg_catalog.pg_type'::regclass, oid FROM pg_catalog.pg_type WHERE oid >= 16384 AND NOT pg_catalog.pg_has_role(typowner, 'USAGE')");
  for (int row = 0; row < foreign.rows(); ++row) catalog.foreign.insert({oid_at(foreign, row, 0), oid_at(foreign, row, 1)});
}

}  // namespace

const Column* Table::find(const std::string& column) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

const Table* Catalog::find(const std::string& schema, const std::string& name) const {
  for (const auto& [oid, table] : tables)
    if (table.schema == schema && table.name == name) return &table;
  return nullptr;
}

Catalog read_catalog(pg::Connection& connection) {
  Catalog catalog;
  read_tables(connection, catalog);
  read_columns(connection, catalog);
  read_keys_and_checks(connection, catalog);
  read_foreign_keys(connection, catalog);
  read_dependencies(connection, catalog);
  read_rest(connection, catalog);
  return catalog;
}

std::map<ObjectId, std::pair<std::string, std::string>> identify(pg::Connection& connection, const std::set<ObjectId>& ids) {
  std::map<ObjectId, std::pair<std::string, std::string>> found;
  if (ids.empty()) return found;
  std::string list;
  for (const auto& id : ids) list += fmt::format("{}({}, {})", list.empty() ? "" : ", ", id.catalog, id.oid);
  const auto rows = connection.execute(fmt::format(
      "SELECT v.catalog, v.id, i.type, i.identity FROM (VALUES {}) v(catalog, id), LATERAL pg_catalog.pg_identify_object(v.catalog::oid, v.id::oid, 0) i", list));
  for (int row = 0; row < rows.rows(); ++row) found[{oid_at(rows, row, 0), oid_at(rows, row, 1)}] = {rows.text(row, 2), rows.text(row, 3)};
  return found;
}

}  // namespace safety::undo

#include "libsafety/transfer/source_catalog.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::transfer {
namespace {

// Objects of a user, by pg_dump's rules. Needs the aliases c (pg_class) and n (pg_namespace).
std::string is_user_relation(bool skips_own_schema) {
  return fmt::format(
      "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't'{} "
      "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass "
      "AND d.objid = c.oid AND d.deptype = 'e')",
      skips_own_schema ? " AND n.nspname <> 'safety'" : "");
}

struct ConfigTable {
  std::uint32_t oid;
  std::string condition;
};

// Extensions may mark tables and sequences of theirs as holding users' configuration.
std::vector<ConfigTable> list_extension_config(pg::Connection& connection, const char* kinds) {
  std::vector<ConfigTable> found;
  const auto rows = connection.execute(fmt::format(
      "SELECT c.oid, u.condition FROM pg_catalog.pg_extension e, "
      "unnest(e.extconfig, e.extcondition) AS u(relation, condition) "
      "JOIN pg_catalog.pg_class c ON c.oid = u.relation WHERE c.relkind IN ({}) ORDER BY e.oid, c.oid",
      kinds));
  for (int row = 0; row < rows.rows(); ++row)
    found.push_back({static_cast<std::uint32_t>(rows.number(row, 0)), rows.text(row, 1)});
  return found;
}

// Config tables keep their foreign keys (the extension's script made them), so referenced tables come first.
void sort_by_foreign_keys(pg::Connection& connection, std::vector<ConfigTable>& tables) {
  if (tables.size() < 2) return;
  const auto rows = connection.execute(
      "SELECT conrelid, confrelid FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid <> confrelid");
  std::multimap<std::uint32_t, std::uint32_t> references;
  for (int row = 0; row < rows.rows(); ++row)
    references.emplace(static_cast<std::uint32_t>(rows.number(row, 0)), static_cast<std::uint32_t>(rows.number(row, 1)));
  std::vector<ConfigTable> sorted;
  std::map<std::uint32_t, int> state;  // 1 on the way, 2 placed
  auto place = [&](auto&& self, const ConfigTable& table) -> void {
    if (state[table.oid] != 0) return;
    state[table.oid] = 1;
    for (auto [at, end] = references.equal_range(table.oid); at != end; ++at)
      for (const auto& other : tables)
        if (other.oid == at->second) self(self, other);
    state[table.oid] = 2;
    sorted.push_back(table);
  };
  for (const auto& table : tables) place(place, table);
  tables = std::move(sorted);
}

// A label of an enum hashes by its oid, which a restore does not keep: rows of such partitions go in through the root,
// in the root's columns (partitions may order theirs differently), as pg_dump does it.
void find_hash_roots(pg::Connection& connection, std::vector<SourceTable>& tables, const std::map<std::uint32_t, std::size_t>& position) {
  const auto rows = connection.execute(
      "WITH RECURSIVE up(leaf, ancestor) AS (SELECT i.inhrelid, i.inhparent FROM pg_catalog.pg_inherits i "
      "JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid WHERE c.relispartition AND c.relkind = 'r' "
      "UNION SELECT u.leaf, i.inhparent FROM up u JOIN pg_catalog.pg_inherits i ON i.inhrelid = u.ancestor), "
      "unsafe AS (SELECT DISTINCT u.leaf FROM up u JOIN pg_catalog.pg_partitioned_table p ON p.partrelid = u.ancestor "
      "WHERE p.partstrat = 'h' AND EXISTS (SELECT FROM pg_catalog.unnest(p.partclass) k JOIN pg_catalog.pg_opclass o ON o.oid = k "
      "WHERE o.opcname = 'enum_ops')) "
      "SELECT u.leaf, n.nspname, r.relname, a.attname FROM up u JOIN unsafe s ON s.leaf = u.leaf "
      "JOIN pg_catalog.pg_class r ON r.oid = u.ancestor AND NOT r.relispartition JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
      "ORDER BY u.leaf, a.attnum");
  std::uint32_t leaf = 0;
  for (int row = 0; row < rows.rows(); ++row) {
    const auto oid = static_cast<std::uint32_t>(rows.number(row, 0));
    const auto at = position.find(oid);
    if (at == position.end()) continue;
    auto& table = tables[at->second].table;
    if (oid != leaf) table.columns.clear();
    leaf = oid;
    table.root_schema = rows.text(row, 1);
    table.root_name = rows.text(row, 2);
    table.columns.push_back(rows.text(row, 3));
  }
}

std::vector<std::string> first_column(const pg::Result& rows) {
  std::vector<std::string> values;
  for (int row = 0; row < rows.rows(); ++row) values.push_back(rows.text(row, 0));
  return values;
}

}  // namespace

bool has_own_schema(pg::Connection& connection) {
  return connection.value_of(
             "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'safety' AND "
             "pg_catalog.obj_description(n.oid, 'pg_namespace') LIKE 'safety registry%')") == "t";
}

std::vector<LockTarget> list_lock_targets(pg::Connection& connection) {
  const auto rows = connection.execute(fmt::format(
      "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
      "ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {} ORDER BY c.oid",
      is_user_relation(has_own_schema(connection))));
  std::vector<LockTarget> targets;
  for (int row = 0; row < rows.rows(); ++row)
    targets.push_back({static_cast<std::uint32_t>(rows.number(row, 0)), rows.text(row, 1), rows.text(row, 2)});
  return targets;
}

std::vector<SourceTable> list_tables(pg::Connection& connection) {
  auto config = list_extension_config(connection, "'r'");
  sort_by_foreign_keys(connection, config);
  std::string config_oids = "0";
  for (const auto& table : config) config_oids += fmt::format(", {}", table.oid);
  const std::string chosen =
      fmt::format("(({}) AND c.relkind = 'r' OR c.oid IN ({}))", is_user_relation(has_own_schema(connection)), config_oids);

  const auto rows = connection.execute(fmt::format(
      "SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_relation_size(c.oid) / "
      "pg_catalog.current_setting('block_size')::int, pg_catalog.pg_table_size(c.oid), a.amname, "
      "pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam WHERE {} ORDER BY n.nspname, c.relname",
      chosen));
  std::vector<SourceTable> tables;
  std::map<std::uint32_t, std::size_t> position;
  std::vector<std::string> forbidden;
  for (int row = 0; row < rows.rows(); ++row) {
    SourceTable source;
    source.oid = static_cast<std::uint32_t>(rows.number(row, 0));
    source.table.schema = rows.text(row, 1);
    source.table.name = rows.text(row, 2);
    source.heap_pages = static_cast<std::uint64_t>(rows.number(row, 3));
    source.total_bytes = static_cast<std::uint64_t>(rows.number(row, 4));
    source.can_split = rows.value(row, 5) == "heap" && connection.server_major() >= 14;
    if (!rows.is_true(row, 6)) forbidden.push_back(pg::quote_qualified(source.table.schema, source.table.name));
    position[source.oid] = tables.size();
    tables.push_back(std::move(source));
  }
  if (!forbidden.empty())
    throw Error(Code::not_permitted,
                fmt::format("no SELECT privilege on {}: {}", format_plural(forbidden.size(), "table"), join_some(forbidden)),
                fmt::format("Back up as the tables' owner or a superuser, or run `GRANT pg_read_all_data TO {}`; nothing was written.",
                            pg::quote_identifier(connection.value_of("SELECT current_user"))));

  const auto columns = connection.execute(fmt::format(
      "SELECT t.attrelid, t.attname FROM pg_catalog.pg_attribute t JOIN pg_catalog.pg_class c ON c.oid = t.attrelid "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE t.attnum > 0 AND NOT t.attisdropped AND t.attgenerated = '' AND {} ORDER BY t.attrelid, t.attnum",
      chosen));
  for (int row = 0; row < columns.rows(); ++row)
    if (const auto at = position.find(static_cast<std::uint32_t>(columns.number(row, 0))); at != position.end())
      tables[at->second].table.columns.push_back(columns.text(row, 1));

  find_hash_roots(connection, tables, position);

  // Configuration tables first, in the order their foreign keys ask for.
  std::vector<SourceTable> ordered;
  for (const auto& entry : config) {
    auto& source = tables[position.at(entry.oid)];
    source.table.is_extension_config = true;
    source.table.condition = entry.condition;
    source.can_split = false;
    ordered.push_back(source);
  }
  for (auto& source : tables) {
    if (source.table.is_extension_config) continue;
    if (source.table.columns.empty()) source.can_split = false;
    ordered.push_back(std::move(source));
  }
  return ordered;
}

std::vector<SequenceState> list_sequences(pg::Connection& connection) {
  std::string config_oids = "0";
  for (const auto& entry : list_extension_config(connection, "'S'")) config_oids += fmt::format(", {}", entry.oid);
  const auto rows = connection.execute(fmt::format(
      "SELECT n.nspname, c.relname, pg_catalog.has_sequence_privilege(c.oid, 'SELECT') AND "
      "pg_catalog.has_schema_privilege(n.oid, 'USAGE') FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind = 'S' AND ({} OR c.oid IN ({})) ORDER BY 1, 2",
      is_user_relation(has_own_schema(connection)), config_oids));
  std::vector<SequenceState> sequences;
  std::vector<std::string> forbidden;
  for (int row = 0; row < rows.rows(); ++row) {
    sequences.push_back({rows.text(row, 0), rows.text(row, 1), {}, false});
    if (!rows.is_true(row, 2)) forbidden.push_back(pg::quote_qualified(rows.text(row, 0), rows.text(row, 1)));
  }
  if (!forbidden.empty())
    throw Error(Code::not_permitted, "no SELECT privilege on sequence " + join_some(forbidden),
                "Back up as their owner or a superuser, or run `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ... TO ...`.");
  constexpr std::size_t kBatch = 200;
  for (std::size_t begin = 0; begin < sequences.size(); begin += kBatch) {
    std::string sql;
    const auto end = std::min(sequences.size(), begin + kBatch);
    for (auto at = begin; at < end; ++at)
      sql += fmt::format("{}SELECT {}, last_value, is_called FROM {}", at == begin ? "" : " UNION ALL ", at,
                         pg::quote_qualified(sequences[at].schema, sequences[at].name));
    const auto values = connection.execute(sql);
    for (int row = 0; row < values.rows(); ++row) {
      auto& sequence = sequences[static_cast<std::size_t>(values.number(row, 0))];
      sequence.last_value = values.text(row, 1);
      sequence.is_called = values.is_true(row, 2);
    }
  }
  return sequences;
}

std::uint64_t count_large_objects(pg::Connection& connection) {
  return static_cast<std::uint64_t>(
      connection.execute("SELECT count(*) FROM pg_catalog.pg_largeobject_metadata").number(0, 0));
}

std::vector<archive::Extension> list_extensions(pg::Connection& connection) {
  const auto rows = connection.execute(
      "SELECT e.extname, e.extversion, n.nspname FROM pg_catalog.pg_extension e "
      "JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace ORDER BY 1");
  std::vector<archive::Extension> extensions;
  for (int row = 0; row < rows.rows(); ++row) extensions.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)});
  return extensions;
}

std::vector<std::string> list_roles(pg::Connection& connection) {
  // The bootstrap superuser's possessions are pinned and stand in no pg_shdepend row: its relations are asked for.
  return first_column(connection.execute(
      "SELECT DISTINCT r.rolname FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid "
      "JOIN pg_catalog.pg_database b ON b.oid = d.dbid WHERE b.datname = pg_catalog.current_database() "
      "AND d.refclassid = 'pg_catalog.pg_authid'::regclass "
      "UNION SELECT DISTINCT r.rolname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid = c.relowner "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety') ORDER BY 1"));
}

std::vector<std::string> list_tablespaces(pg::Connection& connection) {
  return first_column(connection.execute(
      "SELECT DISTINCT t.spcname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_tablespace t ON t.oid = c.reltablespace "
      "WHERE t.spcname <> 'pg_global' ORDER BY 1"));
}

}  // namespace safety::transfer

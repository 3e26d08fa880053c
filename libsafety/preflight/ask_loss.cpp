// What a drop or truncate takes with it.
#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"

namespace safety::preflight {
namespace {

/// Views over the table (or one of its columns: `attnum` > 0) and other tables' foreign keys to it.
std::vector<std::string> dependents_of(Session& session, const Table& table, const std::string& column = "") {
  const auto rows = session.query(
      "SELECT d.text FROM (SELECT DISTINCT CASE v.relkind WHEN 'm' THEN 'materialized view ' ELSE 'view ' END || "
      "n.nspname || '.' || v.relname AS text "
      "FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid JOIN pg_catalog.pg_class v ON v.oid "
      "= r.ev_class "
      "JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = "
      "d.refobjid AND a.attnum = d.refobjsubid "
      "WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.refclassid = "
      "'pg_catalog.pg_class'::pg_catalog.regclass "
      "AND d.refobjid = $1::pg_catalog.oid AND v.oid <> d.refobjid AND ($2 = '' OR a.attname = $2) "
      "UNION ALL SELECT 'foreign key ' || n.nspname || '.' || c.relname || '.' || k.conname FROM "
      "pg_catalog.pg_constraint k "
      "JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = $1::pg_catalog.oid AND k.conrelid <> k.confrelid "
      "AND ($2 = '' OR EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = k.confrelid AND a.attnum = ANY "
      "(k.confkey) AND a.attname = $2))) AS d ORDER BY 1",
      {table.oid, column});
  std::vector<std::string> names;
  for (int row = 0; row < rows.rows(); ++row) names.push_back(rows.text(row, 0));
  return names;
}

std::string describe(const std::vector<std::string>& dependents) {
  if (dependents.empty()) return "";
  return fmt::format("; {} on it: {}",
                     dependents.size() == 1 ? "1 object depends" : format_count(dependents.size()) + " objects depend",
                     join_some(dependents));
}

/// What the server's statistics say of the last writes; it keeps no time of them.
std::string last_writes(Session& session, const Table& table) {
  const auto rows =
      session.query(fmt::format("SELECT s.n_tup_ins + s.n_tup_upd + s.n_tup_del, pg_catalog.to_char(d.stats_reset AT "
                                "TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), s.n_mod_since_analyze, "
                                "pg_catalog.to_char(greatest(s.last_analyze, s.last_autoanalyze) AT TIME ZONE 'UTC', "
                                "'YYYY-MM-DD HH24:MI'), {} "
                                "FROM pg_catalog.pg_stat_all_tables s JOIN pg_catalog.pg_stat_database d ON d.datname "
                                "= pg_catalog.current_database() WHERE s.relid = $1::pg_catalog.oid",
                                session.connection().server_major() >= 16
                                    ? "pg_catalog.to_char(greatest(s.last_seq_scan, s.last_idx_scan) AT TIME ZONE "
                                      "'UTC', 'YYYY-MM-DD HH24:MI')"
                                    : "NULL"),
                    {table.oid});
  if (rows.rows() == 0) return "";
  std::string text =
      rows.number(0, 0) == 0
          ? "; not written to"
          : fmt::format("; {} written", format_plural(static_cast<std::uint64_t>(rows.number(0, 0)), "row"));
  text += rows.is_null(0, 1) ? " as far as its statistics go" : fmt::format(" since {} UTC", rows.value(0, 1));
  if (!rows.is_null(0, 3) && rows.number(0, 0) > 0)
    text += fmt::format(", {} of them after its last analyze at {} UTC",
                        format_count(static_cast<std::uint64_t>(rows.number(0, 2))), rows.value(0, 3));
  if (!rows.is_null(0, 4)) text += fmt::format("; last read at {} UTC", rows.value(0, 4));
  return text;
}

std::string owner_of(const Session& session, const Table& table) {
  const auto owner = session.options().ownership.owner_of(table.schema, table.name);
  return owner == migrations::Owner::nobody ? "" : "; it belongs to " + migrations::name_of(owner);
}

bool holds_rows(const Table& table) {
  return table.kind == 'r' || table.kind == 'p' || table.kind == 'm' || table.kind == 'f';
}

Answer nothing_there(const TableName& name) {
  auto answer = not_there(name);
  answer.evidence.text = fmt::format("there is no table {}{}{} in the database: nothing is lost", name.schema,
                                     name.schema.empty() ? "" : ".", name.name);
  answer.severity = Severity::note;
  return answer;
}

}  // namespace

Answer ask_lost_table(Session& session, const Question& question) {
  const auto table = session.find(question.table);
  if (!table) return nothing_there(question.table);
  const auto depends = describe(dependents_of(session, *table)) + owner_of(session, *table);
  if (!holds_rows(*table)) return refuted(table->display() + " is a view: it holds no rows" + depends);
  if (session.query(fmt::format("SELECT 1 FROM {} LIMIT 1", table->sql)).rows() == 0)
    return refuted(table->display() + " is empty" + depends);
  auto answer = confirmed(1, "at least 1 row is lost" + depends);
  answer.count = [table, depends](Session& again, Answer& known) {
    const auto size = again.query(
        "WITH RECURSIVE tree(oid) AS (SELECT $1::pg_catalog.oid UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i "
        "JOIN tree ON i.inhparent = tree.oid) "
        "SELECT COALESCE(sum(pg_catalog.pg_total_relation_size(oid)), 0) FROM tree",
        {table->oid});
    const auto rest = fmt::format(", {}{}{}", format_bytes(static_cast<std::uint64_t>(size.number(0, 0))),
                                  last_writes(again, *table), depends);
    known.evidence.text = "at least 1 row is lost" + rest;
    const auto count = again.count_rows(*table);
    known.evidence.rows = count.rows;
    known.evidence.text = fmt::format("{} lost{}", count.text() + (count.rows == 1 ? " is" : " are"), rest);
  };
  return answer;
}

Answer ask_lost_column(Session& session, const Question& question) {
  const auto& name = question.columns.at(0);
  const auto table = session.find(question.table);
  if (!table) return nothing_there(question.table);
  if (!session.column(*table, name)) {
    Answer answer;
    answer.evidence.text = fmt::format("{} has no column \"{}\": nothing is lost", table->display(), name);
    answer.severity = Severity::note;
    return answer;
  }
  const auto depends = describe(dependents_of(session, *table, name));
  const auto column = "t." + pg::quote_identifier(name);
  const auto condition = column + " IS DISTINCT FROM NULL";
  const auto show = fmt::format("pg_catalog.left({}::text, 60)", column);
  auto answer = search(session, {table->sql + " AS t", condition, show,
                                 [name, depends](const std::string& count) {
                                   return fmt::format("{} with a value in \"{}\"{}", count, name, depends);
                                 },
                                 fmt::format("no row has a value in \"{}\"{}", name, depends)});
  if (answer.evidence.state == Evidence::State::refuted) return answer;
  answer.count = [table, condition, show, name, depends](Session& again, Answer& known) {
    // The first few rows would show one value again and again.
    const auto wanted = again.options().samples;
    if (wanted > 0) {
      const auto rows = again.query(fmt::format(
          "SELECT DISTINCT v FROM (SELECT {} AS v FROM {} AS t WHERE {} LIMIT 1000) AS d ORDER BY v LIMIT {}", show,
          table->sql, condition, wanted));
      known.evidence.samples.clear();
      for (int row = 0; row < rows.rows(); ++row) known.evidence.samples.push_back(one_line(rows.value(row, 0)));
    }
    const auto counted = again.query(fmt::format("SELECT count(*) FROM {} AS t WHERE {}", table->sql, condition));
    known.evidence.rows = static_cast<std::uint64_t>(counted.number(0, 0));
    known.evidence.text =
        fmt::format("{} with a value in \"{}\"{}", format_plural(known.evidence.rows, "row"), name, depends);
  };
  return answer;
}

}  // namespace safety::preflight

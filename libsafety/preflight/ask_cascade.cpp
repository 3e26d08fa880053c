// How far CASCADE goes, and whose tables it meets there.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/preflight/ask_kinds.hpp"

namespace safety::preflight {
namespace {

using migrations::Owner;

struct Reached {
  Table table;
  bool is_root = false;
};

constexpr const char* kSelect =
    "SELECT c.oid, n.nspname, c.relname, c.relkind, c.oid = ANY ($1::pg_catalog.oid[]) FROM reach JOIN "
    "pg_catalog.pg_class c ON c.oid = reach.oid "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT c.relispartition ORDER BY 5 DESC, n.nspname, "
    "c.relname";

/// TRUNCATE empties what refers to a table, and what refers to that, children included.
constexpr const char* kTruncateReach =
    "WITH RECURSIVE reach(oid) AS (SELECT pg_catalog.unnest($1::pg_catalog.oid[]) UNION SELECT n.oid FROM reach CROSS "
    "JOIN LATERAL "
    "(SELECT k.conrelid FROM pg_catalog.pg_constraint k WHERE k.contype = 'f' AND k.confrelid = reach.oid "
    "UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = reach.oid) AS n(oid)) ";

/// DROP takes views over a table, views over those, and tables that inherit from it.
constexpr const char* kDropReach =
    "WITH RECURSIVE reach(oid) AS (SELECT pg_catalog.unnest($1::pg_catalog.oid[]) UNION SELECT n.oid FROM reach CROSS "
    "JOIN LATERAL "
    "(SELECT r.ev_class FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid "
    "WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.refclassid = "
    "'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = reach.oid "
    "UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = reach.oid) AS n(oid)) ";

std::vector<Reached> read_reached(Session& session, const std::string& reach, const std::string& roots) {
  const auto rows = session.query(reach + kSelect, {roots});
  std::vector<Reached> reached;
  for (int row = 0; row < rows.rows(); ++row) {
    Reached one;
    one.table.oid = rows.text(row, 0);
    one.table.schema = rows.text(row, 1);
    one.table.name = rows.text(row, 2);
    one.table.kind = rows.value(row, 3).front();
    one.table.sql = pg::quote_qualified(one.table.schema, one.table.name);
    one.is_root = rows.is_true(row, 4);
    reached.push_back(std::move(one));
  }
  return reached;
}

/// Foreign keys of other tables that a drop takes away; with the tables, whose owners matter.
std::vector<std::pair<Table, std::string>> lost_keys(Session& session, const std::string& oids) {
  const auto rows = session.query(
      "SELECT c.oid, n.nspname, c.relname, k.conname FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON "
      "c.oid = k.conrelid "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND k.conparentid = 0 "
      "AND k.confrelid = ANY ($1::pg_catalog.oid[]) AND NOT k.conrelid = ANY ($1::pg_catalog.oid[]) ORDER BY 2, 3, 4",
      {oids});
  std::vector<std::pair<Table, std::string>> keys;
  for (int row = 0; row < rows.rows(); ++row) {
    Table table;
    table.oid = rows.text(row, 0);
    table.schema = rows.text(row, 1);
    table.name = rows.text(row, 2);
    keys.emplace_back(std::move(table), rows.text(row, 3));
  }
  return keys;
}

/// The tables that the statement itself names: one, or all of a schema.
std::string find_roots(Session& session, const Question& question) {
  if (!question.table.name.empty()) {
    const auto table = session.find(question.table);
    return table ? "{" + table->oid + "}" : "";
  }
  return session
      .query(
          "SELECT pg_catalog.array_agg(c.oid)::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid "
          "= c.relnamespace "
          "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'f', 'm', 'v')",
          {question.table.schema})
      .text(0, 0);
}

}  // namespace

Answer ask_cascade_reach(Session& session, const Question& question, const Finding& finding) {
  const auto roots = find_roots(session, question);
  if (roots.empty()) return not_there(question.table);
  const bool is_truncate = first_word(finding.statement) == "TRUNCATE";
  const auto& ownership = session.options().ownership;
  const auto owner_of = [&](const Table& table) { return ownership.owner_of(table.schema, table.name); };
  const auto reached = read_reached(session, is_truncate ? kTruncateReach : kDropReach, roots);

  std::vector<Owner> own;
  for (const auto& one : reached)
    if (one.is_root) own.push_back(owner_of(one.table));
  const auto is_foreign = [&](Owner owner) {
    return owner != Owner::nobody && std::find(own.begin(), own.end(), owner) == own.end();
  };
  const auto whose = [](Owner owner) {
    return owner == Owner::nobody ? std::string() : migrations::name_of(owner) + ", ";
  };

  std::uint64_t rows = 0;
  std::vector<std::string> list, crossed;
  std::string oids;
  const bool is_schema = question.table.name.empty();
  for (const auto& one : reached) {
    oids += (oids.empty() ? "{" : ",") + one.table.oid;
    if (one.is_root && !is_schema) continue;
    const auto owner = owner_of(one.table);
    if (is_foreign(owner) || (is_schema && owner != Owner::nobody))
      crossed.push_back(migrations::name_of(owner) + "'s " + one.table.display());
    if (one.table.kind == 'v') {
      list.push_back("view " + one.table.display());
      continue;
    }
    const auto count = session.count_rows(one.table);
    rows += count.rows;
    list.push_back(fmt::format("{} ({}{})", one.table.display(), whose(owner), count.text()));
  }
  if (!is_truncate && !oids.empty())
    for (const auto& [table, key] : lost_keys(session, oids + "}")) {
      if (is_foreign(owner_of(table)))
        crossed.push_back(migrations::name_of(owner_of(table)) + "'s " + table.display());
      list.push_back(fmt::format("foreign key {} of {}", key, table.display()));
    }
  if (list.empty()) return refuted("CASCADE reaches nothing else");
  if (finding.rule == "cascade-across-owners" && crossed.empty())
    return refuted("CASCADE reaches no table of another tool");
  auto answer =
      confirmed(rows, fmt::format("CASCADE reaches {}{}: {}", format_plural(list.size(), "more object"),
                                  crossed.empty() ? "" : ", among them " + join_some(crossed), join_some(list, 8)));
  // Rows are a loss; a view or a key less is what the rule says it is, unless it is another tool's.
  if (rows == 0 && crossed.empty()) answer.severity.reset();
  return answer;
}

}  // namespace safety::preflight

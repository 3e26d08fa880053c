// How many rows were written since the checkpoint, asked of the rows themselves: each knows the transaction that wrote it.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/time.hpp"
#include "libsafety/migrations/history_table.hpp"
#include "libsafety/rollback/run.hpp"

namespace safety::rollback {
namespace {

constexpr const char* kTables =
    "SELECT n.nspname, c.relname, pg_catalog.format('%I.%I', n.nspname, c.relname), c.relkind = 'p', COALESCE(s.n_live_tup, 0) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = c.oid WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition "
    "AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety', 'safety_lost') "
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e') ORDER BY c.relpages, 3";

/// The counter without its epoch, as rows hold it.
std::string xid_of(const std::string& since) { return since.empty() ? "" : std::to_string(static_cast<std::uint32_t>(std::stoull(since))); }

}  // namespace

std::vector<Written> count_written(const Context& context, pg::Connection& target, const std::string& since,
                                   const std::map<std::string, std::uint64_t>& rows_then, const migrations::Project& project, std::chrono::milliseconds budget) {
  context.sink.phase("rows written since");
  const auto ownership = migrations::Ownership::of(project);
  const auto histories = migrations::history_names(project);
  const auto xid = xid_of(since);
  const Stopwatch watch;
  std::vector<Written> all;
  const auto tables = target.execute(kTables);
  for (int row = 0; row < tables.rows(); ++row) {
    // What tools note there is not what people wrote.
    if (std::find(histories.begin(), histories.end(), tables.text(row, 1)) != histories.end()) continue;
    Written one;
    one.table = tables.text(row, 0) + "." + tables.text(row, 1);
    one.owner = ownership.owner_of(tables.text(row, 0), tables.text(row, 1));
    if (const auto then = rows_then.find(one.table); then != rows_then.end()) one.before = then->second;
    const auto left = budget.count() - static_cast<long>(watch.seconds() * 1000);
    try {
      if (left <= 0) throw Error(Code::database, "out of time");
      target.execute(fmt::format("SET statement_timeout = {}", left));
      const auto counted = target.execute(fmt::format("SELECT count(*){} FROM {}{} o", xid.empty() ? "" : fmt::format(", count(*) FILTER (WHERE pg_catalog.age(o.xmin) <= pg_catalog.age('{}'::xid))", xid),
                                                      tables.is_true(row, 3) ? "" : "ONLY ", tables.value(row, 2)));
      one.now = static_cast<std::uint64_t>(counted.number(0, 0));
      if (!xid.empty()) one.written = static_cast<std::uint64_t>(counted.number(0, 1));
    } catch (const Interrupted&) {
      throw;
    } catch (const Error&) {
      if (target.is_broken()) throw;
      one.is_exact = false;
      one.now = static_cast<std::uint64_t>(tables.number(row, 4));
    }
    const bool is_same = one.written == 0 && one.now == one.before;
    if (!is_same) all.push_back(std::move(one));
  }
  target.execute("SET statement_timeout = 0");
  std::stable_sort(all.begin(), all.end(), [](const Written& a, const Written& b) { return a.written.value_or(0) > b.written.value_or(0); });
  return all;
}

}  // namespace safety::rollback

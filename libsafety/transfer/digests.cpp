#include "libsafety/transfer/digests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "libsafety/archive/row_digest.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/dump_rows.hpp"

namespace safety::transfer {
namespace {

struct Comparison {
  archive::RowDigest expected, found;
  std::string problem;
};

std::string whole_of(const archive::Table& table) {
  return table.root_name.empty() ? pg::quote_qualified(table.schema, table.name) : pg::quote_qualified(table.root_schema, table.root_name);
}

}  // namespace

std::vector<std::string> compare_digests(const Context& context, const pg::ConnectionInfo& database,
                                         const std::vector<archive::Table>& tables, unsigned jobs) {
  std::vector<const archive::Table*> order;
  std::uint64_t total_bytes = 0;
  // Tables that were loaded through a common root are one set of rows: which partition holds a row may have changed.
  std::map<std::string, Comparison> comparisons;
  for (const auto& table : tables) {
    if (table.digest.empty()) continue;
    order.push_back(&table);
    total_bytes += table.plain_bytes;
    auto& comparison = comparisons[whole_of(table)];
    comparison.expected.merge(table.digest, table.rows);
  }
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->plain_bytes > b->plain_bytes; });
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> done_bytes{0};
  const auto count = static_cast<unsigned>(std::clamp<std::size_t>(order.size(), 1, std::max(1U, jobs)));
  os::run_workers(context, count, [&](const Context& inner, unsigned) {
    pg::Connection connection(inner, database);
    pg::use_dump_settings(connection);
    for (auto at = next++; at < order.size(); at = next++) {
      const auto& table = *order[at];
      archive::RowDigest digest;
      std::string problem;
      try {
        connection.copy_out(copy_to_statement(table), [&](std::string_view row) { digest.add_row(row.substr(0, row.size() - 1)); });
      } catch (const Error& error) {
        if (error.sqlstate() != "42P01" && error.sqlstate() != "42703") throw;
        problem = error.message();
      }
      done_bytes += table.plain_bytes;
      context.sink.on({.kind = Event::Kind::progress, .name = "digests", .text = table.name, .done_bytes = done_bytes,
                       .total_bytes = total_bytes, .done_items = at + 1, .total_items = order.size()});
      const std::lock_guard lock(mutex);
      auto& comparison = comparisons[whole_of(table)];
      comparison.found.merge(digest);
      if (!problem.empty()) comparison.problem = std::move(problem);
    }
  });

  std::vector<std::string> differences;
  for (const auto& [name, comparison] : comparisons) {
    if (!comparison.problem.empty())
      differences.push_back(fmt::format("table {}: {}", name, comparison.problem));
    else if (comparison.found.rows() != comparison.expected.rows())
      differences.push_back(fmt::format("table {}: {} rows, expected {}", name, comparison.found.rows(), comparison.expected.rows()));
    else if (comparison.found != comparison.expected)
      differences.push_back(fmt::format("table {}: same number of rows, other content", name));
  }
  return differences;
}

std::string digest_large_objects(pg::Connection& connection) {
  archive::RowDigest digest;
  connection.execute("SAVEPOINT large_objects");
  try {
    connection.copy_out(
        "COPY (SELECT m.oid, pg_catalog.md5(pg_catalog.lo_get(m.oid)) FROM pg_catalog.pg_largeobject_metadata m) TO STDOUT",
        [&](std::string_view row) { digest.add_row(row.substr(0, row.size() - 1)); });
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (connection.is_broken() || error.sqlstate() == "42501") throw;
    connection.execute("ROLLBACK TO SAVEPOINT large_objects");
    return "";
  }
  connection.execute("RELEASE SAVEPOINT large_objects");
  return digest.hex();
}

}  // namespace safety::transfer

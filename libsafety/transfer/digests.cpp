#include "libsafety/transfer/digests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "libsafety/archive/row_digest.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/dump_rows.hpp"

namespace safety::transfer {

std::vector<std::string> compare_digests(const Context& context, const pg::ConnectionInfo& database,
                                         const std::vector<archive::Table>& tables, unsigned jobs) {
  std::vector<const archive::Table*> order;
  std::uint64_t total_bytes = 0;
  for (const auto& table : tables) {
    if (table.digest.empty()) continue;
    order.push_back(&table);
    total_bytes += table.plain_bytes;
  }
  std::stable_sort(order.begin(), order.end(), [](auto* a, auto* b) { return a->plain_bytes > b->plain_bytes; });
  std::vector<std::string> differences;
  std::mutex mutex;
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> done_bytes{0};
  const auto count = static_cast<unsigned>(std::clamp<std::size_t>(order.size(), 1, std::max(1U, jobs)));
  os::run_workers(context, count, [&](const Context& inner, unsigned) {
    pg::Connection connection(inner, database);
    pg::use_dump_settings(connection);
    for (auto at = next++; at < order.size(); at = next++) {
      const auto& table = *order[at];
      const auto name = pg::quote_qualified(table.schema, table.name);
      archive::RowDigest digest;
      std::string difference;
      try {
        connection.copy_out(copy_to_statement(table), [&](std::string_view row) { digest.add_row(row.substr(0, row.size() - 1)); });
        if (digest.rows() != table.rows)
          difference = fmt::format("table {}: {} rows, expected {}", name, digest.rows(), table.rows);
        else if (digest.hex() != table.digest)
          difference = fmt::format("table {}: same number of rows, other content", name);
      } catch (const Error& error) {
        if (error.sqlstate() != "42P01" && error.sqlstate() != "42703") throw;
        difference = fmt::format("table {}: {}", name, error.message());
      }
      done_bytes += table.plain_bytes;
      context.sink.on({.kind = Event::Kind::progress, .name = "digests", .text = table.name, .done_bytes = done_bytes,
                       .total_bytes = total_bytes, .done_items = at + 1, .total_items = order.size()});
      if (difference.empty()) continue;
      const std::lock_guard lock(mutex);
      differences.push_back(std::move(difference));
    }
  });
  std::sort(differences.begin(), differences.end());
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

#include "libsafety/transfer/dump_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "libsafety/archive/row_digest.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::transfer {
namespace {

// Large enough to compress well, small enough that workers never wait long for one another.
constexpr std::size_t kFrameBytes = 8 << 20;
// A range of a table that one worker reads at a time.
constexpr std::uint64_t kChunkBytes = 24 << 20;

struct Chunk {
  std::size_t table = 0;
  std::string sql;
  std::uint64_t weight_bytes = 0;
};

std::string column_list(const archive::Table& table) {
  std::string list;
  for (const auto& column : table.columns) list += (list.empty() ? "" : ", ") + pg::quote_identifier(column);
  return list;
}

/// Extensions' tables have their foreign keys from the start, so that whoever loads the archive needs referenced rows
/// first: these chunks, which stand in front, are dumped one after the other.
std::size_t count_in_order(const std::vector<SourceTable>& tables, const std::vector<Chunk>& chunks) {
  return static_cast<std::size_t>(std::count_if(chunks.begin(), chunks.end(),
                                                [&](const Chunk& chunk) { return tables[chunk.table].table.is_extension_config; }));
}

std::vector<Chunk> plan_chunks(const std::vector<SourceTable>& tables) {
  std::vector<Chunk> chunks;
  for (std::size_t at = 0; at < tables.size(); ++at) {
    const auto& source = tables[at];
    if (source.table.is_data_excluded) continue;
    const auto pieces = source.can_split
                            ? std::min(source.heap_pages, (source.total_bytes + kChunkBytes - 1) / kChunkBytes)
                            : 1;
    if (pieces <= 1) {
      chunks.push_back({at, copy_to_statement(source.table), source.total_bytes});
      continue;
    }
    // The last range is open: rows may have been added behind the size we read, and the snapshot knows which count.
    for (std::uint64_t piece = 0; piece < pieces; ++piece) {
      const auto first = source.heap_pages * piece / pieces, end = source.heap_pages * (piece + 1) / pieces;
      std::string where = fmt::format("ctid >= '({},0)'", first);
      if (piece + 1 < pieces) where += fmt::format(" AND ctid < '({},0)'", end);
      chunks.push_back({at,
                        fmt::format("COPY (SELECT {} FROM ONLY {} WHERE {}) TO STDOUT", column_list(source.table),
                                    pg::quote_qualified(source.table.schema, source.table.name), where),
                        source.total_bytes / pieces});
    }
  }
  // Extensions' tables come first, as they are. Then the largest table, its ranges in order: the disk reads forward and
  // the last chunks are small ones.
  std::stable_sort(chunks.begin() + static_cast<std::ptrdiff_t>(count_in_order(tables, chunks)), chunks.end(),
                   [&](const Chunk& a, const Chunk& b) { return tables[a.table].total_bytes > tables[b.table].total_bytes; });
  return chunks;
}

/// Gathers rows into frames and hands full ones to the writer.
class RowFramer {
 public:
  RowFramer(archive::Writer& writer, archive::Codec codec, int level) : writer_(writer), compressor_(codec, level) {
    plain_.reserve(kFrameBytes + 65536);
  }

  void add(std::int32_t table, std::string_view row) {
    digest.add_row(row.substr(0, row.size() - 1));
    plain_.append(row);
    ++rows_;
    if (plain_.size() >= kFrameBytes) flush(table);
  }

  void flush(std::int32_t table) {
    if (rows_ == 0) return;
    compressor_.compress(plain_, frame_);
    writer_.append_rows(table, frame_, plain_.size(), rows_);
    plain_bytes += plain_.size();
    plain_.clear();
    rows_ = 0;
    // One enormous row must not keep its memory for the rest of the run.
    if (plain_.capacity() > 4 * kFrameBytes) {
      plain_ = std::string();
      frame_ = std::string();
    }
  }

  archive::RowDigest digest;
  std::uint64_t plain_bytes = 0;

 private:
  archive::Writer& writer_;
  archive::Compressor compressor_;
  std::string plain_, frame_;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::string copy_from_statement(const archive::Table& table) {
  const bool goes_through_root = !table.root_name.empty();
  return fmt::format("COPY {} {}FROM stdin;\n",
                     goes_through_root ? pg::quote_qualified(table.root_schema, table.root_name) : pg::quote_qualified(table.schema, table.name),
                     table.columns.empty() ? "" : "(" + column_list(table) + ") ");
}

std::string copy_to_statement(const archive::Table& table) {
  const auto name = pg::quote_qualified(table.schema, table.name);
  if (!table.condition.empty())
    return fmt::format("COPY (SELECT {} FROM ONLY {} {}) TO STDOUT", column_list(table), name, table.condition);
  if (table.columns.empty()) return fmt::format("COPY {} TO STDOUT", name);
  return fmt::format("COPY {} ({}) TO STDOUT", name, column_list(table));
}

void dump_rows(const Context& context, const Snapshot& snapshot, std::vector<SourceTable>& tables,
               archive::Writer& writer, const DumpRowsOptions& options) {
  for (std::size_t at = 0; at < tables.size(); ++at)
    writer.declare_table(static_cast<std::int32_t>(at), copy_from_statement(tables[at].table));
  const auto chunks = plan_chunks(tables);
  std::vector<archive::RowDigest> digests(tables.size());
  std::vector<std::size_t> chunks_left(tables.size());
  std::uint64_t total_bytes = 0, total_tables = 0, done_bytes = 0, done_tables = 0;
  for (const auto& chunk : chunks) {
    total_bytes += chunk.weight_bytes;
    if (chunks_left[chunk.table]++ == 0) ++total_tables;
  }
  std::mutex mutex;
  const auto dump_chunks = [&](const Context& inner, std::atomic<std::size_t>& next, std::size_t end) {
    auto connection = snapshot.join(inner);
    RowFramer framer(writer, options.codec, options.level);
    for (auto at = next++; at < end; at = next++) {
      const auto& chunk = chunks[at];
      const auto table = static_cast<std::int32_t>(chunk.table);
      framer.digest = {};
      framer.plain_bytes = 0;
      // A savepoint lets go of this table's locks (TOAST and index locks too) before the next: thousands of tables
      // would use up the server's lock slots. The snapshot's own locks stay with its locker.
      connection.execute("SAVEPOINT chunk");
      std::uint64_t server_rows = 0;
      try {
        server_rows = connection.copy_out(chunk.sql, [&](std::string_view row) { framer.add(table, row); });
        framer.flush(table);
      } catch (const Interrupted&) {
        throw;
      } catch (const Error& error) {
        throw error.in("table " + pg::quote_qualified(tables[chunk.table].table.schema, tables[chunk.table].table.name));
      }
      connection.execute("ROLLBACK TO SAVEPOINT chunk; RELEASE SAVEPOINT chunk");
      if (server_rows != framer.digest.rows())
        throw Error(Code::internal, fmt::format("the server counted {} rows and {} arrived", server_rows, framer.digest.rows()));
      const std::lock_guard lock(mutex);
      digests[chunk.table].merge(framer.digest);
      tables[chunk.table].table.plain_bytes += framer.plain_bytes;
      done_bytes += chunk.weight_bytes;
      if (--chunks_left[chunk.table] == 0) ++done_tables;
      context.sink.on({.kind = Event::Kind::progress, .name = "rows", .text = tables[chunk.table].table.name,
                       .done_bytes = done_bytes, .total_bytes = total_bytes, .done_items = done_tables,
                       .total_items = total_tables});
    }
  };
  const auto in_order = count_in_order(tables, chunks);
  std::atomic<std::size_t> next{0};
  if (in_order > 0) dump_chunks(context, next, in_order);
  next = in_order;
  const auto jobs = static_cast<unsigned>(std::max<std::size_t>(1, std::min<std::size_t>(options.jobs, chunks.size() - in_order)));
  os::run_workers(context, jobs, [&](const Context& inner, unsigned) { dump_chunks(inner, next, chunks.size()); });
  for (std::size_t at = 0; at < tables.size(); ++at) {
    if (tables[at].table.is_data_excluded) continue;
    tables[at].table.rows = digests[at].rows();
    tables[at].table.digest = digests[at].hex();
  }
}

}  // namespace safety::transfer

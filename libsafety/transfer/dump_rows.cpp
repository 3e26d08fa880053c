#include "libsafety/transfer/dump_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <numeric>
#include <set>

#include "libsafety/archive/row_digest.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/pause.hpp"
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

std::string name_of(const SourceTable& source) { return pg::quote_qualified(source.table.schema, source.table.name); }

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

/// Leaves the processors to others for a part of the time. While nobody takes its rows, the server's session waits, too.
class Pace {
 public:
  Pace(const Context& context, double rest) : context_(context), rest_(rest) {}

  void piece_done() {
    if (rest_ <= 0) return;
    const std::chrono::duration<double> rest(std::min(watch_.seconds() * rest_, kLongestRest));
    os::pause(context_, std::chrono::duration_cast<std::chrono::milliseconds>(rest));
    watch_ = {};
  }

 private:
  static constexpr double kLongestRest = 10;  // a machine that was asleep, or a server that was: no measure of a piece

  const Context& context_;
  double rest_;
  Stopwatch watch_;
};

/// Gathers rows into frames and hands full ones to the writer.
class RowFramer {
 public:
  RowFramer(archive::Writer& writer, archive::Codec codec, int level, Pace pace) : pace_(pace), writer_(writer), compressor_(codec, level) {
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
    pace_.piece_done();
    // One enormous row must not keep its memory for the rest of the run.
    if (plain_.capacity() > 4 * kFrameBytes) {
      plain_ = std::string();
      frame_ = std::string();
    }
  }

  archive::RowDigest digest;
  std::uint64_t plain_bytes = 0;

 private:
  Pace pace_;
  archive::Writer& writer_;
  archive::Compressor compressor_;
  std::string plain_, frame_;
  std::uint64_t rows_ = 0;
};

/// All rows of one dump. Threads: work() runs in several at once.
class RowsDump {
 public:
  RowsDump(const Context& context, Snapshot& snapshot, std::vector<SourceTable>& tables, archive::Writer& writer, const DumpRowsOptions& options)
      : context_(context), snapshot_(snapshot), tables_(tables), writer_(writer), options_(options), chunks_(plan_chunks(tables)), digests_(tables.size()), chunks_left_(tables.size()) {
    for (const auto& chunk : chunks_) {
      total_bytes_ += chunk.weight_bytes;
      if (chunks_left_[chunk.table]++ == 0) ++total_tables_;
    }
  }

  void run() {
    for (std::size_t at = 0; at < tables_.size(); ++at) writer_.declare_table(static_cast<std::int32_t>(at), copy_from_statement(tables_[at].table));
    const auto in_order = count_in_order(tables_, chunks_);
    std::vector<std::size_t> first(in_order);
    std::iota(first.begin(), first.end(), std::size_t{0});
    dump_by_leader(first, options_.rest);
    next_ = in_order;
    const auto jobs = static_cast<unsigned>(std::max<std::size_t>(1, std::min<std::size_t>(options_.jobs, chunks_.size() - in_order)));
    os::run_workers(context_, jobs, [&](const Context& inner, unsigned) { work(inner); });
    dump_by_leader(refused_, 0);  // somebody waits
    for (std::size_t at = 0; at < tables_.size(); ++at) {
      if (tables_[at].table.is_data_excluded) continue;
      tables_[at].table.rows = digests_[at].rows();
      tables_[at].table.digest = digests_[at].hex();
    }
  }

 private:
  void work(const Context& inner) {
    auto connection = snapshot_.join(inner);
    RowFramer framer(writer_, options_.codec, options_.level, Pace(inner, options_.rest));
    for (auto at = next_++; at < chunks_.size(); at = next_++) {
      const auto& chunk = chunks_[at];
      if (is_refused(chunk.table)) {
        refuse(at);
        continue;
      }
      if (Snapshot::try_lock(connection, name_of(tables_[chunk.table])))
        dump_chunk(connection, framer, chunk);
      else
        refuse(at);
      Snapshot::unlock(connection);
    }
  }

  /// By the session that has every table's lock already.
  void dump_by_leader(std::vector<std::size_t> some, double rest) {
    std::sort(some.begin(), some.end());
    RowFramer framer(writer_, options_.codec, options_.level, Pace(context_, rest));
    for (const auto at : some) dump_chunk(snapshot_.leader(), framer, chunks_[at]);
  }

  void dump_chunk(pg::Connection& connection, RowFramer& framer, const Chunk& chunk) {
    const auto table = static_cast<std::int32_t>(chunk.table);
    framer.digest = {};
    framer.plain_bytes = 0;
    std::uint64_t server_rows = 0;
    try {
      server_rows = connection.copy_out(chunk.sql, [&](std::string_view row) { framer.add(table, row); });
      framer.flush(table);
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      throw error.in("table " + name_of(tables_[chunk.table]));
    }
    if (server_rows != framer.digest.rows())
      throw Error(Code::internal, fmt::format("the server counted {} rows and {} arrived", server_rows, framer.digest.rows()));
    done(chunk, framer);
  }

  void done(const Chunk& chunk, const RowFramer& framer) {
    const std::lock_guard lock(mutex_);
    digests_[chunk.table].merge(framer.digest);
    tables_[chunk.table].table.plain_bytes += framer.plain_bytes;
    done_bytes_ += chunk.weight_bytes;
    if (--chunks_left_[chunk.table] == 0) ++done_tables_;
    context_.sink.on({.kind = Event::Kind::progress, .name = "rows", .text = tables_[chunk.table].table.name, .done_bytes = done_bytes_, .total_bytes = total_bytes_,
                      .done_items = done_tables_, .total_items = total_tables_});
  }

  bool is_refused(std::size_t table) {
    const std::lock_guard lock(mutex_);
    return refused_tables_.contains(table);
  }

  void refuse(std::size_t at) {
    const std::lock_guard lock(mutex_);
    refused_.push_back(at);
    if (refused_tables_.insert(chunks_[at].table).second)
      context_.sink.note("somebody waits to lock table " + name_of(tables_[chunks_[at].table]) + ": it is read last, by the session that holds it");
  }

  const Context& context_;
  Snapshot& snapshot_;
  std::vector<SourceTable>& tables_;
  archive::Writer& writer_;
  const DumpRowsOptions& options_;
  const std::vector<Chunk> chunks_;
  std::atomic<std::size_t> next_{0};

  std::mutex mutex_;  // for all that follows
  std::vector<archive::RowDigest> digests_;
  std::vector<std::size_t> chunks_left_;
  std::vector<std::size_t> refused_;  // chunks of tables that somebody waits to lock
  std::set<std::size_t> refused_tables_;
  std::uint64_t total_bytes_ = 0, total_tables_ = 0, done_bytes_ = 0, done_tables_ = 0;
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

void dump_rows(const Context& context, Snapshot& snapshot, std::vector<SourceTable>& tables,
               archive::Writer& writer, const DumpRowsOptions& options) {
  RowsDump(context, snapshot, tables, writer, options).run();
}

}  // namespace safety::transfer

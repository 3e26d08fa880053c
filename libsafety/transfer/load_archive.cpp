#include "libsafety/transfer/load_archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/task_graph.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/transfer/dump_rows.hpp"
#include "libsafety/transfer/post_data.hpp"

namespace safety::transfer {
namespace {

using archive::Frame;
using archive::Role;
using Kind = archive::StatementClass::Kind;

// What one session loads in one COPY: long enough to amortise its start, short enough to share one big table.
constexpr std::uint64_t kBatchBytes = 64 << 20;

struct Batch {
  std::size_t table = 0;
  std::vector<const Frame*> frames;
  std::uint64_t plain_bytes = 0;
};

std::string canonical(const archive::Table& table) { return pg::quote_qualified(table.schema, table.name); }

bool is_wanted(const LoadOptions& options, const archive::Table& table) {
  return !options.wants_table || options.wants_table(table);
}

std::vector<Batch> plan_batches(const archive::Index& index, const LoadOptions& options) {
  std::vector<Batch> batches;
  if (options.is_schema_only) return batches;
  std::map<std::size_t, std::size_t> open;  // table -> its batch that may still grow
  for (const auto& frame : index.frames) {
    if (frame.role != Role::rows) continue;
    const auto table = static_cast<std::size_t>(frame.table);
    if (!is_wanted(options, index.tables[table])) continue;
    auto found = open.find(table);
    if (found == open.end() || batches[found->second].plain_bytes + frame.plain_bytes > kBatchBytes) {
      open[table] = batches.size();
      batches.push_back({table, {}, 0});
      found = open.find(table);
    }
    auto& batch = batches[found->second];
    batch.frames.push_back(&frame);
    batch.plain_bytes += frame.plain_bytes;
  }
  return batches;
}

/// Decodes frames for one thread.
class FrameSource {
 public:
  explicit FrameSource(const archive::Reader& reader) : reader_(reader), decompressor_(reader.codec()) {}
  const std::string& read(const Frame& frame) {
    reader_.read_frame(frame, decompressor_, plain_);
    return plain_;
  }

 private:
  const archive::Reader& reader_;
  archive::Decompressor decompressor_;
  std::string plain_;
};

std::uint64_t load_batch(pg::Connection& connection, FrameSource& source, const archive::Table& table, const Batch& batch) {
  try {
    std::string statement = copy_from_statement(table);
    connection.copy_in_begin(statement);
    for (const auto* frame : batch.frames) connection.copy_in_put(source.read(*frame));
    return connection.copy_in_finish();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    throw error.in("table " + canonical(table));
  }
}

/// Rows landed per table, compared with the index at the end.
class RowCounts {
 public:
  RowCounts(const Context& context, const archive::Index& index, const std::vector<Batch>& batches)
      : context_(context), index_(index), landed_(index.tables.size()), left_(index.tables.size()) {
    for (const auto& batch : batches) {
      total_bytes_ += batch.plain_bytes;
      if (left_[batch.table]++ == 0) ++total_tables_;
    }
  }

  void add(const Batch& batch, std::uint64_t rows) {
    const std::lock_guard lock(mutex_);
    landed_[batch.table] += rows;
    done_bytes_ += batch.plain_bytes;
    if (--left_[batch.table] == 0) ++done_tables_;
    context_.sink.on({.kind = Event::Kind::progress, .name = "rows", .text = index_.tables[batch.table].name,
                      .done_bytes = done_bytes_, .total_bytes = total_bytes_, .done_items = done_tables_,
                      .total_items = total_tables_});
  }

  void check(const LoadOptions& options, LoadResult& result) const {
    if (options.is_schema_only) return;
    for (std::size_t at = 0; at < landed_.size(); ++at) {
      const auto& table = index_.tables[at];
      if (!is_wanted(options, table)) continue;
      if (landed_[at] != table.rows)
        throw Error(Code::verification,
                    fmt::format("table {}: COPY loaded {} of {} rows", canonical(table), landed_[at], table.rows),
                    "Nothing was swapped in. Check the archive with `safety-verify FILE --proof L2`.");
      result.rows += landed_[at];
      result.plain_bytes += table.plain_bytes;
    }
  }

 private:
  const Context& context_;
  const archive::Index& index_;
  std::vector<std::uint64_t> landed_;
  std::vector<std::size_t> left_;
  std::uint64_t done_bytes_ = 0, total_bytes_ = 0, done_tables_ = 0, total_tables_ = 0;
  std::mutex mutex_;
};

/// With chosen tables only, what belongs to the others is not made.
void leave_out_unwanted(std::vector<PostStatement>& statements, const archive::Index& index, const LoadOptions& options) {
  if (!options.wants_table) return;
  std::map<std::string, bool> wanted;
  for (const auto& table : index.tables) wanted[canonical(table)] = options.wants_table(table);
  const auto is_out = [&](const std::string& table) { return wanted.contains(table) && !wanted.at(table); };
  for (auto& post : statements) {
    const auto& parsed = post.parsed;
    if (parsed.kind == Kind::refresh_matview || is_out(parsed.table) ||
        (parsed.kind == Kind::foreign_key && is_out(parsed.referenced_table)))
      post.is_done = true;
  }
}

void load_large_objects(const Context& context, const archive::Reader& reader, pg::Connection& connection, bool is_in_transaction) {
  FrameSource source(reader);
  // A large object's descriptor lives as long as its transaction.
  std::optional<pg::Transaction> transaction;
  for (const auto& frame : reader.index().frames) {
    if (frame.role != Role::large_objects) continue;
    context.throw_if_stopped();
    if (!is_in_transaction && !transaction) transaction.emplace(connection);
    connection.execute(source.read(frame));
  }
  if (transaction) transaction->commit();
}

/// A new database comes with schema public and plpgsql; a database that had dropped them gets neither back.
void drop_defaults(pg::Connection& connection, const archive::Index& index) {
  const bool knows_objects = !index.schema_objects.empty();
  const auto has = [&](std::string_view kind, std::string_view name) {
    return std::any_of(index.schema_objects.begin(), index.schema_objects.end(),
                       [&](const auto& object) { return object.kind == kind && object.name == name; });
  };
  if (knows_objects && !has("schema", "public")) connection.execute("DROP SCHEMA IF EXISTS public");
  if (knows_objects && !has("extension", "plpgsql")) connection.execute("DROP EXTENSION IF EXISTS plpgsql");
}

pg::Connection open_loader(const Context& context, const pg::ConnectionInfo& target) {
  pg::Connection connection(context, target);
  pg::use_dump_settings(connection);
  // The commit that makes the database live is synchronous and comes later in the same log.
  connection.execute("SET synchronous_commit = off");
  // Several indexes are built at once, each by one process: that costs less in all than each by several.
  connection.execute("SET max_parallel_maintenance_workers = 0");
  return connection;
}

}  // namespace

LoadResult load_archive(const Context& context, const archive::Reader& reader, const pg::ConnectionInfo& target,
                        const LoadOptions& options) {
  const auto& index = reader.index();
  const ScriptOptions script_options{options.skips_owners, options.skips_privileges, false};
  LoadResult result;
  std::vector<pg::Connection> connections;
  for (unsigned job = 0; job < std::max(1U, options.jobs); ++job) connections.push_back(open_loader(context, target));

  // The schema, one statement at a time: a single transaction would run out of lock slots with thousands of tables.
  context.sink.phase("schema");
  Stopwatch watch;
  drop_defaults(connections.front(), index);
  run_script(context, connections.front(), reader.read_all(Role::pre_data), script_options);
  result.schema_seconds = watch.seconds();

  // Rows by all sessions; a table's indexes begin as soon as its last row is in.
  context.sink.phase("rows and indexes");
  watch = {};
  const auto batches = plan_batches(index, options);
  RowCounts counts(context, index, batches);
  std::vector<FrameSource> sources;
  for (std::size_t job = 0; job < connections.size(); ++job) sources.emplace_back(reader);
  std::map<std::string, std::size_t> plain_tables;
  for (std::size_t at = 0; at < index.tables.size(); ++at) plain_tables[canonical(index.tables[at])] = at;
  std::vector<os::Task> tasks;
  // By what COPY loads into: partitions that are loaded through their root wait for all of that root's rows.
  std::map<std::string, std::vector<std::size_t>> loads_of;
  for (const auto& batch : batches) {
    const auto& table = index.tables[batch.table];
    if (table.is_extension_config) {  // keyed already, so their order matters: here, in the archive's
      counts.add(batch, load_batch(connections.front(), sources.front(), table, batch));
      continue;
    }
    loads_of[copy_from_statement(table)].push_back(tasks.size());
    tasks.push_back({[&, batch_ = &batch](const Context&, unsigned worker) {
                       const auto& of = index.tables[batch_->table];
                       counts.add(*batch_, load_batch(connections[worker], sources[worker], of, *batch_));
                     },
                     table.plain_bytes, {}, {}, {}});
  }
  auto post_data = parse_post_data(reader.read_all(Role::post_data), script_options);
  leave_out_unwanted(post_data, index, options);
  for (auto& post : post_data) {
    if (post.is_done || !can_be_early(post, [&](const auto& name) { return plain_tables.contains(name); })) continue;
    const auto table = plain_tables.at(post.parsed.table);
    // One dominating table: a key has it alone, and its last index has no other beside it. There the server's own
    // parallel workers keep the other processors busy.
    const bool dominates = 2 * index.tables[table].plain_bytes > index.total_plain_bytes();
    os::Task task{[&, dominates](const Context&, unsigned worker) {
                    auto& connection = connections[worker];
                    if (dominates) connection.execute("RESET max_parallel_maintenance_workers");
                    run_early(connection, post, script_options);
                    if (dominates) connection.execute("SET max_parallel_maintenance_workers = 0");
                  },
                  2 * index.tables[table].plain_bytes, loads_of[copy_from_statement(index.tables[table])], {}, {}};
    (post.parsed.kind == Kind::create_index ? task.shared : task.exclusive).push_back(post.parsed.table);
    tasks.push_back(std::move(task));
  }
  os::run_tasks(context, static_cast<unsigned>(connections.size()), tasks);
  counts.check(options, result);
  result.rows_seconds = watch.seconds();

  context.sink.phase("keys, triggers and the rest");
  watch = {};
  if (!options.is_schema_only) load_large_objects(context, reader, connections.front(), false);
  connections.front().execute(reader.read_all(Role::sequences) + ";");
  ScriptOptions rest_options = script_options;
  rest_options.passes_over_missing = static_cast<bool>(options.wants_table);
  run_rest(context, connections, post_data, rest_options, [&](const std::string& table) {
    const auto found = plain_tables.find(table);
    return found == plain_tables.end() ? 0 : index.tables[found->second].plain_bytes;
  });
  result.post_data_seconds = watch.seconds();
  return result;
}

LoadResult load_in_transaction(const Context& context, const archive::Reader& reader, pg::Connection& connection,
                               const LoadOptions& options) {
  const auto& index = reader.index();
  const ScriptOptions script_options{options.skips_owners, options.skips_privileges, true};
  LoadResult result;
  context.sink.phase("schema");
  run_script(context, connection, reader.read_all(Role::pre_data), script_options);
  context.sink.phase("rows");
  const auto batches = plan_batches(index, options);
  RowCounts counts(context, index, batches);
  FrameSource source(reader);
  for (const auto& batch : batches) counts.add(batch, load_batch(connection, source, index.tables[batch.table], batch));
  counts.check(options, result);
  context.sink.phase("indexes, keys and the rest");
  if (!options.is_schema_only) load_large_objects(context, reader, connection, true);
  connection.execute(reader.read_all(Role::sequences) + ";");
  run_script(context, connection, reader.read_all(Role::post_data), script_options);
  return result;
}

}  // namespace safety::transfer

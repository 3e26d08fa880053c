#include "libsafety/backup/backup.hpp"

#include <fmt/format.h>

#include <future>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/archive/writer.hpp"
#include "libsafety/backup/clone.hpp"
#include "libsafety/backup/source_facts.hpp"
#include "libsafety/backup/table_pattern.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/checkpoint/store.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/services/container.hpp"
#include "libsafety/transfer/digests.hpp"
#include "libsafety/transfer/dump_rows.hpp"
#include "libsafety/transfer/dump_schema.hpp"

namespace safety::backup {
namespace {

void choose_tables(std::vector<transfer::SourceTable>& tables, const BackupOptions& options) {
  for (const auto& pattern : options.exclude_table_data) {
    bool matched = false;
    for (auto& source : tables)
      if (matches_table_pattern(pattern, source.table.schema, source.table.name)) matched = source.table.is_data_excluded = true;
    if (!matched)
      throw Error(Code::usage, "--exclude-table-data \"" + pattern + "\" matches no table",
                  "Write it as TABLE or SCHEMA.TABLE, with * and ? as wildcards; `psql -c '\\dt *.*'` lists the tables.");
  }
  if (options.is_schema_only)
    for (auto& source : tables) source.table.is_data_excluded = true;
}

std::int64_t count_lock_slots(pg::Connection& connection) {
  return connection.execute(
      "SELECT pg_catalog.current_setting('max_locks_per_transaction')::int8 * (pg_catalog.current_setting('max_connections')::int8 "
      "+ pg_catalog.current_setting('max_prepared_transactions')::int8)").number(0, 0);
}

// A stock restore is one transaction and locks every relation it makes.
void warn_about_lock_slots(const Context& context, pg::Connection& connection, const BackupOptions& options) {
  if (!options.has_envelope) return;
  const auto relations = connection.execute("SELECT count(*) FROM pg_catalog.pg_class WHERE oid >= 16384").number(0, 0);
  const auto slots = count_lock_slots(connection);
  if (relations > slots)
    context.sink.warning(fmt::format(
        "{} relations are more than this server's {} lock slots: a stock `psql` restore in one transaction needs a server with a higher "
        "max_locks_per_transaction, or an archive made with --no-envelope; safety-restore needs neither",
        format_count(static_cast<std::uint64_t>(relations)), format_count(static_cast<std::uint64_t>(slots))));
}

/// Identity and origin, into what the options said already.
void add_source_facts(const Context& context, pg::Connection& connection, const std::string& database, const CheckpointClone* clone,
                      const BackupOptions& options, archive::Index& index) {
  auto facts = read_source_facts(context, connection, options.migrations);
  facts.id = index.id;
  facts.label = index.label;
  facts.reason = index.reason;
  facts.tool_version = index.tool_version;
  index = std::move(facts);
  if (clone != nullptr) clone->correct(index, database);
}

// Every table is ours already when pg_dump locks it, too: if it has to wait, then behind somebody who came in between and waits for us.
// That ends by our letting go alone, so it is not waited for long; more than a moment, as locking thousands of tables takes one.
constexpr std::chrono::milliseconds kLockWaitOfPgDump{3000};

void write_content(const Context& context, const pg::ConnectionInfo& info, const std::string& database, const CheckpointClone* clone,
                   const BackupOptions& options, const pg::ClientProgram& pg_dump, transfer::Snapshot& snapshot, archive::Writer& writer,
                   archive::Index& index) {
  auto& leader = snapshot.leader();
  const transfer::SchemaDumpRequest request{pg_dump, info, snapshot.name(), kLockWaitOfPgDump, transfer::has_own_schema(leader),
                                            transfer::settings_to_pin(leader)};
  // pg_dump reads the catalog on the other core while we read it on this one. Each pg_dump locks every table: where two
  // at once would use the server's lock slots up, the second waits for the first to end.
  const auto tables_to_lock = leader.execute("SELECT count(*) FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p')").number(0, 0);
  const auto at_once = tables_to_lock * 4 > count_lock_slots(leader) ? std::launch::deferred : std::launch::async;
  auto pre_data = std::async(std::launch::async, [&] { return transfer::dump_section(context, request, "pre-data"); });
  auto post_data = std::async(at_once, [&] { return transfer::dump_section(context, request, "post-data"); });

  add_source_facts(context, leader, database, clone, options, index);
  index.client_version = pg_dump.version;
  index.client_version_num = pg_dump.version_num;
  index.has_envelope = options.has_envelope;
  index.is_schema_only = options.is_schema_only;
  auto tables = transfer::list_tables(leader);
  choose_tables(tables, options);
  warn_about_lock_slots(context, leader, options);

  writer.append(archive::Role::envelope,
                transfer::envelope_begin(index.properties.encoding,
                                         fmt::format("PostgreSQL database \"{}\" as of {}, archived by safety-backup {}", index.database,
                                                     index.snapshot_time, index.tool_version),
                                         options.has_envelope));
  writer.append(archive::Role::pre_data, pre_data.get());
  // Not after the rows: it locks tables, and whoever waits to lock one by then would keep it waiting.
  if (at_once == std::launch::deferred) post_data.wait();

  context.sink.phase("rows");
  transfer::dump_rows(context, snapshot, tables, writer, {options.jobs, options.codec, options.level, options.rest});
  for (auto& source : tables) index.tables.push_back(std::move(source.table));

  context.sink.phase("sequences, large objects, keys and indexes");
  if (!options.is_schema_only) {
    index.large_objects = transfer::count_large_objects(leader);
    if (index.large_objects > 0) {
      index.large_objects_digest = transfer::digest_large_objects(leader);
      if (index.large_objects_digest.empty())
        context.sink.warning("a large object is too large (1 GB) to be digested: proof L4 will count them only");
      transfer::dump_large_objects(context, request, writer);
    }
    const auto sequences = transfer::list_sequences(leader);
    index.sequences = sequences.size();
    writer.append(archive::Role::sequences, transfer::sequence_script(sequences));
  }
  writer.append(archive::Role::post_data, post_data.get());
  writer.append(archive::Role::envelope, transfer::envelope_end(options.has_envelope));
}

/// Files have their final names before the checkpoint is one, which it is when its record is saved: a failure in between
/// leaves nothing behind. After a kill there may be a whole archive without a record; `safety-list --rebuild` and
/// safety-doctor find it.
class Unrecorded {
 public:
  explicit Unrecorded(std::filesystem::path record) : paths_{std::move(record)} {}
  Unrecorded(const Unrecorded&) = delete;
  Unrecorded& operator=(const Unrecorded&) = delete;
  ~Unrecorded() {
    if (is_recorded_) return;
    std::error_code ignored;
    for (const auto& path : paths_) std::filesystem::remove(path, ignored);
  }
  void add_archive(const std::filesystem::path& path) {
    paths_.emplace_back(path.string() + ".sha256");
    paths_.push_back(path);
  }
  void recorded() noexcept { is_recorded_ = true; }

 private:
  std::vector<std::filesystem::path> paths_;  // removed in this order
  bool is_recorded_ = false;
};

/// nullptr: the archive is written in clear.
archive::Encryption* encryption_of(const Context& context) {
  return context.encryption != nullptr && context.encryption->is_wanted() ? context.encryption : nullptr;
}

void check_frames(const Context& context, const BackupOptions& options, const std::filesystem::path& path) {
  const auto reader = archive::Reader::open(context, path);
  if (options.proof >= checkpoint::Proof::decodes) archive::check_every_frame(context, reader, options.jobs);
}

/// L1 reads the whole file back and compares its digest; L2 decodes it. What was encrypted try_to_write_archive proved already.
void prove(const Context& context, const BackupOptions& options, const archive::WrittenArchive& written, checkpoint::Record& record) {
  const Stopwatch watch;
  if (encryption_of(context) == nullptr) {
    if (options.proof >= checkpoint::Proof::digest) archive::check_that_it_reads_back(context, written.path, written.sha256, written.path);
    check_frames(context, options, written.path);
  }
  record.proofs.push_back({std::min(options.proof, checkpoint::Proof::decodes), format_rfc3339(std::chrono::system_clock::now()),
                           watch.seconds(), true, ""});
}

void write_registry(const Context& context, const pg::ConnectionInfo& info, const checkpoint::Record& record,
                    const std::string& started) {
  try {
    checkpoint::Registry registry(context, info);
    registry.prepare();
    registry.put(record);
    registry.put(checkpoint::Operation{record.id, "backup", record.id, started, format_rfc3339(std::chrono::system_clock::now()),
                                       "success", ""});
  } catch (const Error& error) {
    // The record file is the authority; the rows are remade by safety-list --rebuild.
    context.sink.warning("the checkpoint is good, but could not be listed in schema \"safety\": " + error.message());
  }
}

/// From what a record and an archive's index are made.
struct Run {
  const Context& context;
  const pg::ConnectionInfo& info;
  const BackupOptions& options;
  const checkpoint::Store& store;
  std::string database;
  CheckpointClone* clone;  // nullptr: production is read itself
  archive::Index index;
};

/// Everything between the snapshot and the archive's final name. Errors: locked when somebody came between our locks and pg_dump's.
archive::WrittenArchive try_to_write_archive(Run& run, const pg::ClientProgram& pg_dump, Unrecorded& unrecorded) {
  const auto& options = run.options;
  run.context.sink.phase("snapshot");
  auto path = options.folder / (run.index.id + std::string(archive::extension_of(options.codec)));
  auto* encryption = encryption_of(run.context);
  const auto hidden = encryption != nullptr ? encryption->make_file() : nullptr;
  archive::Writer writer(hidden ? std::shared_ptr<os::OutputFile>(hidden) : std::make_shared<os::AtomicFile>(path), options.codec, options.level);
  const auto source = run.clone != nullptr ? run.info.with_database(run.clone->name()) : run.info;
  {
    transfer::Snapshot snapshot(run.context, source, options.lock_wait);
    write_content(run.context, source, run.database, run.clone, options, pg_dump, snapshot, writer, run.index);
  }  // migrations may go on from here; the rest is about the file
  if (run.clone != nullptr) run.clone->close();
  run.context.sink.phase("commit");
  run.context.throw_if_stopped();
  os::fault_point("backup.before_commit");
  auto written = writer.commit(run.index);
  if (hidden) {
    // Proven first: between its name and its record there is little time for a kill then, after which nobody without a key could make one.
    check_frames(run.context, options, written.path);
    written = encryption->encrypt(run.context, written, hidden, path += archive::kEncryptedEnding);
  }
  unrecorded.add_archive(written.path);
  os::fault_point("backup.archive_committed");
  return written;
}

/// Lets those who came in between through, and begins anew.
archive::WrittenArchive write_archive(Run& run, const pg::ClientProgram& pg_dump, Unrecorded& unrecorded) {
  const Stopwatch watch;
  for (;;) {
    try {
      return try_to_write_archive(run, pg_dump, unrecorded);
    } catch (const Error& error) {
      const auto wait = std::chrono::duration<double>(run.options.lock_wait).count();
      if (error.code() != Code::locked || (wait > 0 && watch.seconds() >= wait)) throw;
      run.context.sink.note("somebody is changing a table: it goes first, and the backup begins anew");
    }
  }
}

std::size_t count_tables(pg::Connection& connection) {
  try {
    return transfer::list_tables(connection).size();
  } catch (const Error& error) {
    if (error.code() != Code::not_permitted) throw;
    return transfer::list_lock_targets(connection).size();  // whoever may clone need not be allowed to read
  }
}

/// What a record says of a checkpoint that is a clone alone: rows are not counted for it.
checkpoint::Record describe_clone(Run& run) {
  {
    pg::Connection connection(run.context, run.info.with_database(run.clone->name()));
    pg::use_dump_settings(connection);
    pg::Transaction transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    add_source_facts(run.context, connection, run.database, run.clone, run.options, run.index);
    run.index.tables.resize(count_tables(connection));
    run.index.large_objects = transfer::count_large_objects(connection);
  }
  run.clone->close();
  auto record = checkpoint::record_of(run.index, run.index.id, 0, "");
  record.archive = {};
  return record;
}

}  // namespace

BackupResult back_up(const Context& context, const pg::ConnectionInfo& info, const BackupOptions& options) {
  const Stopwatch watch;
  const auto now = std::chrono::system_clock::now();

  // Everything that can be known to be wrong is found out before the database is locked or a file is made.
  archive::check_level(options.codec, options.level);
  if (options.makes_archive && encryption_of(context) != nullptr) encryption_of(context)->check(context);
  os::make_private_folder(options.folder);
  const checkpoint::Store store(options.folder);
  std::string database;
  pg::ClientProgram pg_dump;
  {
    pg::Connection probe(context, info);
    database = probe.database();
    if (options.makes_archive) pg_dump = services::choose_dump_program(context, info, options.container, probe.server_version_num());
  }
  for (const auto& name : info.dropped()) context.sink.note("connection parameter \"" + name + "\" is not PostgreSQL's and is passed over");

  // Backup, restore and whatever else changes this database take turns.
  checkpoint::HeldLock lock(context, info, database, options.held_lock);
  Run run{context, info, options, store, database, nullptr, {}};
  run.index.id = store.new_id(options.prefix.empty() ? database : options.prefix, now);
  run.index.label = options.label;
  run.index.reason = options.reason;
  run.index.tool_version = options.tool_version;
  std::optional<CheckpointClone> clone;
  if (options.makes_clone) run.clone = &clone.emplace(context, lock.session(), store, database, now);

  Unrecorded unrecorded(store.record_path(run.index.id));
  checkpoint::Record record;
  std::optional<archive::WrittenArchive> written;
  if (options.makes_archive) {
    written = write_archive(run, pg_dump, unrecorded);
    record = checkpoint::record_of(run.index, written->path, written->bytes, written->sha256);
  } else {
    record = describe_clone(run);
  }
  if (clone) record.clone = clone->record();
  record.created = format_rfc3339(now);
  record.pins = options.pins;
  record.sequence = store.next_sequence(context);
  if (written) prove(context, options, *written, record);
  record.seconds = watch.seconds();
  store.save(record);
  unrecorded.recorded();
  if (clone) clone->keep();
  if (options.writes_registry) write_registry(context, info, record, format_rfc3339(now));
  return {record, written ? written->path : std::filesystem::path(), watch.seconds()};
}

std::vector<std::string> describe_backup(const Context& context, const pg::ConnectionInfo& info, const BackupOptions& options) {
  std::vector<std::string> lines;
  if (options.makes_clone) {
    auto maintenance = pg::connect_to_maintenance(context, info);
    lines.push_back("clone: " + describe(estimate_clone(context, maintenance, checkpoint::Store(options.folder), info.database())));
    lines.push_back(options.makes_archive ? "source: the clone, so that archive and clone are of one instant" : "archive: none");
    if (!options.makes_archive) return lines;
  }
  pg::Connection connection(context, info);
  pg::use_dump_settings(connection);
  connection.execute(fmt::format("SET lock_timeout = {}", options.lock_wait.count()));
  const auto pg_dump = services::choose_dump_program(context, info, options.container, connection.server_version_num());
  pg::Transaction transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  auto tables = transfer::list_tables(connection);
  choose_tables(tables, options);
  std::uint64_t bytes = 0, count = 0;
  for (const auto& source : tables)
    if (!source.table.is_data_excluded) {
      bytes += source.total_bytes;
      ++count;
    }
  lines.push_back(fmt::format("lock: one operation at a time on database \"{}\"", connection.database()));
  lines.push_back(fmt::format("snapshot: hold {} in ACCESS SHARE mode, waiting at most {} for a lock", format_plural(tables.size(), "table"),
                              format_seconds(std::chrono::duration<double>(options.lock_wait).count())));
  lines.push_back(fmt::format("schema: {} {}", pg_dump.where(), pg_dump.version));
  lines.push_back(fmt::format("rows: {} ({} on disk) by {}", format_plural(count, "table"), format_bytes(bytes),
                              format_plural(options.jobs, "session")));
  lines.push_back(fmt::format("archive: a {} file in \"{}\", {}", archive::extension_of(options.codec), options.folder.string(),
                              std::filesystem::exists(options.folder) ? format_bytes(os::free_bytes(options.folder)) + " free" : "a folder to be made"));
  if (auto* encryption = encryption_of(context)) {
    encryption->check(context);
    lines.push_back(fmt::format("encrypt: the whole archive to {}, by age", encryption->describe()));
  }
  lines.push_back("proof: " + checkpoint::name_of(options.proof));
  return lines;
}

}  // namespace safety::backup

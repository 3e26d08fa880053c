#include "libsafety/rollback/origin.hpp"

#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/migrations/history_table.hpp"
#include "libsafety/plan/journal.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/transfer/cluster.hpp"
#include "libsafety/transfer/dump_rows.hpp"
#include "libsafety/archive/reader.hpp"

namespace safety::rollback {
namespace {

// The kind of copies that rehearsals are made on: whoever cleans up knows it.
constexpr const char* kKind = "rehearsal";

/// A restore such as ours: into a copy, without rows.
bool is_scratch(const plan::JournalState& journal, const std::string& database) {
  const auto& arguments = journal.head.arguments;
  const auto argument = [&](const char* name) {
    const auto found = arguments.find(name);
    return found == arguments.end() ? std::string() : found->second;
  };
  return journal.head.tool == "safety-restore" && journal.head.database == database && argument("mode") == "new_database" && argument("is_schema_only") == "true" &&
         argument("new_name").starts_with(transfer::derived_prefix(database, kKind));
}

}  // namespace

Origin::Origin(const Context& context, const pg::ConnectionInfo& info) : context_(context), info_(info) {}

// By the other constructor first: then whatever throws here, the destructor runs.
Origin::Origin(const Context& context, const pg::ConnectionInfo& info, const Target& target, const RollbackOptions& options, checkpoint::OperationLock& lock)
    : Origin(context, info) {
  if (target.clone) {
    open_clone(*target.clone, lock.session());
    return;
  }
  archive_ = checkpoint::Store(options.folder).archive_path(*target.archive);
  restore_scratch(*target.archive, options, lock);
  load_histories(options);
}

void Origin::open_clone(const checkpoint::Record& record, pg::Connection& maintenance) {
  is_clone_ = true;
  name_ = record.clone->database;
  transfer::allow_connections(maintenance, name_, true);
}

void Origin::restore_scratch(const checkpoint::Record& record, const RollbackOptions& options, checkpoint::OperationLock& lock) {
  context_.sink.phase("the checkpoint's schema");
  drop_scratch(lock.session(), info_.database());
  restore::RestoreOptions wanted;
  wanted.folder = options.folder;
  wanted.source = archive_;
  wanted.checkpoint = record.id;
  wanted.mode = restore::Mode::new_database;
  wanted.new_name = transfer::derived_name(info_.database(), kKind, plan::new_stamp(options.folder / "operations", "rollback"));
  wanted.jobs = options.jobs;
  wanted.is_schema_only = true;
  wanted.analyzes = false;
  wanted.tool_version = options.tool_version;
  wanted.held_lock = &lock;
  try {
    const auto result = restore::restore(context_, info_, wanted);
    name_ = result.database;
    journal_ = options.folder / "operations" / (result.operation + ".journal");
  } catch (const Error& error) {
    if (error.code() != Code::resumable) throw;
    // Nobody goes on with a restore of which nobody knows.
    settle_scratch(context_.with_stop({}), info_, options.folder, lock);
    context_.throw_if_stopped();
    throw Error(Code::rolled_back, "the checkpoint's schema was not restored aside: " + error.message(), "Run it again; the database is as before.", error.detail());
  }
}

/// Without their rows a history would be one that nothing was ever applied by.
void Origin::load_histories(const RollbackOptions& options) {
  const auto reader = archive::Reader::open(context_, archive_);
  pg::Connection scratch(context_, info());
  pg::use_dump_settings(scratch);
  archive::Decompressor decompressor(reader.codec());
  std::string plain;
  for (const auto& table : migrations::find_history_tables(scratch, migrations::history_names(options.project)))
    for (std::size_t at = 0; at < reader.index().tables.size(); ++at) {
      const auto& kept = reader.index().tables[at];
      if (kept.schema != table.schema || kept.name != table.name) continue;
      scratch.copy_in_begin(transfer::copy_from_statement(kept));
      for (const auto& frame : reader.index().frames) {
        if (frame.role != archive::Role::rows || frame.table != static_cast<std::int32_t>(at)) continue;
        reader.read_frame(frame, decompressor, plain);
        scratch.copy_in_put(plain);
      }
      scratch.copy_in_finish();
    }
}

Origin::~Origin() {
  if (name_.empty()) return;
  try {
    auto maintenance = pg::connect_to_maintenance(context_.with_stop({}), info_);
    if (is_clone_) {
      if (transfer::oid_of(maintenance, name_) != 0) transfer::allow_connections(maintenance, name_, false);
      return;
    }
    transfer::drop_database(maintenance, name_);
    std::error_code ignored;
    std::filesystem::remove(journal_, ignored);  // it tells of a restore into a database that is no more
  } catch (const std::exception& error) {
    context_.sink.warning(is_clone_ ? fmt::format("clone \"{}\" could not be closed again: {}", name_, error.what())
                                    : fmt::format("the scratch database \"{}\" could not be dropped, `safety-prune --databases` does: {}", name_, error.what()));
  }
}

void close_clone(pg::Connection& maintenance, const Target& target) {
  if (target.clone) transfer::allow_connections(maintenance, target.clone->clone->database, false);
}

void settle_scratch(const Context& context, const pg::ConnectionInfo& info, const std::filesystem::path& folder, checkpoint::OperationLock& lock) {
  const auto unfinished = plan::find_unfinished(folder / "operations");
  // A deploy's, or that of a rollback which has its own journal: its --resume and --abort end it.
  for (const auto& one : unfinished)
    if (one.head.database == info.database() && !one.is_running && one.head.tool != "safety-restore") return;
  restore::RestoreOptions options;
  options.folder = folder;
  options.held_lock = &lock;
  for (const auto& one : unfinished) {
    if (one.is_running || !is_scratch(one, info.database())) continue;
    restore::settle(context, info, restore::Unfinished{one}, options);
    std::error_code ignored;
    std::filesystem::remove(one.path, ignored);
    drop_scratch(lock.session(), info.database());
  }
}

void drop_scratch(pg::Connection& maintenance, const std::string& database) {
  for (const auto& left : transfer::list_derived(maintenance, database, kKind)) transfer::drop_database(maintenance, left.name);
}

}  // namespace safety::rollback

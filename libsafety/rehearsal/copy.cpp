#include "libsafety/rehearsal/copy.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "libsafety/base/error.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/migrations/history_table.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/restore/source.hpp"
#include "libsafety/transfer/cluster.hpp"

namespace safety::rehearsal {
namespace {

constexpr const char* kKind = "rehearsal";

std::string free_name(pg::Connection& maintenance, const std::string& database) {
  const auto stamp = format_compact(std::chrono::system_clock::now());
  auto name = transfer::derived_name(database, kKind, stamp);
  for (int number = 2; transfer::oid_of(maintenance, name) != 0; ++number) name = transfer::derived_name(database, kKind, fmt::format("{}_{}", stamp, number));
  return name;
}

/// A rehearsal that was killed, or failed, while it restored left a journal, which would hold up every restore, and perhaps a
/// copy that had its name already: nothing of them is wanted.
void undo_unfinished(const Context& context, const pg::ConnectionInfo& info, const restore::RestoreOptions& options) {
  const auto database = info.database();
  for (auto left = restore::find_unfinished(options.folder, database); left; left = restore::find_unfinished(options.folder, database)) {
    const auto& arguments = left->journal.head.arguments;
    const auto name = arguments.find("new_name");
    if (name == arguments.end() || !transfer::time_of_derived(name->second, database, kKind)) return;
    context.sink.note("undoing a rehearsal that did not come to its end: " + left->describe());
    const auto copy = name->second;
    if (restore::settle(context, info, *left, options)) transfer::drop_database(options.held_lock->session(), copy);
  }
}

}  // namespace

Copy::Copy(const Context& context, const pg::ConnectionInfo& info) : context_(context), info_(info) {}

// By the other constructor first: then whatever throws here, the destructor runs.
Copy::Copy(const Context& context, const pg::ConnectionInfo& info, const RehearsalOptions& options, checkpoint::OperationLock& held)
    : Copy(context, info) {
  restore::RestoreOptions wanted;
  wanted.folder = options.folder;
  wanted.source = options.archive;
  wanted.checkpoint = options.checkpoint;
  wanted.expected_sha256 = options.expected_sha256;
  wanted.mode = restore::Mode::new_database;
  wanted.jobs = options.jobs;
  wanted.is_schema_only = options.is_schema_only;
  wanted.reads_digests_back = !options.is_schema_only;
  wanted.tool_version = options.tool_version;
  wanted.held_lock = &held;
  undo_unfinished(context, info, wanted);
  wanted.new_name = free_name(held.session(), info.database());
  restore::RestoreResult result;
  try {
    result = restore::restore(context, info, wanted);
  } catch (const Error&) {
    const pg::Unstoppable until_it_is_gone(held.session());
    try {
      undo_unfinished(context.with_stop({}), info, wanted);
    } catch (const Error& error) {
      context.sink.warning("what the rehearsal began is still there: " + error.message());
    }
    throw;
  }
  // From here on it is there, and ours to drop.
  name_ = result.database;
  seconds_ = result.seconds;
  journal_ = options.folder / "operations" / (result.operation + ".journal");
  if (!options.is_schema_only) analyze();
  // A dump of pg_dump has no digests to compare with.
  if (!options.is_schema_only && restore::open_source(context, options.archive).reader) proof_ = "L4";
}

void Copy::copy_history(const migrations::Project& project) const {
  pg::Connection from(context_, info_), to(context_, info());
  pg::use_dump_settings(from);
  pg::use_dump_settings(to);
  for (const auto& table : migrations::find_history_tables(to, migrations::history_names(project))) {
    const auto name = pg::quote_qualified(table.schema, table.name);
    to.copy_in_begin("COPY " + name + " FROM STDIN");
    from.copy_out("COPY " + name + " TO STDOUT", [&](std::string_view row) { to.copy_in_put(row); });
    to.copy_in_finish();
  }
}

void Copy::analyze() const {
  // Without statistics a migration's own queries would take other ways, and other times, than in production.
  context_.sink.phase("rehearsal: planner statistics");
  try {
    pg::Connection(context_, info().with("application_name", "safety analyze")).execute("ANALYZE");
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    context_.sink.warning("the copy has no planner statistics, so that times may be others: " + error.message());
  }
}

void Copy::end_sessions() const {
  auto maintenance = pg::connect_to_maintenance(context_, info_);
  const Stopwatch watch;
  // Those of this toolkit go on: they watch.
  while (maintenance.query("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' "
                           "AND application_name !~ '^safety'",
                           {name_})
                 .rows() > 0 &&
         watch.seconds() < 5)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

Copy::~Copy() {
  if (name_.empty()) return;
  try {
    // A session of its own, that no signal stops.
    auto maintenance = pg::connect_to_maintenance(context_.with_stop({}), info_);
    transfer::drop_database(maintenance, name_);
    // It tells of a restore into a database that is no more.
    std::error_code ignored;
    std::filesystem::remove(journal_, ignored);
  } catch (const std::exception& error) {
    context_.sink.warning(fmt::format("the rehearsal's database \"{}\" could not be dropped, `safety-prune --databases` does: {}", name_, error.what()));
  }
}

}  // namespace safety::rehearsal

#include "libsafety/backup/clone.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/transfer/cluster.hpp"

namespace safety::backup {
namespace {

/// Bytes a second of the newest clone that took long enough to tell; 0 when there is none.
double known_rate(const Context& context, const checkpoint::Store& store, const std::string& database) {
  constexpr double kLeastSeconds = 0.05;
  const auto records = store.list(context);
  for (auto record = records.rbegin(); record != records.rend(); ++record)
    if (record->database == database && record->clone && record->clone->seconds > kLeastSeconds &&
        record->clone->bytes > 0)
      return static_cast<double>(record->clone->bytes) / record->clone->seconds;
  return 0;
}

std::string new_name(pg::Connection& maintenance, const std::string& database, Instant now) {
  const auto base = transfer::derived_name(database, "clone", format_compact(now));
  std::string name = base;
  for (int number = 2; transfer::oid_of(maintenance, name) != 0; ++number) name = fmt::format("{}_{}", base, number);
  return name;
}

transfer::MadeClone make(const Context& context, pg::Connection& maintenance, const checkpoint::Store& store,
                         const std::string& database, Instant now) {
  const auto estimate = estimate_clone(context, maintenance, store, database);
  context.sink.phase("clone");
  context.sink.note("clone: " + describe(estimate));
  for (const auto& name : estimate.subscriptions)
    context.sink.warning(fmt::format(
        "subscription \"{}\" stays with database \"{}\": neither the clone nor an archive taken from it has it", name,
        database));
  return transfer::make_clone(context, maintenance, database, new_name(maintenance, database, now), estimate.strategy);
}

}  // namespace

transfer::CloneEstimate estimate_clone(const Context& context, pg::Connection& maintenance,
                                       const checkpoint::Store& store, const std::string& database) {
  return transfer::estimate_clone(maintenance, database, known_rate(context, store, database));
}

std::string describe(const transfer::CloneEstimate& estimate) {
  return fmt::format(
      "{} by {}, about {}; meanwhile the database is closed: its sessions are ended, new ones wait{}",
      format_bytes(estimate.bytes), name_of(estimate.strategy), format_seconds(estimate.seconds),
      estimate.free_bytes ? "; " + format_bytes(*estimate.free_bytes) + " free on the server's disk" : "");
}

CheckpointClone::CheckpointClone(const Context& context, pg::Connection& maintenance, const checkpoint::Store& store,
                                 const std::string& database, Instant now)
    : context_(context), maintenance_(maintenance), made_(make(context, maintenance, store, database, now)) {
  try {
    transfer::open_clone(maintenance_, made_);
  } catch (...) {
    const pg::Unstoppable until_dropped(maintenance_);
    transfer::drop_database(maintenance_, made_.name);
    throw;
  }
}

CheckpointClone::~CheckpointClone() {
  if (is_kept_) return;
  try {
    // The session that made it may be lost, or be stopped, which is why we are here.
    auto fresh = pg::connect_to_maintenance(context_.with_stop({}), maintenance_.info());
    transfer::drop_database(fresh, made_.name);
  } catch (const std::exception& error) {
    context_.sink.warning("clone \"" + made_.name + "\" is left: `safety-prune --databases` drops it (" + error.what() +
                          ")");
  }
}

void CheckpointClone::correct(archive::Index& index, const std::string& database) const {
  index.database = database;
  index.properties = made_.properties;
  index.snapshot_time = made_.time;
  index.snapshot_lsn = made_.lsn;
}

checkpoint::Clone CheckpointClone::record() const {
  return {made_.name, made_.oid, transfer::name_of(made_.strategy), made_.bytes, made_.seconds, made_.time};
}

}  // namespace safety::backup

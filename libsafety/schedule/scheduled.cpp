#include "libsafety/schedule/scheduled.hpp"

#include <fmt/format.h>

#include <random>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/newest.hpp"
#include "libsafety/checkpoint/policy.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/pause.hpp"
#include "libsafety/prune/offsite_copies.hpp"
#include "libsafety/prune/prune.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/restore/verify.hpp"
#include "libsafety/schedule/noted.hpp"

namespace safety::schedule {
namespace {

using checkpoint::Record;
using checkpoint::Store;

/// The backup that makes a new one needless. What is wrong with the folder is no answer: the run will meet it, and tell of it.
std::optional<Record> find_fresh(const Context& context, const Store& store, const std::string& database, const ScheduledOptions& options) try {
  if (!options.max_age) return std::nullopt;
  const auto now = std::chrono::system_clock::now();
  auto records = store.list(context);
  std::erase_if(records, [&](const Record& record) { return !store.has_archive(record); });
  const auto* newest = checkpoint::find_newest_backup(records, database, options.proof, now);
  if (newest == nullptr || !checkpoint::unmet({options.proof, options.max_age}, *newest, now).empty()) return std::nullopt;
  return *newest;
} catch (const Error&) {
  return std::nullopt;
}

void wait_for_turn(const Context& context, std::chrono::milliseconds jitter) {
  if (jitter.count() <= 0) return;
  std::random_device random;
  const std::chrono::milliseconds wait(std::uniform_int_distribution<std::chrono::milliseconds::rep>(0, jitter.count())(random));
  context.sink.note(fmt::format("waiting {} before it begins", format_seconds(std::chrono::duration<double>(wait).count())));
  os::pause(context, wait);
}

/// What killed runs left: a proof that was under way is nobody's way back, and an archive whose record was not written any more
/// is a good one, once it has been read.
void clear_up(const Context& context, const pg::ConnectionInfo& info, const Store& store, const checkpoint::Run& own, checkpoint::OperationLock& lock) try {
  const auto& database = own.database;
  for (const auto& run : checkpoint::close_dead_runs(context, store, database, own.id))
    context.sink.warning(fmt::format("the run {}: {}", run.id, run.message));
  restore::RestoreOptions options;
  options.folder = store.folder();
  options.held_lock = &lock;
  while (const auto unfinished = restore::find_unfinished(store.folder(), database)) {
    if (!restore::is_proof(*unfinished)) break;  // a person decides about restores
    context.sink.note("a proof that was killed is taken back: " + unfinished->journal.head.operation);
    restore::settle(context, info, *unfinished, options);
  }
  for (const auto& record : store.rebuild(context)) context.sink.note("an archive without a record got one: " + record.id);
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context.sink.warning("not everything that killed runs left could be cleared up: " + error.message());  // no reason to go without a backup
}

backup::BackupOptions backup_options(const ScheduledOptions& options) {
  auto backup = options.backup;
  backup.reason = "scheduled";
  backup.proof = std::min(options.proof, checkpoint::Proof::decodes);
  return backup;
}

Record verify(const Context& context, const pg::ConnectionInfo& info, const Store& store, const Record& record, const ScheduledOptions& options,
              checkpoint::OperationLock& lock) {
  if (record.proof() >= options.proof) return record;  // the backup itself read the file back that far
  restore::VerifyRequest request;
  request.archive = store.require_archive(record);
  request.record = record;
  request.level = options.proof;
  request.proven = record.proof();
  request.jobs = options.backup.jobs;
  request.held_lock = &lock;
  restore::verify(context, info, store, request);
  return store.resolve(context, record.id, record.database);
}

/// What cannot be removed is no reason to go without a backup, which may fit all the same.
void free_disk(const Context& context, const pg::ConnectionInfo& info, const Store& store, const ScheduledOptions& options, checkpoint::OperationLock& lock) try {
  const auto now = std::chrono::system_clock::now();
  prune::PruneOptions wanted;
  wanted.database = info.database();
  wanted.policy.min_keep = options.retention.min_keep;
  wanted.policy.keep_labels = options.retention.keep_labels;
  wanted.min_free_bytes = options.min_free_bytes;
  const auto outlook = prune::look(context, store, wanted, now);
  prune::prune(context, store, wanted, outlook, {&info, &lock}, now);
  if (outlook.is_short)
    context.sink.warning(fmt::format("{} must be free and {} would be, with all that may go", format_bytes(options.min_free_bytes),
                                     format_bytes(outlook.free_bytes + outlook.bytes())));
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context.sink.warning("disk could not be freed: " + error.message());
}

}  // namespace

ScheduledResult run_scheduled(const Context& context, const pg::ConnectionInfo& info, const ScheduledOptions& options) {
  const Store store(options.backup.folder);
  const auto database = info.database();
  if (const auto fresh = find_fresh(context, store, database, options)) {
    const auto run = note_skip(context, store, options.channels, "scheduled", database,
                               fmt::format("checkpoint {} of {} with proof {} is fresh enough", fresh->id, fresh->snapshot_time, checkpoint::name_of(fresh->proof())));
    return {run, std::nullopt, {}, {}};
  }
  wait_for_turn(context, options.jitter);

  Noted noted(context, store, options.channels, "scheduled", database);
  return noted.through([&](checkpoint::Run& run) -> ScheduledResult {
    checkpoint::OperationLock lock(context, info, database);
    noted.step("clear up");
    clear_up(context, info, store, run, lock);

    if (options.min_free_bytes > 0) {
      noted.step("free disk");
      free_disk(context, info, store, options, lock);
    }

    noted.step("back up");
    auto backup = backup_options(options);
    backup.held_lock = &lock;
    auto record = backup::back_up(context, info, backup).record;
    run.checkpoint = record.id;
    os::fault_point("scheduled.backed_up");

    noted.step("verify");
    record = verify(context, info, store, record, options, lock);
    os::fault_point("scheduled.verified");

    if (options.remote) {
      noted.step("copy off site");
      const auto uploaded = offsite::upload(context, *options.remote, store, record, options.thoroughness);
      run.offsite = options.remote->shown;
      context.sink.note(fmt::format("the copy in {} is proven: {}", run.offsite, uploaded.proof.how));
      os::fault_point("scheduled.copied");
    }

    ScheduledResult result{run, record, {}, {}};
    if (options.retention.is_empty()) return result;
    noted.step("prune");
    const auto now = std::chrono::system_clock::now();
    const prune::PruneOptions wanted{options.retention, database, 0};
    result.pruned = prune::prune(context, store, wanted, prune::look(context, store, wanted, now), {&info, &lock}, now).removed;
    os::fault_point("scheduled.pruned");
    if (options.remote) {
      noted.step("prune off site");
      result.pruned_offsite = prune::prune_offsite(context, *options.remote, prune::look_offsite(context, store, *options.remote, wanted, now));
    }
    return result;
  });
}

std::vector<std::string> describe_scheduled(const Context& context, const pg::ConnectionInfo& info, const ScheduledOptions& options) {
  const Store store(options.backup.folder);
  if (const auto fresh = find_fresh(context, store, info.database(), options))
    return {fmt::format("nothing: checkpoint {} of {} with proof {} is fresh enough", fresh->id, fresh->snapshot_time, checkpoint::name_of(fresh->proof()))};
  std::vector<std::string> lines;
  if (options.jitter.count() > 0)
    lines.push_back(fmt::format("wait: up to {}, by chance", format_seconds(std::chrono::duration<double>(options.jitter).count())));
  for (auto& line : backup::describe_backup(context, info, backup_options(options))) lines.push_back(std::move(line));
  if (options.proof >= checkpoint::Proof::restored) lines.push_back("verify: restore it aside up to " + checkpoint::name_of(options.proof) + ", and drop that again");
  if (options.remote) lines.push_back("copy: to " + options.remote->shown + ", proven there");
  if (!options.retention.is_empty()) {
    const prune::PruneOptions wanted{options.retention, info.database(), options.min_free_bytes};
    const auto outlook = prune::look(context, store, wanted, std::chrono::system_clock::now());
    lines.push_back(fmt::format("prune: {} as of now; `safety-prune --dry-run` says which", format_plural(outlook.archives(), "archive")));
  }
  return lines;
}

}  // namespace safety::schedule

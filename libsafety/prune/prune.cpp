#include "libsafety/prune/prune.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/removal.hpp"
#include "libsafety/checkpoint/retention_facts.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/prune/locks.hpp"
#include "libsafety/prune/partials.hpp"

namespace safety::prune {
namespace {

using checkpoint::Record;
using checkpoint::Store;
using checkpoint::Verdict;

// ---- looking

/// Without rules nothing is removed by them; records without archives may still be.
std::vector<Verdict> judge(const std::vector<Record>& records, const PruneOptions& options, const checkpoint::RetentionFacts& facts, Instant now) {
  const bool is_about_else = options.min_free_bytes > 0 || options.policy.removes_gone;
  if (!options.policy.is_empty() || !is_about_else) return checkpoint::retain(records, options.policy, facts, now);
  auto verdicts = checkpoint::retain_least(records, options.policy, facts, now);
  for (auto& verdict : verdicts)
    if (!verdict.is_kept && !facts.gone.contains(verdict.record.id)) verdict = {verdict.record, true, {"nothing asks to remove it"}};
  return verdicts;
}

std::uint64_t archive_bytes(const Store& store, const Record& record) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(store.archive_path(record), error);
  return error ? 0 : bytes;
}

/// The oldest first, until the disk would have enough.
void choose_for_disk(Outlook& outlook, const std::vector<Record>& records, const PruneOptions& options, const checkpoint::RetentionFacts& facts, Instant now) {
  if (options.min_free_bytes == 0) return;
  std::uint64_t expected = outlook.free_bytes + outlook.bytes();
  const auto least = checkpoint::retain_least(records, options.policy, facts, now);
  for (std::size_t at = least.size(); at-- > 0 && expected < options.min_free_bytes;) {
    auto& verdict = outlook.verdicts[at];  // of the same checkpoint: both are in one order
    if (least[at].is_kept || !verdict.is_kept) continue;
    verdict.is_kept = false;
    verdict.reasons = {fmt::format("{} must be free", format_bytes(options.min_free_bytes))};
    outlook.for_disk.insert(verdict.record.id);
    expected += outlook.sizes[verdict.record.id];
  }
  outlook.is_short = expected < options.min_free_bytes;
}

// ---- removing

class Removal {
 public:
  Removal(const Context& context, const Store& store, const PruneOptions& options, const Server& server)
      : context_(context), store_(store), options_(options), folder_lock_(store.operations_folder()), rows_(context, server) {}

  /// What an earlier run began: somebody agreed then, and the checkpoint is none any more.
  void end_begun() {
    for (const auto& record : checkpoint::list_removals(context_, store_)) {
      if (checkpoint::is_taken_back(store_, record))
        checkpoint::end_removal(store_, record);
      else
        end(record);
    }
  }

  void remove(const Verdict& verdict, bool is_for_disk) {
    if (is_for_disk && os::free_bytes(store_.folder()) >= options_.min_free_bytes) return;
    const auto why = why_not(verdict.record);
    if (!why.empty()) return context_.sink.warning(fmt::format("checkpoint {} stays: {}", verdict.record.id, why));
    context_.throw_if_stopped();
    context_.sink.phase("remove " + verdict.record.id);
    (store_.forget_archive(verdict.record) ? pruned.removed : pruned.changed).push_back(verdict.record.id);
    end(verdict.record);
  }

  void remove(const Partial& partial) {
    if (!os::remove_file_durably(partial.path)) return;
    os::fault_point("prune.partial");
    pruned.partials.push_back(partial.path.filename().string());
    pruned.bytes += partial.bytes;
  }

  Pruned pruned;

 private:
  /// The files first, then what tells of them: a kill before the end leaves a removal that the next run ends.
  void end(const Record& record) {
    pruned.bytes += checkpoint::remove_files(store_, record);
    rows_.bring_in_line(store_, record);
    checkpoint::end_removal(store_, record);
    os::fault_point("prune.removed");
  }

  /// The last look: somebody may have pinned, verified or replaced it since the folder was read.
  std::string why_not(const Record& record) const {
    const auto now = store_.read(record.id);
    if (!now) return "its record is gone";
    if (!now->pins.empty()) return "it was pinned meanwhile";
    if (checkpoint::format_record(*now) != checkpoint::format_record(record)) return "its record changed meanwhile";
    const auto facts = checkpoint::read_facts(store_, {*now});
    return facts.held.contains(record.id) ? facts.held.at(record.id) : "";
  }

  const Context& context_;
  const Store& store_;
  const PruneOptions& options_;
  FolderLock folder_lock_;
  Rows rows_;
};

}  // namespace

std::uint64_t Outlook::archives() const {
  return static_cast<std::uint64_t>(std::count_if(verdicts.begin(), verdicts.end(), [](const auto& one) { return !one.is_kept; }));
}

std::uint64_t Outlook::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& one : verdicts)
    if (!one.is_kept) sum += sizes.at(one.record.id);
  for (const auto& one : partials) sum += one.bytes;
  return sum;
}

bool Outlook::is_nothing() const { return archives() == 0 && partials.empty() && begun.empty(); }

Outlook look(const Context& context, const Store& store, const PruneOptions& options, Instant now) {
  auto records = store.list(context);
  const auto facts = checkpoint::read_facts(store, records);
  if (!options.database.empty()) std::erase_if(records, [&](const Record& record) { return record.database != options.database; });
  Outlook outlook;
  outlook.verdicts = judge(records, options, facts, now);
  for (const auto& verdict : outlook.verdicts) outlook.sizes[verdict.record.id] = archive_bytes(store, verdict.record);
  outlook.partials = list_stale_partials(store.folder(), now);
  for (const auto& record : checkpoint::list_removals(context, store)) outlook.begun.push_back(record.id);
  if (std::filesystem::exists(store.folder())) outlook.free_bytes = os::free_bytes(store.folder());
  choose_for_disk(outlook, records, options, facts, now);
  return outlook;
}

Pruned prune(const Context& context, const Store& store, const PruneOptions& options, const Outlook& agreed, const Server& server, Instant now) {
  if (agreed.is_nothing()) return {{}, {}, {}, 0, agreed.free_bytes};  // which may be a folder that is not there, or not ours to write
  Removal removal(context, store, options, server);
  removal.end_begun();
  // Under the locks once more: what was agreed to may have become the last of its kind meanwhile.
  const auto current = look(context, store, options, now);
  std::set<std::string> agreed_ids;
  for (const auto& verdict : agreed.verdicts)
    if (!verdict.is_kept) agreed_ids.insert(verdict.record.id);
  for (const bool is_for_disk : {false, true})
    for (auto verdict = current.verdicts.rbegin(); verdict != current.verdicts.rend(); ++verdict)
      if (!verdict->is_kept && agreed_ids.contains(verdict->record.id) && current.for_disk.contains(verdict->record.id) == is_for_disk)
        removal.remove(*verdict, is_for_disk);
  for (const auto& partial : current.partials) removal.remove(partial);
  removal.pruned.free_bytes = os::free_bytes(store.folder());
  return std::move(removal.pruned);
}

}  // namespace safety::prune

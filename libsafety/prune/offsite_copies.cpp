#include "libsafety/prune/offsite_copies.hpp"

#include "libsafety/checkpoint/retention_facts.hpp"

namespace safety::prune {

std::vector<checkpoint::Verdict> look_offsite(const Context& context, const checkpoint::Store& store, const offsite::Remote& remote,
                                              const PruneOptions& options, Instant now) {
  std::vector<checkpoint::Record> records;
  checkpoint::RetentionFacts facts;
  for (auto& copy : offsite::list(context, remote)) {
    if (!options.database.empty() && copy.record.database != options.database) continue;
    if (!copy.has_archive) facts.gone.insert(copy.record.id);
    const auto here = store.read(copy.record.id);
    // Another checkpoint of that id would be another file.
    records.push_back(here && here->archive.sha256 == copy.record.archive.sha256 ? *here : std::move(copy.record));
  }
  // What an unfinished operation here needs may have to come from there.
  facts.held = checkpoint::read_facts(store, records).held;
  return checkpoint::retain(records, options.policy, facts, now);
}

std::vector<std::string> prune_offsite(const Context& context, const offsite::Remote& remote, const std::vector<checkpoint::Verdict>& verdicts) {
  std::vector<std::string> removed;
  for (auto verdict = verdicts.rbegin(); verdict != verdicts.rend(); ++verdict) {
    if (verdict->is_kept) continue;
    context.throw_if_stopped();
    offsite::remove(context, remote, verdict->record);
    removed.push_back(verdict->record.id);
  }
  return removed;
}

}  // namespace safety::prune

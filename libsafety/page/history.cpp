#include "libsafety/page/history.hpp"

#include <algorithm>

#include "libsafety/checkpoint/newest.hpp"

namespace safety::page {
namespace {

/// Whether the last of them failed and nothing went well since.
bool is_alarming(const std::vector<checkpoint::Run>& nameless, const std::vector<checkpoint::Run>& all) {
  if (nameless.empty() || nameless.back().has_succeeded()) return false;
  return std::none_of(all.begin(), all.end(), [&](const auto& run) { return run.has_succeeded() && run.started > nameless.back().started; });
}

}  // namespace

bool Checkpoint::is_good() const {
  return !is_gone && checkpoint::is_backup(*record) && record->proof() >= checkpoint::Proof::digest;
}

std::vector<History> histories_of(const Status& status) {
  std::map<std::string, History> by_name;
  for (const auto& name : status.databases) by_name[name];
  for (const auto& record : status.records) by_name[record.database].checkpoints.push_back({&record, parse_rfc3339(record.snapshot_time), status.gone.contains(record.id)});
  for (const auto& operation : status.operations) by_name[operation.database].operations.push_back(&operation);
  for (const auto& run : status.runs) by_name[run.database].runs.push_back(run);

  const auto nameless = by_name.extract("");
  const bool has_only_runs = nameless && nameless.mapped().checkpoints.empty() && nameless.mapped().operations.empty();
  if (nameless && has_only_runs && by_name.size() == 1) {
    auto& [name, only] = *by_name.begin();
    only.runs.clear();
    for (auto run : status.runs) {
      run.database = name;
      only.runs.push_back(std::move(run));
    }
  }
  std::vector<History> histories;
  for (auto& [name, history] : by_name) {
    history.database = name;
    histories.push_back(std::move(history));
  }
  const bool is_of_its_own = nameless && (!has_only_runs || histories.empty() || (histories.size() > 1 && is_alarming(nameless.mapped().runs, status.runs)));
  if (is_of_its_own) histories.push_back(nameless.mapped());
  return histories;
}

}  // namespace safety::page

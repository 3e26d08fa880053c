#include "libsafety/checkpoint/newest.hpp"

#include <algorithm>

#include "libsafety/checkpoint/policy.hpp"

namespace safety::checkpoint {

std::set<std::string> databases_of(const std::vector<Record>& records, const std::vector<Run>& runs) {
  std::set<std::string> names;
  for (const auto& record : records) names.insert(record.database);
  for (const auto& run : runs)
    if (!run.database.empty()) names.insert(run.database);
  return names;
}

bool is_backup(const Record& record) {
  return record.names_archive() && !record.is_schema_only && record.reason != "pre-restore" && record.reason != "pre-rollback";
}

const Record* find_newest_backup(const std::vector<Record>& records, const std::string& database, Proof least, Instant now) {
  const Record* newest = nullptr;
  Instant newest_time;
  for (const auto& record : records) {
    const auto taken = parse_rfc3339(record.snapshot_time);
    if (record.database != database || !is_backup(record) || record.proof() < least || !taken || is_in_future(*taken, now)) continue;
    if (newest != nullptr && *taken < newest_time) continue;
    newest = &record;
    newest_time = *taken;
  }
  return newest;
}

std::optional<OffsiteCopy> find_newest_offsite_copy(const std::vector<Record>& records, const std::vector<Run>& runs, const std::string& database, Instant now) {
  std::optional<OffsiteCopy> newest;
  for (const auto& run : runs) {
    if (run.database != database || run.offsite.empty() || run.checkpoint.empty()) continue;
    const auto record = std::find_if(records.begin(), records.end(), [&](const auto& one) { return one.id == run.checkpoint; });
    const auto taken = parse_rfc3339(record != records.end() ? record->snapshot_time : run.started);
    if (!taken || is_in_future(*taken, now) || (newest && *taken < newest->taken)) continue;
    newest = OffsiteCopy{run.checkpoint, run.offsite, *taken};
  }
  return newest;
}

}  // namespace safety::checkpoint

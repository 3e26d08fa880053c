#pragma once
// Records for tests of retention, made in few words.

#include <map>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/retention.hpp"

namespace safety::checkpoint {

/// Of "shop", scheduled, proven L2; its id is "c<sequence>".
inline Record archive_of(std::uint64_t sequence, Instant taken, Proof proof = Proof::decodes, const std::string& reason = "scheduled") {
  Record record;
  record.sequence = sequence;
  record.id = "c" + std::to_string(sequence);
  record.database = "shop";
  record.system_identifier = "7001";
  record.reason = reason;
  record.snapshot_time = record.created = format_rfc3339(taken);
  record.archive = {record.id + ".sql.zst", 1000, std::string(64, 'a'), "zst"};
  if (proof != Proof::none) record.proofs.push_back({proof, record.snapshot_time, 1, true, ""});
  return record;
}

inline Instant at(const std::string& day_and_time) { return *parse_rfc3339(day_and_time + ":00.000Z"); }
inline const Instant kNow = at("2026-11-26T12:00");

inline Record failed(Record record) {
  record.proofs.push_back({Proof::digest, record.snapshot_time, 1, false, "its SHA-256 differs"});
  return record;
}

inline std::vector<std::string> ids_of(const std::vector<Verdict>& verdicts, bool are_kept) {
  std::vector<std::string> ids;
  for (const auto& verdict : verdicts)
    if (verdict.is_kept == are_kept) ids.push_back(verdict.record.id);
  return ids;
}

}  // namespace safety::checkpoint

#pragma once
// Whether the backups of a folder are fresh, told from the folder alone: no server is asked, so it can be asked every minute, and while
// the server is down. What counts is the age of the newest *proven* backup; whether runs succeed only explains it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/doctor/doctor.hpp"

namespace safety::doctor {

struct FreshnessOptions {
  std::string database;  // empty: each that the folder knows
  checkpoint::Proof least = checkpoint::Proof::digest;
  std::chrono::milliseconds max_age = std::chrono::hours(25);  // of a backup each day: with slack for its run time
  /// Given: without a copy off site that is younger it is FAILED. Not given: a WARNING when copies are made and the newest is older than max_age.
  std::optional<std::chrono::milliseconds> max_offsite_age = std::nullopt;
};

/// For each database, in order of name: "backup of X", "runs of X", "off site of X". FAILED: there is no backup, or copy off site, as asked
/// for. WARNING: there is, but newer ones lack a proof, or the last run failed, or none ended within max_age. Of `records` those whose archives are there. Pure.
std::vector<Check> judge_freshness(const std::vector<checkpoint::Record>& records, const std::vector<checkpoint::Run>& runs, const FreshnessOptions& options,
                                   Instant now);

/// judge_freshness of a folder. Records whose archive is missing, or has another size, do not count, and are FAILED as "archives"; a folder that
/// cannot be read is FAILED, too.
std::vector<Check> examine_freshness(const Context& context, const std::filesystem::path& folder, const FreshnessOptions& options);

}  // namespace safety::doctor

#pragma once
// The state of a backup folder for Prometheus, as node_exporter's textfile collector reads it (--collector.textfile.directory): a file
// that is replaced whole after each run. alerts.yml beside this file holds rules on it.
//
// Ages are not in it: a file that nobody writes any more would show the age that backups once had. Ask for
// `time() - safety_last_verified_backup_timestamp_seconds`; that of a database that has no verified backup is 0, so that its age is great
// and the alarm goes off.
//
// One file describes one backup folder. Two folders need two files.

#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/runs.hpp"

namespace safety::notify {

/// The text format 0.0.4. Of `records` those whose archives are there; what lies in the future by `now` counts for nothing. Pure.
std::string format_metrics(const std::vector<checkpoint::Run>& runs, const std::vector<checkpoint::Record>& records, Instant now);

/// format_metrics of a folder into a file of mode 0644. Several writers take turns. Errors: storage.
void write_metrics(const Context& context, const std::filesystem::path& backup_folder, const std::filesystem::path& file);

}  // namespace safety::notify

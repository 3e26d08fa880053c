#pragma once
// The status page: one HTML file that says whether the backups of a folder can be trusted, from what lies in that folder alone.
// Needs no server to be made, and no network or script to be read. Pure: everything that is looked at comes in as a Status.
//
// It judges by age of content and by proof, never by "the job ran": no verified backup for longer than `max_age` is an alarm,
// whatever else succeeded.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/runs.hpp"

namespace safety::page {

/// A deploy, restore or rollback, as its journal tells it.
struct Operation {
  std::string id, kind, database;  // kind: "deploy", "restore", "rollback"
  std::string started, ended;      // RFC 3339; ended is empty while it has not
  std::string outcome;             // "finished", "undone", "unfinished", "running"
  std::string checkpoint;          // that it made or went back to; may be empty
};

/// What retention will do with a checkpoint next.
struct Fate {
  bool is_kept = true;
  std::string why;
};

struct Status {
  Instant now;
  std::string folder;
  std::vector<std::string> databases;       // that must have backups, although the folder may not tell of them
  std::vector<checkpoint::Record> records;  // in order of sequence
  std::set<std::string> gone;               // ids of those whose archive is named and not there
  std::vector<checkpoint::Run> runs;        // in the order in which they ended
  std::vector<Operation> operations;        // oldest first
  std::optional<std::uint64_t> free_bytes;  // where the folder is; nullopt: not known
  std::map<std::string, Fate> retention;    // by id; empty: there is none, and nothing is said of it
  std::optional<std::set<std::string>> offsite;  // ids of the copies elsewhere; nullopt: nobody looked
  std::chrono::seconds max_age = std::chrono::hours(25);  // a day, and an hour for the run itself
};

/// Every text in it is escaped.
std::string format_html(const Status& status);

}  // namespace safety::page

#pragma once
// How fresh the backups of a folder are: what freshness checks and metrics both go by. Pure: of records only those are to be given
// whose archives are there.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/runs.hpp"

namespace safety::checkpoint {

/// Named by records or runs; runs that did not learn theirs name none.
std::set<std::string> databases_of(const std::vector<Record>& records, const std::vector<Run>& runs);

/// Whether it is an archive of rows made to be gone back to, and not of a schema alone, nor of a state that was left behind
/// (pre-restore, pre-rollback). Rows of some tables may be missing: who leaves them out each time means it.
bool is_backup(const Record& record);

/// The backup of this database with at least this proof whose content is the newest. One from the future is passed over: its age,
/// which would be less than nothing, would never raise an alarm. nullptr: there is none.
const Record* find_newest_backup(const std::vector<Record>& records, const std::string& database, Proof least, Instant now);

struct OffsiteCopy {
  std::string checkpoint, place;
  Instant taken;  // when its content was: the record's snapshot time, or when its run began where that record is gone
};

/// Of the copies off site that runs verified, the one whose content is the newest, and not from the future.
std::optional<OffsiteCopy> find_newest_offsite_copy(const std::vector<Record>& records, const std::vector<Run>& runs, const std::string& database, Instant now);

}  // namespace safety::checkpoint

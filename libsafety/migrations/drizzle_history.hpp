#pragma once
// What the rows of `__drizzle_migrations` mean beside the code's migrations, in both of its forms.
//
// Until 0.31 a row has hash and created_at (the journal's `when`): deploy applies every entry that is newer than the newest row, so
// an older one that came in by a merge is passed over in silence. From 1.0 a row has the migration's name, which is what counts.

#include <string>
#include <vector>

#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/history_table.hpp"

namespace safety::migrations {

struct DrizzleRow {
  std::string id, hash, name;  // name: empty before 1.0
  std::int64_t when = 0;       // created_at
  std::string applied;         // applied_at, from 1.0
};

/// Oldest first. Errors: what the server says.
std::vector<DrizzleRow> read_drizzle_rows(pg::Connection& connection, const HistoryTable& table);
std::vector<std::string> missing_drizzle_columns(const HistoryTable& table);

/// Pure. Without a project the rows alone speak.
History judge_drizzle(const DrizzleProject* project, const std::string& schema, const std::vector<DrizzleRow>& rows);

/// True when the project's commands push, or there is nothing else: then there is no history to read.
bool is_pushed(const Project& project);
History history_of_push();
/// What is wrong in the code whatever the database holds.
void check_drizzle_code(const DrizzleProject& project, History& history);

}  // namespace safety::migrations

#pragma once
// What the rows of `_prisma_migrations` mean beside the code's migrations. Judged as `prisma migrate deploy` judges, which its own
// `status` does not: a name counts as applied when a row of it is not rolled back, a row without end blocks everything.

#include <optional>
#include <string>
#include <vector>

#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/history_table.hpp"
#include "libsafety/migrations/prisma_lock.hpp"

namespace safety::migrations {

struct PrismaRow {
  std::string id, checksum, name, started, finished, rolled_back, log;  // empty: NULL
};

/// In the order in which they were started. Errors: what the server says.
std::vector<PrismaRow> read_prisma_rows(pg::Connection& connection, const HistoryTable& table);
/// Columns without which a table of that name is not Prisma's; empty when all are there.
std::vector<std::string> missing_prisma_columns(const HistoryTable& table);

/// The row that makes the migration applied; nullptr when none does.
const PrismaRow* applied_row(const std::vector<PrismaRow>& rows, const std::string& name);
/// The applied row of the greatest name; nullptr when nothing is applied.
const PrismaRow* head_row(const std::vector<PrismaRow>& rows);

/// Pure. Without a project the rows alone speak: nothing is pending, edited or deleted.
History judge_prisma(const PrismaProject* project, const std::string& schema, const std::vector<PrismaRow>& rows, const std::optional<LockHolder>& holder);

/// What is wrong in the code whatever the database holds.
void check_prisma_code(const PrismaProject& project, History& history);

}  // namespace safety::migrations

#pragma once
// Statements of migrations that change rows which an undo of the schema leaves as they are: `UPDATE users SET email = lower(email)`.
// What fills columns and tables that the migration itself makes goes with these, and is none.
//
// Read from the SQL with PostgreSQL's grammar; what a function or a DO block does is told of when it names a statement that changes rows.

#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::rollback {

struct DataChange {
  std::string migration;   // its name
  std::string statement;   // one line, shortened
  std::string table;       // "public.users", its name at the checkpoint (the first of several); empty when it cannot be told
};

/// `then`: the checkpoint's schema. In order. SQL that cannot be parsed is judged by its first word.
/// `is_clone`: as in undo::UndoRequest. Without a clone an undo takes a table or column that was dropped and made again for the one of its
/// name, and leaves what the migration put there: false tells of what filled such a one, too.
std::vector<DataChange> find_data_changes(const std::vector<migrations::MigrationFile>& migrations, const std::vector<schema::Definition>& then, bool is_clone = true);

}  // namespace safety::rollback

#pragma once
// What must hold before a restore touches anything.

#include "libsafety/pg/connection.hpp"
#include "libsafety/restore/options.hpp"
#include "libsafety/restore/source.hpp"

namespace safety::restore {

/// `database` is the one that would be replaced. Errors as restore() documents them.
void check_before_restore(const Context& context, pg::Connection& maintenance, const std::string& database,
                          const RestoreOptions& options, const Source& source);

/// True when the archive's roles and versions were written by a server of another major version than this one.
bool is_other_major(const pg::Connection& connection, const Source& source);

/// The chosen tables, with the partitions in place of each partitioned table: rows lie in partitions only.
std::vector<std::string> with_partitions(const std::vector<std::string>& tables, const archive::Reader& reader);

/// Errors: usage naming the table when a chosen table is not in the archive.
bool is_chosen(const RestoreOptions& options, const archive::Table& table);

}  // namespace safety::restore

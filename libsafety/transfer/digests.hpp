#pragma once
// Reads tables back and digests them: the proof that what was restored is what was backed up (L4).

#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

/// Reads every table of `tables` that has a digest from `database`, by `jobs` sessions, and compares.
/// Returns one line for each table that differs, e.g. `table "public"."users": 10 rows, expected 12`.
/// Errors: those of the server; a missing table is a difference, not an error.
std::vector<std::string> compare_digests(const Context& context, const pg::ConnectionInfo& database,
                                         const std::vector<archive::Table>& tables, unsigned jobs);

/// One digest over all large objects' numbers and contents; empty when one is too large to be read whole (1 GB).
std::string digest_large_objects(pg::Connection& connection);

}  // namespace safety::transfer

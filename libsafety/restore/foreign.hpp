#pragma once
// Dumps that pg_dump made, into an empty database, strictly.

#include <string>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/restore/source.hpp"

namespace safety::restore {

struct ForeignOptions {
  unsigned jobs = 2;
  bool skips_owners = false, skips_privileges = false;
};

struct ForeignResult {
  std::uint64_t rows = 0;  // of a plain script; pg_restore does not count
};

/// Errors: archive_incomplete when the script lacks pg_dump's end mark or breaks off; command_failed (pg_restore);
/// not_permitted, database ... as the server says; usage for a script of several databases (pg_dumpall).
ForeignResult load_foreign(const Context& context, const Source& source, const pg::ConnectionInfo& target, const ForeignOptions& options);

}  // namespace safety::restore

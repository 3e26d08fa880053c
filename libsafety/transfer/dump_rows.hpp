#pragma once
// Table rows from a snapshot into an archive, by several sessions at once, large tables split by ctid ranges.
//
// Memory: per worker one frame of plain text (8 MiB, or one row when that is larger), its compressed form and the
// codec's tables.

#include <vector>

#include "libsafety/archive/writer.hpp"
#include "libsafety/transfer/snapshot.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::transfer {

struct DumpRowsOptions {
  unsigned jobs = 2;
  archive::Codec codec = archive::Codec::zstd;
  int level = 1;
  /// After each piece a session rests this many times as long as the piece took, and the server's with it; 0: not at all.
  double rest = 0;
};

/// "COPY schema.table (columns) FROM stdin;\n": the line that stands before the rows in an archive.
std::string copy_from_statement(const archive::Table& table);
/// "COPY schema.table (columns) TO STDOUT" or its query form, for the same rows in the same text.
std::string copy_to_statement(const archive::Table& table);

/// Dumps every table that is not data-excluded and fills in rows, plain_bytes and digest of each.
/// Table positions in the writer are positions in `tables`. Tables for which somebody waits (a migration that was begun meanwhile) are
/// read last, by the session that holds their locks.
void dump_rows(const Context& context, Snapshot& snapshot, std::vector<SourceTable>& tables,
               archive::Writer& writer, const DumpRowsOptions& options);

}  // namespace safety::transfer

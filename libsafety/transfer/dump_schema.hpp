#pragma once
// Everything of a database that is not table rows, as text from pg_dump in the same snapshot.

#include <string>
#include <vector>

#include "libsafety/archive/writer.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/os/process.hpp"
#include "libsafety/pg/dump_program.hpp"
#include "libsafety/transfer/snapshot.hpp"
#include "libsafety/transfer/source_catalog.hpp"

namespace safety::transfer {

struct SchemaDumpRequest {
  pg::ClientProgram pg_dump;
  pg::ConnectionInfo info;
  std::string snapshot;
  std::chrono::milliseconds lock_wait;
  bool skips_own_schema = false;
  /// "name=value": settings of the database that would change how pg_dump writes, held at what the archive says.
  std::vector<std::string> pinned_settings = {};
};

/// Which settings must be pinned for this database; mostly none. Asks what sessions are given at their start, not what
/// this one was set to since: string literals (standard_conforming_strings off) and, where money is kept, its format.
std::vector<std::string> settings_to_pin(pg::Connection& connection);

/// What pg_dump's end with another code than 0 means: locked, or command_failed with its own words.
Error pg_dump_error(const os::ProcessResult& result);

/// pg_dump --section=pre-data or post-data, without its settings header and psql commands.
/// Memory: the section's text. Errors: those of pg_dump as command_failed with its own words.
std::string dump_section(const Context& context, const SchemaDumpRequest& request, const std::string& section);

/// Large objects' content, streamed into frames of the archive. Their owners and grants stand in pre-data.
void dump_large_objects(const Context& context, const SchemaDumpRequest& request, archive::Writer& writer);

/// setval calls.
std::string sequence_script(const std::vector<SequenceState>& sequences);

/// What stands before everything else in an archive: settings, then BEGIN when has_envelope.
std::string envelope_begin(const std::string& encoding, const std::string& comment, bool has_envelope);
std::string envelope_end(bool has_envelope);

}  // namespace safety::transfer

#pragma once
// What changed between two schemas, in words and as SQL: for people, where fingerprint.hpp is for proofs.
//
// Definitions are the server's own text (pg_get_*def, format_type ...) read with an empty search_path; columns are objects of
// their own here. Members of extensions, the schema `safety` and what a rehearsal put in to watch are not in it.

#include <string>
#include <vector>

#include "libsafety/pg/connection.hpp"
#include "libsafety/schema/definition.hpp"

namespace safety::schema {

/// Sorted by kind and name. Requires use_dump_settings on the connection.
std::vector<Definition> read_definitions(pg::Connection& connection);

/// One JSON object a line, and back: what a file or a journal keeps of a catalog.
std::string format_definitions(const std::vector<Definition>& definitions);
/// Errors: archive_damaged when it is not that.
std::vector<Definition> parse_definitions(const std::string& text);

struct Change {
  enum class What { added, dropped, changed } what = What::changed;
  Definition before, after;  // one is empty for added and dropped
  /// "column public.users.email: type changed from text to character varying(20)"; "table public.videos dropped".
  std::string words;
  /// Statements that would make it, as far as the definitions hold them; empty where they do not.
  std::string sql;
  bool loses_data = false;  // a table, column, sequence or large type of values is gone with what it held
};

/// In an order that reads well: by table, tables before what belongs to them. What belongs to a dropped or added table is
/// not listed beside it (its SQL is in the table's).
std::vector<Change> compare(const std::vector<Definition>& before, const std::vector<Definition>& after);

/// The statements of all of them in an order that can be run: what is in the way goes first, what others need is made first.
/// Changes without SQL are comments in it. Runs with check_function_bodies off.
std::string script_of(const std::vector<Change>& changes);

}  // namespace safety::schema

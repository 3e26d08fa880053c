#pragma once
// A schema as a list of named, hashed definitions: equal lists mean equal schemas.
//
// Definitions come from the server's own pg_get_*def functions with an empty search_path, so they do not depend on
// oids, on column numbers left by dropped columns, or on who asks. Members of extensions and the schema `safety` are
// not in it. Owners and privileges are objects of their own kind ("privileges"), so that a restore without owners can
// still be compared.

#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::schema {

/// Sorted by kind and name. Requires use_dump_settings on the connection.
std::vector<archive::SchemaObject> read_objects(pg::Connection& connection);

/// SHA-256 over all of them but privileges, 64 hex digits: the schema's identity in records.
std::string fingerprint_of(const std::vector<archive::SchemaObject>& objects);

struct CompareOptions {
  bool compares_privileges = true;
  /// False between servers of different major versions, which print definitions differently: then names only.
  bool compares_definitions = true;
};

struct Difference {
  enum class What { missing, added, changed } what = What::changed;
  std::string kind, name;
};
/// What is expected and not there, then what is there and not expected.
std::vector<Difference> compare_objects(const std::vector<archive::SchemaObject>& expected, const std::vector<archive::SchemaObject>& found,
                                        const CompareOptions& options);

/// compare_objects in words, one line for each difference: `index "public"."a_idx" is missing`, `... is not expected`, `... is defined differently`.
std::vector<std::string> describe_differences(const std::vector<archive::SchemaObject>& expected,
                                              const std::vector<archive::SchemaObject>& found, const CompareOptions& options);

}  // namespace safety::schema

#pragma once
// The type that a column is to get, as the server knows it.

#include <optional>
#include <string>

#include "libsafety/preflight/ask_session.hpp"

namespace safety::preflight {

struct TargetType {
  std::string sql;                      // as the statement writes it
  std::string oid, base_oid;            // of a domain: what it is made of
  char category = 'U';                  // pg_type.typcategory: N numbers, S strings, D dates ...
  std::optional<int> length;            // varchar(n), char(n), bit(n)
  std::optional<int> precision, scale;  // numeric(p, s)
  /// SQL that is true where the text of `value` does not fit into `length`; empty when there is none.
  std::string too_long(const std::string& value) const;
  /// SQL that is true where the number `value` lies outside; empty when the type has no such bounds.
  std::string out_of_range(const std::string& value) const;
};

/// nullopt: there is no such type (yet).
std::optional<TargetType> find_type(Session& session, const std::string& sql);

/// Does the change keep every value as it lies on disk, so that the server rewrites nothing?
/// Source: ATColumnChangeRequiresRewrite and the types' support functions in PostgreSQL's source.
bool is_widening(Session& session, const Column& from, const TargetType& to);

/// May a column of that type become one of the other without USING?
bool is_assignable(Session& session, const std::string& from_oid, const TargetType& to);

}  // namespace safety::preflight

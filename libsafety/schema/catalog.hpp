#pragma once
// What a schema is read from: one list of catalog queries, for hashes (fingerprint.hpp) and for texts (changes.hpp).
// Internal to this folder.

#include <string>
#include <string_view>
#include <vector>

namespace safety::schema {

/// Parts of a SELECT, each an SQL expression.
struct CatalogQuery {
  std::string kind;   // "'index'"
  std::string name;   // identifies it among its kind
  std::string table;  // what it belongs to; "''" for none
  /// What is hashed. Hashes are kept in archives: an expression here is never changed for servers that are supported.
  /// Empty: of the texts only.
  std::string hashed;
  std::string text;   // SQL that makes it, without a semicolon at the end; "''" where there is none
  std::string from;   // FROM ... WHERE ...
  std::string narrowed = {};  // " AND ...": fewer of them are told of than are hashed
};

/// Schemas of users. Needs the alias n (pg_namespace).
constexpr const char* kUserSchema = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety', 'safety_lost')";
/// Needs n and c (pg_class).
constexpr const char* kRelationName = "pg_catalog.format('%I.%I', n.nspname, c.relname)";

std::string not_of_extension(std::string_view catalog, std::string_view oid);
/// "JOIN pg_namespace n ... WHERE" for users' relations, of alias c.
std::string user_relations();
/// "JOIN pg_class c ON c.oid = ALIAS JOIN pg_namespace n ... WHERE".
std::string of_user_relation(std::string_view oid);

/// Everything that is hashed.
std::vector<CatalogQuery> hashed_queries(int major);
/// What only texts have as objects of their own: columns, settings of tables, comments, default privileges.
std::vector<CatalogQuery> further_queries(int major);

}  // namespace safety::schema

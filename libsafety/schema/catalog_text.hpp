#pragma once
// SQL expressions that give the SQL which makes an object. Internal to this folder.

#include <string>

namespace safety::schema {

/// "text COLLATE "C" NOT NULL DEFAULT 'x'::text". Needs a (pg_attribute) and d (pg_attrdef, outer). What follows DEFAULT or
/// GENERATED ALWAYS AS is always last, so that column_text.hpp can take it apart.
std::string column_text(int major);
/// By relkind. Needs n and c.
std::string relation_text(int major);
/// The table that a relation is a partition or child of, or that owns a sequence. Needs c.
std::string relation_parent();
/// Needs t (pg_type).
std::string type_text();
/// Needs p (pg_proc).
std::string function_text();
/// Needs n, c and p (pg_policy).
std::string policy_text();
/// Needs p (pg_publication).
std::string publication_text(int major);
/// "ALTER TABLE x OWNER TO o", then GRANT statements, joined by ";\n". `object` is an expression for "TABLE public.x",
/// `owner` and `acl` name columns, `letter` is acldefault's.
std::string privileges_text(const std::string& object, const std::string& owner, const std::string& acl, const std::string& letter,
                            const std::string& further_grants = {});

}  // namespace safety::schema

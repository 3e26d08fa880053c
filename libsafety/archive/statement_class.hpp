#pragma once
// What one statement of a pg_dump script does, as far as running it in parallel, or leaving it out, asks.
//
// Looks at the first words only and knows pg_dump's way of writing; whatever it does not know is `other`, which a
// caller runs alone and in order.

#include <optional>
#include <string>
#include <string_view>

namespace safety::archive {

struct StatementClass {
  enum class Kind { create_index, table_constraint, foreign_key, refresh_matview, other };
  Kind kind = Kind::other;
  // Canonical names (below); empty where the kind has none.
  std::string table;
  std::string referenced_table;
  std::string name;  // of the index or constraint
  bool is_checked = true;  // false for a constraint that is NOT VALID or NOT ENFORCED
};

/// table_constraint is PRIMARY KEY, UNIQUE or EXCLUDE. An ALTER TABLE of several actions is `other`.
StatementClass classify(std::string_view statement);

/// ALTER ... OWNER TO ...
bool is_owner_change(std::string_view statement);
/// The role that an owner change names, without quotes.
std::optional<std::string> owner_of(std::string_view statement);

/// GRANT, REVOKE, ALTER DEFAULT PRIVILEGES.
bool is_privilege(std::string_view statement);

/// SET x = ..., SET x TO ..., or pg_dump's SELECT pg_catalog.set_config('search_path', '', false).
bool is_setting(std::string_view statement);
/// The parameter that a setting sets, in lower case: "search_path".
std::optional<std::string> setting_of(std::string_view statement);

/// One name, perhaps quoted, perhaps qualified, with every part quoted: Public."a""b" is "public"."a""b".
/// Empty when there is no name.
std::string canonical_name(std::string_view name);

}  // namespace safety::archive

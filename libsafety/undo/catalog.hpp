#pragma once
// Tables with their columns and keys, and what depends on what: the facts of a catalog that an undo goes by. Internal to this folder.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libsafety/pg/connection.hpp"
#include "libsafety/undo/items.hpp"

namespace safety::undo {

// Catalogs by their oids, which never change: pg_class, pg_type, pg_attrdef, pg_constraint, pg_namespace, pg_rewrite, pg_trigger, pg_policy.
inline constexpr std::uint32_t kRelations = 1259, kTypes = 1247, kDefaults = 2604, kConstraints = 2606, kSchemas = 2615, kRules = 2618, kTriggers = 2620, kPolicies = 3256;

struct Column {
  int number = 0;             // attnum
  std::string name, quoted;   // as it is, and as SQL has it
  std::string type;           // format_type: "character varying(20)", "public.mood"
  std::uint32_t type_oid = 0;
  char type_category = 'S';   // pg_type.typcategory
  bool is_type_of_user() const { return type_oid >= 16384; }  // made in this database, extensions' types included
  /// Where its values wait beside: a type of the database may not be there yet, or not any more.
  std::string waiting_type() const { return is_type_of_user() ? "text" : type; }
  std::string collation;
  bool is_not_null = false, is_local = true;
  std::string identity, generated, default_value;  // as pg_attribute and pg_get_expr have them; default_value is the expression of either
  bool has_sequence_default = false;
  std::string changed_xid;    // that wrote its definition last
  std::string storage, compression, options;  // "EXTENDED", "pglz" or empty, "n_distinct=5" or empty
  int statistics = -1;        // target
};

struct Check {
  std::string quoted, definition;  // "users_age_check", "CHECK ((age > 0))"
};

struct Table {
  std::uint32_t oid = 0;
  std::string schema, name, quoted;  // quoted: public."Odd name"
  char kind = 'r';                   // pg_class.relkind: r, p, f
  char persistence = 'p';
  std::string partition_key, partition_bound;
  std::vector<std::uint32_t> parents;  // that it is a partition or child of
  std::uint64_t bytes = 0, file = 0;   // with TOAST; the file's number, which TRUNCATE and rewrites change
  std::string owner;
  std::string toast_options;           // "toast.autovacuum_enabled=false" or empty
  bool is_ours = true;                 // the role has its owner's rights
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> keys;  // of unquoted columns, all NOT NULL: the primary key first
  std::vector<Check> checks;
  const Column* find(const std::string& column) const;
  bool is_partition() const { return !partition_bound.empty(); }
  std::string title() const { return schema + "." + name; }  // as people read it
  /// For a FROM: the rows that are its own, and not its children's. Partitions' rows are their table's. `place`: where it stands meanwhile.
  std::string own_rows(const std::string& place) const { return (kind == 'p' ? "" : "ONLY ") + place; }
  std::string own_rows() const { return own_rows(quoted); }
};

struct ForeignKey {
  std::uint32_t table = 0, referenced = 0;
  std::vector<std::string> columns, referenced_columns;  // quoted
  char on_delete = 'a';                                  // pg_constraint.confdeltype
};

struct EnumLabel {
  std::uint32_t oid = 0;
  std::string label;
};

/// What a statement must not drop without knowing: `dependent` needs `on`.
struct Dependency {
  ObjectId dependent, on;
  int dependent_part = 0, on_part = 0;  // column numbers
  char kind = 'n';                      // pg_depend.deptype
  /// For what is no object of its own: a default, a check, a row type. `dependent` is the table then.
  enum class Part { whole, default_value, check, column_type, key } part = Part::whole;
  std::string part_name;  // of the check
};

struct Catalog {
  std::map<std::uint32_t, Table> tables;
  std::map<std::uint32_t, ForeignKey> foreign_keys;       // by pg_constraint's oid
  std::map<std::uint32_t, std::vector<EnumLabel>> enums;  // by pg_type's oid
  std::map<std::uint32_t, std::vector<std::string>> attributes;  // of composite types, quoted
  std::map<std::uint32_t, std::uint32_t> elements;        // of array types
  std::map<std::uint32_t, std::uint32_t> default_owners;  // the table of a pg_attrdef
  std::map<std::uint32_t, bool> is_populated;             // of materialized views
  std::vector<Dependency> dependencies;                   // on objects of users
  std::set<ObjectId> foreign;                             // owned by a role whose rights we do not have
  const Table* find(const std::string& schema, const std::string& name) const;
};

/// Requires use_dump_settings, and one snapshot for all of it: an open transaction.
Catalog read_catalog(pg::Connection& connection);
/// The server's own words for objects: {"table constraint", "users_pkey on public.users"}.
std::map<ObjectId, std::pair<std::string, std::string>> identify(pg::Connection& connection, const std::set<ObjectId>& ids);

}  // namespace safety::undo

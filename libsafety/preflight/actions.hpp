#pragma once
// What a statement does, one action for each thing: ALTER TABLE with three commands gives three, CREATE TABLE one and one
// for each of its constraints. Rules and effects read these instead of the parser's tree.

#include <string>
#include <vector>

#include "libsafety/preflight/parse.hpp"
#include "libsafety/preflight/question.hpp"
#include "libsafety/preflight/tokens.hpp"
#include "libsafety/preflight/tree.hpp"

namespace safety::preflight {

struct TypeInfo {
  TableName name;                // as PostgreSQL writes it: "integer", "character varying"; a schema only where one is said
  std::vector<long> modifiers;   // 20 of varchar(20)
  bool is_array = false;
  bool is_serial = false;
  std::string text;              // SQL, as in the source
};

struct ColumnInfo {
  std::string name;
  TypeInfo type;
  bool is_required = false;      // NOT NULL, or a primary key
  bool has_default = false;
  bool is_default_volatile = false, is_default_unknown = false;  // of a function that is known to be so; that is not known
  bool is_identity = false, is_stored = false, is_virtual = false;
  std::string default_text;
};

struct ConstraintInfo {
  enum class Kind { primary_key, unique, foreign_key, check, exclusion } kind = Kind::check;
  std::string name;
  std::vector<std::string> columns;
  TableName other;
  std::vector<std::string> other_columns;
  std::string expression;        // of a check; of an exclusion its whole definition
  std::string index;             // USING INDEX
  bool is_not_valid = false, deletes_cascade = false, are_nulls_equal = false;
};

struct IndexInfo {
  std::string name;              // may be empty
  std::vector<std::string> columns;      // those that are plain columns
  std::vector<std::string> expressions;  // SQL of each key, in order
  std::string predicate;
  bool is_unique = false, are_nulls_equal = false;
};

struct Action {
  enum class Kind {
    create_table, add_column, add_constraint, create_index, create_type, create_view, create_sequence, create_function, create_schema, create_trigger,
    create_extension, create_database, drop_table, drop_column, drop_constraint, drop_index, drop_type, drop_view, drop_sequence, drop_function, drop_schema,
    drop_trigger, drop_database, drop_owned, drop_other, alter_type, set_not_null, drop_not_null, set_default, validate_constraint, rewrite_table,
    attach_partition, detach_partition, toggle_trigger, alter_table_lightly, alter_table_other, add_enum_value, rename_enum_value, rename_table,
    rename_column, rename_schema, rename_type, rename_other, change_owner, set_role, truncate, delete_rows, update_rows, insert_rows, merge_rows, select,
    reindex, vacuum, vacuum_full, cluster, refresh_view, lock_table, set, begin, commit, rollback, savepoint, code_block, call, domain_check, alter_system, other
  } kind = Kind::other;
  TableName object;            // the table it is about; for types, views, functions ... their own name
  std::string name;            // of the column, index, constraint, trigger, value; the parameter of SET
  std::string new_name;        // of a rename; the value of SET, where it is one
  std::string kind_word;       // "materialized view", "domain", "extension": for people and effects
  std::vector<std::string> labels;     // of an enum
  std::vector<std::string> arguments;  // types of a function's arguments; quoted where they have a schema
  TypeInfo type;               // of alter_type
  std::string expression;      // USING of alter_type; the condition of a delete or update, over the table itself
  ColumnInfo column;
  ConstraintInfo constraint;
  IndexInfo index;
  std::vector<ColumnInfo> columns;     // of create_table
  std::vector<std::string> set_columns;  // of an update
  bool is_concurrent = false, has_if = false, is_cascade = false;
  bool is_part_of_table = false;       // a constraint in CREATE TABLE or ADD COLUMN
  bool is_filled = false;              // CREATE TABLE ... AS
  bool is_temporary = false, is_local = false;  // a temporary table; SET LOCAL
  bool is_partitioned = false;
  bool has_where = false;
  bool is_condition_known = false;     // `expression` stands for all that decides which rows
  std::size_t position = 0;            // byte in the statement where it begins
};

/// Empty for what did not parse. `tokens` are those of statement.text.
std::vector<Action> actions_of(const Statement& statement, const Tokens& tokens);

/// For the files that build them.
namespace detail {
TypeInfo read_type(const Node& type_name, const Tokens& tokens);
ColumnInfo read_column(const Node& column_def, const Tokens& tokens);
ConstraintInfo read_constraint(const Node& constraint, const Tokens& tokens);
/// The constraints written beside a column: UNIQUE, REFERENCES ...
void add_column_constraints(const Node& column_def, const TableName& table, std::size_t position, const Tokens& tokens, std::vector<Action>& actions);
void read_alter_table(const Node& node, const Tokens& tokens, std::vector<Action>& actions);
void read_drop(const Node& node, const Tokens& tokens, std::vector<Action>& actions);
void read_rename(const Node& node, std::vector<Action>& actions);
void read_rows(std::string_view kind, const Node& node, const Tokens& tokens, std::vector<Action>& actions);
void read_index(const Node& node, const Tokens& tokens, std::vector<Action>& actions);
std::vector<std::string> read_arguments(const Node& list_owner, std::string_view name, const Tokens& tokens);
}  // namespace detail

}  // namespace safety::preflight

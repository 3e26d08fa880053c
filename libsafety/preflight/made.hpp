#pragma once
// What the statements looked at so far have made and changed: a table that is made two statements above has no rows to lose,
// no reader to block, and under its old name nothing to be asked about.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libsafety/preflight/actions.hpp"

namespace safety::preflight {

/// "public.users": a name without a schema is taken to be in public.
std::string key_of(const TableName& name);

class Made {
 public:
  /// Made in this set. With IF NOT EXISTS it may have been there before, with rows: then it is not surely new.
  bool is_new(const TableName& table) const;
  bool is_surely_new(const TableName& table) const;
  /// nullptr unless it was added in this set to a table that was there.
  const ColumnInfo* new_column(const TableName& table, const std::string& column) const;
  bool is_backfilled(const TableName& table, const std::string& column) const;
  bool is_dropped(const TableName& table) const;
  /// Rows that were there have been changed in this set: what the data says now may not be so any more by then.
  bool has_changed_rows(const TableName& table) const;
  /// What it was called before this set.
  TableName original(const TableName& table) const;
  std::string original_column(const TableName& table, const std::string& column) const;

  bool is_new_index(const TableName& index) const { return indexes_.contains(index.name); }
  bool is_dropped_index(const std::string& index) const { return dropped_indexes_.contains(index); }
  /// An index or constraint made in this set that begins with these columns.
  bool has_index_on(const TableName& table, const std::vector<std::string>& columns) const;
  bool is_new_object(const TableName& name) const { return objects_.contains(key_of(name)); }
  bool is_new_schema(const std::string& name) const { return objects_.contains("schema " + name); }
  /// nullptr unless the enum was made in this set.
  const std::vector<std::string>* new_enum(const TableName& type) const;
  /// nullptr unless it was added as NOT VALID in this set and is not validated yet.
  const ConstraintInfo* not_valid(const TableName& table, const std::string& constraint) const;
  /// CHECK (column IS NOT NULL) that has been validated in this set.
  bool is_known_not_null(const TableName& table, const std::string& column) const;

  void apply(const Action& action);

 private:
  struct Table {
    bool is_new = false, is_certain = true, is_dropped = false, has_changed_rows = false;
    TableName original;
    std::map<std::string, ColumnInfo> columns;
    std::set<std::string> backfilled;
    std::map<std::string, std::string> column_names;  // now -> before
    std::map<std::string, ConstraintInfo> not_valid;
    std::vector<ConstraintInfo> checks;
    std::vector<std::vector<std::string>> indexed;
  };
  Table& table(const TableName& name);
  const Table* find(const TableName& name) const;
  void rename_table(const Action& action);
  void add_constraint(const Action& action);

  std::map<std::string, Table> tables_;
  std::set<std::string> indexes_, dropped_indexes_, objects_;
  std::map<std::string, std::vector<std::string>> enums_;
};

}  // namespace safety::preflight

#pragma once
// What a rule wants to know of the live data before it decides how bad a statement is. Made by the rules from the
// statement's tree, answered by ask.hpp; the answer becomes the finding's evidence and may change its severity.

#include <string>
#include <vector>

namespace safety::preflight {

struct TableName {
  std::string schema;  // empty when the statement does not say: then search_path decides
  std::string name;
};

struct Question {
  enum class Kind {
    duplicates,        // expressions: would a unique index over them fail?
    nulls,             // columns[0]: rows where it is NULL
    has_rows,          // is there any row? (a required column without default)
    orphans,           // columns -> other (other_columns): rows without a parent
    casts,             // columns[0] to type, through `expression` when the statement has USING
    check_violations,  // expression: rows for which it is false
    overlaps,          // exclusion constraint: `expression` is its definition
    enum_in_use,       // type, labels: rows of any column of that type which hold one of them
    lost_table,        // rows that a drop or truncate loses, last write
    lost_column,       // columns[0]: non-null values that a drop loses
    cascade_reach,     // tables that TRUNCATE ... CASCADE (or DROP ... CASCADE) reaches from here, with rows and owners
    affected_rows,     // expression (WHERE, may be empty): rows that an UPDATE or DELETE touches
    rewrite,           // size of the table that is rewritten or scanned under lock, time estimate
    blockers,          // long transactions on the table that the statement's lock would queue behind
    invalid_index,     // expression: an index's name that may be left over invalid
  };
  Kind kind = Kind::has_rows;
  std::size_t finding = 0;  // position in the list of findings
  TableName table;
  std::vector<std::string> columns;      // unquoted names
  std::vector<std::string> expressions;  // SQL: of a unique index's keys, in order
  std::string expression;                // SQL
  std::string predicate;                 // of a partial index, SQL
  bool nulls_are_equal = false;          // NULLS NOT DISTINCT
  TableName other;                       // of a foreign key
  std::vector<std::string> other_columns;  // empty: its primary key
  std::string type;                      // SQL type name; of an enum: its name
  std::vector<std::string> labels;
};

}  // namespace safety::preflight

#pragma once
// What an undo asks the data that is there: would it fit into the checkpoint's schema? Internal to this folder.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/undo/preparation.hpp"

namespace safety::undo {

struct Found {
  std::uint64_t rows = 0;
  std::string sample;  // some of the values
};

struct RoundTrip {
  std::uint64_t failing = 0, lossy = 0;
  bool is_of_its_own = false;  // the migration converted by an expression: no cast leads back
  std::string sample;
};

struct UniqueKey {
  std::uint32_t table = 0;           // of the checkpoint
  std::vector<std::string> columns;  // unquoted; empty when it is no plain unique key
  std::string condition;             // of a partial index
};

struct Exclusion {
  std::uint32_t table = 0;                                 // of the checkpoint
  std::vector<std::pair<std::string, std::string>> parts;  // a quoted column and its operator, "pg_catalog.&&"; empty when it is another kind of constraint
};

class Questions {
 public:
  explicit Questions(Preparation& preparation) : preparation_(preparation), target_(preparation.target) {}

  /// Of "TABLE WHERE ...".
  std::uint64_t count(const std::string& from);
  /// The same, 0 when the server cannot answer (a column has another name by now).
  std::uint64_t count_if_asked(const std::string& from);
  bool has_rows(const Table& table);
  /// Rows of a rebuilt table that the checkpoint does not have. Reads the checkpoint's keys.
  std::uint64_t rows_since(const TablePlan& plan);
  /// The checkpoint's keys in a temporary table, in columns k1, k2 ..., of text where the type is the database's own. Returns its name.
  std::string load_keys(const Table& then, const std::vector<const Column*>& key);
  /// Rows of the checkpoint whose key no row has now. Reads the checkpoint's keys.
  std::uint64_t rows_missing(const Table& then, const Table& now);
  /// Rows of a table that was a partition and that its bounds would not let in.
  std::uint64_t not_fitting(const Table& then, const Table& now);
  /// Values of rows written since that cannot be converted to the checkpoint's type, or would not come back the same.
  RoundTrip round_trip(const TablePlan& plan, const Source& source);
  /// Rows written since that hold nothing in a column that the migration made again and filled: 0 when it left it empty.
  std::uint64_t untouched_since(const TablePlan& plan, const Source& source);
  /// Values of an enum that is made anew which the checkpoint's does not have.
  Found unknown_labels(const TablePlan& plan, const Source& source);
  /// "TABLE o LEFT JOIN checkpoint's values r": rows now with what they were. Loads the values, once.
  std::string joined(const TablePlan& plan);
  /// The rows of a rebuilt table as they would be, for a FROM. Loads the checkpoint's values, once.
  std::string rows_to_be(const TablePlan& plan);
  UniqueKey unique_key(const Item& item);
  /// Of rows of "TABLE" or of rows_to_be.
  Exclusion exclusion(const Item& item);
  /// False, too, when the answer takes more than a few seconds: the constraint itself will tell.
  bool is_true_in_time(const std::string& sql);
  Found duplicates(const std::string& from, const std::vector<std::string>& columns, const std::string& condition);
  /// The present name, quoted, of a column of the checkpoint (quoted) whose value is the row's own; "" for any other.
  std::string now_column(std::uint32_t then, const std::string& quoted) const;

 private:
  std::string same_key(const std::string& own, std::uint32_t then, const Column& column, std::size_t place) const;
  bool is_of_its_own(const TablePlan& plan, const Source& source, const Refill& refill);
  Preparation& preparation_;
  pg::Connection& target_;
};

}  // namespace safety::undo

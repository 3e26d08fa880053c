#pragma once
// A rebuilt table's rows: what of the checkpoint is loaded beside, and the one INSERT that joins it with the rows that are there.
// Internal to this folder.

#include <optional>
#include <string>
#include <vector>

#include "libsafety/undo/request.hpp"
#include "libsafety/undo/scheme.hpp"

namespace safety::undo {

/// The temporary table that a table's checkpoint rows are loaded into, before any lock is taken.
struct Refill {
  const TablePlan* plan = nullptr;
  std::string table;                    // "pg_temp.safety_refill_1"
  std::vector<const Column*> columns;   // of the checkpoint's table: the key, then what is given back
  std::vector<const Column*> key;
  std::string create;                   // CREATE TEMPORARY TABLE
  /// Once it is filled: what tells of a converted value that nobody changed it. Statements.
  std::vector<std::string> evidence;
  /// Its column for a column of the checkpoint: "safety_3".
  std::string name_of(const Column& column) const;
};

/// The columns of the checkpoint's table that tell its rows apart and are still there; nullopt: there are none.
std::optional<std::vector<const Column*>> key_of(const TablePlan& plan);
/// Requires key_of. `number` makes the name.
Refill make_refill(const TablePlan& plan, std::size_t number);

/// "o.id = r.safety_1": rows now, of alias o, and those of the checkpoint, of alias r.
std::string joined_on(const TablePlan& plan, const Refill& refill);

/// How an expression is converted to a type: `direct` where the server has a cast, else by way of its text.
struct Casts {
  bool has(std::uint32_t from, std::uint32_t to) const { return pairs.contains({from, to}); }
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  std::map<std::uint32_t, std::vector<std::string>> now, then;  // attributes of composite types
};
Casts read_casts(pg::Connection& connection, const Catalog& now, const Catalog& then);
/// "(o.phone)::text::integer".
std::string cast(const Casts& casts, const std::string& expression, const Column& from, const Column& to, bool is_made_anew);

/// The rows of the rebuilt table, by the checkpoint's columns but for computed ones.
std::string select_statement(const TablePlan& plan, const Refill* refill, const std::string& old, const Casts& casts, const std::vector<Fill>& fills);
/// `old`: where the table stands meanwhile. `fills`: by the checkpoint's column.
std::string insert_statement(const TablePlan& plan, const Refill* refill, const std::string& old, const Casts& casts, const std::vector<Fill>& fills);
/// Rows of the checkpoint that are not there now.
std::string insert_missing_statement(const TablePlan& plan, const Refill& refill, const std::string& old);

/// True (as SQL) where the row's value of a converted column is what the migration made of the checkpoint's: the row was not written since; or
/// it holds the same text; or what the migration made of the same value in rows that were not; or what a cast makes of it.
/// Of a column that was dropped and made again also where it holds nothing, unless `is_proof`.
std::string is_unchanged(const Source& source, const Refill& refill, bool is_proof = false);
/// The cast that cannot fail, of the checkpoint's value (as text); "" where there is none to be tried.
std::string tried(const Source& source, const Refill& refill);

/// True (as SQL) for a column of alias o that holds what it would hold had nobody written it.
std::string is_untouched(const Column& column);

const Fill* fill_for(const TablePlan& plan, const Column& column, const std::vector<Fill>& fills);

/// True (as SQL) for a row of alias o that was written after the migration, as far as its `column` of now is concerned.
std::string is_newer(const Column& column);

}  // namespace safety::undo

#pragma once
// What an undo is asked for and what it gives back: shared by the operation (undo.hpp) and the parts that it is made of.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/pg/connection_info.hpp"
#include "libsafety/pg/dump_program.hpp"

namespace safety::undo {

/// A value for a column that comes back, in rows written since: --fill public.users.phone='unknown'.
struct Fill {
  std::string table, column;  // unquoted; the table with its schema
  std::string expression;     // SQL over the columns that the row has now
};

struct UndoRequest {
  pg::ConnectionInfo target;
  /// A database that can be entered and has the checkpoint's schema.
  pg::ConnectionInfo origin;
  /// True when the origin is a copy that the server made (a clone): its objects have the same oids, so that renames are known.
  bool is_clone = false;
  /// Where the checkpoint's rows are: this archive, or the origin itself when empty.
  std::filesystem::path archive;
  pg::ClientProgram pg_dump;
  std::vector<Fill> fills;
  /// Tables ("public.jobs") whose rows that are gone since the checkpoint come back, too.
  std::vector<std::string> restores_rows_of;
  /// Objects that stand on what goes and that the migration did not make are dropped with it.
  bool cascades = false;
  /// Names that the undone migrations are known to have made, as far as somebody knows ("public.v_report"); nullopt: nobody does.
  std::optional<std::vector<std::string>> made_by_migration;
  std::string stamp;  // "YYYYMMDD_HHMMSS": names what is kept in schema safety_lost
  std::chrono::milliseconds lock_timeout{2000};
  unsigned lock_attempts = 5;
};

struct UndoResult {
  std::uint64_t rows_moved = 0;            // in tables that were made anew or loaded
  std::vector<std::string> notes;          // what became of rows that were given back and could not stay as they were
  std::vector<std::string> kept;           // "safety_lost.users_phone_20261126_120000 (40 rows)"
  double seconds = 0, lock_seconds = 0;    // lock_seconds: how long tables were locked
  unsigned attempts = 1;
};

}  // namespace safety::undo

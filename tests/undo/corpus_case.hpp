#pragma once
// A file of corpus/: a migration, what surrounds it, and what its undo must say and do. Its head is of lines
//
//   -- case: what the migration does
//   -- expect: lossless | lossy | impossible       the worst among the effects
//   -- says: text                                  in the words, detail or hint of an effect; may be repeated, as are the next four
//   -- check: SQL that gives true after the undo
//   -- fill: public.users.phone = 'unknown'
//   -- restore-rows: public.jobs
//   -- made: public.v_report                       of the migration, as far as somebody knows
//   -- cascade
//   -- not-in-archive-mode: why
//
// and then come the sections "-- before:", "-- up:", "-- after:", of which the first and the last may be missing.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/undo/undo.hpp"

namespace safety::undo {

struct Case {
  std::string name;  // of the file, without ".sql"
  std::string title;
  Loss expected = Loss::lossless;
  std::vector<std::string> says, checks;
  std::vector<Fill> fills;
  std::vector<std::string> restores_rows_of;
  std::optional<std::vector<std::string>> made_by_migration;
  bool cascades = false;
  std::string not_in_archive_mode;  // why; empty: it runs there
  std::string before, up, after;

  /// Whose parents are gone: which of its rows come back is for its checks to say.
  bool is_of_orphans() const { return name.starts_with("orphan_"); }
};

/// Throws std::runtime_error on a line that is none of the above.
Case read_case(const std::filesystem::path& file);
/// Of all files in tests/undo/corpus, sorted.
std::vector<std::string> case_names();

}  // namespace safety::undo

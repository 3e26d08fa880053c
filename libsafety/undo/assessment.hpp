#pragma once
// What an undo would do and lose: the answer of assess(), for planners and for people.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/schema/changes.hpp"

namespace safety::undo {

enum class Loss {
  lossless,
  lossy,       // something is lost, or moved to schema safety_lost: detail says what
  impossible,  // refused: detail says why, hint what to do
};
std::string name_of(Loss loss);  // "lossless", "lossy", "impossible"

struct Effect {
  std::string words;   // "column public.users.phone dropped: it comes back with 4,000 values"
  Loss loss = Loss::lossless;
  std::string detail;  // "12 rows written since get NULL"
  std::string hint;    // a full sentence with the flag or command
};

/// Errors: not_reversible, naming the first effect that is impossible.
void throw_if_impossible(const std::vector<Effect>& effects);

struct Assessment {
  std::vector<schema::Change> changes;  // from the checkpoint's schema to the present one: what is undone
  std::vector<Effect> effects;
  std::vector<std::string> renames;     // "table public.people was public.users"
  std::uint64_t rows_to_move = 0;       // in tables that are made anew or loaded: what its time depends on
  std::uint64_t bytes_to_move = 0;
  std::string sql;                      // the script, as far as SQL alone can say it; with comments for what is streamed
  bool is_empty() const noexcept { return changes.empty() && effects.empty(); }
  bool is_possible() const;
  bool is_lossless() const;
};

}  // namespace safety::undo

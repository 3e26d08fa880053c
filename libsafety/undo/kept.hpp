#pragma once
// What an undo would lose is first copied into schema safety_lost. Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/undo/scheme.hpp"

namespace safety::undo {

/// What is kept of something that the undo drops. Shape: `select` gives its rows; `table` is quoted.
struct Kept {
  std::string table, select, what;       // what: "column public.users.phone"
};
std::vector<Kept> find_kept(const Scheme& scheme, const std::string& stamp);

}  // namespace safety::undo

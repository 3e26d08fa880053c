#include "libsafety/undo/assessment.hpp"

#include <algorithm>

#include "libsafety/base/error.hpp"

namespace safety::undo {

std::string name_of(Loss loss) {
  switch (loss) {
    case Loss::lossless: return "lossless";
    case Loss::lossy: return "lossy";
    case Loss::impossible: break;
  }
  return "impossible";
}

void throw_if_impossible(const std::vector<Effect>& effects) {
  for (const auto& effect : effects)
    if (effect.loss == Loss::impossible) throw Error(Code::not_reversible, "the schema change cannot be undone: " + effect.detail, effect.hint, effect.words);
}

bool Assessment::is_possible() const {
  return std::none_of(effects.begin(), effects.end(), [](const Effect& effect) { return effect.loss == Loss::impossible; });
}

bool Assessment::is_lossless() const {
  return std::all_of(effects.begin(), effects.end(), [](const Effect& effect) { return effect.loss == Loss::lossless; });
}

}  // namespace safety::undo

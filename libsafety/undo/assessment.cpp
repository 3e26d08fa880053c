#include "libsafety/undo/assessment.hpp"

#include <algorithm>

namespace safety::undo {

std::string name_of(Loss loss) {
  switch (loss) {
    case Loss::lossless: return "lossless";
    case Loss::lossy: return "lossy";
    case Loss::impossible: break;
  }
  return "impossible";
}

bool Assessment::is_possible() const {
  return std::none_of(effects.begin(), effects.end(), [](const Effect& effect) { return effect.loss == Loss::impossible; });
}

bool Assessment::is_lossless() const {
  return std::all_of(effects.begin(), effects.end(), [](const Effect& effect) { return effect.loss == Loss::lossless; });
}

}  // namespace safety::undo

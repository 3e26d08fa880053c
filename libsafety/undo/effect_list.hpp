#pragma once
// Effects by the change that they are about, each as bad as the worst that was said of it. Internal to this folder.

#include <map>
#include <string>
#include <vector>

#include "libsafety/undo/assessment.hpp"
#include "libsafety/undo/preparation.hpp"

namespace safety::undo {

class EffectList {
 public:
  /// One for each change and each rename, lossless to begin with.
  explicit EffectList(const Preparation& preparation);
  /// From the checkpoint to now.
  const std::vector<schema::Change>& changes() const noexcept { return changes_; }

  /// `kind` and `name` as a Definition has them; another that is not among the changes is added with `words`.
  void say(const std::string& kind, const std::string& name, const std::string& what);
  void worsen(const std::string& kind, const std::string& name, Loss loss, const std::string& detail, const std::string& hint = {}, const std::string& words = {});
  void refuse(const std::string& kind, const std::string& name, const std::string& detail, const std::string& hint) { worsen(kind, name, Loss::impossible, detail, hint); }
  std::vector<Effect> take() { return std::move(effects_); }

 private:
  Effect& at(const std::string& kind, const std::string& name, const std::string& words);
  std::vector<schema::Change> changes_;
  std::vector<Effect> effects_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace safety::undo

#include "libsafety/undo/effect_list.hpp"

namespace safety::undo {

EffectList::EffectList(const Preparation& preparation) : changes_(schema::compare(preparation.then_definitions, preparation.now_definitions)) {
  for (const auto& change : changes_) {
    const auto& one = change.what == schema::Change::What::dropped ? change.before : change.after;
    places_[one.kind + " " + one.name] = effects_.size();
    effects_.push_back({change.words, Loss::lossless, "", ""});
    if (one.kind == "extension" && change.what == schema::Change::What::added) effects_.back().detail = "it is dropped, unless something else uses it: then the undo fails and nothing is changed";
  }
  for (const auto& rename : preparation.scheme.pairing.renames) {
    places_["rename " + rename.words] = effects_.size();
    effects_.push_back({rename.words, Loss::lossless, "it gets its old name back", ""});
  }
}

Effect& EffectList::at(const std::string& kind, const std::string& name, const std::string& words) {
  // A table of either kind is "table" to whoever asks.
  for (const auto& one : {kind, std::string(kind == "table" ? "partitioned table" : kind)})
    if (const auto found = places_.find(one + " " + name); found != places_.end()) return effects_[found->second];
  places_[kind + " " + name] = effects_.size();
  effects_.push_back({words.empty() ? kind + " " + name : words, Loss::lossless, "", ""});
  return effects_.back();
}

void EffectList::say(const std::string& kind, const std::string& name, const std::string& what) {
  auto& effect = at(kind, name, "");
  effect.words += (effect.words.find(": ") == std::string::npos ? ": " : ", ") + what;
}

void EffectList::worsen(const std::string& kind, const std::string& name, Loss loss, const std::string& detail, const std::string& hint, const std::string& words) {
  auto& effect = at(kind, name, words);
  // What is impossible is told alone: what it would lose is no matter then.
  if (effect.loss == Loss::impossible && loss != Loss::impossible) return;
  if (effect.loss != loss) effect.detail.clear(), effect.hint.clear();
  effect.loss = loss;
  effect.detail += (effect.detail.empty() ? "" : "; ") + detail;
  if (effect.hint.empty()) effect.hint = hint;
}

}  // namespace safety::undo

#pragma once
// `safety-verify --drill`: its options, and the drill itself.

#include <string>
#include <vector>

#include "tools/common/notify_options.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Options of [drill].
class Drill {
 public:
  void declare(Tool& tool);
  bool is_asked_for() const { return is_asked_for_; }
  /// `checkpoint`: "latest", an id or a label. Errors: those of schedule::drill.
  Result run(const Context& context, const Tool& tool, const std::string& checkpoint, unsigned jobs) const;

 private:
  NotifyOptions notify_;
  bool is_asked_for_ = false, picks_older_ = false;
  std::vector<std::string> sql_, commands_;
};

}  // namespace safety::tools

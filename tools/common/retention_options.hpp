#pragma once
// Options of section [retention], which several tools read: which archives to keep, and how much disk must be free.

#include <cstdint>
#include <string>
#include <vector>

#include "libsafety/checkpoint/retention.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

class RetentionOptions {
 public:
  /// --keep-last, --keep-hourly ... --keep-within, --keep-label, --min-keep, --min-free. Once, before Tool::run.
  void declare(Tool& tool);

  // After parsing:
  /// Errors: usage for what is no duration.
  checkpoint::RetentionPolicy policy() const;
  /// 0 when nothing was asked for. Errors: usage for what is no size.
  std::uint64_t min_free_bytes() const;
  /// The flags, for a tool that must tell that one was given in the wrong place.
  static const std::vector<std::string>& flags();

 private:
  checkpoint::RetentionPolicy counts_;
  std::string within_, min_free_;
};

}  // namespace safety::tools

#pragma once
// rclone's log of a transfer, as events.

#include <string>
#include <string_view>

#include "libsafety/base/context.hpp"

namespace safety::offsite {

/// Takes what `rclone --use-json-log --stats` writes, piece by piece; each statistic becomes a progress event.
class TransferLog {
 public:
  TransferLog(const Context& context, std::string phase, std::string file) : context_(context), phase_(std::move(phase)), file_(std::move(file)) {}
  void add(std::string_view piece);

 private:
  const Context& context_;
  std::string phase_, file_, line_;
};

}  // namespace safety::offsite

#pragma once
// `safety-backup --scheduled`: its options, and the run itself.

#include <chrono>
#include <string>

#include "libsafety/backup/backup.hpp"
#include "tools/common/notify_options.hpp"
#include "tools/common/offsite_options.hpp"
#include "tools/common/retention_options.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

/// Options of [schedule], [retention] and [notify] that a scheduled backup goes by.
class Scheduled {
 public:
  void declare(Tool& tool);
  bool is_asked_for() const { return is_asked_for_; }
  /// Copies go to the remote of `offsite`, when it names one. Errors: usage; those of schedule::run_scheduled.
  Result run(const Context& context, const Tool& tool, backup::BackupOptions options, const OffsiteOptions& offsite) const;

 private:
  NotifyOptions notify_;
  RetentionOptions retention_;
  bool is_asked_for_ = false, is_gentle_ = false;
  std::string proof_ = "L2";
  std::chrono::milliseconds max_age_{0}, jitter_{0};
};

}  // namespace safety::tools

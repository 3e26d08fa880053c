#pragma once
// Options of safety-schedule, and the plan that they make.

#include <chrono>
#include <string>

#include "libsafety/schedule/installation.hpp"
#include "tools/common/notify_options.hpp"
#include "tools/common/offsite_options.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

class SchedulePlan {
 public:
  void declare(Tool& tool);
  const std::string& name() const { return name_; }
  /// Errors: usage for a time that is none, a name that no file can have.
  schedule::Plan plan(const Tool& tool) const;
  /// Errors: usage; config when neither systemd nor cron is there.
  schedule::Place place() const;
  /// What would keep the jobs from running where nobody sees it. Errors: config, when they would not know the database, could be
  /// made to run somebody else's commands, would write into a folder that is not there, or could not encrypt; usage, when they would not
  /// know a setting.
  void check(const Context& context, const Tool& tool, const schedule::Plan& plan) const;
  /// The files or lines that install would write.
  std::string describe(const schedule::Plan& plan, const schedule::Place& place) const;

 private:
  std::vector<std::string> written_by_settings(const Tool& tool) const;

  NotifyOptions notify_;
  OffsiteOptions offsite_;
  std::vector<std::string> writable_, job_settings_;  // flags of settings that the jobs read, not this tool
  std::string at_ = "02:30", drill_at_, name_ = "safety", user_, environment_file_, unit_dir_;
  std::chrono::milliseconds spread_{0};
  bool is_cron_ = false, is_systemd_ = false;
};

}  // namespace safety::tools

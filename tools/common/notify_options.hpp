#pragma once
// [notify] of safety.toml: who is told of unattended runs. For every tool that does something unattended.

#include <string>
#include <vector>

#include "libsafety/notify/notify.hpp"
#include "tools/common/tool.hpp"

namespace safety::tools {

struct NotifyOptions {
  std::vector<std::string> webhooks, command;
  std::string webhook_secret, ping_url, metrics_file, on = "failure";
  bool has_syslog = false;
};

/// --notify-webhook, --notify-webhook-secret, --notify-ping-url, --notify-command, --notify-syslog, --notify-metrics-file, --notify-on. `options` outlives
/// the tool's run.
void declare_notify_options(Tool& tool, NotifyOptions& options);

/// After parsing. Errors: usage, without repeating what may be secret.
notify::Channels make_channels(const Tool& tool, const NotifyOptions& options);

}  // namespace safety::tools

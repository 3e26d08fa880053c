#include "tools/common/notify_options.hpp"

#include "libsafety/base/text.hpp"

namespace safety::tools {
namespace {

Secret require_url(const std::string& flag, const std::string& variable, const std::string& url) {
  if (!starts_with_ignoring_case(url, "http://") && !starts_with_ignoring_case(url, "https://"))
    throw Error(Code::usage, flag + " is not given a http:// or https:// URL", "Check " + variable + ", and the file that " + variable + "_FILE names.");
  return Secret(url);
}

}  // namespace

void declare_notify_options(Tool& tool, NotifyOptions& options) {
  const OptionTraits plain{.section = "notify"}, secret{.is_secret = true, .section = "notify"};
  tool.option("--notify-webhook", options.webhooks, "post events as JSON to this URL (Slack, Mattermost, your own)", secret);
  tool.option("--notify-webhook-secret", options.webhook_secret, "sign what is posted there: X-Safety-Signature: sha256=HMAC of the body", secret);
  tool.option("--notify-ping-url", options.ping_url, "ping URL/start, URL and URL/fail, as healthchecks.io takes it; restore drills do not ping", secret);
  tool.option("--notify-command", options.command, "run this program, without a shell, with the event in SAFETY_EVENT, SAFETY_MESSAGE, SAFETY_EVENT_JSON ...: the program, then each argument",
              {.names_command = true, .section = "notify"});
  tool.flag("--notify-syslog", options.has_syslog, "write events to syslog, facility daemon, which journald reads", plain);
  tool.option("--notify-metrics-file", options.metrics_file, "keep this .prom file up to date, for node_exporter's textfile collector", plain);
  tool.option("--notify-on", options.on, "what webhook, command and syslog hear: failure (and the success after it), or always", plain);
}

notify::Channels make_channels(const Tool& tool, const NotifyOptions& options) {
  notify::Channels channels;
  for (const auto& url : options.webhooks) channels.webhooks.push_back(require_url("--notify-webhook", "SAFETY_NOTIFY_WEBHOOK", url));
  channels.webhook_secret = Secret(options.webhook_secret);
  if (!options.ping_url.empty()) channels.ping_url = require_url("--notify-ping-url", "SAFETY_NOTIFY_PING_URL", options.ping_url);
  channels.command = options.command;
  channels.has_syslog = options.has_syslog;
  if (!options.metrics_file.empty()) {
    channels.metrics_file = std::filesystem::absolute(options.metrics_file);
    if (channels.metrics_file.extension() != ".prom")
      throw Error(Code::usage, "--notify-metrics-file \"" + options.metrics_file + "\" does not end in .prom", "node_exporter reads files of that ending only: rename it.");
  }
  channels.backup_folder = tool.backup_dir();
  if (options.on != "failure" && options.on != "always")
    throw Error(Code::usage, "--notify-on takes failure or always, and not \"" + options.on + "\"", "With failure the first success after a failure is told, too.");
  channels.hears = options.on == "always" ? notify::Hears::everything : notify::Hears::alarms;
  return channels;
}

}  // namespace safety::tools

#pragma once
// Being heard: unattended runs told to people and to what watches over them. Telling never throws and never changes what becomes of a
// run: a channel that fails is a warning.
//
//   notify::tell(context, channels, {.what = notify::What::start, .run = run});
//   ...                                // the work, which fills `run` and lets no error past
//   checkpoint::add_run(store, run);   // may throw: the next line is to be reached all the same
//   notify::tell(context, channels, notify::message_of(context, store, run));
//
// `channels` come from tools/common/notify_options.hpp. Not for progress, nor for runs that a person watches.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/secret.hpp"
#include "libsafety/notify/message.hpp"

namespace safety::notify {

/// Which events webhooks, command and syslog hear: alarms (is_alarm), or all. The ping URL and the metrics file are always kept up to
/// date: what watches them counts on it.
enum class Hears { alarms, everything };

/// Where to tell it, as data; what is empty is not used.
struct Channels {
  /// format_json is posted to each. With a shared secret the header X-Safety-Signature: sha256=<hex> is the body's HMAC-SHA256.
  std::vector<Secret> webhooks;
  Secret webhook_secret;
  /// As healthchecks.io and its kin take it: format_text is posted to URL/start, URL, or URL/fail. Of restore drills it is not told: their
  /// success would hide that there are no backups. A run that was skipped although no fresh backup is there is no success, either: it is silence.
  Secret ping_url;
  /// A program and its arguments, run without a shell. Its environment holds SAFETY_EVENT (name_of(What)), SAFETY_DATABASE, SAFETY_OUTCOME
  /// (name_of(Code); none at a start), SAFETY_MESSAGE (format_text), SAFETY_CHECKPOINT, SAFETY_HOST and SAFETY_EVENT_JSON (format_json); what is
  /// empty is not set.
  std::vector<std::string> command;
  bool has_syslog = false;            // syslog(3), which journald reads: facility daemon
  std::filesystem::path metrics_file; // see metrics.hpp; made of the backup folder, not at a start
  std::filesystem::path backup_folder;
  Hears hears = Hears::alarms;

  std::chrono::milliseconds http_time_limit = std::chrono::seconds(10);     // for each attempt
  std::chrono::milliseconds command_time_limit = std::chrono::seconds(60);  // a command that takes longer is not tried again
  std::chrono::milliseconds pause = std::chrono::seconds(1);                // before the second attempt; three times that before the third
};

/// Tells all channels at once and waits for them: without an answer that takes half a minute (three attempts), with a command that hangs
/// a minute. A stop of the context does not keep it from telling, since that a run was stopped must be heard, too.
/// No warning holds a URL, a token, or a part of one.
void tell(const Context& context, const Channels& channels, const Message& message);

}  // namespace safety::notify

#pragma once
// One attempt at one channel, each.

#include <chrono>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/secret.hpp"
#include "libsafety/notify/message.hpp"

namespace safety::notify {

struct Delivery {
  std::string why_not = {};  // empty: told
  bool is_final = false;     // trying again would not help
};

Delivery post_to_webhook(const Secret& url, const Secret& shared_secret, const Message& message, std::chrono::milliseconds time_limit);

/// What to ping for this event; empty for nothing. "?query" stays behind the path.
Secret ping_url_of(const Secret& url, const Message& message);
Delivery ping(const Secret& url, const Message& message, std::chrono::milliseconds time_limit);

Delivery run_command(const Context& context, const std::vector<std::string>& words, const Message& message, std::chrono::milliseconds time_limit);

/// syslog's severity: err for alarms, but notice for what is right again; notice for skipped, info for the rest.
int severity_of(const Message& message);
Delivery write_to_syslog(const Message& message);

}  // namespace safety::notify

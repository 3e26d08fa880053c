#include "libsafety/notify/notify.hpp"

#include <fmt/format.h>

#include <functional>
#include <thread>

#include "libsafety/base/text.hpp"
#include "libsafety/notify/metrics.hpp"
#include "libsafety/notify/senders.hpp"
#include "libsafety/os/workers.hpp"

namespace safety::notify {
namespace {

constexpr unsigned kAttempts = 3;

struct Job {
  std::string complaint;  // what a warning begins with
  std::function<Delivery()> send;
};

std::vector<Job> jobs_of(const Context& context, const Channels& channels, const Message& message) {
  std::vector<Job> jobs;
  const auto not_told = [&](const std::string& channel) { return fmt::format("{} was not told of \"{}\"", channel, name_of(message.what)); };
  if (channels.hears == Hears::everything || is_alarm(message)) {
    for (std::size_t i = 0; i < channels.webhooks.size(); ++i) {
      const auto name = channels.webhooks.size() == 1 ? std::string("the webhook") : fmt::format("webhook {}", i + 1);
      jobs.push_back({not_told(name), [&, i] { return post_to_webhook(channels.webhooks[i], channels.webhook_secret, message, channels.http_time_limit); }});
    }
    if (!channels.command.empty())
      jobs.push_back({not_told("the command"), [&] { return run_command(context, channels.command, message, channels.command_time_limit); }});
    if (channels.has_syslog) jobs.push_back({not_told("syslog"), [&] { return write_to_syslog(message); }});
  }
  if (const auto url = ping_url_of(channels.ping_url, message); !url.empty())
    jobs.push_back({not_told("the ping URL"), [&, url] { return ping(url, message, channels.http_time_limit); }});
  if (!channels.metrics_file.empty() && message.what != What::start)
    jobs.push_back({"the metrics file was not brought up to date", [&] { return write_metrics(context, channels.backup_folder, channels.metrics_file), Delivery{}; }});
  return jobs;
}

/// Whatever words come from elsewhere, a command's last line say.
std::string without_secrets(std::string text, const Channels& channels) {
  auto secrets = channels.webhooks;
  secrets.push_back(channels.webhook_secret);
  secrets.push_back(channels.ping_url);
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret.reveal()); at != std::string::npos; at = text.find(secret.reveal()))
      text.replace(at, secret.reveal().size(), fmt::format("{}", Secret()));
  }
  return text;
}

Delivery attempt(const Job& job) {
  try {
    return job.send();
  } catch (const std::exception& error) {
    return {error.what(), true};
  }
}

void deliver(const Context& context, const Channels& channels, const Job& job) {
  auto pause = channels.pause;
  for (unsigned number = 1;; ++number, pause *= 3) {
    const auto delivery = attempt(job);
    if (delivery.why_not.empty()) return;
    if (!delivery.is_final && number < kAttempts) {
      std::this_thread::sleep_for(pause);
      continue;
    }
    const auto attempts = number > 1 ? fmt::format(" in {} attempts", number) : "";
    return context.sink.warning(without_secrets(fmt::format("{}{}: {}", job.complaint, attempts, one_line(delivery.why_not)), channels));
  }
}

}  // namespace

void tell(const Context& context, const Channels& channels, const Message& message) {
  const Context unstoppable = context.with_stop({});
  const auto jobs = jobs_of(unstoppable, channels, message);
  if (jobs.empty()) return;
  try {
    os::run_workers(unstoppable, static_cast<unsigned>(jobs.size()),
                    [&](const Context& worker, unsigned number) { deliver(worker, channels, jobs[number]); });
  } catch (const std::exception& error) {
    context.sink.warning(without_secrets(fmt::format("not every channel was told of \"{}\": {}", name_of(message.what), error.what()), channels));
  }
}

}  // namespace safety::notify

#include "libsafety/notify/senders.hpp"

#include <fmt/format.h>
#include <syslog.h>

#include <filesystem>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/os/http.hpp"
#include "libsafety/os/process.hpp"

namespace safety::notify {
namespace {

const std::string kUserAgent = std::string("User-Agent: safety/") + kVersion;

/// Being told to come later, and a server that is unwell, may pass; another refusal will be repeated.
Delivery delivery_of(const os::HttpAnswer& answer) {
  if (answer.is_accepted()) return {};
  if (answer.status == 0) return {answer.error};
  const bool may_pass = answer.status >= 500 || answer.status == 408 || answer.status == 429;
  return {fmt::format("it answers HTTP {}{}", answer.status, answer.status < 400 ? ", a redirect, which is not followed" : ""), !may_pass};
}

}  // namespace

Delivery post_to_webhook(const Secret& url, const Secret& shared_secret, const Message& message, std::chrono::milliseconds time_limit) {
  const auto body = format_json(message);
  std::vector<std::string> headers{"Content-Type: application/json", kUserAgent};
  if (!shared_secret.empty()) headers.push_back("X-Safety-Signature: sha256=" + archive::hmac_sha256(shared_secret.reveal(), body));
  return delivery_of(os::http_post(url.reveal(), body, headers, time_limit));
}

Secret ping_url_of(const Secret& url, const Message& message) {
  if (url.empty() || message.run.kind == "drill") return {};
  std::string ending;
  switch (message.what) {
    case What::start:
      ending = "/start";
      break;
    case What::success:
      break;
    case What::skipped:
      if (message.run.outcome != Code::success) return {};
      break;
    case What::failure:
    case What::stale:
      ending = "/fail";
      break;
  }
  const auto& whole = url.reveal();
  const auto query = std::min(whole.find('?'), whole.size());
  auto path = whole.substr(0, query);
  while (path.ends_with('/')) path.pop_back();
  return Secret(path + ending + whole.substr(query));
}

Delivery ping(const Secret& url, const Message& message, std::chrono::milliseconds time_limit) {
  return delivery_of(os::http_post(url.reveal(), format_text(message), {"Content-Type: text/plain; charset=utf-8", kUserAgent}, time_limit));
}

Delivery run_command(const Context& context, const std::vector<std::string>& words, const Message& message, std::chrono::milliseconds time_limit) {
  os::Command command;
  command.program = words.front();
  command.arguments.assign(words.begin() + 1, words.end());
  command.time_limit = time_limit;
  command.environment = {{"SAFETY_EVENT", name_of(message.what)},
                         {"SAFETY_DATABASE", message.run.database},
                         {"SAFETY_OUTCOME", message.what == What::start ? "" : std::string(safety::name_of(message.run.outcome))},
                         {"SAFETY_MESSAGE", format_text(message)},
                         {"SAFETY_CHECKPOINT", message.run.checkpoint},
                         {"SAFETY_HOST", message.host},
                         {"SAFETY_EVENT_JSON", format_json(message)}};
  const auto result = os::run_process(context, command, [](std::string_view) {});
  if (result.exit_code == 0) return {};
  const auto said = trim(result.standard_error);
  const auto last_line = said.substr(said.rfind('\n') + 1);
  return {fmt::format("\"{}\" ended with exit code {}{}{}", command.program.filename().string(), result.exit_code, last_line.empty() ? "" : ": ", last_line)};
}

int severity_of(const Message& message) {
  if (message.what == What::failure || message.what == What::stale) return LOG_ERR;
  return message.what == What::skipped || is_alarm(message) ? LOG_NOTICE : LOG_INFO;
}

Delivery write_to_syslog(const Message& message) {
  // syslog(3) itself is silent about nobody listening.
  constexpr const char* kSocket = "/dev/log";
  std::error_code error;
  if (!std::filesystem::is_socket(kSocket, error)) return {fmt::format("there is no {} here", kSocket), true};
  ::openlog("safety", LOG_PID, LOG_DAEMON);
  ::syslog(LOG_DAEMON | severity_of(message), "%s", format_text(message).c_str());
  ::closelog();
  return {};
}

}  // namespace safety::notify

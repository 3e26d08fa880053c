#include "libsafety/offsite/remote.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>

#include "libsafety/base/error.hpp"
#include "libsafety/os/file.hpp"

namespace safety::offsite {
namespace fs = std::filesystem;
namespace {

/// The name that a backend without one gets, for its variables. Nobody calls a remote of their own like that.
constexpr const char* kNameless = "safety_offsite";
/// Parameters whose values help when something fails and are no secrets.
constexpr std::array kHarmless{"type", "host", "port", "user", "vendor", "provider", "region", "endpoint", "account", "env_auth", "shell_type"};

[[noreturn]] void refuse(const std::string& why) {
  throw Error(Code::usage, "the off-site remote " + why,
              "Write it as REMOTE:path, where `rclone listremotes` shows REMOTE, or as an absolute path.");
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return text;
}

std::string without_password(std::string url) {
  for (auto at = url.find("://"); at != std::string::npos; at = url.find("://", at + 3)) {
    const auto end = std::min(url.find_first_of("/ \t\n\"'", at + 3), url.size());
    const auto host = url.rfind('@', end);
    if (host != std::string::npos && host > at) url.replace(at + 3, host - at - 3, "**redacted**");
  }
  return url;
}

/// Reads "key=value,key='quoted',key:" up to the colon that ends it.
class ParameterReader {
 public:
  explicit ParameterReader(std::string_view text) : text_(text) {}

  /// Of the next parameter; nullopt at the colon.
  std::optional<std::pair<std::string, std::string>> next() {
    if (at_ >= text_.size()) refuse("has no path: a colon is missing");
    if (text_[at_] == ':') return std::nullopt;
    if (text_[at_] == ',') ++at_;
    const auto key_end = std::min(text_.find_first_of("=,:", at_), text_.size());
    std::string key(text_.substr(at_, key_end - at_));
    if (key.empty()) refuse("has a parameter without a name");
    at_ = key_end;
    if (at_ >= text_.size() || text_[at_] != '=') return std::pair{std::move(key), std::string("true")};
    ++at_;
    return std::pair{std::move(key), value()};
  }
  std::size_t position() const { return at_; }

 private:
  std::string value() {
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    std::string read;
    if (quote != '"' && quote != '\'') {
      const auto end = std::min(text_.find_first_of(",:", at_), text_.size());
      read = text_.substr(at_, end - at_);
      at_ = end;
      return read;
    }
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] != quote) {
        read += text_[at_];
      } else if (at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
        read += quote;
        ++at_;
      } else {
        ++at_;
        return read;
      }
    }
    refuse("has a quote that does not end");
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Remote parse_remote(const std::string& text) {
  if (text.empty()) refuse("is empty");
  if (text.front() == '-') refuse("begins with a dash");
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; })) refuse("holds control characters");
  Remote remote;
  if (text.front() == '/') {
    remote.address = remote.shown = text;
    return remote;
  }
  const bool is_nameless = text.front() == ':';
  const auto name_end = text.find_first_of(",:", is_nameless ? 1 : 0);
  const auto name = text.substr(is_nameless ? 1 : 0, name_end == std::string::npos ? name_end : name_end - (is_nameless ? 1 : 0));
  if (name_end == std::string::npos || name.empty() || name.find('/') != std::string::npos) refuse("names none");
  ParameterReader reader(std::string_view(text).substr(name_end));
  const std::string section = is_nameless ? kNameless : name;
  bool has_parameters = false;
  while (auto parameter = reader.next()) {
    auto& [key, value] = *parameter;
    has_parameters = true;
    const bool is_harmless = std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end();
    // A URL is worth reading, its password is not; redact() finds that one itself.
    if (!is_harmless && key != "url" && value.size() > 3) remote.secrets.push_back(value);
    remote.environment["RCLONE_CONFIG_" + upper(section + "_" + key)] = value;
  }
  const auto path = text.substr(name_end + reader.position() + 1);
  if (is_nameless && has_parameters) remote.environment["RCLONE_CONFIG_" + upper(section + "_type")] = name;
  remote.address = is_nameless && !has_parameters ? text : section + ":" + path;
  remote.shown = (is_nameless ? ":" : "") + name + ":" + path;
  return remote;
}

std::string Remote::address_of(const std::string& name) const {
  return address + (address.ends_with(':') || address.ends_with('/') ? "" : "/") + name;
}

std::string Remote::shown_of(const std::string& name) const { return shown + (shown.ends_with(':') || shown.ends_with('/') ? "" : "/") + name; }

std::string Remote::redact(std::string text) const {
  for (const auto& secret : secrets)
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 12)) text.replace(at, secret.size(), "**redacted**");
  return without_password(std::move(text));
}

void check_trust(const Remote& remote) {
  auto config = remote.config;
  if (config.empty())
    if (const char* named = std::getenv("RCLONE_CONFIG")) config = named;
  if (config.empty()) return;
  std::error_code error;
  // rclone itself goes on without a file that it cannot find, and then knows no remote.
  if (!fs::exists(config, error)) {
    if (remote.config.empty()) return;
    throw Error(Code::storage, "there is no rclone configuration \"" + config.string() + "\"", "Check --offsite-config; `rclone config file` names the usual one.");
  }
  if (os::is_writable_by_others(config))
    throw Error(Code::config, "\"" + config.string() + "\" can be written by others, and what it says may run commands",
                fmt::format("Run `chmod go-w {}` and check who owns it.", config.string()));
}

}  // namespace safety::offsite

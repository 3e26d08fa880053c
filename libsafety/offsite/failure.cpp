#include "libsafety/offsite/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "libsafety/base/text.hpp"

namespace safety::offsite {
namespace {

struct Sign {
  std::string_view words;  // in lower case
  Trouble trouble;
};

/// rclone ends with 1 for most of them, so its words decide; backends hand their servers' words on. The first that is found counts.
constexpr std::array kSigns{
    Sign{"didn't find section in config file", Trouble::unknown_remote},
    Sign{"didn't find backend called", Trouble::unknown_remote},
    Sign{"couldn't decrypt configuration", Trouble::unknown_remote},
    Sign{"507 insufficient storage", Trouble::full},
    Sign{"insufficient storage", Trouble::full},
    Sign{"no space left on device", Trouble::full},
    Sign{"disk quota exceeded", Trouble::full},
    Sign{"quotaexceeded", Trouble::full},
    Sign{"quota exceeded", Trouble::full},
    Sign{"quota_exceeded", Trouble::full},
    Sign{"quotalimitreached", Trouble::full},
    Sign{"storage_cap_exceeded", Trouble::full},
    Sign{"insufficient_space", Trouble::full},
    Sign{"entitytoolarge", Trouble::full},
    Sign{"unable to authenticate", Trouble::refused},
    Sign{"401 unauthorized", Trouble::refused},
    Sign{"403 forbidden", Trouble::refused},
    Sign{"accessdenied", Trouble::refused},
    Sign{"access denied", Trouble::refused},
    Sign{"invalidaccesskeyid", Trouble::refused},
    Sign{"signaturedoesnotmatch", Trouble::refused},
    Sign{"permission denied", Trouble::refused},
    Sign{"invalid_grant", Trouble::refused},
    Sign{"bad_auth_token", Trouble::refused},
    Sign{"host key", Trouble::refused},
    Sign{"directory not found", Trouble::missing},
    Sign{"object not found", Trouble::missing},
    Sign{"is a directory or doesn't exist", Trouble::missing},
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What a line complains about; empty for notices and statistics.
std::string complaint_in(const std::string& line) {
  if (line.starts_with("{")) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (entry.is_discarded()) return line;
    const auto level = entry.value("level", "");
    return level == "error" || level == "critical" || level == "fatal" ? entry.value("msg", "") : "";
  }
  // "2026/11/26 20:27:28 Failed to copyto: ..."
  constexpr std::size_t kStamp = 20;
  const bool has_stamp = line.size() > kStamp && line[4] == '/' && line[7] == '/' && line[13] == ':';
  const auto text = has_stamp ? line.substr(kStamp) : line;
  return text.starts_with("NOTICE:") || text.starts_with("INFO") || text.starts_with("DEBUG") ? "" : text;
}

const char* hint_for(Trouble trouble) {
  switch (trouble) {
    case Trouble::full: return "Free space there, or name another remote; `rclone about REMOTE:` shows what is left where the remote tells.";
    case Trouble::refused: return "Check the credentials and what they allow with `rclone lsd REMOTE:`; `rclone config` changes them.";
    case Trouble::unknown_remote: return "`rclone listremotes` shows the names; --offsite-config names the file that defines them.";
    case Trouble::missing: return "`safety-list --offsite` shows what is there.";
    case Trouble::temporary: break;
  }
  return "Check the network with `rclone lsd REMOTE:`, and run it again: what arrived whole is not sent twice.";
}

}  // namespace

RemoteError explain(int exit_code, const std::string& standard_error, const Remote& remote, const std::string& doing, const std::string& where) {
  std::string all, last;
  for (const auto& line : split_lines(standard_error)) {
    const auto complaint = complaint_in(line);
    if (complaint.empty()) continue;
    all += complaint + "\n";
    last = complaint;
  }
  auto trouble = exit_code == 3 || exit_code == 4 ? Trouble::missing : Trouble::temporary;
  const auto words = lower(all);
  for (const auto& sign : kSigns)
    if (words.find(sign.words) != std::string::npos) {
      trouble = sign.trouble;
      break;
    }
  const auto code = trouble == Trouble::full             ? Code::storage
                    : trouble == Trouble::unknown_remote ? Code::config
                                                         : Code::command_failed;
  const auto why = trouble == Trouble::full      ? ": the remote is full"
                   : trouble == Trouble::refused ? ": the remote refuses it"
                   : trouble == Trouble::missing ? ": it is not there"
                                                 : "";
  if (last.empty()) last = fmt::format("rclone ended with exit code {}", exit_code);
  return {trouble, Error(code, fmt::format("{} \"{}\"{}", doing, where, why), hint_for(trouble), one_line(remote.redact(last)))};
}

}  // namespace safety::offsite

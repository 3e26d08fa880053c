#include "libsafety/os/fault_point.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "libsafety/base/error.hpp"

namespace safety::os {
namespace {

struct Setting {
  enum class Mode { off, count, kill, error } mode = Mode::off;
  std::string file;
  long at = 0;
};

Setting read_setting() {
  const char* text = std::getenv("SAFETY_FAULT");
  if (text == nullptr) return {};
  const std::string value = text;
  const auto colon = value.find(':');
  if (colon == std::string::npos) return {};
  const std::string mode = value.substr(0, colon), rest = value.substr(colon + 1);
  if (mode == "count") return {Setting::Mode::count, rest, 0};
  if (mode == "kill") return {Setting::Mode::kill, {}, std::atol(rest.c_str())};
  if (mode == "error") return {Setting::Mode::error, {}, std::atol(rest.c_str())};
  return {};
}

}  // namespace

void fault_point(std::string_view name) {
  static const Setting setting = read_setting();
  static std::atomic<long> passed{0};
  if (setting.mode == Setting::Mode::off) return;
  const long number = ++passed;
  if (setting.mode == Setting::Mode::count) {
    const int fd = ::open(setting.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    const std::string line = std::string(name) + "\n";
    [[maybe_unused]] const auto written = ::write(fd, line.data(), line.size());
    ::close(fd);
  } else if (number == setting.at) {
    if (setting.mode == Setting::Mode::kill) ::kill(::getpid(), SIGKILL);
    throw Error(Code::internal, "injected fault at " + std::string(name));
  }
}

}  // namespace safety::os

#include "libsafety/prune/partials.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "libsafety/checkpoint/names.hpp"
#include "libsafety/os/file.hpp"

namespace safety::prune {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::hours kStale{24};
constexpr std::string_view kDigits = "0123456789";

bool is_digits(std::string_view text, std::size_t count) { return text.size() == count && text.find_first_not_of(kDigits) == text.npos; }

/// "PREFIX_YYYYMMDD_HHMMSS", with "_2" and so on behind it: Store::new_id.
bool is_id(std::string_view text) {
  constexpr std::string_view kOfFileNames = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%-";
  if (text.find_first_not_of(kOfFileNames) != text.npos) return false;
  const auto cut_last = [&] {
    const auto at = text.rfind('_');
    const auto part = at == text.npos ? std::string_view() : text.substr(at + 1);
    text = text.substr(0, at == text.npos ? 0 : at);
    return part;
  };
  auto time = cut_last();
  if (!is_digits(time, 6) && is_digits(time, time.size())) time = cut_last();  // a number behind it
  return is_digits(time, 6) && is_digits(cut_last(), 8) && !text.empty() && text.front() != '.';
}

bool is_of_ours(std::string_view name) {
  if (!name.ends_with(".partial")) return false;
  name.remove_suffix(std::string_view(".partial").size());
  for (const std::string_view ending : {".json", ".json.removing"})
    if (name.ends_with(ending)) return is_id(name.substr(0, name.size() - ending.size()));
  if (name.ends_with(".sha256")) name.remove_suffix(std::string_view(".sha256").size());
  for (const auto ending : checkpoint::kArchiveEndings)
    if (name.ends_with(ending)) return is_id(name.substr(0, name.size() - ending.size()));
  return false;
}

/// The kernel gives a write lease on a file that nobody else has open. Where it gives none at all (a network's file system) age decides.
bool is_open_elsewhere(const fs::path& path) {
  const os::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  // Who opens it in the moment that we have the lease makes the kernel send a signal: one that is ignored.
  return fd && ::fcntl(fd.get(), F_SETSIG, SIGURG) == 0 && ::fcntl(fd.get(), F_SETLEASE, F_WRLCK) != 0 && errno == EAGAIN;
}

}  // namespace

std::vector<Partial> list_stale_partials(const fs::path& folder, Instant now) {
  std::vector<Partial> partials;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    struct stat status {};
    if (!is_of_ours(entry.path().filename().string()) || ::lstat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const auto changed = std::chrono::system_clock::from_time_t(status.st_mtim.tv_sec);
    if (now - changed > kStale && !is_open_elsewhere(entry.path())) partials.push_back({entry.path(), static_cast<std::uint64_t>(status.st_size)});
  }
  std::sort(partials.begin(), partials.end(), [](const Partial& a, const Partial& b) { return a.path < b.path; });
  return partials;
}

}  // namespace safety::prune

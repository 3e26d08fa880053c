#include "libsafety/os/private_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "libsafety/base/error.hpp"

namespace safety::os {
namespace fs = std::filesystem;
namespace {

std::string hint(const fs::path& folder) {
  return "Name a folder with room, to which you may write, with --temporary-dir; `df -h " + folder.string() + "` shows what is free.";
}

[[noreturn]] void fail_nameless(std::string_view doing, const fs::path& folder, int error) {
  throw Error(Code::storage, std::string(doing) + " a temporary file in \"" + folder.string() + "\": " + std::strerror(error),
              hint(folder));
}

UniqueFd open_nameless(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd) return fd;
  // Network file systems know no nameless files: there it has a name for a moment.
  if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL) fail_nameless("cannot make", folder, errno);
  std::string pattern = (folder / ".safety-XXXXXX").string();
  fd = UniqueFd(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!fd) fail_nameless("cannot make", folder, errno);
  if (::unlink(pattern.c_str()) != 0) fail_nameless("cannot hide", folder, errno);
  return fd;
}

}  // namespace

PrivateFile::PrivateFile(const fs::path& folder) : fd_(open_nameless(folder)), folder_(folder) { name(); }

PrivateFile::PrivateFile() : fd_(::memfd_create("safety", MFD_CLOEXEC)), folder_("/dev/shm") {
  if (!fd_) fail_nameless("cannot make", "memory", errno);
  name();
}

void PrivateFile::name() { path_ = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fd_.get()); }

void PrivateFile::write(std::string_view bytes) {
  try {
    write_fully(fd_.get(), bytes, folder_ / "(temporary file)");
  } catch (Error& error) {
    throw error.with_hint(hint(folder_));
  }
  size_ += bytes.size();
}

}  // namespace safety::os

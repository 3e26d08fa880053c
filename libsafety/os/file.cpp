#include "libsafety/os/file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::os {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail(std::string_view doing, const fs::path& path, int error) {
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  std::string hint;
  if (error == ENOSPC || error == EDQUOT)
    hint = "Free space there, or choose another folder with --backup-dir; `df -h " + folder + "` shows what is left.";
  else if (error == EACCES || error == EPERM || error == EROFS)
    hint = "Run as a user who may write there; `ls -ld " + folder + "` shows who may.";
  else if (error == ENOENT)
    hint = "Check the path; `ls -ld " + folder + "` shows whether its folder exists.";
  throw Error(Code::storage, std::string(doing) + " \"" + path.string() + "\": " + std::strerror(error), hint);
}

void sync_folder(const fs::path& folder) {
  const UniqueFd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) fail("cannot open folder", folder, errno);
  if (::fsync(fd.get()) != 0 && errno != EINVAL) fail("cannot sync folder", folder, errno);
}

/// Somebody else's file of the new name may have appeared; file systems without the flag say EINVAL.
bool rename_to_new(const fs::path& from, const fs::path& to) {
  const int renamed = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  return (renamed != 0 && errno == EINVAL ? ::rename(from.c_str(), to.c_str()) : renamed) == 0;
}

/// False when another process has it. A file system without locks has nobody else.
bool take_lock(const UniqueFd& fd) { return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = other.release();
  }
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

int UniqueFd::release() noexcept {
  const int fd = fd_;
  fd_ = -1;
  return fd;
}

AtomicFile::AtomicFile(fs::path path, bool may_replace, Readers readers)
    : path_(std::move(path)), partial_(path_.string() + ".partial"), may_replace_(may_replace) {
  if (!may_replace_ && fs::exists(fs::symlink_status(path_)))
    throw Error(Code::storage, "\"" + path_.string() + "\" exists already",
                "Nothing is ever overwritten: choose another name or wait a second and run it again.");
  // Two writers of one new file would mix their bytes: the second is refused.
  const int existing = may_replace_ ? O_TRUNC : O_EXCL;
  fd_ = UniqueFd(::open(partial_.c_str(), O_WRONLY | O_CREAT | existing | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd_) fail("cannot create", partial_, errno);
  ::fchmod(fd_.get(), readers == Readers::everyone ? 0644 : 0600);
}

AtomicFile::~AtomicFile() {
  if (fd_) ::unlink(partial_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  write_fully(fd_.get(), bytes, partial_);
  size_ += bytes.size();
  // The disk begins at once, so that the sync at the end has little left to wait for. A hint: failing costs only time.
  constexpr std::uint64_t kPiece = 16 << 20;
  if (size_ - on_its_way_ < kPiece) return;
  ::sync_file_range(fd_.get(), static_cast<off_t>(on_its_way_), static_cast<off_t>(size_ - on_its_way_), SYNC_FILE_RANGE_WRITE);
  on_its_way_ = size_;
}

void AtomicFile::commit() {
  if (::fsync(fd_.get()) != 0) fail("cannot sync", partial_, errno);
  fault_point("file.synced");
  const bool is_renamed = may_replace_ ? ::rename(partial_.c_str(), path_.c_str()) == 0 : rename_to_new(partial_, path_);
  if (!is_renamed) fail("cannot rename to", path_, errno);
  fd_ = UniqueFd();
  try {
    fault_point("file.renamed");
    sync_folder(path_.parent_path());
  } catch (...) {
    if (!may_replace_) ::unlink(path_.c_str());  // a new file is there for good or not at all
    throw;
  }
}

ResumedFile::ResumedFile(fs::path path) : path_(std::move(path)), partial_(path_.string() + ".partial") {
  fd_ = UniqueFd(::open(partial_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd_) fail("cannot create", partial_, errno);
  if (!take_lock(fd_))
    throw Error(Code::locked, "another run is filling \"" + partial_.string() + "\"", "Wait until it ended, and run it again.");
  ::fchmod(fd_.get(), 0600);
  size_ = file_size(fd_.get(), partial_);
}

void ResumedFile::write(std::string_view bytes) {
  write_fully(fd_.get(), bytes, partial_);
  size_ += bytes.size();
}

void ResumedFile::clear() {
  if (::ftruncate(fd_.get(), 0) != 0) fail("cannot cut", partial_, errno);
  size_ = 0;
}

void ResumedFile::remove() { ::unlink(partial_.c_str()); }

void ResumedFile::commit() {
  if (::fsync(fd_.get()) != 0) fail("cannot sync", partial_, errno);
  rename_durably(partial_, path_);
  fd_ = UniqueFd();
}

UniqueFd open_locked(const fs::path& path) {
  auto fd = open_for_reading(path);
  if (!take_lock(fd)) return {};
  return fd;
}

void rename_durably(const fs::path& from, const fs::path& to) {
  if (!rename_to_new(from, to)) fail("cannot rename \"" + from.string() + "\" to", to, errno);
  fault_point("file.renamed");
  sync_folder(to.parent_path());
  if (from.parent_path() != to.parent_path()) sync_folder(from.parent_path());
}

bool remove_file_durably(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    fail("cannot stat", path, errno);
  }
  if (!S_ISREG(status.st_mode))
    throw Error(Code::storage, "\"" + path.string() + "\" is not a regular file, so it is not removed", "Look what it is: `ls -ld " + path.string() + "`.");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("cannot remove", path, errno);
  fault_point("file.removed");
  sync_folder(path.parent_path());
  return true;
}

std::optional<std::string> read_file_if_exists(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail("cannot open", path, errno);
  }
  std::string content;
  char buffer[65536];
  for (;;) {
    const auto got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read", path, errno);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string read_file(const fs::path& path) {
  auto content = read_file_if_exists(path);
  if (!content) fail("cannot open", path, ENOENT);
  return std::move(*content);
}

void write_file_atomically(const fs::path& path, std::string_view bytes, Readers readers) {
  AtomicFile file(path, true, readers);
  file.write(bytes);
  file.commit();
}

void append_line_durably(const fs::path& path, std::string_view line) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) fail("cannot open", path, errno);
  write_fully(fd.get(), std::string(line) + "\n", path);
  if (::fsync(fd.get()) != 0) fail("cannot sync", path, errno);
}

UniqueFd open_for_reading(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) fail("cannot open", path, errno);
  return fd;
}

void read_exactly_at(int fd, std::uint64_t offset, char* into, std::size_t size, const fs::path& path) {
  while (size > 0) {
    const auto got = ::pread(fd, into, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read", path, errno);
    if (got == 0)
      throw Error(Code::archive_incomplete, "\"" + path.string() + "\" ends too early",
                  "The file was cut; take another checkpoint from `safety-list`.");
    into += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

void write_fully(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::uint64_t file_size(int fd, const fs::path& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail("cannot stat", path, errno);
  if (!S_ISREG(status.st_mode))
    throw Error(Code::storage, "\"" + path.string() + "\" is not a regular file", "Name the archive file itself.");
  return static_cast<std::uint64_t>(status.st_size);
}

void make_private_folder(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (path.has_parent_path() && !fs::exists(path.parent_path(), error)) make_private_folder(path.parent_path());
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot create folder", path, errno);
  }
  if (!fs::is_directory(path, error))
    throw Error(Code::storage, "\"" + path.string() + "\" is not a folder", "Choose a folder with --backup-dir.");
  if (::access(path.c_str(), W_OK | X_OK) != 0) fail("cannot write into folder", path / ".", errno);
}

std::uint64_t free_bytes(const fs::path& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) fail("cannot stat the file system of", folder, errno);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

bool is_writable_by_others(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail("cannot stat", path, errno);
  const bool is_foreign = status.st_uid != 0 && status.st_uid != ::geteuid();
  return is_foreign || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "safety-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) fail("cannot create a folder like", pattern, errno);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace safety::os

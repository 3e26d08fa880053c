#pragma once
// Files that appear whole or not at all, and the few questions we ask of a file system.
// Errors: every function throws Code::storage with the path and the system's reason unless it says otherwise.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace safety::os {

/// Owns a file descriptor; closes it.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd();
  int get() const noexcept { return fd_; }
  int release() noexcept;
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Who may read a file that we write: its owner (mode 0600), or everyone (0644).
enum class Readers { owner, everyone };

/// What a writer fills from front to back, and then commits.
class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  virtual ~OutputFile() = default;

  virtual void write(std::string_view bytes) = 0;
  virtual std::uint64_t size() const noexcept = 0;
  /// Where it can be read once it is committed.
  virtual const std::filesystem::path& path() const noexcept = 0;
  /// After it nothing may be written.
  virtual void commit() = 0;
};

/// Writes `<path>.partial` and renames it to `<path>` on commit, so the final name only ever holds a whole file.
/// Mode 0600 from the first byte, unless others may read it. The destructor abandons: it removes the partial file.
/// Threads: one at a time.
class AtomicFile final : public OutputFile {
 public:
  /// Errors: storage when the folder is missing, not writable, or `path` exists already (a backup is never replaced)
  /// unless may_replace.
  explicit AtomicFile(std::filesystem::path path, bool may_replace = false, Readers readers = Readers::owner);
  ~AtomicFile() override;

  void write(std::string_view bytes) override;
  std::uint64_t size() const noexcept override { return size_; }
  const std::filesystem::path& path() const noexcept override { return path_; }
  const std::filesystem::path& partial_path() const noexcept { return partial_; }
  /// fsync the file, rename it, fsync the folder. After it returns the file survives a power cut.
  void commit() override;

 private:
  std::filesystem::path path_, partial_;
  UniqueFd fd_;
  std::uint64_t size_ = 0, on_its_way_ = 0;  // bytes written; of these, bytes the disk was told to take
  bool may_replace_;
};

/// A file that comes piece by piece: `<path>.partial`, which stays when it is not committed, so that a later one goes on where
/// this one ended. Mode 0600. Threads: one at a time.
class ResumedFile {
 public:
  /// Errors: locked when another process fills it.
  explicit ResumedFile(std::filesystem::path path);

  /// Bytes so far, those of earlier ones included.
  std::uint64_t size() const noexcept { return size_; }
  const std::filesystem::path& partial_path() const noexcept { return partial_; }
  void write(std::string_view bytes);
  /// Gives up what there is.
  void clear();
  /// Removes the partial file.
  void remove();
  /// fsync, rename to `path`, which nothing has, fsync of the folder.
  void commit();

 private:
  std::filesystem::path path_, partial_;
  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

/// Opens a file and takes its lock (flock) until the descriptor is closed; empty when another process has the lock.
UniqueFd open_locked(const std::filesystem::path& path);

/// Whole content; nullopt when there is no such file.
std::optional<std::string> read_file_if_exists(const std::filesystem::path& path);
std::string read_file(const std::filesystem::path& path);
/// AtomicFile in one call, replacing an older one.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes, Readers readers = Readers::owner);
/// Appends one line to a log-like file and fsyncs it. Mode 0600.
void append_line_durably(const std::filesystem::path& path, std::string_view line);

/// Renames a file or folder to a name that nothing has, and fsyncs both parents. Errors: storage naming both.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes a regular file and fsyncs its folder; false when there is none. Errors: storage, also when it is a symbolic link or
/// anything else that is no regular file.
bool remove_file_durably(const std::filesystem::path& path);

UniqueFd open_for_reading(const std::filesystem::path& path);
/// Reads exactly `size` bytes at `offset`, or throws archive_incomplete when the file ends before.
void read_exactly_at(int fd, std::uint64_t offset, char* into, std::size_t size, const std::filesystem::path& path);
void write_fully(int fd, std::string_view bytes, const std::filesystem::path& path);
std::uint64_t file_size(int fd, const std::filesystem::path& path);

/// Creates the folder (mode 0700) and its parents when missing; refuses what is not a folder or not writable.
void make_private_folder(const std::filesystem::path& path);
/// Bytes an unprivileged process may still write there.
std::uint64_t free_bytes(const std::filesystem::path& folder);
/// True when group or others may write the file, or another user (not root) owns it.
bool is_writable_by_others(const std::filesystem::path& path);

/// A folder of mode 0700 under $TMPDIR, removed with its content.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace safety::os

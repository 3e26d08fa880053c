#pragma once
// The rclone program, one command a call: each is tried again after a lost connection, runs in bounded memory, and gets no secret
// on its command line.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/offsite/remote.hpp"
#include "libsafety/os/process.hpp"

namespace safety::offsite {

struct RemoteFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::optional<Instant> modified{};  // where the remote keeps times
  std::string hash{};                 // when it was asked for, and the remote has it
};

/// What a backend can do.
struct Abilities {
  std::vector<std::string> hashes;  // "md5", "sha1" ...; it may still have none for a single file
  bool tells_space = false;
};

/// Errors of all: RemoteError (failure.hpp) after the attempts of remote.retries; interrupted. Names are of files in the remote's folder.
/// Threads: one.
class Rclone {
 public:
  /// Errors: command_failed when there is no rclone; those of check_trust.
  Rclone(const Context& context, const Remote& remote);

  const Remote& remote() const noexcept { return remote_; }
  /// Asked once.
  const Abilities& abilities();
  /// Free bytes, where the remote tells.
  std::optional<std::uint64_t> free_bytes();

  /// Files, not those of folders below. None when the folder is not there yet.
  std::vector<RemoteFile> list();
  /// With the hash of that type, one of abilities().hashes.
  std::optional<RemoteFile> look(const std::string& name, const std::string& hash_type = {});
  /// Of a file here.
  std::string hash_here(const std::string& type, const std::filesystem::path& path);

  /// Streams from byte `offset` on; goes on where it was when the connection is lost, as often as that brings bytes.
  void read(const std::string& name, std::uint64_t offset, const os::OutputSink& sink);
  std::string read_text(const std::string& name);
  /// All files of such an ending into a folder here, for small ones.
  void copy_here(const std::string& ending, const std::filesystem::path& folder);

  /// A file from here, replacing one of that name; progress as events.
  void send(const std::filesystem::path& path, const std::string& name);
  /// Small files, name to content.
  void send_texts(const std::map<std::string, std::string>& texts);
  /// Replaces `to`. On most remotes the name changes at once; OFFSITE.md says what happens on others.
  void move(const std::string& from, const std::string& to);
  /// One that is missing is gone already.
  void remove(const std::string& name);

 private:
  /// One attempt. Errors: RemoteError.
  void run(std::vector<std::string> arguments, const std::string& doing, const std::string& where, const os::OutputSink& on_output,
           const os::OutputSink& on_error_output = {});
  std::string output_of(const std::vector<std::string>& arguments, const std::string& doing, const std::string& where);
  /// The act, again after temporary trouble. `has_progress` says whether the last attempt brought something.
  void persist(const std::function<void()>& act, const std::function<bool()>& has_progress = {});

  const Context& context_;
  const Remote& remote_;
  std::optional<Abilities> abilities_;
};

}  // namespace safety::offsite

#pragma once
// Archives that only those read who hold a key, by the program age. Source: FORMAT.md, section "Encryption".
//
// An archive is written in clear into a file without a name, proven there, encrypted as a whole, and opened once more from the disk
// before it gets its name. To be read it is decrypted as a whole, too, since parallel restores read it in any order.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "libsafety/archive/writer.hpp"
#include "libsafety/base/context.hpp"
#include "libsafety/os/private_file.hpp"
#include "libsafety/os/process.hpp"

namespace safety::archive {

inline constexpr std::string_view kEncryptedEnding = ".age";

/// By its name or its first bytes. Errors: storage.
bool is_encrypted(const std::filesystem::path& path);

struct EncryptionSettings {
  /// Who can read what is written: "age1...", "ssh-ed25519 ...", or a file of such lines. Empty: it is written in clear.
  std::vector<std::string> recipients;
  /// Files of age identities or SSH keys, without a passphrase. Each is read once, so a pipe will do.
  std::vector<std::filesystem::path> identities;
  std::filesystem::path folder;  // where content in clear takes its disk
  bool has_own_folder = false;   // somebody named it; else it is the backup folder, and is made
};

/// One for a process. Threads: any.
class Encryption {
 public:
  explicit Encryption(EncryptionSettings settings) : settings_(std::move(settings)) {}

  bool is_wanted() const noexcept { return !settings_.recipients.empty(); }
  /// Known to be usable before anything is begun. Errors: config with age's reason; command_failed where age is missing; storage.
  void check(const Context& context) const;

  /// Who can read what is written, in words: "2 recipients".
  std::string describe() const;

  std::shared_ptr<os::PrivateFile> make_file() const;
  /// Encrypts what was written into a make_file() to `path`, a new file. What comes back tells of that. The content stays at hand: it can
  /// be read as long as this lives, with no identity. Errors: storage; command_failed; archive_damaged when it does not read back as `plain`.
  WrittenArchive encrypt(const Context& context, const WrittenArchive& plain, std::shared_ptr<os::PrivateFile> content, const std::filesystem::path& path);

  /// Whether decrypt() has anything to try with that file.
  bool may_open(const std::filesystem::path& path) const;
  /// The content in clear. Errors: encrypted when no identity opens it; archive_damaged; config (an identity cannot be read or is none); storage.
  std::shared_ptr<const os::PrivateFile> decrypt(const Context& context, const std::filesystem::path& path);

 private:
  /// age's output for all of them and one more goes to `on_output`.
  os::ProcessResult run_for_recipients(const Context& context, const std::string& passing, const std::filesystem::path& content, const os::OutputSink& on_output) const;
  std::vector<std::string> identity_arguments(const Context& context);
  std::string with_names(std::string text) const;

  EncryptionSettings settings_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<os::PrivateFile>> identities_;  // in memory, once read
  std::map<std::filesystem::path, std::shared_ptr<const os::PrivateFile>> made_;
  std::pair<std::filesystem::path, std::shared_ptr<const os::PrivateFile>> last_;  // alone: each takes its disk
};

/// Whether the content of `path` can be had: it is in clear, or there is something to open it with.
bool may_read(const Context& context, const std::filesystem::path& path);
/// nullptr when the file is in clear. Errors: those of Encryption::decrypt.
std::shared_ptr<const os::PrivateFile> decrypt_if_encrypted(const Context& context, const std::filesystem::path& path);

}  // namespace safety::archive

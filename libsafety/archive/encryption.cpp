#include "libsafety/archive/encryption.hpp"

#include <fmt/format.h>

#include <functional>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::archive {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMagic = "age-encryption.org/v1", kArmor = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr const char* kInstall = "Install it: `apt-get install age`.";

/// "no identity matched any of the recipients", of the several lines that age says.
std::string reason_of(const os::ProcessResult& ended) {
  constexpr std::string_view kBegin = "age: error: ";
  const std::string_view text = ended.standard_error;
  const auto at = text.find(kBegin);
  if (at == text.npos) return fmt::format("age ended with {}", ended.exit_code);
  const auto line = text.substr(at + kBegin.size());
  return std::string(line.substr(0, line.find('\n')));
}

void require_program(const char* name) {
  if (!os::find_on_path(name)) throw Error(Code::command_failed, fmt::format("the program {}, which encrypting and decrypting archives takes, is not on PATH", name), kInstall);
}

os::ProcessResult run_age(const Context& context, std::vector<std::string> arguments, const os::OutputSink& on_output) {
  require_program("age");
  return os::run_process(context, {.program = "age", .arguments = std::move(arguments), .environment = {}, .has_terminal = false}, on_output);
}

void report(const Context& context, const char* name, const fs::path& path, std::uint64_t done, std::uint64_t total) {
  context.sink.on({.kind = Event::Kind::progress, .name = name, .text = path.filename().string(), .done_bytes = done, .total_bytes = total});
}

/// A key of one moment: what it opens can be shown to open, though nobody's identity is at hand.
struct PassingKey {
  std::string recipient;
  os::PrivateFile identity{};  // in memory alone
};

std::unique_ptr<PassingKey> make_passing_key(const Context& context) {
  constexpr std::string_view kPublic = "# public key: ";
  require_program("age-keygen");
  const auto text = os::run_for_output(context, {.program = "age-keygen", .arguments = {}, .environment = {}});
  const auto at = text.find(kPublic);
  if (at == text.npos) throw Error(Code::command_failed, "age-keygen made no key that is understood", "Check its version: `age --version`; 1.1 is known to do.");
  auto key = std::make_unique<PassingKey>();
  const auto rest = text.substr(at + kPublic.size());
  key->recipient = rest.substr(0, rest.find('\n'));
  key->identity.write(text);
  return key;
}

void check_that_it_opens(const Context& context, const PassingKey& key, const fs::path& file, const fs::path& shown, const WrittenArchive& plain) {
  Sha256 digest;
  std::uint64_t bytes = 0;
  const auto ended = run_age(context, {"-d", "-i", key.identity.path().string(), file.string()}, [&](std::string_view piece) {
    digest.add(piece);
    bytes += piece.size();
    report(context, "open it again", shown, bytes, plain.bytes);
  });
  if (ended.exit_code != 0 || digest.finish() != plain.sha256)
    throw Error(Code::archive_damaged, fmt::format("\"{}\" does not decrypt to what was encrypted", shown.string()),
                "The disk or its memory is failing; back up to another folder with --backup-dir.", ended.exit_code == 0 ? "" : reason_of(ended));
}

/// The identity's fault, the file's, or the program's?
[[noreturn]] void fail_to_decrypt(const fs::path& path, const std::string& reason) {
  constexpr const char* kHint = "Name an identity of one of its recipients, without a passphrase: `--identity FILE`.";
  if (reason.starts_with("reading ")) throw Error(Code::config, "an identity cannot be used: " + reason, kHint);
  if (reason.starts_with("no identity matched") || reason.starts_with("failed to obtain passphrase"))
    throw Error(Code::encrypted, fmt::format("\"{}\" cannot be decrypted: {}", path.string(), reason), kHint);
  if (reason.starts_with("age ended")) throw Error(Code::command_failed, fmt::format("\"{}\" was not decrypted: {}", path.string(), reason), "Run it again.");
  throw Error(Code::archive_damaged, fmt::format("\"{}\" does not decrypt: {}", path.string(), reason),
              "Take another checkpoint from `safety-list`, and check the disk that holds this one.");
}

void warn_about_readers(const Context& context, const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!error && fs::is_regular_file(status) && (status.permissions() & (fs::perms::group_read | fs::perms::others_read)) != fs::perms::none)
    context.sink.warning(fmt::format("identity \"{}\" can be read by others: run `chmod 600 {}`", path.string(), path.string()));
}

std::string read_identity(const fs::path& path) {
  std::string text;
  try {
    text = os::read_file(path);
  } catch (const Error& error) {
    throw Error(Code::config, fmt::format("identity \"{}\" cannot be read", path.string()), "Check --identity, SAFETY_IDENTITY and the file's owner.", error.message());
  }
  if (text.starts_with(kMagic) || text.starts_with(kArmor))
    throw Error(Code::config, fmt::format("identity \"{}\" is itself an encrypted file", path.string()),
                fmt::format("If a passphrase protects it, let age ask for that: `--identity <(age -d {})`.", path.string()));
  return text;
}

}  // namespace

bool is_encrypted(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return false;
  if (path.extension() == kEncryptedEnding) return true;  // if it is not, it was damaged, and age says so
  const auto fd = os::open_for_reading(path);
  std::string bytes(std::min<std::uint64_t>(kArmor.size(), os::file_size(fd.get(), path)), '\0');
  os::read_exactly_at(fd.get(), 0, bytes.data(), bytes.size(), path);
  return bytes.starts_with(kMagic) || bytes.starts_with(kArmor);
}

os::ProcessResult Encryption::run_for_recipients(const Context& context, const std::string& passing, const fs::path& content, const os::OutputSink& on_output) const {
  std::vector<std::string> arguments{"-r", passing};
  for (const auto& one : settings_.recipients) {
    arguments.emplace_back(one.starts_with("age1") || one.starts_with("ssh-") ? "-r" : "-R");
    arguments.push_back(one);
  }
  arguments.push_back(content.string());
  return run_age(context, std::move(arguments), on_output);
}

void Encryption::check(const Context& context) const {
  for (const auto& one : settings_.recipients)
    if (one.empty() || one == "-") throw Error(Code::config, "a recipient is empty", "Name an age recipient (age1...), an SSH public key or a file of them.");
  if (settings_.has_own_folder || fs::exists(settings_.folder)) os::PrivateFile{settings_.folder};
  // As encrypt() does it, with another beside them, which some recipients do not suffer.
  const auto ended = run_for_recipients(context, make_passing_key(context)->recipient, "/dev/null", [](std::string_view) {});
  if (ended.exit_code != 0)
    throw Error(Code::config, "archives cannot be encrypted as --encrypt-to says: " + reason_of(ended),
                "Name an age recipient (age1...; `age-keygen -y KEYFILE` shows it), an SSH public key, or a file of them.");
}

std::string Encryption::describe() const { return format_plural(settings_.recipients.size(), "recipient"); }

std::shared_ptr<os::PrivateFile> Encryption::make_file() const {
  // What somebody named is theirs to make: where its disk is not mounted, content in clear must not go to another.
  if (!settings_.has_own_folder) os::make_private_folder(settings_.folder);
  return std::make_shared<os::PrivateFile>(settings_.folder);
}

WrittenArchive Encryption::encrypt(const Context& context, const WrittenArchive& plain, std::shared_ptr<os::PrivateFile> content, const fs::path& path) {
  context.sink.phase("encrypt");
  const auto passing = make_passing_key(context);
  os::AtomicFile file(path);
  Sha256 digest;
  const auto ended = run_for_recipients(context, passing->recipient, content->path(), [&](std::string_view piece) {
    file.write(piece);
    digest.add(piece);
    report(context, "encrypt", path, file.size(), plain.bytes);
  });
  if (ended.exit_code != 0)
    throw Error(Code::command_failed, fmt::format("\"{}\" could not be encrypted: {}", path.string(), reason_of(ended)), "Check --encrypt-to; `safety-doctor` tries it.");
  WrittenArchive written{path, file.size(), digest.finish()};
  check_that_it_reads_back(context, file.partial_path(), written.sha256, path);
  check_that_it_opens(context, *passing, file.partial_path(), path, plain);
  os::fault_point("encryption.before_commit");
  file.commit();
  const std::lock_guard lock(mutex_);
  made_[path] = std::move(content);
  return written;
}

bool Encryption::may_open(const fs::path& path) const {
  const std::lock_guard lock(mutex_);
  return !settings_.identities.empty() || made_.contains(path);
}

/// They lie in files without names, which age is told of: what it says of them is said of the files that they came from.
std::string Encryption::with_names(std::string text) const {
  for (std::size_t i = 0; i < identities_.size(); ++i)
    for (std::size_t at; (at = text.find(identities_[i]->path().string())) != text.npos;)
      text.replace(at, identities_[i]->path().string().size(), settings_.identities[i].string());
  return text;
}

std::vector<std::string> Encryption::identity_arguments(const Context& context) {
  for (std::size_t i = identities_.size(); i < settings_.identities.size(); ++i) {
    auto file = std::make_unique<os::PrivateFile>();
    file->write(read_identity(settings_.identities[i]));
    warn_about_readers(context, settings_.identities[i]);
    identities_.push_back(std::move(file));
  }
  std::vector<std::string> arguments;
  for (const auto& file : identities_) {
    arguments.emplace_back("-i");
    arguments.push_back(file->path().string());
  }
  return arguments;
}

std::shared_ptr<const os::PrivateFile> Encryption::decrypt(const Context& context, const fs::path& path) {
  const std::lock_guard lock(mutex_);
  if (const auto made = made_.find(path); made != made_.end()) return made->second;
  if (last_.first == path) return last_.second;
  if (settings_.identities.empty())
    throw Error(Code::encrypted, fmt::format("\"{}\" is encrypted, and no identity was given", path.string()),
                "Name the age identity that opens it: `--identity FILE`, or SAFETY_IDENTITY.");
  const auto bytes = os::file_size(os::open_for_reading(path).get(), path);
  last_ = {};  // its disk is free, unless somebody still reads it
  const auto content = make_file();
  if (const auto free = os::free_bytes(settings_.folder); free < bytes)
    throw Error(Code::storage, fmt::format("\"{}\" takes {} decrypted, and \"{}\" has {} free", path.string(), format_bytes(bytes), settings_.folder.string(), format_bytes(free)),
                "Name a folder with room with --temporary-dir.");
  context.sink.phase("decrypt");
  auto arguments = identity_arguments(context);
  arguments.insert(arguments.begin(), "-d");
  arguments.push_back(path.string());
  const auto ended = run_age(context, std::move(arguments), [&](std::string_view piece) {
    content->write(piece);
    report(context, "decrypt", path, content->size(), bytes);
  });
  if (ended.exit_code != 0) fail_to_decrypt(path, with_names(reason_of(ended)));
  last_ = {path, content};
  return content;
}

bool may_read(const Context& context, const fs::path& path) {
  return !is_encrypted(path) || (context.encryption != nullptr && context.encryption->may_open(path));
}

std::shared_ptr<const os::PrivateFile> decrypt_if_encrypted(const Context& context, const fs::path& path) {
  if (!is_encrypted(path)) return nullptr;
  if (context.encryption != nullptr) return context.encryption->decrypt(context, path);
  return Encryption({}).decrypt(context, path);  // which says what is missing
}

}  // namespace safety::archive

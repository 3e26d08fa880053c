#include <fmt/format.h>

#include <map>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/offsite/failure.hpp"
#include "libsafety/offsite/names.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/offsite/prove.hpp"
#include "libsafety/offsite/tidy.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"

namespace safety::offsite {
namespace fs = std::filesystem;
namespace {

constexpr int kSendings = 2;

class Upload {
 public:
  Upload(const Context& context, const Remote& remote, const checkpoint::Store& store, const checkpoint::Record& record, Thoroughness thoroughness)
      : context_(context), rclone_(context, remote), record_(record), path_(store.require_archive(record)), thoroughness_(thoroughness) {}

  Uploaded run() {
    // Two runs would write to one temporary name.
    const auto lock = os::open_locked(path_);
    if (!lock)
      throw Error(Code::locked, fmt::format("another run copies \"{}\" off site", path_.filename().string()), "Wait until it ended, and run it again.");
    if (archive::sha256_of_file(context_, path_) != record_.archive.sha256)
      throw Error(Code::archive_damaged, fmt::format("\"{}\" is not what was recorded, and is not copied", path_.string()),
                  fmt::format("Make a new checkpoint; `safety-list --offsite` shows whether there is a good copy of {}.", record_.id));
    files_ = tidy(context_, rclone_, rclone_.list(), record_);
    const auto recorded = record_there();
    if (auto proof = proof_of_what_is_there(recorded.has_value())) {
      publish_record(recorded);
      return {true, std::move(*proof)};
    }
    auto proof = send_and_prove();
    publish_archive();
    publish_record(std::nullopt);
    return {false, std::move(proof)};
  }

 private:
  std::string where(const std::string& name) const { return rclone_.remote().shown_of(name); }

  /// Its text. Errors: storage when it is of other bytes.
  std::optional<std::string> record_there() {
    const auto name = record_name(record_.id);
    if (!has(files_, name)) return std::nullopt;
    auto text = rclone_.read_text(name);
    std::string sha256;
    try {
      sha256 = checkpoint::parse_record(text, where(name)).archive.sha256;
    } catch (const Error& error) {
      if (error.code() != Code::archive_damaged) throw;
      context_.sink.warning(error.message() + "; it is written anew");
      return std::nullopt;
    }
    if (sha256 != record_.archive.sha256)
      throw Error(Code::storage, fmt::format("\"{}\" is of another checkpoint with the id {}", where(name), record_.id),
                  "Give each backup folder a path of its own on the remote with --offsite-remote.", fmt::format("SHA-256 there is {}, here {}", sha256, record_.archive.sha256));
    return text;
  }

  /// nullopt: it must be sent.
  std::optional<CopyProof> proof_of_what_is_there(bool has_record) {
    if (!has(files_, record_.archive.file) && !has_record) return std::nullopt;
    try {
      context_.sink.phase("verify the copy");
      return prove(context_, rclone_, record_.archive.file, record_, thoroughness_, path_);
    } catch (const Error& error) {
      if (!is_about_the_copy(error)) throw;
      context_.sink.warning(fmt::format("{}{}{}; it is replaced", error.message(), error.detail().empty() ? "" : ": ", error.detail()));
    }
    // The record first: it would speak of what is not there.
    if (has_record) rclone_.remove(record_name(record_.id));
    os::fault_point("offsite.bad_record_removed");
    return std::nullopt;
  }

  CopyProof send_and_prove() {
    if (const auto free = rclone_.free_bytes(); free && *free < record_.archive.bytes)
      throw RemoteError(Trouble::full, Error(Code::storage, fmt::format("cannot copy to \"{}\": the remote is full", rclone_.remote().shown), "Free space there, or name another remote.",
                                             fmt::format("{} are free, {} are needed", format_bytes(*free), format_bytes(record_.archive.bytes))));
    const auto name = partial_name(record_.archive.file);
    for (int sending = 1;; ++sending) {
      context_.sink.phase("copy off site");
      rclone_.send(path_, name);
      os::fault_point("offsite.archive_sent");
      try {
        context_.sink.phase("verify the copy");
        auto proof = prove(context_, rclone_, name, record_, thoroughness_, path_);
        os::fault_point("offsite.archive_proven");
        return proof;
      } catch (const Error& error) {
        if (!is_about_the_copy(error)) throw;
        rclone_.remove(name);
        if (sending == kSendings)
          throw error.in(fmt::format("what arrives on the remote is not what was sent, {} times", kSendings)).with_hint("Check the remote: it was not used. `rclone check` compares files with it.");
        context_.sink.warning(fmt::format("{}{}{}; it is sent again", error.message(), error.detail().empty() ? "" : ": ", error.detail()));
      }
    }
  }

  void publish_archive() {
    const auto& name = record_.archive.file;
    if (has(files_, name)) rclone_.remove(name);  // was found to be bad
    os::fault_point("offsite.before_rename");
    rclone_.move(partial_name(name), name);
    os::fault_point("offsite.archive_renamed");
    // Some remotes copy instead of renaming.
    const auto there = rclone_.look(name);
    if (!there || there->bytes != record_.archive.bytes)
      throw Error(Code::archive_incomplete, fmt::format("\"{}\" is not whole after it was renamed there", where(name)), "Run it again: the copy has no record yet, and is replaced.");
  }

  void publish_record(const std::optional<std::string>& recorded) {
    const auto text = checkpoint::format_record(record_);
    const bool has_sums = recorded && has(files_, checkpoint::sums_name(record_));
    if (recorded == text && has_sums) return;
    const auto name = record_name(record_.id);
    std::map<std::string, std::string> texts{{partial_name(name), text}};
    // Under its name at once: it tells nothing as long as there is no record.
    if (!has_sums) texts[checkpoint::sums_name(record_)] = checkpoint::sums_text(record_);
    rclone_.send_texts(texts);
    os::fault_point("offsite.record_sent");
    rclone_.move(partial_name(name), name);
    os::fault_point("offsite.record_renamed");
  }

  const Context& context_;
  Rclone rclone_;
  const checkpoint::Record& record_;
  fs::path path_;
  Thoroughness thoroughness_;
  std::vector<RemoteFile> files_;  // there when it began
};

}  // namespace

Uploaded upload(const Context& context, const Remote& remote, const checkpoint::Store& store, const checkpoint::Record& record, Thoroughness thoroughness) {
  return Upload(context, remote, store, record, thoroughness).run();
}

}  // namespace safety::offsite

#include "libsafety/offsite/rclone.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/offsite/failure.hpp"
#include "libsafety/offsite/transfer_log.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/os/pause.hpp"

namespace safety::offsite {
namespace fs = std::filesystem;
using nlohmann::json;
namespace {

/// Backends hold several pieces of a file at once, and Go lets garbage grow: both are kept small, unless somebody chose otherwise.
/// A large file's pieces grow by themselves, since remotes limit their number.
constexpr std::array<std::pair<const char*, const char*>, 6> kLean{{{"GOMEMLIMIT", "72MiB"},
                                                                    {"RCLONE_S3_UPLOAD_CONCURRENCY", "2"},
                                                                    {"RCLONE_B2_CHUNK_SIZE", "8M"},
                                                                    {"RCLONE_AZUREBLOB_UPLOAD_CONCURRENCY", "2"},
                                                                    {"RCLONE_DROPBOX_CHUNK_SIZE", "16M"},
                                                                    {"RCLONE_ONEDRIVE_CHUNK_SIZE", "5M"}}};

RemoteFile file_of(const json& entry, const std::string& hash_type = {}) {
  RemoteFile file{entry.value("Name", "")};
  if (const auto size = entry.value("Size", std::int64_t{-1}); size > 0) file.bytes = static_cast<std::uint64_t>(size);
  // rclone runs in UTC; to the second is enough.
  const auto time = entry.value("ModTime", "");
  if (time.size() >= 19) file.modified = parse_rfc3339(time.substr(0, 19) + ".000Z");
  if (const auto hashes = entry.find("Hashes"); hashes != entry.end() && hashes->is_object()) file.hash = hashes->value(hash_type, "");
  return file;
}

json parse_answer(const std::string& text, const std::string& where) {
  auto answer = json::parse(text, nullptr, false);
  if (answer.is_discarded())
    throw Error(Code::command_failed, fmt::format("rclone's answer about \"{}\" is not the expected JSON", where), "Run `rclone version`: 1.60 or newer is needed.",
                one_line(text.substr(0, 200)));
  return answer;
}

}  // namespace

Rclone::Rclone(const Context& context, const Remote& remote) : context_(context), remote_(remote) {
  if (!os::find_on_path("rclone"))
    throw Error(Code::command_failed, "program \"rclone\" is not on PATH: it carries off-site copies",
                "Install it with `apt-get install rclone`, or from https://rclone.org/downloads/.");
  check_trust(remote);
}

void Rclone::run(std::vector<std::string> arguments, const std::string& doing, const std::string& where, const os::OutputSink& on_output,
                 const os::OutputSink& on_error_output) {
  for (const char* common : {"--ask-password=false", "--retries=1", "--low-level-retries=3", "--contimeout=15s", "--timeout=60s", "--transfers=1",
                             "--checkers=1", "--buffer-size=1M", "--multi-thread-streams=0", "--use-mmap"})
    arguments.emplace_back(common);
  if (!remote_.config.empty()) arguments.push_back("--config=" + remote_.config.string());
  if (!remote_.bandwidth_limit.empty()) arguments.push_back("--bwlimit=" + remote_.bandwidth_limit);
  auto environment = remote_.environment;
  environment["TZ"] = "UTC";
  for (const auto& [name, value] : kLean)
    if (std::getenv(name) == nullptr) environment.emplace(name, value);
  const auto result = os::run_process(context_, {"rclone", std::move(arguments), std::move(environment)}, on_output, on_error_output);
  if (result.exit_code != 0) throw explain(result.exit_code, result.standard_error, remote_, doing, where);
}

std::string Rclone::output_of(const std::vector<std::string>& arguments, const std::string& doing, const std::string& where) {
  std::string output;
  persist([&] {
    output.clear();
    run(arguments, doing, where, [&](std::string_view piece) { output.append(piece); });
  });
  return output;
}

void Rclone::persist(const std::function<void()>& act, const std::function<bool()>& has_progress) {
  auto wait = remote_.retries.first_pause;
  for (unsigned failures = 0;;) {
    try {
      return act();
    } catch (const RemoteError& error) {
      if (error.trouble() != Trouble::temporary) throw;
      if (has_progress && has_progress()) {
        failures = 0;
        wait = remote_.retries.first_pause;
      }
      if (failures++ == remote_.retries.count) {
        if (failures == 1) throw;
        throw RemoteError(error.trouble(), Error(error.code(), fmt::format("{}, after {} attempts", error.message(), failures), error.hint(), error.detail()));
      }
      context_.sink.note(fmt::format("{}: {}; another attempt in {}", error.message(), error.detail(), format_seconds(std::chrono::duration<double>(wait).count())));
      os::pause(context_, wait);
      wait *= 2;
    }
  }
}

const Abilities& Rclone::abilities() {
  if (abilities_) return *abilities_;
  const auto answer = parse_answer(output_of({"backend", "features", remote_.address}, "cannot reach", remote_.shown), remote_.shown);
  Abilities abilities;
  if (const auto hashes = answer.find("Hashes"); hashes != answer.end() && hashes->is_array())
    for (const auto& hash : *hashes) abilities.hashes.push_back(hash.get<std::string>());
  if (const auto features = answer.find("Features"); features != answer.end()) abilities.tells_space = features->value("About", false);
  return abilities_.emplace(std::move(abilities));
}

std::optional<std::uint64_t> Rclone::free_bytes() {
  if (!abilities().tells_space) return std::nullopt;
  try {
    // Of the remote, not of its folder, which may not be there yet.
    const auto answer = parse_answer(output_of({"about", "--json", remote_.address}, "cannot ask for the space of", remote_.shown), remote_.shown);
    if (const auto free = answer.find("free"); free != answer.end() && free->is_number_unsigned()) return free->get<std::uint64_t>();
  } catch (const RemoteError&) {
    // Whether it fits then shows when it is sent.
  }
  return std::nullopt;
}

std::vector<RemoteFile> Rclone::list() {
  std::string output;
  try {
    output = output_of({"lsjson", "--files-only", "--no-mimetype", remote_.address}, "cannot list", remote_.shown);
  } catch (const RemoteError& error) {
    if (error.trouble() == Trouble::missing) return {};
    throw;
  }
  std::vector<RemoteFile> files;
  for (const auto& entry : parse_answer(output, remote_.shown)) files.push_back(file_of(entry));
  return files;
}

std::optional<RemoteFile> Rclone::look(const std::string& name, const std::string& hash_type) {
  const auto where = remote_.shown_of(name);
  std::vector<std::string> arguments{"lsjson", "--stat", "--no-mimetype"};
  if (!hash_type.empty()) arguments.insert(arguments.end(), {"--hash", "--hash-type=" + hash_type});
  arguments.push_back(remote_.address_of(name));
  try {
    const auto entry = parse_answer(output_of(arguments, "cannot look at", where), where);
    if (!entry.is_object() || entry.value("IsDir", false)) return std::nullopt;
    return file_of(entry, hash_type);
  } catch (const RemoteError& error) {
    if (error.trouble() == Trouble::missing) return std::nullopt;
    throw;
  }
}

std::string Rclone::hash_here(const std::string& type, const fs::path& path) {
  const auto output = output_of({"hashsum", type, fs::absolute(path).string()}, "cannot digest", path.string());
  return output.substr(0, std::min(output.find(' '), output.size()));
}

void Rclone::read(const std::string& name, std::uint64_t offset, const os::OutputSink& sink) {
  bool has_brought = false;
  persist(
      [&] {
        has_brought = false;
        run({"cat", "--offset=" + std::to_string(offset), remote_.address_of(name)}, "cannot read", remote_.shown_of(name), [&](std::string_view piece) {
          sink(piece);
          offset += piece.size();
          has_brought = true;
        });
      },
      [&] { return has_brought; });
}

std::string Rclone::read_text(const std::string& name) {
  std::string text;
  read(name, 0, [&](std::string_view piece) { text.append(piece); });
  return text;
}

void Rclone::copy_here(const std::string& ending, const fs::path& folder) {
  output_of({"copy", "--max-depth=1", "--include=/*" + ending, remote_.address, folder.string()}, "cannot read", remote_.shown);
}

void Rclone::send(const fs::path& path, const std::string& name) {
  persist([&] {
    TransferLog log(context_, "copy off site", path.filename().string());
    run({"copyto", "--use-json-log", "--stats=2s", "--stats-log-level=NOTICE", fs::absolute(path).string(), remote_.address_of(name)}, "cannot copy to",
        remote_.shown_of(name), [](std::string_view) {}, [&](std::string_view piece) { log.add(piece); });
  });
}

void Rclone::send_texts(const std::map<std::string, std::string>& texts) {
  const os::TemporaryFolder folder;
  for (const auto& [name, text] : texts) os::write_file_atomically(folder.path() / name, text);
  output_of({"copy", "--ignore-times", folder.path().string(), remote_.address}, "cannot copy to", remote_.shown);
}

void Rclone::move(const std::string& from, const std::string& to) {
  bool is_first = true;
  persist([&] {
    // The answer may have been lost, and not the act.
    if (!is_first && !look(from) && look(to)) return;
    is_first = false;
    run({"moveto", "--ignore-times", remote_.address_of(from), remote_.address_of(to)}, "cannot rename to", remote_.shown_of(to), [](std::string_view) {});
  });
}

void Rclone::remove(const std::string& name) {
  try {
    output_of({"deletefile", remote_.address_of(name)}, "cannot remove", remote_.shown_of(name));
  } catch (const RemoteError& error) {
    if (error.trouble() != Trouble::missing) throw;
  }
}

}  // namespace safety::offsite

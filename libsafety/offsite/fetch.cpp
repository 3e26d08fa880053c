#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/offsite/offsite.hpp"
#include "libsafety/offsite/rclone.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"

namespace safety::offsite {
namespace fs = std::filesystem;
namespace {

void add_file(archive::Sha256& digest, const fs::path& path, std::uint64_t bytes) {
  const auto fd = os::open_for_reading(path);
  std::vector<char> buffer(1 << 20);
  for (std::uint64_t at = 0; at < bytes; at += buffer.size()) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), bytes - at));
    os::read_exactly_at(fd.get(), at, buffer.data(), size, path);
    digest.add({buffer.data(), size});
  }
}

/// Reads on from where the file ends; returns the SHA-256 of it all.
std::string fill(const Context& context, Rclone& rclone, const checkpoint::ArchiveFile& wanted, os::ResumedFile& file) {
  archive::Sha256 digest;
  add_file(digest, file.partial_path(), file.size());
  if (file.size() < wanted.bytes)
    rclone.read(wanted.file, file.size(), [&](std::string_view piece) {
      // What is longer than recorded is wrong, and may be without end.
      if (file.size() + piece.size() > wanted.bytes) piece = piece.substr(0, wanted.bytes - file.size() + 1);
      file.write(piece);
      digest.add(piece);
      if (file.size() > wanted.bytes) throw Error(Code::archive_damaged, "it is longer than recorded");
      context.sink.on({.kind = Event::Kind::progress, .name = "fetch", .text = wanted.file, .done_bytes = file.size(), .total_bytes = wanted.bytes,
                       .done_items = 0, .total_items = 1});
    });
  return digest.finish();
}

void fetch_archive(const Context& context, Rclone& rclone, const checkpoint::Record& record, const fs::path& path) {
  const auto& wanted = record.archive;
  os::ResumedFile file(path);
  if (file.size() > wanted.bytes) file.clear();
  if (file.size() > 0) context.sink.note(fmt::format("going on with \"{}\" at {}", file.partial_path().filename().string(), format_bytes(file.size())));
  if (const auto free = os::free_bytes(path.parent_path()); free < wanted.bytes - file.size())
    throw Error(Code::storage, fmt::format("\"{}\" has {} left, and {} are to come", path.parent_path().string(), format_bytes(free), format_bytes(wanted.bytes - file.size())),
                "Free space there, or choose another folder with --backup-dir.");
  // What an earlier attempt left may be the fault: once more without it.
  bool is_resumed = file.size() > 0;
  for (;; is_resumed = false) {
    std::string sha256, detail;
    try {
      sha256 = fill(context, rclone, wanted, file);
      detail = fmt::format("its {} have SHA-256 {}, recorded is {}", format_plural(file.size(), "byte"), sha256, wanted.sha256);
    } catch (const Error& error) {
      if (error.code() != Code::archive_damaged) throw;
      detail = error.message();
    }
    if (sha256 == wanted.sha256) break;
    file.clear();
    if (is_resumed) continue;
    file.remove();
    throw Error(Code::archive_damaged, fmt::format("\"{}\" is not what was recorded; nothing of it was kept", rclone.remote().shown_of(wanted.file)),
                "Take another checkpoint of `safety-list --offsite`; from a folder that still has the archive, `safety-backup --copy-offsite ID` replaces the copy.", detail);
  }
  os::fault_point("offsite.fetched");
  file.commit();
  os::fault_point("offsite.fetched_archive_renamed");
}

}  // namespace

checkpoint::Record fetch(const Context& context, const Remote& remote, const checkpoint::Record& record, const checkpoint::Store& store) {
  if (!record.names_archive())
    throw Error(Code::no_such_checkpoint, "checkpoint \"" + record.id + "\" has no archive to fetch", "`safety-list --offsite` shows which have.");
  Rclone rclone(context, remote);
  os::make_private_folder(store.folder());
  std::optional<checkpoint::Record> here;
  for (auto& other : store.list(context))
    if (other.id == record.id) here = std::move(other);
  if (here && here->archive.sha256 != record.archive.sha256)
    throw Error(Code::storage, fmt::format("\"{}\" holds another checkpoint with the id {}", store.folder().string(), record.id),
                "Choose another folder with --backup-dir.");
  const Stopwatch watch;
  const auto path = store.archive_path(record);
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) {
    if (archive::sha256_of_file(context, path) != record.archive.sha256)
      throw Error(Code::storage, fmt::format("\"{}\" is there already, and is not what was recorded", path.string()),
                  fmt::format("Move it away (`mv {0} {0}.damaged`), and run it again.", path.string()));
    context.sink.note(fmt::format("{} is here already", record.archive.file));
  } else {
    context.sink.phase("fetch");
    fetch_archive(context, rclone, record, path);
  }
  // The record here may say more than the one there: proofs, pins.
  auto kept = here ? std::move(*here) : record;
  kept.proofs.push_back({checkpoint::Proof::digest, format_rfc3339(std::chrono::system_clock::now()), watch.seconds(), true, "fetched from " + remote.shown});
  store.save(kept);
  return kept;
}

}  // namespace safety::offsite

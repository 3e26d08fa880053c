#include "libsafety/offsite/prove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"

namespace safety::offsite {
namespace {

constexpr const char* kHint = "Copy it again with `safety-backup --copy-offsite ID`, or take another checkpoint of `safety-list --offsite`.";

Error damaged(const std::string& where, const std::string& detail) {
  return Error(Code::archive_damaged, fmt::format("\"{}\" is not what was recorded", where), kHint, detail);
}

/// A type of hash that the remote has, and that can be judged: recorded, or to be computed here. Empty: none.
std::string usable_hash(Rclone& rclone, bool has_good_copy) {
  const auto& hashes = rclone.abilities().hashes;
  for (const char* type : {"sha256", "sha1", "md5"})
    if (std::find(hashes.begin(), hashes.end(), type) != hashes.end() && (has_good_copy || std::string_view(type) == "sha256")) return type;
  return "";
}

void read_back(const Context& context, Rclone& rclone, const std::string& name, const checkpoint::Record& record) {
  archive::Sha256 digest;
  std::uint64_t done = 0;
  rclone.read(name, 0, [&](std::string_view piece) {
    digest.add(piece);
    done += piece.size();
    context.sink.on({.kind = Event::Kind::progress, .name = "read back", .text = name, .done_bytes = done, .total_bytes = record.archive.bytes,
                     .done_items = 0, .total_items = 1});
  });
  const auto sha256 = digest.finish();
  if (sha256 != record.archive.sha256)
    throw damaged(rclone.remote().shown_of(name), fmt::format("its {} have SHA-256 {}, recorded is {}", format_plural(done, "byte"), sha256, record.archive.sha256));
}

}  // namespace

CopyProof prove(const Context& context, Rclone& rclone, const std::string& name, const checkpoint::Record& record, Thoroughness thoroughness,
                const std::optional<std::filesystem::path>& good_copy) {
  const Stopwatch watch;
  const auto type = thoroughness == Thoroughness::hash ? usable_hash(rclone, good_copy.has_value()) : "";
  const auto there = rclone.look(name, type);
  const auto where = rclone.remote().shown_of(name);
  if (!there) throw Error(Code::no_such_checkpoint, fmt::format("\"{}\" is not there", where), kHint);
  if (there->bytes != record.archive.bytes) {
    const auto detail = fmt::format("it has {}, recorded are {}", format_plural(there->bytes, "byte"), format_count(record.archive.bytes));
    if (there->bytes < record.archive.bytes) throw Error(Code::archive_incomplete, fmt::format("\"{}\" is cut", where), kHint, detail);
    throw damaged(where, detail);
  }
  // A remote that has such hashes may still have none for a single file.
  if (!there->hash.empty()) {
    const auto expected = type == "sha256" ? record.archive.sha256 : rclone.hash_here(type, *good_copy);
    if (there->hash != expected) throw damaged(where, fmt::format("the remote tells {} {}, expected {}", type, there->hash, expected));
    return {fmt::format("size and {} as the remote tells them", type), watch.seconds()};
  }
  read_back(context, rclone, name, record);
  return {"read back, SHA-256 as recorded", watch.seconds()};
}

bool is_about_the_copy(const Error& error) {
  return error.code() == Code::archive_damaged || error.code() == Code::archive_incomplete || error.code() == Code::no_such_checkpoint;
}

CopyProof verify_copy(const Context& context, const Remote& remote, const checkpoint::Store& store, const checkpoint::Record& record,
                      Thoroughness thoroughness) {
  if (!record.names_archive())
    throw Error(Code::no_such_checkpoint, "checkpoint \"" + record.id + "\" is a clone alone: there is no copy of it", "Make an archive with `safety-backup`.");
  Rclone rclone(context, remote);
  std::optional<std::filesystem::path> good_copy;
  if (thoroughness == Thoroughness::hash && store.has_archive(record) && archive::sha256_of_file(context, store.archive_path(record)) == record.archive.sha256)
    good_copy = store.archive_path(record);
  return prove(context, rclone, record.archive.file, record, thoroughness, good_copy);
}

}  // namespace safety::offsite

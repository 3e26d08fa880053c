#include "libsafety/archive/reader.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"

namespace safety::archive {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_damaged(const fs::path& path, std::string_view what) {
  throw Error(Code::archive_damaged, fmt::format("archive \"{}\" is damaged: {}", path.string(), what),
              "Choose another checkpoint from `safety-list`, and check the disk that holds this one.");
}

[[noreturn]] void fail_incomplete(const fs::path& path, std::string_view what) {
  throw Error(Code::archive_incomplete, fmt::format("archive \"{}\" {}", path.string(), what),
              "Choose another checkpoint from `safety-list`; a dump that pg_dump wrote is restored with "
              "`safety-restore FILE`.");
}

struct OpenFile {
  fs::path path;
  os::UniqueFd fd;
  std::uint64_t bytes = 0;

  explicit OpenFile(fs::path path_) : OpenFile(path_, path_) {}
  /// `path_` is what people know it by, `content` where its bytes are.
  OpenFile(fs::path path_, const fs::path& content)
      : path(std::move(path_)), fd(os::open_for_reading(content)), bytes(os::file_size(fd.get(), path)) {}

  void read_at(std::uint64_t offset, char* into, std::size_t size) const {
    os::read_exactly_at(fd.get(), offset, into, size, path);
  }
  std::string read_at(std::uint64_t offset, std::size_t size) const {
    std::string content(size, '\0');
    read_at(offset, content.data(), size);
    return content;
  }
};

OpenFile open_content(const Context& context, const fs::path& path) {
  const auto decrypted = decrypt_if_encrypted(context, path);
  return decrypted ? OpenFile(path, decrypted->path()) : OpenFile(path);
}

std::uint64_t footer_frame_bytes(Codec codec) {
  const auto shape = stored_frame_shape(codec);
  return shape.before + kFooterTextBytes + shape.after;
}

Codec codec_of(const OpenFile& file) {
  return detect_codec(file.read_at(0, std::min<std::size_t>(file.bytes, 4)));
}

/// The footer as `codec` would have it. Errors as parse_footer's; archive_incomplete when the file is too short.
Footer read_footer(const OpenFile& file, Codec codec) {
  const std::uint64_t frame_bytes = footer_frame_bytes(codec);
  if (file.bytes == 0) fail_incomplete(file.path, "is empty");
  if (file.bytes < frame_bytes)
    fail_incomplete(file.path,
                    fmt::format("has only {} bytes: it was cut or is not an archive of safety-backup", file.bytes));
  const std::string frame = file.read_at(file.bytes - frame_bytes, frame_bytes);
  const auto text = std::string_view(frame).substr(stored_frame_shape(codec).before, kFooterTextBytes);
  const Footer footer = [&] {
    try {
      return parse_footer(text);
    } catch (const Error& error) {
      if (error.code() == Code::archive_incomplete)
        fail_incomplete(file.path, "ends without its footer: it was cut or is not an archive of safety-backup");
      throw error.in(fmt::format("archive \"{}\"", file.path.string()));
    }
  }();
  if (make_stored_frame(codec, text) != frame) fail_damaged(file.path, "the frame around its footer differs");
  return footer;
}

/// Where the footer's frame must begin; the largest number when the footer's own numbers overflow.
std::uint64_t end_of_index(const Footer& footer) {
  const std::uint64_t end = footer.index_offset + footer.index_stored_bytes;
  return end < footer.index_offset ? UINT64_MAX : end;
}

/// A footer in its place but in the shape of another codec tells a file whose first bytes were changed from one that
/// was cut.
void fail_if_other_codec(const OpenFile& file, Codec codec) {
  for (const Codec other : {Codec::plain, Codec::gzip, Codec::zstd}) {
    if (other == codec || file.bytes < footer_frame_bytes(other)) continue;
    std::optional<Footer> footer;
    try {
      footer = read_footer(file, other);
    } catch (const Error& error) {
      if (error.code() == Code::storage) throw;
    }
    if (footer && end_of_index(*footer) == file.bytes - footer_frame_bytes(other))
      fail_damaged(file.path, "its first bytes are not those of its codec");
  }
}

Footer find_footer(const OpenFile& file, Codec codec) {
  try {
    return read_footer(file, codec);
  } catch (const Error& error) {
    if (error.code() == Code::archive_incomplete && file.bytes > 0) fail_if_other_codec(file, codec);
    throw;
  }
}

Index read_index(const OpenFile& file, Codec codec, const Footer& footer) {
  const std::uint64_t end = file.bytes - footer_frame_bytes(codec);
  if (end_of_index(footer) != end) fail_damaged(file.path, "its footer points elsewhere than at the index before it");
  const std::string stored = file.read_at(footer.index_offset, footer.index_stored_bytes);
  if (Sha256::of(stored) != footer.index_sha256) fail_damaged(file.path, "its index differs from the footer's digest");
  try {
    std::string plain;
    Decompressor(codec).decompress(stored, footer.index_plain_bytes, plain);
    return parse_index(plain);
  } catch (const Error& error) {
    throw error.in(fmt::format("archive \"{}\"", file.path.string()));
  }
}

void check_frames_lie_back_to_back(const fs::path& path, const Index& index, std::uint64_t end) {
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < index.frames.size(); ++i) {
    const Frame& frame = index.frames[i];
    if (frame.offset != at || frame.stored_bytes == 0 || frame.stored_bytes > end - at)
      fail_damaged(path, fmt::format("frame {} at byte {} does not follow the one before it", i, frame.offset));
    if (frame.role == Role::rows && frame.table < 0) fail_damaged(path, fmt::format("frame {} has no table", i));
    at += frame.stored_bytes;
  }
  if (at != end) fail_damaged(path, fmt::format("its frames end at byte {} and its index begins at byte {}", at, end));
}

}  // namespace

struct Reader::State {
  OpenFile file;
  Codec codec;
  Index index;
};

bool is_archive(const Context& context, const fs::path& path) {
  const OpenFile file = open_content(context, path);
  if (file.bytes == 0) return false;
  try {
    read_footer(file, codec_of(file));
    return true;
  } catch (const Error& error) {
    if (error.code() == Code::storage) throw;
    return error.code() == Code::version;
  }
}

Reader Reader::open(const Context& context, const fs::path& path) {
  OpenFile file = open_content(context, path);
  if (file.bytes == 0) fail_incomplete(path, "is empty");
  const Codec codec = codec_of(file);
  const Footer footer = find_footer(file, codec);
  Index index = read_index(file, codec, footer);
  check_frames_lie_back_to_back(path, index, footer.index_offset);
  return Reader(std::make_unique<State>(State{std::move(file), codec, std::move(index)}));
}

Reader::Reader(std::unique_ptr<State> state) : state_(std::move(state)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader::~Reader() = default;

const fs::path& Reader::path() const {
  return state_->file.path;
}
Codec Reader::codec() const {
  return state_->codec;
}
std::uint64_t Reader::bytes() const {
  return state_->file.bytes;
}
const Index& Reader::index() const {
  return state_->index;
}

void Reader::read_frame(const Frame& frame, Decompressor& decompressor, std::string& plain) const {
  const auto stored = std::make_unique_for_overwrite<char[]>(frame.stored_bytes);
  state_->file.read_at(frame.offset, stored.get(), frame.stored_bytes);
  const std::string_view bytes(stored.get(), frame.stored_bytes);
  const auto where = [&] {
    std::string text = fmt::format("the {} frame at byte {}", name_of(frame.role), frame.offset);
    if (frame.table < 0) return text;
    const Table& table = state_->index.tables.at(static_cast<std::size_t>(frame.table));
    return text + fmt::format(" of table \"{}\"", one_line(table.schema + "." + table.name));
  };
  if (crc32_of(bytes) != frame.crc32) fail_damaged(path(), where() + " differs from its checksum");
  try {
    decompressor.decompress(bytes, frame.plain_bytes, plain);
  } catch (const Error& error) {
    fail_damaged(path(), where() + ": " + error.message());
  }
}

std::string Reader::read_all(Role role) const {
  Decompressor decompressor(codec());
  std::string all, plain;
  for (const Frame& frame : index().frames) {
    if (frame.role != role) continue;
    read_frame(frame, decompressor, plain);
    all += plain;
  }
  return all;
}

}  // namespace safety::archive

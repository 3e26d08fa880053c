#pragma once
// One frame in, one independent frame out. The only place that knows zstd, libdeflate and zlib.
//
// A frame decodes alone: a zstd frame with content size and content checksum, a whole gzip member, or plain bytes.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace safety::archive {

enum class Codec { plain, gzip, zstd };

/// "none", "gz", "zst": as --format takes them.
std::string_view name_of(Codec codec);
/// ".sql", ".sql.gz", ".sql.zst"
std::string_view extension_of(Codec codec);
/// Errors: usage on another name.
Codec parse_codec(std::string_view name);
/// By the first bytes of a file (zstd or gzip magic), plain otherwise.
Codec detect_codec(std::string_view first_bytes);
int default_level(Codec codec);
/// Errors: usage when the codec has no such level.
void check_level(Codec codec, int level);

/// Compresses frames. Threads: one thread each. Larger levels use more memory (zstd 19: about 80 MB).
class Compressor {
 public:
  Compressor(Codec codec, int level);
  Compressor(Compressor&&) noexcept;
  ~Compressor();
  /// Replaces `frame` with the stored form of `plain`; its capacity is reused.
  void compress(std::string_view plain, std::string& frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Decodes frames. Threads: one thread each.
class Decompressor {
 public:
  explicit Decompressor(Codec codec);
  Decompressor(Decompressor&&) noexcept;
  ~Decompressor();
  /// Replaces `plain` with the decoded frame, which must be exactly plain_bytes long and use up `frame` exactly.
  /// Errors: archive_damaged.
  void decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& plain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A fixed-size stored (not compressed) frame around `text`, so that `tail -c` shows it as it is.
/// Requires text of at most 255 bytes.
std::string make_stored_frame(Codec codec, std::string_view text);
/// Bytes that make_stored_frame adds before and after the text.
struct StoredFrameShape {
  std::size_t before, after;
};
StoredFrameShape stored_frame_shape(Codec codec);

/// CRC-32 (as gzip uses it) of stored bytes.
std::uint32_t crc32_of(std::string_view bytes);

/// Reads a whole compressed or plain file of any origin as a stream: foreign archives.
class StreamDecoder {
 public:
  /// Errors: storage when the file cannot be read.
  explicit StreamDecoder(const std::string& path);
  ~StreamDecoder();
  Codec codec() const noexcept;
  /// Appends up to about 1 MiB of plain bytes to `into`; false at the end.
  /// Errors: archive_damaged; archive_incomplete when the stream ends inside a frame.
  bool read_some(std::string& into);
  /// Stored bytes consumed so far and in all, for progress.
  std::uint64_t consumed_bytes() const noexcept;
  std::uint64_t total_bytes() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace safety::archive

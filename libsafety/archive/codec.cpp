#include "libsafety/archive/codec.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "libsafety/base/error.hpp"

namespace safety::archive {
namespace {

struct CodecEntry {
  Codec codec;
  std::string_view name, extension;
  int default_level, lowest_level, highest_level;
};

// zstd ends at 19: the levels above need hundreds of megabytes for each thread. Level 1 packs COPY text as small as
// level 3 does, and faster.
constexpr std::array kCodecs{
    CodecEntry{Codec::plain, "none", ".sql", 0, 0, 0},
    CodecEntry{Codec::gzip, "gz", ".sql.gz", 6, 1, 12},
    CodecEntry{Codec::zstd, "zst", ".sql.zst", 1, 1, 19},
};

const CodecEntry& entry_of(Codec codec) {
  return kCodecs.at(static_cast<std::size_t>(codec));
}

void append_little_endian(std::string& into, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) into.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
}

// RFC 8878: magic; descriptor 0x20 = one segment, one byte of content size, no checksum; one last raw block.
std::string make_stored_zstd(std::string_view text) {
  std::string frame("\x28\xB5\x2F\xFD\x20", 5);
  append_little_endian(frame, static_cast<std::uint32_t>(text.size()), 1);
  append_little_endian(frame, static_cast<std::uint32_t>(text.size()) << 3 | 1U, 3);
  return frame.append(text);
}

// RFC 1952 around RFC 1951: no name, no time, system "Unix"; one last stored block.
std::string make_stored_gzip(std::string_view text) {
  std::string member("\x1F\x8B\x08\0\0\0\0\0\0\x03\x01", 11);
  const auto size = static_cast<std::uint32_t>(text.size());
  append_little_endian(member, size, 2);
  append_little_endian(member, ~size, 2);
  member.append(text);
  append_little_endian(member, crc32_of(text), 4);
  append_little_endian(member, size, 4);
  return member;
}

}  // namespace

std::string_view name_of(Codec codec) {
  return entry_of(codec).name;
}

std::string_view extension_of(Codec codec) {
  return entry_of(codec).extension;
}

int default_level(Codec codec) {
  return entry_of(codec).default_level;
}

Codec parse_codec(std::string_view name) {
  for (const auto& entry : kCodecs)
    if (entry.name == name) return entry.codec;
  throw Error(Code::usage, fmt::format("unknown archive format \"{}\"", name),
              "Choose one with --format zst, --format gz or --format none.");
}

Codec detect_codec(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1F\x8B")) return Codec::gzip;
  if (first_bytes.starts_with("\x28\xB5\x2F\xFD")) return Codec::zstd;
  // A skippable zstd frame: pzstd and seekable files of others may begin with one.
  if (first_bytes.size() >= 4 && (first_bytes[0] & 0xF0) == 0x50 && first_bytes.substr(1, 3) == "\x2A\x4D\x18")
    return Codec::zstd;
  return Codec::plain;
}

void check_level(Codec codec, int level) {
  const auto& entry = entry_of(codec);
  if (level >= entry.lowest_level && level <= entry.highest_level) return;
  if (codec == Codec::plain)
    throw Error(Code::usage, fmt::format("format \"none\" has no compression level {}", level),
                "Leave --level out, or choose --format zst.");
  throw Error(Code::usage, fmt::format("format \"{}\" has no compression level {}", entry.name, level),
              fmt::format("Choose --level from {} to {}; the default is {}.", entry.lowest_level, entry.highest_level,
                          entry.default_level));
}

std::string make_stored_frame(Codec codec, std::string_view text) {
  if (text.size() > 255) throw std::logic_error("a stored frame holds at most 255 bytes");
  if (codec == Codec::zstd) return make_stored_zstd(text);
  if (codec == Codec::gzip) return make_stored_gzip(text);
  return std::string(text);
}

StoredFrameShape stored_frame_shape(Codec codec) {
  if (codec == Codec::zstd) return {.before = 9, .after = 0};
  if (codec == Codec::gzip) return {.before = 15, .after = 8};
  return {.before = 0, .after = 0};
}

}  // namespace safety::archive

// Whole frames, in one call each: zstd and libdeflate.

#include <fmt/format.h>
#include <libdeflate.h>
#include <zstd.h>

#include <cstring>
#include <new>

#include "libsafety/archive/codec.hpp"
#include "libsafety/base/error.hpp"

namespace safety::archive {
namespace {

// A value of hundreds of megabytes may pass once; its buffer is not kept for the rest of the run.
constexpr std::size_t kKeptScratchBytes = std::size_t{64} << 20;

// What the formats can reach at most, so that a lying size is refused before memory is taken for it: deflate 1032:1;
// a zstd block takes at least four bytes and holds at most 128 KiB.
constexpr std::uint64_t kDeflateMostRatio = 1032;
constexpr std::uint64_t kZstdSmallestBlockBytes = 4, kZstdLargestBlockContent = std::uint64_t{128} << 10;

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeDeflate {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
  void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
};

[[noreturn]] void fail(std::string what) {
  throw Error(Code::archive_damaged, std::move(what),
              "These bytes are not what was written: choose another checkpoint from `safety-list`, and check the disk "
              "that holds this one.");
}

/// The fast levels get a hash table that can remember a whole frame (with their own small one they find little beyond
/// 512 KiB back), and pay for it by looking for matches at fewer places. Such a step turns the entropy coding of literals
/// off unless it is asked for by name, with the parameter that zstd calls literalCompressionMode. Measured on 0.84 GB of
/// mixed rows: 2.7 s and 203 MB, against 3.4 s and 203 MB with frames of 4 MiB and no step.
void tune_fast_level(ZSTD_CCtx* context) {
  constexpr auto kLiteralCompressionMode = ZSTD_c_experimentalParam5;
  constexpr int kHuffman = 1, kStep = 4;
  ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, 18);
  if (ZSTD_isError(ZSTD_CCtx_setParameter(context, kLiteralCompressionMode, kHuffman))) return;
  ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, ZSTD_fast);
  ZSTD_CCtx_setParameter(context, ZSTD_c_targetLength, kStep);
}

std::uint32_t read_little_endian_32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

}  // namespace

std::uint32_t crc32_of(std::string_view bytes) {
  return libdeflate_crc32(0, bytes.data(), bytes.size());
}

struct Compressor::State {
  Codec codec;
  std::unique_ptr<ZSTD_CCtx, FreeZstd> zstd;
  std::unique_ptr<libdeflate_compressor, FreeDeflate> deflate;
  // Output bound, kept between calls: a string of that size would be zeroed anew for every frame.
  std::unique_ptr<char[]> scratch;
  std::size_t scratch_bytes = 0;

  void reserve(std::size_t bytes) {
    if (bytes <= scratch_bytes) return;
    scratch = std::make_unique_for_overwrite<char[]>(bytes);
    scratch_bytes = bytes;
  }
};

Compressor::Compressor(Codec codec, int level) : state_(std::make_unique<State>()) {
  check_level(codec, level);
  state_->codec = codec;
  if (codec == Codec::zstd) {
    state_->zstd.reset(ZSTD_createCCtx());
    if (!state_->zstd) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_compressionLevel, level);
    // A frame is about 8 MiB: the window spans it whole.
    ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_windowLog, 23);
    if (level == 1 || level == 2) tune_fast_level(state_->zstd.get());
    // Without it most flipped bits decode silently to something else.
    ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(state_->zstd.get(), ZSTD_c_contentSizeFlag, 1);
  } else if (codec == Codec::gzip) {
    state_->deflate.reset(libdeflate_alloc_compressor(level));
    if (!state_->deflate) throw std::bad_alloc();
  }
}

Compressor::Compressor(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

void Compressor::compress(std::string_view plain, std::string& frame) {
  State& state = *state_;
  if (state.codec == Codec::plain) {
    frame.assign(plain);
    return;
  }
  std::size_t written = 0;
  if (state.codec == Codec::zstd) {
    state.reserve(ZSTD_compressBound(plain.size()));
    written = ZSTD_compress2(state.zstd.get(), state.scratch.get(), state.scratch_bytes, plain.data(), plain.size());
    if (ZSTD_isError(written))
      throw Error(Code::internal,
                  fmt::format("zstd cannot compress {} bytes: {}", plain.size(), ZSTD_getErrorName(written)));
  } else {
    state.reserve(libdeflate_gzip_compress_bound(state.deflate.get(), plain.size()));
    written = libdeflate_gzip_compress(state.deflate.get(), plain.data(), plain.size(), state.scratch.get(),
                                       state.scratch_bytes);
    if (written == 0) throw Error(Code::internal, fmt::format("libdeflate cannot compress {} bytes", plain.size()));
  }
  frame.assign(state.scratch.get(), written);
  if (state.scratch_bytes > kKeptScratchBytes) {
    state.scratch.reset();
    state.scratch_bytes = 0;
  }
}

struct Decompressor::State {
  Codec codec;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> zstd;
  std::unique_ptr<libdeflate_decompressor, FreeDeflate> deflate;

  void decompress_zstd(std::string_view frame, std::uint64_t plain_bytes, std::string& plain);
  void decompress_gzip(std::string_view frame, std::uint64_t plain_bytes, std::string& plain);
};

Decompressor::Decompressor(Codec codec) : state_(std::make_unique<State>()) {
  state_->codec = codec;
  if (codec == Codec::zstd) {
    state_->zstd.reset(ZSTD_createDCtx());
    if (!state_->zstd) throw std::bad_alloc();
  } else if (codec == Codec::gzip) {
    state_->deflate.reset(libdeflate_alloc_decompressor());
    if (!state_->deflate) throw std::bad_alloc();
  }
}

Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

void Decompressor::decompress(std::string_view frame, std::uint64_t plain_bytes, std::string& plain) {
  if (state_->codec == Codec::zstd) return state_->decompress_zstd(frame, plain_bytes, plain);
  if (state_->codec == Codec::gzip) return state_->decompress_gzip(frame, plain_bytes, plain);
  if (frame.size() != plain_bytes)
    fail(fmt::format("plain frame holds {} bytes instead of {}", frame.size(), plain_bytes));
  plain.assign(frame);
}

void Decompressor::State::decompress_zstd(std::string_view frame, std::uint64_t plain_bytes, std::string& plain) {
  // A skippable frame also reports a size, so the magic is looked at first.
  const bool is_frame = frame.starts_with("\x28\xB5\x2F\xFD");
  const auto claimed = is_frame ? ZSTD_getFrameContentSize(frame.data(), frame.size()) : ZSTD_CONTENTSIZE_ERROR;
  if (claimed == ZSTD_CONTENTSIZE_ERROR || claimed == ZSTD_CONTENTSIZE_UNKNOWN) fail("not a zstd frame with its size");
  if (claimed != plain_bytes)
    fail(fmt::format("zstd frame says it holds {} bytes instead of {}", claimed, plain_bytes));
  if (plain_bytes / kZstdLargestBlockContent > frame.size() / kZstdSmallestBlockBytes)
    fail(fmt::format("zstd frame of {} bytes cannot hold {}", frame.size(), plain_bytes));
  const auto length = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (ZSTD_isError(length)) fail(fmt::format("zstd frame is broken: {}", ZSTD_getErrorName(length)));
  if (length != frame.size()) fail(fmt::format("zstd frame ends after {} of {} bytes", length, frame.size()));
  plain.resize(plain_bytes);
  const auto got = ZSTD_decompressDCtx(zstd.get(), plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(got)) fail(fmt::format("zstd frame is broken: {}", ZSTD_getErrorName(got)));
  if (got != plain_bytes) fail(fmt::format("zstd frame held {} bytes instead of {}", got, plain_bytes));
}

void Decompressor::State::decompress_gzip(std::string_view frame, std::uint64_t plain_bytes, std::string& plain) {
  if (frame.size() < 18 || !frame.starts_with("\x1F\x8B")) fail("not a gzip member");
  const std::uint32_t claimed = read_little_endian_32(frame.substr(frame.size() - 4));
  if (claimed != (plain_bytes & 0xFFFFFFFFU))
    fail(fmt::format("gzip member says it holds {} bytes instead of {}", claimed, plain_bytes));
  if (plain_bytes / kDeflateMostRatio > frame.size())
    fail(fmt::format("gzip member of {} bytes cannot hold {}", frame.size(), plain_bytes));
  plain.resize(plain_bytes);
  std::size_t used = 0;
  // A null actual_out_nbytes makes anything but exactly plain.size() bytes an error.
  const auto result = libdeflate_gzip_decompress_ex(deflate.get(), frame.data(), frame.size(), plain.data(),
                                                    plain.size(), &used, nullptr);
  if (result == LIBDEFLATE_SHORT_OUTPUT || result == LIBDEFLATE_INSUFFICIENT_SPACE)
    fail(fmt::format("gzip member does not hold {} bytes", plain_bytes));
  if (result != LIBDEFLATE_SUCCESS) fail("gzip member is broken");
  if (used != frame.size()) fail(fmt::format("gzip member ends after {} of {} bytes", used, frame.size()));
}

}  // namespace safety::archive

// Files of any origin, read from front to back: zstd and zlib as streams.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <vector>

#include "libsafety/archive/codec.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/os/file.hpp"

namespace safety::archive {
namespace {

constexpr std::size_t kInputBytes = std::size_t{256} << 10;
constexpr std::size_t kOutputBytes = std::size_t{1} << 20;

struct FreeZstd {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

/// zlib's inflate for gzip members, with its end.
struct Inflater {
  z_stream stream{};
  Inflater() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
};

}  // namespace

struct StreamDecoder::State {
  std::string path;
  os::UniqueFd fd;
  std::uint64_t total = 0, taken = 0;  // stored bytes: in the file, read from it so far
  Codec codec = Codec::plain;
  std::vector<char> input = std::vector<char>(kInputBytes);
  std::size_t at = 0, end = 0;    // the unread part of input
  bool is_between_frames = true;  // a file may end only here
  std::unique_ptr<ZSTD_DStream, FreeZstd> zstd;
  std::unique_ptr<Inflater> gzip;

  explicit State(const std::string& path_)
      : path(path_), fd(os::open_for_reading(path_)), total(os::file_size(fd.get(), path_)) {}

  /// Makes sure that some input is there; false at the end of the file.
  bool fill() {
    if (at < end) return true;
    for (;;) {
      const auto got = ::read(fd.get(), input.data(), input.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        throw Error(Code::storage, fmt::format("cannot read \"{}\": {}", path, std::strerror(errno)),
                    "Check the disk that holds it, or restore from another copy.");
      at = 0;
      end = static_cast<std::size_t>(got);
      taken += end;
      return end > 0;
    }
  }

  [[noreturn]] void fail_damaged(std::string_view reason) const {
    throw Error(Code::archive_damaged,
                fmt::format("\"{}\" is damaged near byte {}: {}", path, taken - (end - at), reason),
                "Restore from another copy or another checkpoint of `safety-list`.");
  }

  // Both give the number of plain bytes made, which may be 0 before the end.
  std::size_t decode_zstd(char* into, std::size_t size) {
    ZSTD_inBuffer in{input.data(), end, at};
    ZSTD_outBuffer out{into, size, 0};
    const auto result = ZSTD_decompressStream(zstd.get(), &out, &in);
    at = in.pos;
    if (ZSTD_isError(result)) fail_damaged(ZSTD_getErrorName(result));
    is_between_frames = result == 0;
    return out.pos;
  }

  std::size_t decode_gzip(char* into, std::size_t size) {
    z_stream& stream = gzip->stream;
    if (is_between_frames) inflateReset(&stream);
    stream.next_in = reinterpret_cast<Bytef*>(input.data() + at);
    stream.avail_in = static_cast<uInt>(end - at);
    stream.next_out = reinterpret_cast<Bytef*>(into);
    stream.avail_out = static_cast<uInt>(size);
    const int result = inflate(&stream, Z_NO_FLUSH);
    at = end - stream.avail_in;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      fail_damaged(stream.msg != nullptr ? stream.msg : "not gzip data");
    is_between_frames = result == Z_STREAM_END;
    return size - stream.avail_out;
  }

  std::size_t copy_plain(char* into, std::size_t size) {
    const std::size_t count = std::min(size, end - at);
    std::memcpy(into, input.data() + at, count);
    at += count;
    return count;
  }

  std::size_t decode(char* into, std::size_t size) {
    if (codec == Codec::zstd) return decode_zstd(into, size);
    if (codec == Codec::gzip) return decode_gzip(into, size);
    return copy_plain(into, size);
  }
};

StreamDecoder::StreamDecoder(const std::string& path) : state_(std::make_unique<State>(path)) {
  State& state = *state_;
  ::posix_fadvise(state.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  state.fill();
  state.codec = detect_codec({state.input.data(), state.end});
  if (state.codec == Codec::zstd) {
    // The library's limit of 128 MiB of window stays: a file may not decide how much memory we take.
    state.zstd.reset(ZSTD_createDStream());
    if (!state.zstd) throw std::bad_alloc();
  } else if (state.codec == Codec::gzip) {
    state.gzip = std::make_unique<Inflater>();
  }
}

StreamDecoder::~StreamDecoder() = default;

Codec StreamDecoder::codec() const noexcept {
  return state_->codec;
}

bool StreamDecoder::read_some(std::string& into) {
  State& state = *state_;
  const std::size_t before = into.size();
  into.resize(before + kOutputBytes);
  std::size_t made = 0;
  while (made < kOutputBytes) {
    // A decoder may still hold output when all input is taken, so it is asked once more before the end is believed.
    const bool has_input = state.fill();
    const bool may_hold_output = state.codec != Codec::plain && !state.is_between_frames;
    if (!has_input && !may_hold_output) break;
    const std::size_t got = state.decode(into.data() + before + made, kOutputBytes - made);
    made += got;
    if (!has_input && got == 0 && !state.is_between_frames) {
      into.resize(before + made);
      if (made > 0) return true;  // what was decoded is handed out first; the next call tells
      throw Error(Code::archive_incomplete, fmt::format("\"{}\" ends inside a compressed frame", state.path),
                  "The file was cut: restore from another copy or another checkpoint of `safety-list`.");
    }
  }
  into.resize(before + made);
  return made > 0;
}

std::uint64_t StreamDecoder::consumed_bytes() const noexcept {
  return state_->taken - (state_->end - state_->at);
}

std::uint64_t StreamDecoder::total_bytes() const noexcept {
  return state_->total;
}

}  // namespace safety::archive

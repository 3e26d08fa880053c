// Frames and foreign compressed files. The first byte chooses the codec, the next three the claimed plain size; the
// rest is the frame, which is also read as a whole file by the stream decoder.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libsafety/archive/codec.hpp"
#include "libsafety/base/error.hpp"

using namespace safety;
using namespace safety::archive;

namespace {

void decode_frame(Codec codec, std::string_view frame, std::uint64_t plain_bytes) {
  std::string plain;
  try {
    Decompressor(codec).decompress(frame, plain_bytes, plain);
    if (plain.size() != plain_bytes) std::abort();
  } catch (const Error& error) {
    if (error.code() != Code::archive_damaged) std::abort();
  }
}

void decode_stream(std::string_view bytes) {
  const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || ::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  try {
    StreamDecoder decoder("/proc/self/fd/" + std::to_string(fd));
    std::string plain;
    // A few bytes may unpack to gigabytes; the first pieces are enough.
    for (int pieces = 0; pieces < 8 && decoder.read_some(plain); ++pieces) {
      if (plain.empty()) std::abort();
      if (decoder.consumed_bytes() > decoder.total_bytes()) std::abort();
      plain.clear();
    }
  } catch (const Error& error) {
    if (error.code() != Code::archive_damaged && error.code() != Code::archive_incomplete) std::abort();
  }
  ::close(fd);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const auto codec = static_cast<Codec>(data[0] % 3);
  const std::uint64_t plain_bytes = data[1] | std::uint64_t{data[2]} << 8 | std::uint64_t{data[3]} << 16;
  const std::string_view frame(reinterpret_cast<const char*>(data) + 4, size - 4);
  decode_frame(codec, frame, plain_bytes);
  decode_stream(frame);
  return 0;
}

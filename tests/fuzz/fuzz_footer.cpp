// The footer. Only the one text form of a footer is accepted. The input's checksum is mended first every other time,
// or no mutation would ever get past it.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libsafety/archive/index.hpp"
#include "libsafety/base/error.hpp"

using namespace safety;

namespace {

void parse(std::string_view text) {
  try {
    if (archive::format_footer(archive::parse_footer(text)) != text) std::abort();
  } catch (const Error& error) {
    if (error.code() != Code::archive_damaged && error.code() != Code::archive_incomplete &&
        error.code() != Code::version)
      std::abort();
  }
}

std::string with_right_checksum(std::string text) {
  const auto at = text.find(" crc=");
  if (at == std::string::npos || at + 13 > text.size()) return text;
  char sum[9];
  std::snprintf(sum, sizeof sum, "%08x", archive::crc32_of(std::string_view(text).substr(0, at)));
  return text.replace(at + 5, 8, sum);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  parse(text);
  parse(with_right_checksum(text));
  return 0;
}

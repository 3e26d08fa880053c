// The index text. What is accepted must have one text form that says the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libsafety/archive/index.hpp"
#include "libsafety/base/error.hpp"

using namespace safety;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto index = archive::parse_index({reinterpret_cast<const char*>(data), size});
    const auto text = archive::format_index(index);
    if (archive::format_index(archive::parse_index(text)) != text) std::abort();
  } catch (const Error& error) {
    if (error.code() != Code::archive_damaged && error.code() != Code::version) std::abort();
  }
  return 0;
}

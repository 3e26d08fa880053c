#include "libsafety/archive/index_string.hpp"

namespace safety::archive {
namespace {

/// Length of the well-formed UTF-8 character at the front (Unicode table 3-7), 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto is_between = [&](std::size_t i, unsigned low, unsigned high) { return byte(i) >= low && byte(i) <= high; };
  const auto is_tail = [&](std::size_t i) { return is_between(i, 0x80, 0xBF); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool is_well_formed = is_between(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && is_tail(2);
    return is_well_formed ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool is_well_formed =
        is_between(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && is_tail(2) && is_tail(3);
    return is_well_formed ? 4 : 0;
  }
  return 0;
}

bool is_byte_character(std::string_view text) {
  return text.size() >= 3 && text[0] == '\xEE' && (text[1] == '\xBE' || text[1] == '\xBF');
}

}  // namespace

std::string to_json_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length > 0 && !is_byte_character(bytes.substr(0, length))) {
      text.append(bytes.substr(0, length));
      bytes.remove_prefix(length);
      continue;
    }
    const unsigned byte = static_cast<unsigned char>(bytes.front());
    text.push_back('\xEE');
    text.push_back(static_cast<char>(0xBE | ((byte >> 6) & 1)));
    text.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    bytes.remove_prefix(1);
  }
  return text;
}

std::string from_json_text(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_byte_character(text.substr(i))) {
      const unsigned high = static_cast<unsigned char>(text[i + 1]) & 1U;
      bytes.push_back(static_cast<char>(0x80 | high << 6 | (static_cast<unsigned char>(text[i + 2]) & 0x3FU)));
      i += 2;
    } else {
      bytes.push_back(text[i]);
    }
  }
  return bytes;
}

}  // namespace safety::archive

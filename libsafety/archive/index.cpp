// Names, sums and the footer. The index lines are in index_json.cpp.

#include "libsafety/archive/index.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "libsafety/base/error.hpp"

namespace safety::archive {
namespace {

constexpr std::string_view kFooterStart = "-- safety footer ";
constexpr unsigned kFooterVersion = 1;

constexpr std::array<std::string_view, 10> kRoleNames{"envelope",      "pre-data",  "copy-begin", "rows",  "copy-end",
                                                      "large-objects", "sequences", "post-data",  "index", "footer"};

[[noreturn]] void fail_damaged() {
  throw Error(Code::archive_damaged, "the archive's footer is damaged",
              "The last 192 bytes are not what was written: choose another checkpoint from `safety-list`, and check "
              "the disk that holds this one.");
}

// A footer with a flipped bit or two in its first bytes is a damaged footer; text that merely is something else, such
// as a footer seen from the wrong offset, differs almost everywhere.
bool looks_like_footer(std::string_view text) {
  if (text.size() < kFooterStart.size()) return false;
  int differences = 0;
  for (std::size_t i = 0; i < kFooterStart.size(); ++i) differences += text[i] != kFooterStart[i];
  return differences <= 2;
}

template <typename Number>
Number parse_number(std::string_view digits, int base = 10) {
  Number number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (error != std::errc() || end != digits.data() + digits.size()) fail_damaged();
  return number;
}

/// Takes `key` and the word after it off the front of `text`.
std::string_view take_field(std::string_view& text, std::string_view key) {
  if (!text.starts_with(key)) fail_damaged();
  text.remove_prefix(key.size());
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

}  // namespace

std::string_view name_of(Role role) {
  return kRoleNames.at(static_cast<std::size_t>(role));
}

std::uint64_t Index::total_rows() const {
  std::uint64_t total = 0;
  for (const auto& table : tables) total += table.rows;
  return total;
}

std::uint64_t Index::total_plain_bytes() const {
  std::uint64_t total = 0;
  for (const auto& table : tables) total += table.plain_bytes;
  return total;
}

std::string format_footer(const Footer& footer) {
  std::string text =
      fmt::format("{}{} offset={} stored={} plain={} sha256={}", kFooterStart, kFooterVersion, footer.index_offset,
                  footer.index_stored_bytes, footer.index_plain_bytes, footer.index_sha256);
  text += fmt::format(" crc={:08x}", crc32_of(text));
  if (text.size() >= kFooterTextBytes) throw Error(Code::internal, "the archive's footer does not fit");
  text.resize(kFooterTextBytes - 1, ' ');
  return text + '\n';
}

Footer parse_footer(std::string_view text) {
  if (text.size() != kFooterTextBytes || !looks_like_footer(text))
    throw Error(Code::archive_incomplete, "the archive ends without its footer",
                "It was cut or is not an archive of safety-backup: choose another checkpoint from `safety-list`.");
  const auto sum_at = text.find(" crc=");
  if (sum_at == std::string_view::npos || sum_at + 13 > text.size()) fail_damaged();
  if (fmt::format("{:08x}", crc32_of(text.substr(0, sum_at))) != text.substr(sum_at + 5, 8)) fail_damaged();
  if (!text.starts_with(kFooterStart)) fail_damaged();

  auto rest = text.substr(0, sum_at);
  const auto version = parse_number<unsigned>(take_field(rest, kFooterStart));
  if (version > kFooterVersion)
    throw Error(Code::version,
                fmt::format("the archive's format version {} is newer than this tool's {}", version, kFooterVersion),
                "Install the release of the safety tools that wrote it; any stock psql can still restore it.");
  Footer footer;
  footer.index_offset = parse_number<std::uint64_t>(take_field(rest, " offset="));
  footer.index_stored_bytes = parse_number<std::uint64_t>(take_field(rest, " stored="));
  footer.index_plain_bytes = parse_number<std::uint64_t>(take_field(rest, " plain="));
  footer.index_sha256 = take_field(rest, " sha256=");
  // One footer has one text form: padding, leading zeros and letter case are covered by this.
  if (footer.index_sha256.size() != 64 || format_footer(footer) != text) fail_damaged();
  return footer;
}

}  // namespace safety::archive

#include "libsafety/migrations/checksum.hpp"

#include "libsafety/archive/sha256.hpp"

namespace safety::migrations {
namespace {

std::string with_line_ends(const std::string& sql, bool wants_crlf) {
  std::string text;
  for (std::size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] == '\r' && at + 1 < sql.size() && sql[at + 1] == '\n') continue;
    if (sql[at] == '\n' && wants_crlf) text += '\r';
    text += sql[at];
  }
  return text;
}

/// Each byte as hex without its leading zero: what early versions stored.
std::string without_leading_zeros(const std::string& digest) {
  std::string text;
  for (std::size_t at = 0; at + 1 < digest.size(); at += 2) text += digest[at] == '0' ? digest.substr(at + 1, 1) : digest.substr(at, 2);
  return text;
}

}  // namespace

bool is_checksum_of(const std::string& stored, const std::string& sql) {
  const bool is_legacy = !stored.empty() && stored.size() != 64;
  for (const auto& variant : {sql, with_line_ends(sql, false), with_line_ends(sql, true)}) {
    const auto digest = archive::Sha256::of(variant);
    if (stored == digest || (is_legacy && stored == without_leading_zeros(digest))) return true;
  }
  return false;
}

}  // namespace safety::migrations

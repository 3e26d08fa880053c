#include "libsafety/archive/row_digest.hpp"

// In this file the hash is compiled in, so that a short row costs a few nanoseconds and no call.
#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>
#include <cstring>

namespace safety::archive {

void RowDigest::add_row(std::string_view row) {
  const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
  high_ += hash.high64;
  low_ += hash.low64;
  ++rows_;
}

void RowDigest::add_rows(std::string_view rows) {
  const char* at = rows.data();
  const char* const end = at + rows.size();
  while (at < end) {
    const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (newline == nullptr) newline = end;  // callers promise otherwise; then the rest is one row all the same
    add_row({at, static_cast<std::size_t>(newline - at)});
    at = newline + 1;
  }
}

void RowDigest::merge(const RowDigest& other) {
  high_ += other.high_;
  low_ += other.low_;
  rows_ += other.rows_;
}

void RowDigest::merge(std::string_view hex, std::uint64_t rows) {
  RowDigest other;
  std::from_chars(hex.data(), hex.data() + 16, other.high_, 16);
  std::from_chars(hex.data() + 16, hex.data() + 32, other.low_, 16);
  other.rows_ = rows;
  merge(other);
}

std::string RowDigest::hex() const {
  return fmt::format("{:016x}{:016x}", high_, low_);
}

}  // namespace safety::archive

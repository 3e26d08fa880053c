#pragma once
// The content digest of a table: independent of row order and of how rows were cut into frames.
//
// Each row, as the text COPY writes for it without its newline, is hashed with XXH3 (128 bits); the two 64-bit halves
// are added up modulo 2^64 each. Equal digests and equal row counts mean equal content, save for deliberate forgery:
// it is a check against accident, and the archive's SHA-256 is the one against tampering in transit.

#include <cstdint>
#include <string>
#include <string_view>

namespace safety::archive {

class RowDigest {
 public:
  void add_row(std::string_view row);
  /// Adds every newline-terminated line of `rows`; the last must end in a newline.
  void add_rows(std::string_view rows);
  void merge(const RowDigest& other);
  /// merge, with the other's text form. Requires 32 hex digits.
  void merge(std::string_view hex, std::uint64_t rows);

  std::uint64_t rows() const noexcept { return rows_; }
  /// 32 hex digits, high half first.
  std::string hex() const;
  bool operator==(const RowDigest&) const = default;

 private:
  std::uint64_t high_ = 0, low_ = 0, rows_ = 0;
};

}  // namespace safety::archive

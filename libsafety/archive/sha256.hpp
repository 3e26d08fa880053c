#pragma once
// SHA-256 piece by piece, and signatures by it. The only place of this folder that knows OpenSSL.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "libsafety/base/context.hpp"

namespace safety::archive {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  ~Sha256();
  void add(std::string_view bytes);
  /// 64 hex digits. After it nothing may be added.
  std::string finish();

  static std::string of(std::string_view bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of a whole file in 64 hex digits, read in pieces. Errors: storage, interrupted.
std::string sha256_of_file(const Context& context, const std::filesystem::path& path);

/// What was just written comes back from the disk as it is (proof L1). `shown` is the name it will be known by. Errors: archive_damaged, storage, interrupted.
void check_that_it_reads_back(const Context& context, const std::filesystem::path& file, const std::string& sha256, const std::filesystem::path& shown);

/// HMAC-SHA256 (RFC 2104) of `bytes`: 64 hex digits.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

}  // namespace safety::archive

#include "libsafety/archive/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "libsafety/base/error.hpp"
#include "libsafety/os/file.hpp"

namespace safety::archive {
namespace {

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void check(int result) {
  if (result != 1)
    throw Error(Code::internal, "OpenSSL cannot compute SHA-256",
                "Run `openssl dgst -sha256 /dev/null` to see whether this machine's OpenSSL works.");
}

std::string hex_of(const unsigned char* digest, unsigned int size) {
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) fmt::format_to(std::back_inserter(hex), "{:02x}", digest[i]);
  return hex;
}

}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, FreeDigest> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  check(state_->context ? EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) : 0);
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(state_->context.get(), digest, &size));
  return hex_of(digest, size);
}

std::string Sha256::of(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

std::string sha256_of_file(const Context& context, const std::filesystem::path& path) {
  const auto fd = os::open_for_reading(path);
  const auto bytes = os::file_size(fd.get(), path);
  Sha256 digest;
  std::string piece;
  constexpr std::uint64_t kPieceBytes = 1U << 20;
  for (std::uint64_t at = 0; at < bytes; at += piece.size()) {
    context.throw_if_stopped();
    piece.resize(std::min(kPieceBytes, bytes - at));
    os::read_exactly_at(fd.get(), at, piece.data(), piece.size(), path);
    digest.add(piece);
  }
  return digest.finish();
}

void check_that_it_reads_back(const Context& context, const std::filesystem::path& file, const std::string& sha256, const std::filesystem::path& shown) {
  if (sha256_of_file(context, file) != sha256)
    throw Error(Code::archive_damaged, fmt::format("\"{}\" reads back differently than it was written", shown.string()),
                "The disk or its memory is failing; back up to another folder with --backup-dir.");
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
  check(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), text, bytes.size(), digest, &size) != nullptr ? 1 : 0);
  return hex_of(digest, size);
}

}  // namespace safety::archive

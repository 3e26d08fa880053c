#pragma once
// Reads an archive that Writer made: footer, index, then any frame at any time.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "libsafety/archive/index.hpp"
#include "libsafety/base/context.hpp"

namespace safety::archive {

/// True when the file, decrypted if need be, ends in our footer. False for anything else that can be read; a file we cannot open
/// throws storage. A damaged or cut archive of ours gives false here: open() tells why. Errors: those of Encryption::decrypt.
bool is_archive(const Context& context, const std::filesystem::path& path);

/// Threads: const members may be called from several threads at once.
class Reader {
 public:
  /// Checks the footer, the index digest and that the frames lie back to back.
  /// An encrypted archive is decrypted first, by what the context has for it.
  /// Errors: storage, archive_incomplete (empty, cut, not an archive), archive_damaged, version; those of Encryption::decrypt.
  static Reader open(const Context& context, const std::filesystem::path& path);
  Reader(Reader&&) noexcept;
  ~Reader();

  const std::filesystem::path& path() const;
  Codec codec() const;
  std::uint64_t bytes() const;
  const Index& index() const;

  /// Replaces `plain` with the frame's decoded content after checking CRC, size, and codec checksum.
  /// `decompressor` must be of this archive's codec. Errors: archive_damaged (naming frame and offset).
  void read_frame(const Frame& frame, Decompressor& decompressor, std::string& plain) const;

  /// The plain text of all frames of one role, one after the other. For roles that fit in memory.
  std::string read_all(Role role) const;

 private:
  struct State;
  explicit Reader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Proof L2: decodes every frame with `jobs` threads and compares row counts and content digests with the index.
/// Errors: archive_damaged naming the first table or frame that differs; interrupted.
void check_every_frame(const Context& context, const Reader& reader, unsigned jobs);

}  // namespace safety::archive

#pragma once
// A file that nobody else finds: it has no name, and is gone with the last process that holds it, even one that is killed.

#include "libsafety/os/file.hpp"

namespace safety::os {

/// Mode 0600. Threads: as many readers as there like once it is committed; one writer.
class PrivateFile final : public OutputFile {
 public:
  /// Takes disk in `folder`. Errors: storage.
  explicit PrivateFile(const std::filesystem::path& folder);
  /// In memory alone, for what is small and must not reach a disk (which swap may be).
  PrivateFile();

  void write(std::string_view bytes) override;
  std::uint64_t size() const noexcept override { return size_; }
  /// A name that leads to it as long as this object lives: for ourselves and for children of the same user.
  const std::filesystem::path& path() const noexcept override { return path_; }
  void commit() override {}  // nobody is to find it after a power cut

 private:
  void name();

  UniqueFd fd_;
  std::filesystem::path folder_, path_;
  std::uint64_t size_ = 0;
};

}  // namespace safety::os

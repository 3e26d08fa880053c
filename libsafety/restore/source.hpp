#pragma once
// What can be restored: an archive of ours, or a dump that pg_dump made in any of its formats.

#include <filesystem>
#include <memory>
#include <optional>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/archive/reader.hpp"
#include "libsafety/base/context.hpp"

namespace safety::restore {

enum class SourceKind {
  archive,       // ours
  plain_script,  // pg_dump's SQL: .sql, .sql.gz, .sql.zst
  pg_restore,    // custom, directory or tar format
};

struct Source {
  SourceKind kind = SourceKind::archive;
  std::filesystem::path path;     // what people know it by
  std::filesystem::path content;  // where to read it: the same, but for an encrypted file
  std::shared_ptr<const os::PrivateFile> decrypted;
  std::optional<archive::Reader> reader;  // for an archive
  std::string describe() const;
};

/// Looks at the content, never at the name; decrypts what is encrypted. Errors: storage; archive_incomplete (empty, cut, nothing we
/// know); archive_damaged; version; those of archive::Encryption::decrypt.
Source open_source(const Context& context, const std::filesystem::path& path);

}  // namespace safety::restore

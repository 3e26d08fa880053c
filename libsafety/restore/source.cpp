#include "libsafety/restore/source.hpp"

#include <array>
#include <cstring>

#include "libsafety/base/error.hpp"
#include "libsafety/os/file.hpp"

namespace safety::restore {
namespace fs = std::filesystem;
namespace {

std::string first_bytes(const fs::path& path, std::size_t most) {
  const auto fd = os::open_for_reading(path);
  const auto size = std::min<std::uint64_t>(most, os::file_size(fd.get(), path));
  std::string bytes(size, '\0');
  os::read_exactly_at(fd.get(), 0, bytes.data(), bytes.size(), path);
  return bytes;
}

bool is_tar_of_pg_dump(std::string_view bytes) {
  return bytes.size() > 262 && bytes.substr(257, 5) == "ustar" && bytes.starts_with("toc.dat");
}

// The first piece of plain text of a script, whatever it is packed in.
std::string first_text(const fs::path& path) {
  archive::StreamDecoder decoder(path.string());
  std::string text;
  while (text.size() < 64 * 1024 && decoder.read_some(text)) {
  }
  return text;
}

bool looks_like_text(std::string_view text) {
  return !text.empty() && text.substr(0, 65536).find('\0') == std::string_view::npos;
}

}  // namespace

std::string Source::describe() const {
  switch (kind) {
    case SourceKind::archive:
      return "an archive of database \"" + reader->index().database + "\" as of " + reader->index().snapshot_time;
    case SourceKind::plain_script:
      return "a plain SQL dump";
    case SourceKind::pg_restore:
      break;
  }
  return "a dump in one of pg_restore's formats";
}

Source open_source(const fs::path& path) {
  Source source;
  source.path = path;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    if (!fs::is_regular_file(path / "toc.dat", error))
      throw Error(Code::archive_incomplete, "folder \"" + path.string() + "\" is no directory-format dump: it has no toc.dat",
                  "Name the archive file, or the folder that `pg_dump -Fd` wrote.");
    source.kind = SourceKind::pg_restore;
    return source;
  }
  const auto bytes = first_bytes(path, 512);
  if (bytes.starts_with("PGDMP") || is_tar_of_pg_dump(bytes)) {
    source.kind = SourceKind::pg_restore;
    return source;
  }
  if (archive::is_archive(path)) {
    source.reader.emplace(archive::Reader::open(path));
    return source;
  }
  if (bytes.empty())
    throw Error(Code::archive_incomplete, "\"" + path.string() + "\" is empty",
                "The backup that made it failed; take another checkpoint from `safety-list`.");
  const auto text = first_text(path);
  if (text.find("archived by safety-backup") < 4096) archive::Reader::open(path);  // ours, and cut or damaged: it says how
  if (!looks_like_text(text))
    throw Error(Code::archive_incomplete, "\"" + path.string() + "\" is neither an archive nor a dump of PostgreSQL",
                "Name a file that safety-backup or pg_dump wrote; `safety-list` shows the checkpoints.");
  source.kind = SourceKind::plain_script;
  return source;
}

}  // namespace safety::restore

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

constexpr std::uint64_t kTarBlock = 512;

std::uint64_t tar_size(std::string_view field) {
  std::uint64_t size = 0;
  if ((static_cast<unsigned char>(field[0]) & 0x80) != 0) {  // binary, for members that 11 octal digits cannot count
    for (const char c : field.substr(field.size() - 8)) size = size * 256 + static_cast<unsigned char>(c);
    return size;
  }
  for (const char c : field)
    if (c >= '0' && c <= '7') size = size * 8 + static_cast<std::uint64_t>(c - '0');
  return size;
}

// pg_restore, as of version 15, reads on for ever where a tar file was cut inside a member.
void check_tar_is_whole(const fs::path& path, const fs::path& content) {
  const auto fd = os::open_for_reading(content);
  const auto bytes = os::file_size(fd.get(), path);
  std::array<char, kTarBlock> header;
  for (std::uint64_t at = 0; at + kTarBlock <= bytes;) {
    os::read_exactly_at(fd.get(), at, header.data(), header.size(), path);
    if (header[0] == '\0') return;  // the mark after the last member
    const auto member = tar_size(std::string_view(header.data() + 124, 12));
    if (member > bytes - at) break;
    at += kTarBlock + (member + kTarBlock - 1) / kTarBlock * kTarBlock;
  }
  throw Error(Code::archive_incomplete, "\"" + path.string() + "\" ends in the middle of a tar file: it was cut", "Take another backup.");
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

Source open_source(const Context& context, const fs::path& path) {
  Source source;
  source.path = path;
  source.decrypted = archive::decrypt_if_encrypted(context, path);
  source.content = source.decrypted ? source.decrypted->path() : path;
  std::error_code error;
  if (fs::is_directory(path, error)) {
    if (!fs::is_regular_file(path / "toc.dat", error))
      throw Error(Code::archive_incomplete, "folder \"" + path.string() + "\" is no directory-format dump: it has no toc.dat",
                  "Name the archive file, or the folder that `pg_dump -Fd` wrote.");
    source.kind = SourceKind::pg_restore;
    return source;
  }
  const auto bytes = first_bytes(source.content, 512);
  if (bytes.starts_with("PGDMP") || is_tar_of_pg_dump(bytes)) {
    if (!bytes.starts_with("PGDMP")) check_tar_is_whole(path, source.content);
    source.kind = SourceKind::pg_restore;
    return source;
  }
  if (archive::is_archive(context, path)) {
    source.reader.emplace(archive::Reader::open(context, path));
    return source;
  }
  if (bytes.empty())
    throw Error(Code::archive_incomplete, "\"" + path.string() + "\" is empty",
                "The backup that made it failed; take another checkpoint from `safety-list`.");
  const auto text = first_text(source.content);
  if (text.find("archived by safety-backup") < 4096) archive::Reader::open(context, path);  // ours, and cut or damaged: it says how
  if (!looks_like_text(text))
    throw Error(Code::archive_incomplete, "\"" + path.string() + "\" is neither an archive nor a dump of PostgreSQL",
                "Name a file that safety-backup or pg_dump wrote; `safety-list` shows the checkpoints.");
  // Its first statements make roles, which belong to the whole server: it must not even begin.
  if (text.substr(0, 4096).find("-- PostgreSQL database cluster dump") != std::string::npos)
    throw Error(Code::usage, "\"" + path.string() + "\" is a dump of a whole server (pg_dumpall), not of one database",
                "Restore a dump of one database (`pg_dump DATABASE`), or run the whole script by hand with `psql -f`.");
  source.kind = SourceKind::plain_script;
  return source;
}

}  // namespace safety::restore

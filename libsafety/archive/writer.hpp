#pragma once
// Writes one archive: to `<path>.partial`, which gets its final name on commit, or to another file of os.
//
// Row frames of several tables may come interleaved, from several threads: the writer closes the open COPY block and
// opens the next table's whenever the table changes, so that stock psql reads the result from front to back.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "libsafety/archive/codec.hpp"
#include "libsafety/archive/index.hpp"
#include "libsafety/os/file.hpp"

namespace safety::archive {

struct WrittenArchive {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;  // of the whole file, 64 hex digits
};

/// Threads: every member may be called from any thread. Errors: storage.
class Writer {
 public:
  Writer(std::filesystem::path path, Codec codec, int level);
  Writer(std::shared_ptr<os::OutputFile> file, Codec codec, int level);
  ~Writer();  // abandons: removes the partial file

  /// Compresses and appends one frame; closes an open COPY block first. Empty text writes nothing.
  void append(Role role, std::string_view plain);

  /// Says how `table` (a position the caller keeps, the same as in Index::tables at commit) is copied:
  /// `statement` is the whole COPY ... FROM stdin; line with its newline. Before the first append_rows of that table.
  void declare_table(std::int32_t table, std::string statement);
  /// Appends an already compressed frame of whole rows.
  void append_rows(std::int32_t table, std::string_view frame, std::uint64_t plain_bytes, std::uint64_t rows);

  std::uint64_t bytes() const;

  /// Writes index and footer and makes the file visible. `index` needs everything but its frames; the writer adds
  /// those. After it nothing may be appended.
  WrittenArchive commit(Index index);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace safety::archive

#include "libsafety/archive/writer.hpp"

#include <fmt/format.h>

#include <exception>
#include <map>
#include <mutex>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"

namespace safety::archive {
namespace {

/// Rows that reached the file and rows that were counted and digested: whoever brought the one brought the other.
void check_rows(const Index& index) {
  std::vector<std::uint64_t> rows(index.tables.size());
  for (const auto& frame : index.frames)
    if (frame.role == Role::rows) rows.at(static_cast<std::size_t>(frame.table)) += frame.rows;
  for (std::size_t at = 0; at < rows.size(); ++at)
    if (rows[at] != index.tables[at].rows)
      throw Error(Code::internal, fmt::format("table \"{}.{}\" has {} rows in the archive, and {} were counted", index.tables[at].schema, index.tables[at].name, rows[at], index.tables[at].rows));
}

}  // namespace

struct Writer::State {
  std::mutex mutex;
  Codec codec;
  Compressor compressor;
  std::shared_ptr<os::OutputFile> file;
  Sha256 digest;
  std::vector<Frame> frames;
  std::map<std::int32_t, std::string> statements;
  std::int32_t open_table = -1;
  std::string scratch;
  bool is_closed = false;
  // A write that failed half-way leaves bytes that no frame accounts for, so nothing may follow it: whoever comes next,
  // perhaps before the failing thread was heard, is told the same.
  std::exception_ptr failure;

  State(std::shared_ptr<os::OutputFile> file_, Codec codec_, int level)
      : codec(codec_), compressor(codec_, level), file(std::move(file_)) {}

  void require_open() const {
    if (failure) std::rethrow_exception(failure);
    if (is_closed)
      throw Error(Code::internal, fmt::format("archive \"{}\" takes no more frames", file->path().string()));
  }

  void write(std::string_view stored) {
    try {
      file->write(stored);
    } catch (...) {
      failure = std::current_exception();
      throw;
    }
    digest.add(stored);
  }

  void add_frame(Frame frame, std::string_view stored) {
    frame.offset = file->size();
    frame.stored_bytes = stored.size();
    frame.crc32 = crc32_of(stored);
    write(stored);
    frames.push_back(frame);
  }

  void add_text(Role role, std::int32_t table, std::string_view plain) {
    compressor.compress(plain, scratch);
    add_frame({.role = role, .table = table, .plain_bytes = plain.size()}, scratch);
  }

  void close_table() {
    if (open_table < 0) return;
    add_text(Role::copy_end, open_table, "\\.\n\n");
    open_table = -1;
  }

  void open(std::int32_t table) {
    if (open_table == table) return;
    const auto statement = statements.find(table);
    if (statement == statements.end())
      throw Error(Code::internal, fmt::format("rows of table {} come before its COPY statement", table));
    close_table();
    add_text(Role::copy_begin, table, statement->second);
    open_table = table;
  }

  Footer write_index(const std::string& plain) {
    compressor.compress(plain, scratch);
    const Footer footer{.index_offset = file->size(),
                        .index_stored_bytes = scratch.size(),
                        .index_plain_bytes = plain.size(),
                        .index_sha256 = Sha256::of(scratch)};
    write(scratch);
    return footer;
  }
};

Writer::Writer(std::filesystem::path path, Codec codec, int level)
    : Writer(std::make_shared<os::AtomicFile>(std::move(path)), codec, level) {}

Writer::Writer(std::shared_ptr<os::OutputFile> file, Codec codec, int level)
    : state_(std::make_unique<State>(std::move(file), codec, level)) {}

Writer::~Writer() = default;

void Writer::append(Role role, std::string_view plain) {
  if (plain.empty()) return;
  const std::lock_guard lock(state_->mutex);
  state_->require_open();
  os::fault_point("archive.frame");
  state_->close_table();
  state_->add_text(role, -1, plain);
}

void Writer::declare_table(std::int32_t table, std::string statement) {
  if (table < 0) throw Error(Code::internal, fmt::format("there is no table {}", table));
  const std::lock_guard lock(state_->mutex);
  state_->statements[table] = std::move(statement);
}

void Writer::append_rows(std::int32_t table, std::string_view frame, std::uint64_t plain_bytes, std::uint64_t rows) {
  const std::lock_guard lock(state_->mutex);
  state_->require_open();
  os::fault_point("archive.rows");
  state_->open(table);
  state_->add_frame({.role = Role::rows, .table = table, .plain_bytes = plain_bytes, .rows = rows}, frame);
}

std::uint64_t Writer::bytes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->file->size();
}

WrittenArchive Writer::commit(Index index) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  state.require_open();
  state.close_table();
  if (!state.statements.empty() && static_cast<std::size_t>(state.statements.rbegin()->first) >= index.tables.size())
    throw Error(Code::internal, fmt::format("table {} is not in the index", state.statements.rbegin()->first));
  index.frames = std::move(state.frames);
  check_rows(index);

  os::fault_point("archive.index");
  const Footer footer = state.write_index(format_index(index));
  os::fault_point("archive.footer");
  state.write(make_stored_frame(state.codec, format_footer(footer)));

  // Whatever happens from here on, no frame may follow the footer.
  state.is_closed = true;
  WrittenArchive written{.path = state.file->path(), .bytes = state.file->size(), .sha256 = state.digest.finish()};
  state.file->commit();
  return written;
}

}  // namespace safety::archive

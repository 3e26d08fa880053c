// Proof L2: every frame decodes, and the tables add up to what the index says.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "libsafety/archive/reader.hpp"
#include "libsafety/archive/row_digest.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

namespace safety::archive {
namespace {

[[noreturn]] void fail(const Reader& reader, std::string_view what) {
  throw Error(Code::archive_damaged, fmt::format("archive \"{}\" is damaged: {}", reader.path().string(), what),
              "Choose another checkpoint from `safety-list`, and check the disk that holds this one.");
}

std::string name_of_table(const Reader& reader, std::size_t position) {
  const Table& table = reader.index().tables.at(position);
  return fmt::format("table \"{}\"", one_line(table.schema + "." + table.name));
}

struct TableSum {
  RowDigest digest;
  std::uint64_t plain_bytes = 0;
};

/// What the threads share. Frames are handed out in file order, so of several damaged ones the first is reported:
/// every frame before it has been taken by some thread that finishes it.
class FrameCheck {
 public:
  FrameCheck(const Context& context, const Reader& reader)
      : context_(context), reader_(reader), sums_(reader.index().tables.size()) {
    for (const Frame& frame : reader.index().frames) total_bytes_ += frame.plain_bytes;
  }

  void run(unsigned jobs) {
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([this] { work(); });
      work();
    }
    if (first_error_) std::rethrow_exception(first_error_);
    context_.throw_if_stopped();
  }

  void compare_tables() const {
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const Table& table = reader_.index().tables[i];
      const TableSum& sum = sums_[i];
      const std::uint64_t rows = table.is_data_excluded ? 0 : table.rows;
      if (sum.digest.rows() != rows)
        fail(reader_,
             fmt::format("{} holds {} rows instead of {}", name_of_table(reader_, i), sum.digest.rows(), rows));
      if (!table.is_data_excluded && sum.plain_bytes != table.plain_bytes)
        fail(reader_, fmt::format("{} holds {} bytes instead of {}", name_of_table(reader_, i), sum.plain_bytes,
                                  table.plain_bytes));
      if (!table.is_data_excluded && !table.digest.empty() && sum.digest.hex() != table.digest)
        fail(reader_, fmt::format("{} has content digest {} instead of {}", name_of_table(reader_, i), sum.digest.hex(),
                                  table.digest));
    }
  }

 private:
  void work() {
    const auto& frames = reader_.index().frames;
    std::size_t number = frames.size();
    try {
      Decompressor decompressor(reader_.codec());
      std::vector<TableSum> sums(sums_.size());
      std::string plain;
      while (!is_failed_ && !context_.stop.stop_requested() && (number = next_++) < frames.size()) {
        check_frame(frames[number], decompressor, plain, sums);
        report(frames[number]);
      }
      add(sums);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      is_failed_ = true;
      if (!first_error_ || number < first_error_number_) {
        first_error_ = std::current_exception();
        first_error_number_ = number;
      }
    }
  }

  void check_frame(const Frame& frame, Decompressor& decompressor, std::string& plain, std::vector<TableSum>& sums) {
    reader_.read_frame(frame, decompressor, plain);
    if (frame.role != Role::rows) return;
    const auto position = static_cast<std::size_t>(frame.table);
    if (!plain.ends_with('\n'))
      fail(reader_, fmt::format("the rows frame at byte {} of {} ends inside a row", frame.offset,
                                name_of_table(reader_, position)));
    TableSum& sum = sums[position];
    const std::uint64_t rows_before = sum.digest.rows();
    sum.digest.add_rows(plain);
    sum.plain_bytes += plain.size();
    if (const std::uint64_t rows = sum.digest.rows() - rows_before; rows != frame.rows)
      fail(reader_, fmt::format("the rows frame at byte {} of {} holds {} rows instead of {}", frame.offset,
                                name_of_table(reader_, position), rows, frame.rows));
  }

  void report(const Frame& frame) {
    const std::uint64_t done = done_bytes_ += frame.plain_bytes;
    context_.sink.on({.kind = Event::Kind::progress,
                      .name = "check",
                      .text = {},
                      .done_bytes = done,
                      .total_bytes = total_bytes_,
                      .done_items = ++done_frames_,
                      .total_items = reader_.index().frames.size()});
  }

  void add(const std::vector<TableSum>& sums) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums_[i].digest.merge(sums[i].digest);
      sums_[i].plain_bytes += sums[i].plain_bytes;
    }
  }

  const Context& context_;
  const Reader& reader_;
  std::uint64_t total_bytes_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<std::uint64_t> done_bytes_{0}, done_frames_{0};
  std::atomic<bool> is_failed_{false};
  std::mutex mutex_;  // guards what follows
  std::vector<TableSum> sums_;
  std::exception_ptr first_error_;
  std::size_t first_error_number_ = 0;
};

}  // namespace

void check_every_frame(const Context& context, const Reader& reader, unsigned jobs) {
  FrameCheck check(context, reader);
  check.run(std::max(jobs, 1U));
  check.compare_tables();
}

}  // namespace safety::archive

#include "libsafety/archive/sql_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "libsafety/base/error.hpp"

namespace safety::archive {
namespace {

constexpr std::size_t kRowsBytes = std::size_t{1} << 20;
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool is_end_of_rows(std::string_view line) {
  return line == "\\.\n" || line == "\\.\r\n" || line == "\\." || line == "\\.\r";
}

}  // namespace

SqlScript::SqlScript(Source source) : source_(std::move(source)) {}

SqlScript::SqlScript(std::string_view text)
    : source_([text](std::string& into) mutable {
        const auto piece = text.substr(0, kPieceBytes);
        into.append(piece);
        text.remove_prefix(piece.size());
        return !piece.empty();
      }) {}

std::optional<Statement> SqlScript::next() {
  for (std::string rows; is_in_copy_;) next_rows(rows);
  for (;;) {
    skip_blank();
    if (!has(1)) return std::nullopt;
    if (buffer_[at_] != ';') break;
    use_up(at_ + 1);
  }
  Statement statement = toc_;
  statement.line = line_;
  if (buffer_[at_] == '\\') {
    statement.kind = Statement::Kind::meta;
    const std::size_t end = find_line_end();
    statement.offset = offset_ + at_;
    take(end, statement.text);
    if (statement.text.ends_with('\r')) statement.text.pop_back();
    return statement;
  }
  const bool has_rows = skip_statement();
  statement.offset = offset_ + at_;
  take(scan_, statement.text);
  if (has_rows) {
    statement.kind = Statement::Kind::copy_from_stdin;
    copy_line_ = statement.line;
    begin_rows();
  }
  return statement;
}

bool SqlScript::next_rows(std::string& rows) {
  rows.clear();
  if (!is_in_copy_) return false;
  while (buffer_.size() - at_ < kRowsBytes && fill()) {
  }
  // at_ begins a line. Hand out whole lines only, so that no end mark can lie across two calls.
  const std::size_t limit = std::min(buffer_.size() - at_, kRowsBytes);
  const char* begin = buffer_.data() + at_;
  const auto* newline = static_cast<const char*>(memrchr(begin, '\n', limit));
  std::size_t end = 0;
  if (newline != nullptr) {
    end = at_ + static_cast<std::size_t>(newline - begin) + 1;
  } else {
    scan_ = at_ + limit;
    end = find_line_end();
    if (end < buffer_.size()) ++end;
  }
  std::string_view lines(buffer_.data() + at_, end - at_);
  if (const auto first = lines.substr(0, lines.find('\n') + 1); is_end_of_rows(first.empty() ? lines : first)) {
    end_rows(at_ + (first.empty() ? lines.size() : first.size()));
    return false;
  }
  if (!lines.ends_with('\n'))
    throw Error(Code::archive_incomplete,
                fmt::format("script ends inside the COPY data that begins at line {}", copy_line_),
                "Compare the file with its source, for example with sha256sum, then copy or make it again.");
  for (std::size_t from = 0;;) {
    const void* mark = memmem(lines.data() + from, lines.size() - from, "\n\\.", 3);
    if (mark == nullptr) break;
    from = static_cast<std::size_t>(static_cast<const char*>(mark) - lines.data()) + 1;
    const auto rest = lines.substr(from, 4);
    if (rest.starts_with("\\.\n") || rest.starts_with("\\.\r\n")) {
      end = at_ + from;
      break;
    }
  }
  take(end, rows);
  return true;
}

void SqlScript::begin_rows() {
  // As in psql, the rows are the lines after this one, and the rest of this line waits until they are read.
  scan_ = at_;
  const std::size_t end = find_line_end();
  const bool has_newline = end < buffer_.size();
  const std::string_view rest(buffer_.data() + at_, end - at_);
  if (!std::all_of(rest.begin(), rest.end(), is_space)) after_copy_.assign(rest).push_back('\n');
  use_up(has_newline ? end + 1 : end);
  is_in_copy_ = true;
}

void SqlScript::end_rows(std::size_t end) {
  use_up(end);
  is_in_copy_ = false;
  if (after_copy_.empty()) return;
  buffer_.insert(at_, after_copy_);
  offset_ -= after_copy_.size();
  --line_;
  after_copy_.clear();
}

bool SqlScript::fill() {
  if (is_at_end_) return false;
  buffer_.erase(0, at_);
  offset_ += at_;
  scan_ -= std::min(scan_, at_);
  at_ = 0;
  const std::size_t before = buffer_.size();
  while (buffer_.size() == before && !is_at_end_) is_at_end_ = !source_(buffer_);
  return buffer_.size() > before;
}

bool SqlScript::has(std::size_t count) {
  while (buffer_.size() - scan_ < count)
    if (!fill()) return false;
  return true;
}

void SqlScript::use_up(std::size_t end) {
  const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
  line_ += static_cast<std::uint64_t>(std::count(begin, buffer_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  at_ = end;
  scan_ = std::max(scan_, at_);
}

void SqlScript::take(std::size_t end, std::string& into) {
  const std::size_t begin = at_, size = end - at_, rest = buffer_.size() - end;
  use_up(end);
  if (size < 2 * kRowsBytes || rest > size) {
    into.assign(buffer_, begin, size);
    return;
  }
  // A huge statement or row: not twice in memory, and the buffer does not stay as big.
  std::string remainder(buffer_, end);
  buffer_.resize(end);
  buffer_.erase(0, begin);
  into = std::exchange(buffer_, std::move(remainder));
  offset_ += end;
  at_ = 0;
  scan_ = 0;
}

std::size_t SqlScript::find_line_end() {
  for (;;) {
    if (const std::size_t newline = buffer_.find('\n', scan_); newline != std::string::npos) return newline;
    scan_ = buffer_.size();
    if (!fill()) return buffer_.size();
  }
}

void SqlScript::skip_blank() {
  scan_ = at_;
  if (!is_begun_ && has(3) && buffer_.compare(at_, 3, "\xEF\xBB\xBF") == 0) use_up(at_ + 3);  // a byte order mark
  is_begun_ = true;
  for (;;) {
    scan_ = at_;
    while (scan_ < buffer_.size() && is_space(buffer_[scan_])) ++scan_;
    use_up(scan_);
    if (!has(1)) return;
    if (is_space(buffer_[at_])) continue;  // more white space came with more text
    if (buffer_[at_] == '-' && has(2) && buffer_[at_ + 1] == '-') {
      skip_line_comment();
      read_toc(std::string_view(buffer_).substr(at_, scan_ - at_));
      use_up(scan_);
    } else if (buffer_[at_] == '/' && has(2) && buffer_[at_ + 1] == '*') {
      skip_block_comment(true);
    } else {
      return;
    }
  }
}

void SqlScript::read_toc(std::string_view comment) {
  if (comment.starts_with("-- PostgreSQL database dump")) {
    // The first or last lines of a dump: no object's statements.
    toc_ = {};
    return;
  }
  read_toc_numbers(comment);
  std::string_view rest = comment;
  for (const std::string_view prefix : {"-- Name: ", "-- Data for Name: "})
    if (comment.starts_with(prefix)) rest = comment.substr(prefix.size());
  if (rest.size() == comment.size()) return;
  // A name, schema or role may hold anything but a newline. The rightmost pair of type and schema is the real one.
  constexpr std::string_view kType = "; Type: ", kSchema = "; Schema: ", kOwner = "; Owner: ";
  for (std::size_t end = rest.size();;) {
    const std::size_t at = rest.rfind(kType, end);
    if (at == std::string_view::npos) return;
    const std::string_view tail = rest.substr(at + kType.size());
    const std::string_view type = tail.substr(0, tail.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ "));
    const std::size_t owner = tail.find(kOwner);
    if (!type.empty() && tail.substr(type.size()).starts_with(kSchema) && owner != std::string_view::npos) {
      const std::size_t schema = type.size() + kSchema.size();
      toc_.toc_name = rest.substr(0, at);
      toc_.toc_type = type;
      toc_.toc_schema = tail.substr(schema, owner - schema);
      break;
    }
    if (at == 0) return;
    end = at - 1;
  }
  if (toc_.toc_schema == "-") toc_.toc_schema.clear();
}

/// "-- TOC entry 215 (class 1259 OID 16392)" begins a block, "-- Dependencies: 214 215" may follow.
void SqlScript::read_toc_numbers(std::string_view comment) {
  const auto number = [&comment] {
    std::uint64_t value = 0;
    const auto begin = std::min(comment.find_first_of("0123456789"), comment.size());
    const auto [end, error] = std::from_chars(comment.data() + begin, comment.data() + comment.size(), value);
    comment.remove_prefix(static_cast<std::size_t>(end - comment.data()));
    return value;
  };
  if (comment.starts_with("-- TOC entry ")) {
    toc_ = {};
    toc_.toc_entry = number();
    toc_.toc_class = number();
    toc_.toc_oid = number();
  } else if (comment.starts_with("-- Dependencies: ")) {
    while (comment.find_first_of("0123456789") != std::string_view::npos) toc_.toc_dependencies.push_back(number());
  }
}

}  // namespace safety::archive

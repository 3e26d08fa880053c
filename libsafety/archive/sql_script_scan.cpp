// How SqlScript finds the end of a statement: the rules of psql's own scanner, with standard_conforming_strings on.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/base/error.hpp"

namespace safety::archive {
namespace {

enum class Byte : unsigned char {
  plain,
  word,
  digit,
  quote,
  double_quote,
  dollar,
  dash,
  slash,
  open,
  close,
  semicolon
};

constexpr std::array<Byte, 256> make_byte_table() {
  std::array<Byte, 256> table{};
  for (std::size_t c = 0; c < 256; ++c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter || c == '_' || c >= 0x80) table[c] = Byte::word;
    if (c >= '0' && c <= '9') table[c] = Byte::digit;
  }
  table['\''] = Byte::quote;
  table['"'] = Byte::double_quote;
  table['$'] = Byte::dollar;
  table['-'] = Byte::dash;
  table['/'] = Byte::slash;
  table['('] = Byte::open;
  table[')'] = Byte::close;
  table[';'] = Byte::semicolon;
  return table;
}

constexpr auto kBytes = make_byte_table();

Byte kind_of(char c) {
  return kBytes[static_cast<unsigned char>(c)];
}
bool continues_tag(char c) {
  return kind_of(c) == Byte::word || kind_of(c) == Byte::digit;
}
bool continues_word(char c) {
  return continues_tag(c) || c == '$';
}

// The first of two bytes, or the end of the text.
std::size_t find_either(const std::string& text, char a, char b, std::size_t from) {
  while (from < text.size() && text[from] != a && text[from] != b) ++from;
  return from;
}

bool is_word(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) { return (a | 0x20) == b; });
}

// What psql remembers of a statement to know which semicolon ends it. In CREATE FUNCTION and CREATE PROCEDURE, and only
// there, BEGIN opens a body of statements that its END closes; CASE inside it has an END of its own.
class Nesting {
 public:
  int depth = 0;  // of parentheses

  void see_word(std::string_view word) {
    if (count_ < first_.size()) see_first_word(word);
    if (depth > 0) return;
    if (is_routine_) {
      if (is_word(word, "begin") || (blocks_ > 0 && is_word(word, "case"))) ++blocks_;
      if (blocks_ > 0 && is_word(word, "end")) --blocks_;
    } else if (is_copy_) {
      // FROM STDOUT reads rows from the client, too.
      if (is_after_from_ && (is_word(word, "stdin") || is_word(word, "stdout"))) has_rows_ = true;
      is_after_from_ = is_word(word, "from");
    }
  }
  bool ends_at_semicolon() const { return depth == 0 && blocks_ == 0; }
  bool has_rows() const { return has_rows_; }

 private:
  void see_first_word(std::string_view word) {
    for (const std::string_view known : {"create", "or", "replace", "function", "procedure", "copy"})
      if (is_word(word, known)) first_[count_] = known;
    ++count_;
    const auto is_kind = [](std::string_view kind) { return kind == "function" || kind == "procedure"; };
    is_copy_ = first_[0] == "copy";
    is_routine_ = first_[0] == "create" &&
                  (is_kind(first_[1]) || (first_[1] == "or" && first_[2] == "replace" && is_kind(first_[3])));
  }

  std::array<std::string_view, 4> first_{};
  std::size_t count_ = 0;
  int blocks_ = 0;
  bool is_routine_ = false, is_copy_ = false, is_after_from_ = false, has_rows_ = false;
};

}  // namespace

bool SqlScript::skip_statement() {
  Nesting nesting;
  for (;;) {
    while (scan_ < buffer_.size() && kind_of(buffer_[scan_]) == Byte::plain) ++scan_;
    if (!has(1)) fail_inside("statement", 0);
    const std::size_t begin = scan_ - at_;  // from at_, because fill() moves both
    switch (kind_of(buffer_[scan_])) {
      case Byte::plain:
        break;
      case Byte::word: {
        skip_word();
        const auto word = std::string_view(buffer_).substr(at_ + begin, scan_ - at_ - begin);
        if (is_word(word, "e") && has(1) && buffer_[scan_] == '\'') {
          if (!skip_quoted('\'', true)) fail_inside("string", begin);
        } else {
          nesting.see_word(word);
        }
        break;
      }
      case Byte::digit:
        skip_word();
        break;
      case Byte::quote:
        if (!skip_quoted('\'', false)) fail_inside("string", begin);
        break;
      case Byte::double_quote:
        if (!skip_quoted('"', false)) fail_inside("quoted name", begin);
        break;
      case Byte::dollar:
        if (!skip_dollar_quoted()) fail_inside("dollar-quoted string", begin);
        break;
      case Byte::dash:
        if (has(2) && buffer_[scan_ + 1] == '-')
          skip_line_comment();
        else
          ++scan_;
        break;
      case Byte::slash:
        if (has(2) && buffer_[scan_ + 1] == '*')
          skip_block_comment(false);
        else
          ++scan_;
        break;
      case Byte::open:
        ++nesting.depth;
        ++scan_;
        break;
      case Byte::close:
        if (nesting.depth > 0) --nesting.depth;
        ++scan_;
        break;
      case Byte::semicolon:
        ++scan_;
        if (nesting.ends_at_semicolon()) return nesting.has_rows();
        break;
    }
  }
}

void SqlScript::skip_word() {
  do {
    while (scan_ < buffer_.size() && continues_word(buffer_[scan_])) ++scan_;
  } while (scan_ == buffer_.size() && fill());
}

// A doubled quote is the end of one string and the beginning of the next, which comes to the same; but not where
// backslashes escape, because the next would be taken for one where they do not.
bool SqlScript::skip_quoted(char quote, bool has_escapes) {
  ++scan_;
  for (;;) {
    const std::size_t found = has_escapes ? find_either(buffer_, quote, '\\', scan_) : buffer_.find(quote, scan_);
    if (found >= buffer_.size()) {
      scan_ = buffer_.size();
      if (!fill()) return false;
      continue;
    }
    scan_ = found + 1;
    if (buffer_[found] == '\\') {
      if (!has(1)) return false;
      ++scan_;
    } else if (!has_escapes || !has(1) || buffer_[scan_] != quote) {
      return true;
    } else {
      ++scan_;
    }
  }
}

bool SqlScript::skip_dollar_quoted() {
  const std::size_t begin = scan_ - at_;
  ++scan_;
  if (has(1) && kind_of(buffer_[scan_]) != Byte::digit)
    while (has(1) && continues_tag(buffer_[scan_])) ++scan_;
  // $1 is a parameter, and a dollar sign alone means nothing to psql.
  if (!has(1) || buffer_[scan_] != '$') {
    scan_ = at_ + begin + 1;
    return true;
  }
  ++scan_;
  const std::string tag = buffer_.substr(at_ + begin, scan_ - at_ - begin);
  for (;;) {
    const std::size_t found = buffer_.find(tag, scan_);
    if (found != std::string::npos) {
      scan_ = found + tag.size();
      return true;
    }
    // The tag's own beginning may be what the buffer ends with.
    scan_ = std::max(scan_, buffer_.size() - std::min(buffer_.size(), tag.size() - 1));
    if (!fill()) return false;
  }
}

void SqlScript::skip_line_comment() {
  do {
    scan_ = find_either(buffer_, '\n', '\r', scan_);
  } while (scan_ == buffer_.size() && fill());
}

void SqlScript::skip_block_comment(bool is_between_statements) {
  const std::size_t begin = scan_ - at_;
  const std::uint64_t line = line_;
  scan_ += 2;
  for (int depth = 1; depth > 0;) {
    scan_ = find_either(buffer_, '*', '/', scan_);
    if (is_between_statements) use_up(scan_);  // a long comment needs no memory
    if (!has(2)) {
      if (!is_between_statements) fail_inside("comment", begin);
      line_ = line;
      fail_inside("comment", 0);
    }
    const bool opens = buffer_[scan_] == '/' && buffer_[scan_ + 1] == '*';
    const bool closes = buffer_[scan_] == '*' && buffer_[scan_ + 1] == '/';
    depth += opens ? 1 : closes ? -1 : 0;
    scan_ += opens || closes ? 2 : 1;
  }
  if (is_between_statements) use_up(scan_);
}

void SqlScript::fail_inside(std::string_view what, std::size_t begin) const {
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(at_);
  const auto line =
      line_ + static_cast<std::uint64_t>(std::count(from, from + static_cast<std::ptrdiff_t>(begin), '\n'));
  throw Error(Code::archive_incomplete, fmt::format("script ends inside the {} that begins at line {}", what, line),
              "Compare the file with its source, for example with sha256sum, then copy or make it again.");
}

}  // namespace safety::archive

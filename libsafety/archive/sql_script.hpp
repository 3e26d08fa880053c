#pragma once
// Splits a SQL script as psql would, without running it: statements, COPY data, psql's own backslash commands.
//
// Understands what pg_dump (any version, any options of plain format) writes: '' "" E'' U&'' $tag$ strings, nested
// comments, parentheses, BEGIN ATOMIC ... END bodies, COPY ... FROM stdin; with its data up to `\.`, and the comment
// blocks "-- Name: ...; Type: ...; Schema: ...; Owner: ..." before each object.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace safety::archive {

struct Statement {
  enum class Kind {
    sql,              // ends in a semicolon
    copy_from_stdin,  // data follows: read it with next_rows
    meta,             // a backslash command line, without its newline
  };
  Kind kind = Kind::sql;
  std::string text;        // without leading white space and comments; with the semicolon
  std::uint64_t line = 1;  // where text begins, from 1
  // From the nearest pg_dump comment block above; empty when there was none.
  std::string toc_name, toc_type, toc_schema;
  // Of `pg_dump --verbose` only, else zero and empty: the entry's number, its object's catalog and oid there, and what it needs.
  std::uint64_t toc_entry = 0, toc_class = 0, toc_oid = 0;
  std::vector<std::uint64_t> toc_dependencies;
  std::uint64_t offset = 0;  // of text's first byte in the script
};

/// Pulls text from `source`, which appends some bytes to its argument and returns false at the end.
/// A semicolon with nothing before it is passed over: it does nothing.
/// Memory: one statement, or about 1 MiB of rows (or one row, when that is longer). Threads: one.
class SqlScript {
 public:
  using Source = std::function<bool(std::string&)>;
  explicit SqlScript(Source source);
  /// Over text that outlives it.
  explicit SqlScript(std::string_view text);

  /// nullopt at the end. Errors: archive_incomplete when the text ends inside a string, comment, statement or COPY
  /// block (naming its line).
  std::optional<Statement> next();
  /// After copy_from_stdin: replaces `rows` with some whole lines of data, false after the `\.` line.
  /// Rows left unread are skipped by next().
  bool next_rows(std::string& rows);

 private:
  bool fill();                   // pulls more text; false at the end. Moves positions down by what was used up
  bool has(std::size_t count);   // whether that many bytes stand at scan_, pulling more when needed
  void use_up(std::size_t end);  // what stands before `end` has been dealt with
  void take(std::size_t end, std::string& into);  // use_up, handing it over
  std::size_t find_line_end();                    // from scan_: where the newline is, or the end of all text
  void skip_blank();                              // white space and comments between statements
  void read_toc(std::string_view comment);
  void read_toc_numbers(std::string_view comment);
  bool skip_statement();  // scan_ goes behind the semicolon; whether rows follow
  void skip_word();
  bool skip_quoted(char quote, bool has_escapes);  // from the opening quote; false at the end of text
  bool skip_dollar_quoted();                       // from a dollar sign
  void skip_line_comment();
  void skip_block_comment(bool is_between_statements);
  void begin_rows();
  void end_rows(std::size_t end);
  [[noreturn]] void fail_inside(std::string_view what, std::size_t begin) const;

  Source source_;
  std::string buffer_;
  std::size_t at_ = 0;        // first byte of buffer_ that is not used up
  std::size_t scan_ = 0;      // how far the statement that begins at at_ has been looked at
  std::uint64_t offset_ = 0;  // of buffer_[0] in the script
  std::uint64_t line_ = 1;    // at at_
  bool is_begun_ = false, is_in_copy_ = false, is_at_end_ = false;
  std::uint64_t copy_line_ = 0;
  std::string after_copy_;  // what followed the COPY statement on its own line: its turn is after the rows
  Statement toc_;  // what the nearest comment block says
};

}  // namespace safety::archive

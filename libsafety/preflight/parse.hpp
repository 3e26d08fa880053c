#pragma once
// SQL text into statements with their trees, by PostgreSQL's own grammar. Its source is the only file that sees libpg_query.
//
// Statements are told apart as psql does (archive/sql_script.hpp), so that one which does not parse leaves the others whole.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace safety::preflight {

struct Statement {
  enum class Kind {
    sql,
    meta,    // a command of psql: \i, \set, \copy ...
    rows,    // COPY ... FROM stdin; whose rows stand in the file
    broken,  // does not parse: `error` says why
  } kind = Kind::sql;
  std::string text;          // without the semicolon and the comments above it
  std::size_t offset = 0;    // of its first byte in Script::text
  std::size_t end = 0;       // behind its last byte, the semicolon included
  int line = 1;
  bool is_nested = false;    // stands in the body of a DO statement
  nlohmann::json tree;       // {"DropStmt": {...}}; null unless it parsed
  std::string error;         // the parser's message
  std::size_t error_at = 0;  // byte in `text`
};

struct Script {
  std::string text;  // the file's, without a byte order mark
  std::vector<Statement> statements;
  std::vector<std::size_t> line_starts;

  /// From 1.
  int line_of(std::size_t offset) const;
  /// Without its end ("\n" or "\r\n"). From 1; "" behind the last.
  std::string_view line(int number) const;
};

/// Gives the statement its tree, or makes it broken.
void parse_statement(Statement& statement);
/// Puts behind each DO statement those of its body, as far as they can be read there.
void expand_code_blocks(Script& script);
/// All of it.
Script parse_script(std::string_view sql);

}  // namespace safety::preflight

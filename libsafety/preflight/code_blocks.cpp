// DO $$ ... $$: the statements of its body that are SQL are looked at like any other. Old Drizzle migrations make every
// foreign key in such a block.

#include <algorithm>
#include <array>
#include <span>

#include "libsafety/preflight/parse.hpp"
#include "libsafety/preflight/tokens.hpp"

namespace safety::preflight {
namespace {

constexpr std::array kVerbs = std::to_array<std::string_view>({"alter", "create", "drop", "truncate", "delete", "update", "insert", "merge", "comment", "refresh", "reindex"});
constexpr std::array kBefore = std::to_array<std::string_view>({"begin", "then", "else", "loop"});

bool is_one_of(const Tokens& tokens, std::size_t index, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return tokens.is_word(index, word); });
}

struct Body {
  std::string_view text;
  std::size_t offset = 0;  // in the script
};

/// The dollar-quoted string of a DO statement. One in single quotes has its own doubled, and is not read.
Body body_of(const Statement& statement, std::string_view script) {
  const Tokens tokens(statement.text);
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const auto raw = tokens.raw(i);
    if (tokens[i].kind != Token::Kind::string || raw.front() != '$') continue;
    const auto tag = raw.find('$', 1) + 1;
    if (raw.size() < 2 * tag) return {};
    const auto offset = statement.offset + tokens[i].begin + tag;
    return {script.substr(std::min(offset, script.size()), raw.size() - 2 * tag), offset};
  }
  return {};
}

/// Where SQL begins between two semicolons of a body: at a verb that stands first, or behind BEGIN, THEN, ELSE, LOOP.
std::size_t find_verb(const Tokens& tokens, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i)
    if (is_one_of(tokens, i, kVerbs) && (i == from || is_one_of(tokens, i - 1, kBefore))) return i;
  return to;
}

void add_statements(const Body& body, const Script& script, std::vector<Statement>& into) {
  const Tokens tokens(body.text);
  for (std::size_t from = 0; from < tokens.size();) {
    const auto to = std::min(tokens.find_symbol(';', 0, from), tokens.size());
    auto begin = find_verb(tokens, from, to);
    std::size_t begin_byte = begin < to ? tokens[begin].begin : 0, end_byte = begin < to ? tokens[to - 1].end : 0;
    // EXECUTE 'DROP TABLE users': its text, when it is one plain string.
    if (begin == to && to >= from + 2 && tokens.is_word(to - 2, "execute") && tokens[to - 1].kind == Token::Kind::string) {
      const auto raw = tokens.raw(to - 1);
      if (raw.size() > 2 && raw.front() == '\'' && raw.substr(1, raw.size() - 2).find('\'') == std::string_view::npos)
        begin_byte = tokens[to - 1].begin + 1, end_byte = tokens[to - 1].end - 1;
    }
    if (end_byte > begin_byte) {
      Statement statement;
      statement.text = body.text.substr(begin_byte, end_byte - begin_byte);
      statement.offset = body.offset + begin_byte;
      statement.end = body.offset + end_byte;
      statement.line = script.line_of(statement.offset);
      statement.is_nested = true;
      parse_statement(statement);
      // With variables of the block in it, or none of SQL at all: nothing that is known.
      if (statement.kind == Statement::Kind::sql) into.push_back(std::move(statement));
    }
    from = to + 1;
  }
}

}  // namespace

void expand_code_blocks(Script& script) {
  std::vector<Statement> all;
  for (auto& statement : script.statements) {
    const bool is_block = statement.kind == Statement::Kind::sql && statement.tree.contains("DoStmt");
    all.push_back(std::move(statement));
    if (!is_block) continue;
    if (const auto body = body_of(all.back(), script.text); !body.text.empty()) add_statements(body, script, all);
  }
  script.statements = std::move(all);
}

}  // namespace safety::preflight

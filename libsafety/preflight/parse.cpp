#include "libsafety/preflight/parse.hpp"

#include <fmt/format.h>
#include <pg_query.h>

#include <algorithm>

#include "libsafety/archive/sql_script.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/preflight/tokens.hpp"

namespace safety::preflight {
namespace {

// The grammar has a limit of its own for what is nested, but none for chains (1+1+1...), whose tree is as deep as it is long.
constexpr std::size_t kLongestChain = 20000;
// Rows to insert are not looked at; above this size their trees are not kept.
constexpr std::size_t kLongStatement = std::size_t{1} << 17;

class ParseResult {
 public:
  explicit ParseResult(const std::string& sql) : result_(pg_query_parse(sql.c_str())) {}
  ParseResult(const ParseResult&) = delete;
  ParseResult& operator=(const ParseResult&) = delete;
  ~ParseResult() { pg_query_free_parse_result(result_); }
  const PgQueryError* error() const { return result_.error; }
  std::string_view tree() const { return result_.parse_tree == nullptr ? std::string_view() : result_.parse_tree; }

 private:
  PgQueryParseResult result_;
};

/// The byte at which the character number `character` (from 1) begins.
std::size_t byte_of(std::string_view text, int character) {
  std::size_t at = 0;
  for (int i = 1; i < character && at < text.size(); ++i)
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

std::size_t longest_chain(const Tokens& tokens) {
  std::size_t longest = 0, length = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    length = tokens.is_symbol(i, ',') ? 0 : length + 1;
    longest = std::max(longest, length);
  }
  return longest;
}

void set_broken(Statement& statement, std::string message, std::size_t at) {
  statement.kind = Statement::Kind::broken;
  statement.error = std::move(message);
  statement.error_at = std::min(at, statement.text.size());
}

nlohmann::json read_tree(std::string_view text, bool is_long) {
  const auto keep = [](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    return event != nlohmann::json::parse_event_t::key || value != "valuesLists";
  };
  return is_long ? nlohmann::json::parse(text, keep) : nlohmann::json::parse(text);
}

/// Takes a script apart, beginning again behind a command of psql that stands inside a statement (SELECT 1 \gexec).
class Splitter {
 public:
  explicit Splitter(Script& script) : script_(script), text_(script.text + "\n;") {}

  void split() {
    for (std::size_t from = 0; from < script_.text.size();) from = split_from(from);
  }

 private:
  std::size_t split_from(std::size_t from) {
    archive::SqlScript pieces(std::string_view(text_).substr(from));
    std::size_t end = from;
    bool is_in_rows = false;
    try {
      while (auto piece = pieces.next()) {
        auto& statement = add(std::move(piece->text), from + piece->offset);
        if (piece->kind == archive::Statement::Kind::meta) {
          statement.kind = Statement::Kind::meta;
        } else {
          parse_statement(statement);
          if (piece->kind == archive::Statement::Kind::copy_from_stdin && statement.kind == Statement::Kind::sql) statement.kind = Statement::Kind::rows;
          const auto at = statement.error_at;
          if (statement.kind == Statement::Kind::broken && at < statement.text.size() && statement.text[at] == '\\' && ++cuts_ <= kMostCuts)
            return cut_at_meta(at);
        }
        end = statement.end;
        is_in_rows = piece->kind == archive::Statement::Kind::copy_from_stdin;
        for (std::string rows; is_in_rows;) is_in_rows = pieces.next_rows(rows);
      }
    } catch (const Error&) {
      if (!is_in_rows) add_unfinished(std::min(end, script_.text.size()));
    }
    return script_.text.size();
  }

  // A string, comment or statement that the text ends in. The parser says it better, and where.
  void add_unfinished(std::size_t from) {
    const auto rest = std::string_view(script_.text).substr(from);
    const Tokens tokens(rest);
    const auto begin = tokens.size() > 0 ? from + tokens[0].begin : from + rest.find_first_not_of(" \t\r\n\f\v");
    auto& statement = add(script_.text.substr(begin), begin);
    parse_statement(statement);
    if (statement.kind != Statement::Kind::broken) set_broken(statement, "the file ends inside of this statement", 0);
  }

  Statement& add(std::string text, std::size_t offset) {
    Statement statement;
    statement.offset = std::min(offset, script_.text.size());
    statement.end = std::min(statement.offset + text.size(), script_.text.size());
    if (text.ends_with(';')) text.pop_back();
    statement.text = trim(text);
    statement.line = script_.line_of(statement.offset);
    script_.statements.push_back(std::move(statement));
    return script_.statements.back();
  }

  std::size_t cut_at_meta(std::size_t at) {
    const auto broken = std::move(script_.statements.back());
    script_.statements.pop_back();
    const auto begin = broken.offset + at;
    const auto end = std::min(script_.text.find('\n', begin), script_.text.size());
    if (const auto before = trim(std::string_view(broken.text).substr(0, at)); !before.empty()) parse_statement(add(std::string(before), broken.offset));
    add(std::string(script_.text, begin, end - begin), begin).kind = Statement::Kind::meta;
    return end;
  }

  static constexpr int kMostCuts = 100;  // each reads on from its place

  Script& script_;
  std::string text_;
  int cuts_ = 0;
};

}  // namespace

void parse_statement(Statement& statement) {
  if (const auto nul = statement.text.find('\0'); nul != std::string::npos)
    return set_broken(statement, "a zero byte, which no SQL text may hold", nul);
  if (const auto bad = find_no_utf8(statement.text); bad != std::string::npos)
    return set_broken(statement, "a byte that is not UTF-8: the file is in another encoding", bad);
  if (statement.text.size() > kLongestChain && longest_chain(Tokens(statement.text)) > kLongestChain)
    return set_broken(statement, "an expression that is too long to be looked at", 0);
  const ParseResult result(statement.text);
  if (result.error() != nullptr)
    return set_broken(statement, result.error()->message, byte_of(statement.text, result.error()->cursorpos));
  auto tree = read_tree(result.tree(), statement.text.size() > kLongStatement);
  const auto statements = tree.find("stmts");
  if (statements == tree.end() || statements->empty()) return;
  if (const auto inner = statements->front().find("stmt"); inner != statements->front().end()) statement.tree = std::move(*inner);
}

int Script::line_of(std::size_t offset) const {
  const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  return std::max(1, static_cast<int>(after - line_starts.begin()));
}

std::string_view Script::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > line_starts.size()) return {};
  const auto begin = line_starts[static_cast<std::size_t>(number) - 1];
  auto found = std::string_view(text).substr(begin);
  found = found.substr(0, found.find('\n'));
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

Script parse_script(std::string_view sql) {
  Script script;
  if (sql.starts_with("\xEF\xBB\xBF")) sql.remove_prefix(3);
  script.text = sql;
  script.line_starts.push_back(0);
  for (std::size_t at = sql.find('\n'); at != std::string_view::npos; at = sql.find('\n', at + 1)) script.line_starts.push_back(at + 1);
  Splitter(script).split();
  expand_code_blocks(script);
  return script;
}

}  // namespace safety::preflight

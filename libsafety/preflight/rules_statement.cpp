// A statement's text as such: what does not parse, psql's commands, names that are cut, semicolons where a tool splits.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

constexpr std::size_t kLongestName = 63;  // NAMEDATALEN - 1

struct Newer {
  int version;
  std::array<std::string_view, 4> words;  // that follow each other, fewer with ""
  std::string_view what;
};
// What PostgreSQL has learnt since the grammar that is used here.
constexpr std::array kNewer = std::to_array<Newer>({
    {16, {"is", "json"}, "IS JSON"},
    {16, {"system_user"}, "SYSTEM_USER"},
    {16, {"json_arrayagg"}, "JSON_ARRAYAGG"},
    {16, {"json_objectagg"}, "JSON_OBJECTAGG"},
    {16, {"set", "storage", "default"}, "STORAGE DEFAULT"},
    {17, {"json_table"}, "JSON_TABLE"},
    {17, {"json_query"}, "JSON_QUERY"},
    {17, {"json_value"}, "JSON_VALUE"},
    {17, {"matched", "by", "source"}, "WHEN NOT MATCHED BY SOURCE"},
    {17, {"matched", "by", "target"}, "WHEN NOT MATCHED BY TARGET"},
    {17, {"merge_action"}, "MERGE ... RETURNING"},
    {17, {"set", "expression"}, "ALTER COLUMN ... SET EXPRESSION"},
    {17, {"access", "method", "default"}, "SET ACCESS METHOD DEFAULT"},
    {18, {"virtual"}, "virtual generated columns"},
    {18, {"without", "overlaps"}, "WITHOUT OVERLAPS"},
    {18, {"period"}, "PERIOD in a key"},
    {18, {"not", "enforced"}, "NOT ENFORCED"},
    {18, {"enforced"}, "ENFORCED"},
    {18, {"old", "as"}, "RETURNING ... OLD AS"},
    {18, {"new", "as"}, "RETURNING ... NEW AS"},
});

bool stands_in(const Newer& newer, const Tokens& tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t count = 0;
    while (count < newer.words.size() && !newer.words[count].empty() && tokens.is_word(i + count, newer.words[count])) ++count;
    if (count == newer.words.size() || newer.words[count].empty()) return true;
  }
  return false;
}

const Newer* find_newer(const Statement& statement, const Tokens& tokens) {
  const auto found = std::find_if(kNewer.begin(), kNewer.end(), [&](const Newer& newer) { return stands_in(newer, tokens); });
  if (found != kNewer.end()) return &*found;
  // A generated column without STORED, MERGE ... RETURNING, a NOT NULL constraint with a name, 1_000.
  static constexpr Newer kVirtual{18, {}, "generated columns that are not stored"}, kMerge{17, {}, "MERGE ... RETURNING"},
      kNotNull{18, {}, "NOT NULL as a table's constraint"}, kNumber{16, {}, "numbers such as 1_000 or 0xFF"};
  if (tokens.is_word(0, "merge") && tokens.find_word("returning", 0, 0) != Tokens::kNone) return &kMerge;
  const auto at = tokens.index_at(statement.error_at);
  for (std::size_t i = at > 0 ? at - 1 : 0; i <= at && i < tokens.size(); ++i)
    if (tokens[i].kind == Token::Kind::number && tokens.raw(i).find_first_of("_xXoObB") != std::string_view::npos) return &kNumber;
  for (std::size_t i = 0; i + 3 < tokens.size(); ++i) {
    if (tokens.is_word(i, "constraint") && tokens.is_word(i + 2, "not") && tokens.is_word(i + 3, "null") && at > i) return &kNotNull;
    if (tokens.is_word(i, "generated") && tokens.is_word(i + 1, "always") && tokens.is_word(i + 2, "as") && tokens.is_symbol(i + 3, '(') &&
        !tokens.is_word(tokens.closing(i + 3) + 1, "stored"))
      return &kVirtual;
  }
  return nullptr;
}

void check_broken(Look& look) {
  const auto& statement = look.statement();
  if (const auto* newer = find_newer(statement, look.tokens())) {
    const int major = look.options.server_version_num / 10000;
    const bool may_know = major == 0 || major >= newer->version;
    look.report("does-not-parse", statement.error_at, "",
                fmt::format("does not parse with the grammar of PostgreSQL 15 ({}), and may be {} of PostgreSQL {}{}: not looked at", one_line(statement.error),
                            newer->what, newer->version, may_know ? "" : fmt::format(", which this server (version {}) does not know", major)),
                may_know ? Severity::warning : Severity::error);
    return;
  }
  look.report("does-not-parse", statement.error_at, "", fmt::format("does not parse: {}", one_line(statement.error)));
}

void report_psql(Look& look, std::string message) {
  const bool is_sure = !look.file.source.tool.empty();
  look.report("psql-command", 0, "", std::move(message), is_sure ? std::nullopt : std::optional(Severity::warning));
}

void check_names(Look& look) {
  const auto& tokens = look.tokens();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::word && tokens[i].kind != Token::Kind::quoted_name) continue;
    if (tokens[i].end - tokens[i].begin <= kLongestName) continue;
    const auto name = name_of_token(tokens.raw(i));
    if (name.size() > kLongestName && look.run.is_first("name " + name))
      look.report("identifier-too-long", tokens[i].begin, name,
                  fmt::format("the server cuts this name of {} bytes to {}: {}", name.size(), kLongestName, one_line(name.substr(0, kLongestName))));
  }
}

/// Prisma's JavaScript engine splits at every semicolon, also in strings, function bodies and comments.
void check_semicolons(Look& look) {
  if (!look.options.may_be_split || look.file.source.tool == "drizzle" || look.statement().is_nested) return;
  const auto& text = look.statement().text;
  if (const auto at = text.find(';'); at != std::string::npos)
    look.report("semicolon-inside-statement", at, "", "holds a semicolon inside of it, at which Prisma's JavaScript engine cuts it in two");
  // The comments above it belong to no statement.
  const auto& statements = look.file.script.statements;
  const std::size_t from = look.index == 0 ? 0 : statements[look.index - 1].end;
  const auto between = std::string_view(look.file.script.text).substr(from, look.statement().offset - std::min(from, look.statement().offset));
  if (statements[look.index].kind == Statement::Kind::sql && (look.index == 0 || !statements[look.index - 1].is_nested) &&
      Tokens(between).size() == 0 && between.find(';') != std::string_view::npos)
    look.report("semicolon-inside-statement", 0, "", "has a semicolon in the comment above it, at which Prisma's JavaScript engine cuts");
}

}  // namespace

void check_statement(Look& look) {
  const auto& statement = look.statement();
  switch (statement.kind) {
    case Statement::Kind::broken: check_broken(look); break;
    case Statement::Kind::meta:
      report_psql(look, fmt::format("\"{}\" is a command of psql, which no server understands", one_line(statement.text.substr(0, statement.text.find_first_of(" \t\r\n")))));
      break;
    case Statement::Kind::rows: report_psql(look, "COPY ... FROM stdin reads rows from the file, which only psql does"); break;
    case Statement::Kind::sql: break;
  }
  if (statement.kind == Statement::Kind::meta) return;
  check_names(look);
  check_semicolons(look);
}

}  // namespace safety::preflight

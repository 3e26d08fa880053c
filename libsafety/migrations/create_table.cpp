#include "libsafety/migrations/create_table.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace safety::migrations {
namespace {

struct Word {
  std::string text;       // of a name in quotes: what it says; else in lower case
  bool is_quoted = false;
  bool is(const char* keyword) const { return !is_quoted && text == keyword; }
};

/// Words, names and single signs of SQL; comments, texts and bodies in dollars are gone.
std::vector<Word> words_of(const std::string& sql) {
  std::vector<Word> words;
  const auto skip_to = [&](const std::string& close, std::size_t from) {
    const auto at = sql.find(close, from);
    return at == std::string::npos ? sql.size() : at + close.size();
  };
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    const auto byte = static_cast<unsigned char>(c);
    if (sql.compare(at, 2, "--") == 0) {
      at = skip_to("\n", at);
    } else if (sql.compare(at, 2, "/*") == 0) {
      at = skip_to("*/", at + 2);
    } else if (c == '\'') {
      at = skip_to("'", at + 1);
    } else if (c == '"') {
      Word word{"", true};
      for (++at; at < sql.size() && (sql[at] != '"' || (at + 1 < sql.size() && sql[at + 1] == '"')); ++at) {
        word.text += sql[at];
        if (sql[at] == '"') ++at;
      }
      ++at;
      words.push_back(std::move(word));
    } else if (c == '$') {
      auto end = at + 1;
      while (end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[end])) != 0 || sql[end] == '_')) ++end;
      at = end < sql.size() && sql[end] == '$' ? skip_to(sql.substr(at, end + 1 - at), end + 1) : end;
    } else if (std::isalpha(byte) != 0 || c == '_' || byte >= 0x80) {
      Word word;
      for (; at < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[at])) != 0 || sql[at] == '_' || sql[at] == '$' || static_cast<unsigned char>(sql[at]) >= 0x80); ++at)
        word.text += static_cast<char>(std::tolower(static_cast<unsigned char>(sql[at])));
      words.push_back(std::move(word));
    } else {
      if (std::isspace(byte) == 0) words.push_back({std::string(1, c)});
      ++at;
    }
  }
  words.resize(words.size() + 4);  // so that looking ahead needs no care
  return words;
}

/// "schema"."table" at `at`, which moves past it.
std::string read_name(const std::vector<Word>& words, std::size_t& at) {
  auto name = words[at++].text;
  if (words[at].is(".") && at + 1 < words.size()) {
    name = (name == "public" ? "" : name + ".") + words[at + 1].text;
    at += 2;
  }
  return name;
}

void skip_words(const std::vector<Word>& words, std::size_t& at, std::initializer_list<const char*> keywords) {
  while (at + 4 < words.size() && std::any_of(keywords.begin(), keywords.end(), [&](const char* keyword) { return words[at].is(keyword); })) ++at;
}

void follow(const std::vector<Word>& words, std::set<std::string>& tables) {
  for (std::size_t at = 0; at + 4 < words.size(); ++at) {
    const bool creates = words[at].is("create"), drops = words[at].is("drop"), alters = words[at].is("alter");
    if (!creates && !drops && !alters) continue;
    auto next = at + 1;
    if (creates) skip_words(words, next, {"unlogged"});
    if (!words[next].is("table")) continue;
    ++next;
    skip_words(words, next, {"if", "not", "exists", "only"});
    if (words[next].text.empty()) continue;
    const auto name = read_name(words, next);
    if (creates) {
      tables.insert(name);
    } else if (drops) {
      tables.erase(name);
      while (words[next].is(",")) tables.erase(read_name(words, ++next));
    } else if (words[next].is("rename") && words[next + 1].is("to")) {
      next += 2;
      const auto dot = name.find('.');
      if (tables.erase(name) > 0) tables.insert((dot == std::string::npos ? "" : name.substr(0, dot + 1)) + words[next].text);
    }
  }
}

}  // namespace

std::vector<std::string> tables_left_by(const std::vector<MigrationFile>& migrations) {
  std::set<std::string> tables;
  for (const auto& migration : migrations) follow(words_of(migration.sql), tables);
  return {tables.begin(), tables.end()};
}

}  // namespace safety::migrations

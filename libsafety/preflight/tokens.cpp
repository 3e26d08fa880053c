#include "libsafety/preflight/tokens.hpp"

#include <algorithm>

namespace safety::preflight {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_word(char c) { return begins_word(c) || is_digit(c) || c == '$'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Behind the closing quote; a doubled one is part of the text.
std::size_t skip_quoted(std::string_view text, std::size_t at, char quote, bool has_escapes) {
  for (++at; at < text.size(); ++at) {
    if (has_escapes && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (at + 1 < text.size() && text[at + 1] == quote)
        ++at;
      else
        return at + 1;
    }
  }
  return text.size();
}

/// Behind the closing tag of a dollar-quoted string; `at` itself where none begins.
std::size_t skip_dollar_quoted(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  if (end < text.size() && is_digit(text[end])) return at;
  while (end < text.size() && continues_word(text[end]) && text[end] != '$') ++end;
  if (end >= text.size() || text[end] != '$') return at;
  const auto tag = text.substr(at, end + 1 - at);
  const auto closing = text.find(tag, end + 1);
  return closing == std::string_view::npos ? text.size() : closing + tag.size();
}

}  // namespace

Tokens::Tokens(std::string_view text) : text_(text) {
  int depth = 0;
  for (std::size_t at = skip_blank(0); at < text_.size(); at = skip_blank(at)) {
    auto token = next(at);
    const char first = text_[token.begin];
    if (token.kind == Token::Kind::symbol && (first == ')' || first == ']')) depth = std::max(0, depth - 1);
    token.depth = depth;
    if (token.kind == Token::Kind::symbol && (first == '(' || first == '[')) deepest_ = std::max(deepest_, ++depth);
    at = token.end;
    tokens_.push_back(token);
  }
}

std::size_t Tokens::skip_blank(std::size_t at) const {
  while (at < text_.size()) {
    if (is_space(text_[at])) {
      ++at;
    } else if (text_.substr(at, 2) == "--") {
      while (at < text_.size() && text_[at] != '\n' && text_[at] != '\r') ++at;
    } else if (text_.substr(at, 2) == "/*") {
      int depth = 0;  // they nest
      do {
        const auto two = text_.substr(at, 2);
        if (two == "/*") ++depth;
        if (two == "*/") --depth;
        at += two == "/*" || two == "*/" ? 2 : 1;
      } while (depth > 0 && at < text_.size());
    } else {
      break;
    }
  }
  return std::min(at, text_.size());
}

Token Tokens::next(std::size_t at) const {
  Token token;
  token.begin = at;
  const char c = text_[at];
  if (c == '\'' || c == '"') {
    token.kind = c == '"' ? Token::Kind::quoted_name : Token::Kind::string;
    token.end = skip_quoted(text_, at, c, false);
  } else if (begins_word(c)) {
    token.kind = Token::Kind::word;
    token.end = at + 1;
    while (token.end < text_.size() && continues_word(text_[token.end])) ++token.end;
    // E'..', B'..', X'..', N'..' and U&'..', U&"..".
    const bool is_one = token.end == at + 1;
    const char follows = token.end < text_.size() ? text_[token.end] : '\0';
    if (is_one && follows == '\'' && std::string_view("ebxn").find(lower(c)) != std::string_view::npos) {
      token.kind = Token::Kind::string;
      token.end = skip_quoted(text_, token.end, '\'', lower(c) == 'e');
    } else if (is_one && lower(c) == 'u' && follows == '&' && token.end + 1 < text_.size() &&
               (text_[token.end + 1] == '\'' || text_[token.end + 1] == '"')) {
      const char quote = text_[token.end + 1];
      token.kind = quote == '"' ? Token::Kind::quoted_name : Token::Kind::string;
      token.end = skip_quoted(text_, token.end + 1, quote, false);
    }
  } else if (is_digit(c)) {
    token.kind = Token::Kind::number;
    token.end = at + 1;
    while (token.end < text_.size() && (continues_word(text_[token.end]) || text_[token.end] == '.')) ++token.end;
  } else {
    token.end = c == '$' ? skip_dollar_quoted(text_, at) : at;
    if (token.end > at)
      token.kind = Token::Kind::string;
    else
      token.end = at + 1;
  }
  return token;
}

bool Tokens::is_word(std::size_t index, std::string_view wanted) const {
  if (index >= tokens_.size() || tokens_[index].kind != Token::Kind::word) return false;
  const auto found = raw(index);
  return found.size() == wanted.size() && std::equal(found.begin(), found.end(), wanted.begin(), [](char a, char b) { return lower(a) == b; });
}

bool Tokens::is_symbol(std::size_t index, char symbol) const {
  return index < tokens_.size() && tokens_[index].kind == Token::Kind::symbol && text_[tokens_[index].begin] == symbol;
}

std::size_t Tokens::index_at(std::size_t position) const {
  const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), position, [](const Token& token, std::size_t at) { return token.begin < at; });
  return static_cast<std::size_t>(found - tokens_.begin());
}

std::size_t Tokens::find_word(std::string_view wanted, int depth, std::size_t from, std::size_t to) const {
  for (std::size_t i = from; i < std::min(to, tokens_.size()); ++i)
    if (tokens_[i].depth == depth && is_word(i, wanted)) return i;
  return kNone;
}

std::size_t Tokens::find_symbol(char symbol, int depth, std::size_t from, std::size_t to) const {
  for (std::size_t i = from; i < std::min(to, tokens_.size()); ++i)
    if (tokens_[i].depth == depth && is_symbol(i, symbol)) return i;
  return kNone;
}

std::size_t Tokens::closing(std::size_t open) const {
  for (std::size_t i = open + 1; i < tokens_.size(); ++i)
    if (tokens_[i].depth <= tokens_[open].depth) return i;
  return tokens_.size();
}

std::string Tokens::text(std::size_t from, std::size_t to) const {
  std::string out;
  to = std::min(to, tokens_.size());
  for (std::size_t i = from; i < to; ++i) {
    if (i > from && tokens_[i].begin > tokens_[i - 1].end) out += ' ';
    out += raw(i);
  }
  return out;
}

std::string name_of_token(std::string_view raw) {
  std::string name;
  if (raw.size() >= 2 && raw.front() == '"' && raw.back() == '"') {
    for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
      name += raw[i];
      if (raw[i] == '"') ++i;
    }
    return name;
  }
  for (const char c : raw) name += lower(c);
  return name;
}

}  // namespace safety::preflight

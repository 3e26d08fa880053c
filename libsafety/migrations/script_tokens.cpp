#include "libsafety/migrations/script_tokens.hpp"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <set>

#include "libsafety/base/text.hpp"

namespace safety::migrations {
namespace {

bool begins_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalpha(byte) != 0 || c == '_' || c == '$' || c == '#' || c == '@' || byte >= 0x80;
}
bool continues_name(char c) { return (begins_name(c) && c != '@' && c != '#') || std::isdigit(static_cast<unsigned char>(c)) != 0; }

void append_utf8(std::string& text, std::uint32_t point) {
  const auto byte = [&](std::uint32_t value) { text += static_cast<char>(value); };
  if (point < 0x80) return byte(point);
  if (point < 0x800) return byte(0xC0 | point >> 6), byte(0x80 | (point & 0x3F));
  if (point < 0x10000) return byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F));
  byte(0xF0 | (point >> 18 & 0x07)), byte(0x80 | (point >> 12 & 0x3F)), byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F));
}

constexpr int kMostNesting = 50;  // templates within templates

class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {
    if (source_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    if (source_.substr(at_).starts_with("#!")) skip_line();
  }

  std::vector<Token> run() {
    while (skip_blanks()) scan_one();
    add(Token::Kind::end, "");
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }
  bool is_at(std::string_view text) const { return source_.substr(at_).starts_with(text); }
  void add(Token::Kind kind, std::string value) { tokens_.push_back({kind, std::move(value), line_}); }
  void advance(std::size_t count) {
    for (; count > 0 && at_ < source_.size(); --count)
      if (source_[at_++] == '\n') ++line_;
  }
  void skip_line() {
    while (at_ < source_.size() && source_[at_] != '\n') ++at_;
  }

  /// Blanks and comments; false at the end.
  bool skip_blanks() {
    while (at_ < source_.size()) {
      if (is_at("//")) {
        skip_line();
      } else if (is_at("/*")) {
        const auto close = source_.find("*/", at_ + 2);
        advance(close == std::string_view::npos ? source_.size() - at_ : close + 2 - at_);
      } else if (std::isspace(static_cast<unsigned char>(peek())) != 0) {
        advance(1);
      } else {
        return true;
      }
    }
    return false;
  }

  void scan_one() {
    const char c = peek();
    if (c == '"' || c == '\'') return scan_string(c);
    if (c == '`') return scan_template();
    if (begins_name(c)) {
      const auto begin = at_++;
      while (continues_name(peek())) ++at_;
      return add(Token::Kind::name, std::string(source_.substr(begin, at_ - begin)));
    }
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      const auto begin = at_;
      while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '.' || peek() == '_') ++at_;
      return add(Token::Kind::number, std::string(source_.substr(begin, at_ - begin)));
    }
    if (c == '/' && may_begin_expression()) return skip_regular_expression();
    for (const std::string_view sign : {"...", "=>"})
      if (is_at(sign)) {
        add(Token::Kind::sign, std::string(sign));
        return advance(sign.size());
      }
    add(Token::Kind::sign, std::string(1, c));
    advance(1);
  }

  /// One escape, at its backslash.
  void scan_escape(std::string& value) {
    advance(1);
    const char c = peek();
    advance(1);
    switch (c) {
      case 'n': value += '\n'; return;
      case 't': value += '\t'; return;
      case 'r': value += '\r'; return;
      case 'b': value += '\b'; return;
      case 'f': value += '\f'; return;
      case 'v': value += '\v'; return;
      case '0': value += '\0'; return;
      case '\n': return;  // a line that goes on
      case 'x': return append_utf8(value, hexadecimal(2));
      case 'u': {
        if (peek() != '{') return append_utf8(value, hexadecimal(4));
        advance(1);
        const auto point = hexadecimal(6);
        if (peek() == '}') advance(1);
        return append_utf8(value, point);
      }
      default: value += c;
    }
  }
  std::uint32_t hexadecimal(int most) {
    std::uint32_t value = 0;
    for (; most > 0 && std::isxdigit(static_cast<unsigned char>(peek())) != 0; --most) {
      const char c = peek();
      value = value * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
      advance(1);
    }
    return value;
  }

  void scan_string(char quote) {
    std::string value;
    const int line = line_;
    advance(1);
    while (at_ < source_.size() && peek() != quote && peek() != '\n') {
      if (peek() == '\\') {
        scan_escape(value);
      } else {
        value += peek();
        advance(1);
      }
    }
    if (peek() == quote) advance(1);
    tokens_.push_back({Token::Kind::text, std::move(value), line});
  }

  void scan_template() {
    Token token{Token::Kind::text, "", line_};
    token.pieces.emplace_back();
    advance(1);
    while (at_ < source_.size() && peek() != '`') {
      if (peek() == '\\') {
        scan_escape(token.pieces.back());
      } else if (is_at("${")) {
        token.kind = Token::Kind::pattern;
        token.substitutions.push_back(scan_substitution());
        token.pieces.emplace_back();
      } else {
        token.pieces.back() += peek();
        advance(1);
      }
    }
    advance(1);
    if (token.kind == Token::Kind::text) token.value = token.pieces.front();
    tokens_.push_back(std::move(token));
  }

  /// What stands in ${ }, which may hold braces, strings and templates of its own.
  std::string scan_substitution() {
    advance(2);
    const auto begin = at_;
    auto kept = std::move(tokens_);
    tokens_.clear();
    if (++nesting_ > kMostNesting) at_ = source_.size();  // no script that anybody wrote
    for (int depth = 0; skip_blanks();) {
      if (peek() == '}' && depth == 0) break;
      if (peek() == '{') ++depth;
      if (peek() == '}') --depth;
      scan_one();
    }
    tokens_ = std::move(kept);
    --nesting_;
    const auto text = trim(source_.substr(std::min(begin, source_.size()), at_ - std::min(begin, at_)));
    advance(1);
    return std::string(text);
  }

  /// A slash here is not a division.
  bool may_begin_expression() const {
    if (tokens_.empty()) return true;
    const auto& last = tokens_.back();
    static const std::set<std::string> kWords{"return", "typeof", "case", "in", "of", "delete", "void", "do", "else"};
    if (last.kind == Token::Kind::name) return kWords.contains(last.value);
    return last.kind == Token::Kind::sign && last.value != ")" && last.value != "]" && last.value != "}";
  }
  void skip_regular_expression() {
    bool is_in_class = false;
    advance(1);
    for (; at_ < source_.size() && peek() != '\n'; advance(1)) {
      if (peek() == '\\') advance(1);
      else if (peek() == '[') is_in_class = true;
      else if (peek() == ']') is_in_class = false;
      else if (peek() == '/' && !is_in_class) break;
    }
    if (peek() == '/') advance(1);
    while (std::isalpha(static_cast<unsigned char>(peek())) != 0) advance(1);
    add(Token::Kind::sign, "/");
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1, nesting_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> read_tokens(std::string_view source) { return Scanner(source).run(); }

std::size_t after_closing(const std::vector<Token>& tokens, std::size_t at) {
  int depth = 0;
  for (; tokens[at].kind != Token::Kind::end; ++at) {
    const auto& token = tokens[at];
    if (token.is_sign("(") || token.is_sign("[") || token.is_sign("{")) ++depth;
    if ((token.is_sign(")") || token.is_sign("]") || token.is_sign("}")) && --depth == 0) return at + 1;
  }
  return at;
}

}  // namespace safety::migrations

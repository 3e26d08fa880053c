#include "libsafety/archive/statement_class.hpp"

#include <algorithm>
#include <initializer_list>

namespace safety::archive {
namespace {

struct Token {
  enum class Kind { end, word, quoted_name, string, symbol };
  Kind kind = Kind::end;
  std::string text;  // a word in lower case, a quoted name or plain string without quotes, one byte of anything else

  bool is(std::string_view word) const { return kind == Kind::word && text == word; }
  bool is_symbol(char c) const { return kind == Kind::symbol && text.front() == c; }
  bool is_name() const { return kind == Kind::word || kind == Kind::quoted_name; }
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

// The tokens of one statement, one ahead. Text that ends too early reads as if it were closed there.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) { advance(); }

  const Token& peek() const { return token_; }
  Token pop() {
    Token token = std::move(token_);
    advance();
    return token;
  }
  /// Takes these words if all stand here in this order, nothing otherwise.
  bool accept(std::initializer_list<std::string_view> words) {
    const Tokens before = *this;
    for (const auto word : words) {
      if (!token_.is(word)) {
        *this = before;
        return false;
      }
      advance();
    }
    return true;
  }
  bool accept_symbol(char c) {
    if (!token_.is_symbol(c)) return false;
    advance();
    return true;
  }
  /// a.b."C" in canonical form; empty when no name stands here.
  std::string pop_name() {
    std::string name;
    while (token_.is_name()) {
      name += '"';
      for (const char c : token_.text) name.append(c == '"' ? 2 : 1, c);
      name += '"';
      advance();
      if (!accept_symbol('.')) break;
      name += '.';
    }
    return name;
  }
  /// Behind the closing parenthesis of the one that stands here.
  void skip_parenthesis() {
    int depth = 0;
    do {
      if (token_.is_symbol('(')) ++depth;
      if (token_.is_symbol(')')) --depth;
      advance();
    } while (depth > 0 && token_.kind != Token::Kind::end);
  }

 private:
  void advance() {
    skip_blank();
    token_ = {};
    if (rest_.empty()) return;
    const char first = rest_.front();
    if (first == '"') {
      read_quoted(Token::Kind::quoted_name, false);
    } else if (first == '\'') {
      read_quoted(Token::Kind::string, false);
    } else if (rest_.size() > 1 && lower(first) == 'e' && rest_[1] == '\'') {
      rest_.remove_prefix(1);
      read_quoted(Token::Kind::string, true);
    } else if (is_letter(first) || is_digit(first)) {
      std::size_t size = 1;
      while (size < rest_.size() && (is_letter(rest_[size]) || is_digit(rest_[size]) || rest_[size] == '$')) ++size;
      token_ = {Token::Kind::word, std::string(rest_.substr(0, size))};
      std::transform(token_.text.begin(), token_.text.end(), token_.text.begin(), lower);
      rest_.remove_prefix(size);
    } else if (first != '$' || !read_dollar_quoted()) {
      token_ = {Token::Kind::symbol, std::string(1, first)};
      rest_.remove_prefix(1);
    }
  }

  void skip_blank() {
    for (;;) {
      const std::size_t blank = std::min(rest_.find_first_not_of(" \t\n\r\f\v"), rest_.size());
      rest_.remove_prefix(blank);
      if (rest_.starts_with("--")) {
        rest_.remove_prefix(std::min(rest_.find_first_of("\n\r"), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        std::size_t at = 2;
        for (int depth = 1; depth > 0 && at < rest_.size();) {
          const auto two = rest_.substr(at, 2);
          depth += two == "/*" ? 1 : two == "*/" ? -1 : 0;
          at += two == "/*" || two == "*/" ? 2 : 1;
        }
        rest_.remove_prefix(at);
      } else {
        return;
      }
    }
  }

  void read_quoted(Token::Kind kind, bool has_escapes) {
    token_.kind = kind;
    const char quote = rest_.front();
    std::size_t at = 1;
    for (; at < rest_.size(); ++at) {
      if (has_escapes && rest_[at] == '\\') {
        ++at;
      } else if (rest_[at] == quote) {
        if (at + 1 >= rest_.size() || rest_[at + 1] != quote) break;
        ++at;
      }
      if (at < rest_.size()) token_.text += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
  }

  bool read_dollar_quoted() {
    std::size_t size = 1;
    while (size < rest_.size() && (is_letter(rest_[size]) || (size > 1 && is_digit(rest_[size])))) ++size;
    if (size >= rest_.size() || rest_[size] != '$') return false;
    const auto tag = rest_.substr(0, size + 1);
    const std::size_t end = std::min(rest_.find(tag, tag.size()), rest_.size());
    token_ = {Token::Kind::string, std::string(rest_.substr(tag.size(), end - tag.size()))};
    rest_.remove_prefix(std::min(end + tag.size(), rest_.size()));
    return true;
  }

  std::string_view rest_;
  Token token_;
};

StatementClass classify_index(Tokens& tokens) {
  StatementClass found;
  found.kind = StatementClass::Kind::create_index;
  tokens.accept({"concurrently"});
  tokens.accept({"if", "not", "exists"});
  if (!tokens.peek().is("on")) found.name = tokens.pop_name();
  if (!tokens.accept({"on"})) return {};
  tokens.accept({"only"});
  found.table = tokens.pop_name();
  return found.table.empty() ? StatementClass{} : found;
}

StatementClass classify_alter_table(Tokens& tokens) {
  StatementClass found;
  tokens.accept({"if", "exists"});
  tokens.accept({"only"});
  found.table = tokens.pop_name();
  if (found.table.empty() || !tokens.accept({"add", "constraint"})) return {};
  found.name = tokens.pop_name();
  if (tokens.accept({"primary", "key"}) || tokens.accept({"unique"}) || tokens.accept({"exclude"})) {
    found.kind = StatementClass::Kind::table_constraint;
  } else if (tokens.accept({"foreign", "key"}) && tokens.peek().is_symbol('(')) {
    tokens.skip_parenthesis();
    if (!tokens.accept({"references"})) return {};
    found.kind = StatementClass::Kind::foreign_key;
    found.referenced_table = tokens.pop_name();
  } else {
    return {};
  }
  // A comma means another action, which may touch another table.
  while (tokens.peek().kind != Token::Kind::end) {
    if (tokens.peek().is_symbol(',')) return {};
    if (tokens.peek().is_symbol('('))
      tokens.skip_parenthesis();
    else if (tokens.accept({"not", "valid"}) || tokens.accept({"not", "enforced"}))
      found.is_checked = false;
    else
      tokens.pop();
  }
  return found;
}

}  // namespace

StatementClass classify(std::string_view statement) {
  Tokens tokens(statement);
  if (tokens.accept({"create", "index"}) || tokens.accept({"create", "unique", "index"})) return classify_index(tokens);
  if (tokens.accept({"alter", "table"})) return classify_alter_table(tokens);
  if (tokens.accept({"refresh", "materialized", "view"})) {
    tokens.accept({"concurrently"});
    StatementClass found;
    found.kind = StatementClass::Kind::refresh_matview;
    found.table = tokens.pop_name();
    if (!found.table.empty()) return found;
  }
  return {};
}

std::optional<std::string> owner_of(std::string_view statement) {
  Tokens tokens(statement);
  if (!tokens.accept({"alter"})) return std::nullopt;
  while (tokens.peek().kind != Token::Kind::end) {
    if (tokens.peek().is_symbol('(')) {
      tokens.skip_parenthesis();  // an argument of a function may be called anything
    } else if (tokens.accept({"owner", "to"})) {
      if (!tokens.peek().is_name()) return std::nullopt;
      std::string role = tokens.pop().text;
      tokens.accept_symbol(';');
      if (tokens.peek().kind == Token::Kind::end) return role;
    } else {
      tokens.pop();
    }
  }
  return std::nullopt;
}

bool is_owner_change(std::string_view statement) {
  return owner_of(statement).has_value();
}

bool is_privilege(std::string_view statement) {
  Tokens tokens(statement);
  return tokens.accept({"grant"}) || tokens.accept({"revoke"}) || tokens.accept({"alter", "default", "privileges"});
}

std::optional<std::string> setting_of(std::string_view statement) {
  Tokens tokens(statement);
  if (tokens.accept({"select"})) {
    const std::string function = tokens.pop_name();
    if (function != "\"pg_catalog\".\"set_config\"" && function != "\"set_config\"") return std::nullopt;
    if (!tokens.accept_symbol('(') || tokens.peek().kind != Token::Kind::string) return std::nullopt;
    std::string name = tokens.pop().text;
    std::transform(name.begin(), name.end(), name.begin(), lower);
    return name == "search_path" ? std::optional(name) : std::nullopt;
  }
  if (!tokens.accept({"set"})) return std::nullopt;
  if (!tokens.accept({"session"})) tokens.accept({"local"});
  std::string name;
  while (tokens.peek().is_name()) {
    name += tokens.pop().text;
    if (!tokens.accept_symbol('.')) break;
    name += '.';
  }
  std::transform(name.begin(), name.end(), name.begin(), lower);
  if (!name.empty() && (tokens.accept_symbol('=') || tokens.accept({"to"}))) return name;
  return std::nullopt;
}

bool is_setting(std::string_view statement) {
  return setting_of(statement).has_value();
}

std::string canonical_name(std::string_view name) {
  return Tokens(name).pop_name();
}

}  // namespace safety::archive

#pragma once
// JavaScript, TypeScript and JSON as a list of tokens: enough to read a configuration or declarations without running them.
// Comments are gone, strings are their values. Never throws: what is no token is skipped.

#include <string>
#include <string_view>
#include <vector>

namespace safety::migrations {

struct Token {
  enum class Kind {
    name,      // identifiers and keywords
    text,      // 'a', "a", `a`: value is what it means
    pattern,   // `a${b}c`: pieces are what stands around the substitutions: {"a", "c"}
    number,
    sign,      // one punctuation character, or "=>" or "..."
    end,       // the last token, always there
  } kind = Kind::end;
  std::string value;
  int line = 1;
  std::vector<std::string> pieces{};
  std::vector<std::string> substitutions{};  // their source, trimmed

  bool is_sign(std::string_view sign) const { return kind == Kind::sign && value == sign; }
  bool is_name(std::string_view name) const { return kind == Kind::name && value == name; }
};

std::vector<Token> read_tokens(std::string_view source);

/// The position after the bracket that closes the one at `at`; the end token's when nothing closes it.
/// Requires ( [ or { at `at`.
std::size_t after_closing(const std::vector<Token>& tokens, std::size_t at);

}  // namespace safety::migrations

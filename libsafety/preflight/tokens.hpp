#pragma once
// The words of one statement, with where they stand: for taking a piece of its text (an expression, a type) that the tree
// only says the beginning of. Knows PostgreSQL's strings, quoted names, comments and parentheses; not its grammar.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace safety::preflight {

struct Token {
  enum class Kind { word, quoted_name, string, number, symbol } kind = Kind::symbol;
  std::size_t begin = 0, end = 0;
  int depth = 0;  // of parentheses and brackets around it; a parenthesis itself stands outside
};

class Tokens {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Tokens() = default;
  /// `text` outlives it. What is not closed ends with the text.
  explicit Tokens(std::string_view text);

  std::size_t size() const noexcept { return tokens_.size(); }
  const Token& operator[](std::size_t index) const { return tokens_[index]; }
  std::string_view raw(std::size_t index) const { return text_.substr(tokens_[index].begin, tokens_[index].end - tokens_[index].begin); }
  /// A keyword or an unquoted name, whatever its case.
  bool is_word(std::size_t index, std::string_view lower) const;
  bool is_symbol(std::size_t index, char symbol) const;
  /// The first token that begins at `position` or behind it; size() when there is none.
  std::size_t index_at(std::size_t position) const;
  /// The next such word at `depth`, from `from` on and before `to`; kNone without any.
  std::size_t find_word(std::string_view lower, int depth, std::size_t from, std::size_t to = kNone) const;
  std::size_t find_symbol(char symbol, int depth, std::size_t from, std::size_t to = kNone) const;
  /// The parenthesis that closes the one at `open`; size() when none does.
  std::size_t closing(std::size_t open) const;
  /// The text from one token up to another, which is not in it: comments gone, white space made one blank.
  std::string text(std::size_t from, std::size_t to) const;
  /// How deep parentheses go.
  int deepest() const noexcept { return deepest_; }

 private:
  std::size_t skip_blank(std::size_t at) const;
  Token next(std::size_t at) const;

  std::string_view text_;
  std::vector<Token> tokens_;
  int deepest_ = 0;
};

/// The name that an unquoted or quoted token stands for: Users is users, "Users" is Users.
std::string name_of_token(std::string_view raw);

}  // namespace safety::preflight

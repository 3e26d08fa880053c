#pragma once
// Values that a JavaScript or TypeScript file spells out: texts, lists and objects, through constants of the same file and
// path.join("a", "b"), in which __dirname is ".".
// What would have to be run to be known is `unknown` and is never guessed.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/migrations/script_tokens.hpp"

namespace safety::migrations {

struct Value {
  enum class Kind { unknown, text, list, object } kind = Kind::unknown;
  std::string text{};                     // of a text; of what is unknown: its source, shortened
  std::vector<Value> elements{};          // of a list
  std::map<std::string, Value> fields{};  // of an object; of those named twice the last
  bool is_whole = true;                   // false: an object that takes fields over from something unknown
  int line = 0;

  bool is_text() const { return kind == Kind::text; }
  bool is_object() const { return kind == Kind::object; }
};

class Script {
 public:
  explicit Script(std::string_view source);

  const std::vector<Token>& tokens() const noexcept { return tokens_; }
  /// The expression that begins at `at`.
  Value value_at(std::size_t at) const;
  /// `export default X`, `module.exports = X`, and of JSON the whole; X through `defineConfig(X)`, constants, `as` and `satisfies`.
  Value default_export() const;

 private:
  Value read_value(std::size_t& at, int depth) const;
  Value read_primary(std::size_t& at, int depth) const;
  Value read_list(std::size_t& at, int depth) const;
  Value read_object(std::size_t& at, int depth) const;
  Value read_constant(const std::string& name, int depth) const;
  Value read_path_call(std::size_t& at, std::size_t bracket, int depth) const;
  std::size_t end_of_expression(std::size_t at) const;
  std::string source_of(std::size_t begin, std::size_t end) const;

  std::vector<Token> tokens_;
  std::map<std::string, std::size_t> constants_;  // to where its expression begins
  mutable int steps_ = 0;  // of the value being read: constants that repeat each other grow without end
};

}  // namespace safety::migrations

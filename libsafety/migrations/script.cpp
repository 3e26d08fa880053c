#include "libsafety/migrations/script.hpp"

#include <set>

#include "libsafety/base/text.hpp"

namespace safety::migrations {
namespace {

constexpr int kMostSteps = 4000;
constexpr int kMostDepth = 40;  // constants that name each other in a circle end here

bool ends_expression(const Token& token) {
  return token.kind == Token::Kind::end || token.is_sign(",") || token.is_sign(")") || token.is_sign("]") || token.is_sign("}") || token.is_sign(";");
}

bool begins_statement(const Token& token) {
  static const std::set<std::string> kWords{"const", "let", "var", "export", "import", "function", "async", "type", "interface", "class", "module", "if", "for"};
  return token.kind == Token::Kind::name && kWords.contains(token.value);
}

bool opens(const Token& token) { return token.is_sign("(") || token.is_sign("[") || token.is_sign("{"); }

}  // namespace

Script::Script(std::string_view source) : tokens_(read_tokens(source)) {
  for (std::size_t at = 0; at + 2 < tokens_.size(); ++at) {
    if (!tokens_[at].is_name("const") || tokens_[at + 1].kind != Token::Kind::name) continue;
    auto equals = at + 2;
    // A type between name and value, which may hold brackets and arrows of its own.
    while (tokens_[equals].kind != Token::Kind::end && !tokens_[equals].is_sign("=") && !tokens_[equals].is_sign(";"))
      equals = opens(tokens_[equals]) ? after_closing(tokens_, equals) : equals + 1;
    if (tokens_[equals].is_sign("=")) constants_.emplace(tokens_[at + 1].value, equals + 1);
  }
}

/// Up to the comma, bracket or semicolon after it, or to the line that begins another statement.
std::size_t Script::end_of_expression(std::size_t at) const {
  for (const auto begin = at; !ends_expression(tokens_[at]);) {
    if (at > begin && begins_statement(tokens_[at]) && tokens_[at].line > tokens_[at - 1].line) break;
    at = opens(tokens_[at]) ? after_closing(tokens_, at) : at + 1;
  }
  return at;
}

std::string Script::source_of(std::size_t begin, std::size_t end) const {
  std::string text;
  for (; begin < end && text.size() < 60; ++begin) {
    const auto& token = tokens_[begin];
    const bool is_word = token.kind == Token::Kind::name || token.kind == Token::Kind::number;
    if (is_word && !text.empty() && std::isalnum(static_cast<unsigned char>(text.back())) != 0) text += ' ';
    if (token.kind == Token::Kind::text) text += '"' + token.value + '"';
    else if (token.kind == Token::Kind::pattern) text += "`...`";
    else text += token.value;
  }
  return one_line(begin < end ? text.substr(0, 60) + "..." : text);
}

Value Script::read_value(std::size_t& at, int depth) const {
  const auto begin = at;
  const auto end = end_of_expression(at);
  auto value = depth > kMostDepth || ++steps_ > kMostSteps ? Value() : read_primary(at, depth + 1);
  // What may follow a value without making it another one: `!`, `as const`, `as X`, `satisfies X`.
  if (at < end && tokens_[at].is_sign("!")) ++at;
  const bool is_typed = tokens_[at].is_name("as") || tokens_[at].is_name("satisfies");
  if (at != end && !is_typed) value = Value();
  at = end;
  value.line = tokens_[begin].line;
  if (value.kind == Value::Kind::unknown) value.text = source_of(begin, end);
  return value;
}

Value Script::read_primary(std::size_t& at, int depth) const {
  const auto& token = tokens_[at];
  if (token.kind == Token::Kind::text) {
    ++at;
    return {Value::Kind::text, token.value};
  }
  if (token.is_sign("[")) return read_list(at, depth);
  if (token.is_sign("{")) return read_object(at, depth);
  if (token.is_sign("(")) {
    auto inner = at + 1;
    const auto value = read_value(inner, depth);
    const auto close = after_closing(tokens_, at);
    at = close;
    return inner + 1 == close ? value : Value();
  }
  if (token.kind != Token::Kind::name) return {};
  if (token.is_name("defineConfig") && tokens_[at + 1].is_sign("(")) {
    auto inner = at + 2;
    at = after_closing(tokens_, at + 1);
    return read_value(inner, depth);
  }
  const auto is_join = [&](std::size_t name) { return (tokens_[name].is_name("join") || tokens_[name].is_name("resolve")) && tokens_[name + 1].is_sign("("); };
  if (is_join(at)) return read_path_call(at, at + 1, depth);
  if (token.is_name("path") && tokens_[at + 1].is_sign(".") && is_join(at + 2)) return read_path_call(at, at + 3, depth);
  ++at;
  if (token.is_name("__dirname")) return {Value::Kind::text, "."};
  return read_constant(token.value, depth);
}

/// The arguments with slashes between them.
Value Script::read_path_call(std::size_t& at, std::size_t bracket, int depth) const {
  at = bracket;
  const auto arguments = read_list(at, depth);
  Value path{Value::Kind::text};
  for (const auto& part : arguments.elements) {
    if (!part.is_text()) return {};
    path.text += (path.text.empty() ? "" : "/") + part.text;
  }
  return arguments.elements.empty() ? Value() : path;
}

Value Script::read_list(std::size_t& at, int depth) const {
  Value list{Value::Kind::list};
  const auto close = after_closing(tokens_, at);
  for (auto inner = at + 1; inner + 1 < close;) {
    const bool is_spread = tokens_[inner].is_sign("...");
    if (is_spread) ++inner;
    auto element = read_value(inner, depth);
    if (tokens_[inner].is_sign(",")) ++inner;
    else if (inner + 1 < close) return at = close, Value();  // no list after all
    if (!is_spread) {
      list.elements.push_back(std::move(element));
    } else if (element.kind == Value::Kind::list) {
      list.elements.insert(list.elements.end(), element.elements.begin(), element.elements.end());
    } else {
      at = close;
      return {};
    }
  }
  at = close;
  return list;
}

Value Script::read_object(std::size_t& at, int depth) const {
  Value object{Value::Kind::object};
  const auto close = after_closing(tokens_, at);
  for (auto inner = at + 1; inner + 1 < close;) {
    const auto& token = tokens_[inner];
    if (token.is_sign("...")) {
      const auto other = read_value(++inner, depth);
      object.is_whole = object.is_whole && other.is_object() && other.is_whole;
      for (const auto& [name, value] : other.fields) object.fields[name] = value;
    } else if ((token.kind == Token::Kind::name || token.kind == Token::Kind::text) && tokens_[inner + 1].is_sign(":")) {
      inner += 2;
      object.fields[token.value] = read_value(inner, depth);
    } else if (token.kind == Token::Kind::name && (tokens_[inner + 1].is_sign(",") || tokens_[inner + 1].is_sign("}"))) {
      object.fields[token.value] = read_value(inner, depth);  // { schema } for { schema: schema }
    } else {  // a method, a computed name
      if (!(token.kind == Token::Kind::name && tokens_[inner + 1].is_sign("("))) object.is_whole = false;
      inner = end_of_expression(inner);
    }
    if (inner + 1 < close) ++inner;  // its comma
  }
  at = close;
  return object;
}

Value Script::read_constant(const std::string& name, int depth) const {
  const auto found = constants_.find(name);
  if (found == constants_.end()) return {};
  static const std::set<std::string> kChanging{"push", "unshift", "splice", "pop", "shift", "fill"};
  for (std::size_t at = 0; at + 3 < tokens_.size(); ++at) {
    if (!tokens_[at].is_name(name)) continue;
    const bool changes_list = tokens_[at + 1].is_sign(".") && kChanging.contains(tokens_[at + 2].value);
    const bool sets_field = (tokens_[at + 1].is_sign(".") && tokens_[at + 3].is_sign("=")) || tokens_[at + 1].is_sign("[");
    if (changes_list || (sets_field && (at == 0 || !tokens_[at - 1].is_sign(".")))) return {};
  }
  auto begin = found->second;
  return read_value(begin, depth);
}

Value Script::value_at(std::size_t at) const {
  steps_ = 0;
  return read_value(at, 0);
}

Value Script::default_export() const {
  if (tokens_.front().is_sign("{")) return value_at(0);  // JSON
  for (std::size_t at = 0; at + 3 < tokens_.size(); ++at) {
    if (tokens_[at].is_name("export") && tokens_[at + 1].is_name("default")) return value_at(at + 2);
    if (tokens_[at].is_name("module") && tokens_[at + 1].is_sign(".") && tokens_[at + 2].is_name("exports") && tokens_[at + 3].is_sign("="))
      return value_at(at + 4);
    if (tokens_[at].is_name("exports") && tokens_[at + 1].is_sign(".") && tokens_[at + 2].is_name("default") && tokens_[at + 3].is_sign("="))
      return value_at(at + 4);
  }
  return {};
}

}  // namespace safety::migrations

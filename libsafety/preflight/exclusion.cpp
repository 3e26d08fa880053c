#include "libsafety/preflight/exclusion.hpp"

#include <cctype>

#include "libsafety/base/text.hpp"

namespace safety::preflight {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Where the quoted text, string or parenthesis that begins at `at` ends (one past it); `at` + 1 for any other byte.
std::size_t skip(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\'' || c == '"') {
    const auto end = text.find(c, at + 1);  // a doubled quote is two quoted texts side by side: no matter here
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  if (c != '(' && c != '[') return at + 1;
  const char closing = c == '(' ? ')' : ']';
  for (++at; at < text.size() && text[at] != closing;) at = skip(text, at);
  return at < text.size() ? at + 1 : at;
}

/// Position of a word outside of quotes and parentheses; npos when it is not there.
std::size_t find_word(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      at = skip(text, at);
      continue;
    }
    auto end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end - at == word.size() && starts_with_ignoring_case(text.substr(at), word)) return at;
    at = end;
  }
  return std::string_view::npos;
}

/// An identifier, quoted or not, at the beginning of the text: its length, else 0.
std::size_t identifier_length(std::string_view text) {
  if (!text.empty() && text.front() == '"') return skip(text, 0);
  std::size_t size = 0;
  while (size < text.size() && (is_word(text[size]) || text[size] == '.')) ++size;
  return size;
}

/// Without operator class, ASC, NULLS FIRST: what follows a column or a parenthesis or call.
std::string_view expression_of(std::string_view text) {
  text = trim(text);
  if (text.empty()) return text;
  auto end = text.front() == '(' ? skip(text, 0) : identifier_length(text);
  if (end < text.size() && text[end] == '(') end = skip(text, end);  // a call
  const auto rest = trim(text.substr(end));
  // COLLATE belongs to the value.
  if (starts_with_ignoring_case(rest, "collate ")) {
    const auto name = trim(rest.substr(8));
    return text.substr(0, static_cast<std::size_t>(name.data() - text.data()) + identifier_length(name));
  }
  return rest.empty() || is_word(rest.front()) || rest.front() == '"' ? text.substr(0, end) : text;
}

std::string_view in_parentheses(std::string_view text) {
  text = trim(text);
  return text.size() >= 2 && text.front() == '(' && skip(text, 0) == text.size() ? text.substr(1, text.size() - 2)
                                                                                 : text;
}

}  // namespace

std::optional<Exclusion> parse_exclusion(std::string_view definition) {
  const auto exclude = find_word(definition, "exclude");
  auto text = exclude == std::string_view::npos ? definition : definition.substr(exclude + 7);
  std::size_t open = 0;
  while (open < text.size() && text[open] != '(') open = skip(text, open);
  if (open >= text.size()) return std::nullopt;
  const auto close = skip(text, open);
  if (close - open < 2 || text[close - 1] != ')') return std::nullopt;
  auto list = text.substr(open + 1, close - open - 2);
  Exclusion exclusion;
  for (std::size_t begin = 0; begin < list.size();) {
    auto end = begin;
    while (end < list.size() && list[end] != ',') end = skip(list, end);
    const auto element = list.substr(begin, end - begin);
    const auto with = find_word(element, "with");
    if (with == std::string_view::npos) return std::nullopt;
    const auto expression = expression_of(element.substr(0, with)), operator_name = trim(element.substr(with + 4));
    if (expression.empty() || operator_name.empty()) return std::nullopt;
    exclusion.elements.push_back({std::string(expression), std::string(operator_name)});
    begin = end + 1;
  }
  if (exclusion.elements.empty()) return std::nullopt;
  auto rest = text.substr(close);
  if (const auto where = find_word(rest, "where"); where != std::string_view::npos) {
    rest = trim(rest.substr(where + 5));
    exclusion.predicate =
        std::string(in_parentheses(rest.substr(0, rest.empty() || rest.front() != '(' ? rest.size() : skip(rest, 0))));
  }
  return exclusion;
}

}  // namespace safety::preflight

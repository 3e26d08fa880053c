#include "libsafety/pg/quote.hpp"

namespace safety::pg {
namespace {

void append_doubled(std::string& out, std::string_view text, char quote, bool doubles_backslash) {
  for (const char c : text) {
    if (c == quote || (doubles_backslash && c == '\\')) out += c;
    out += c;
  }
}

}  // namespace

std::string quote_identifier(std::string_view name) {
  std::string out = "\"";
  append_doubled(out, name, '"', false);
  return out + '"';
}

std::string quote_qualified(std::string_view schema, std::string_view name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

std::string quote_literal(std::string_view value) {
  const bool has_backslash = value.find('\\') != std::string_view::npos;
  std::string out = has_backslash ? "E'" : "'";
  append_doubled(out, value, '\'', has_backslash);
  return out + '\'';
}

}  // namespace safety::pg

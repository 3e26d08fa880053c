#include <fmt/format.h>

#include <map>
#include <set>

#include "libsafety/migrations/drizzle_project.hpp"
#include "libsafety/migrations/script.hpp"

namespace safety::migrations {
namespace {

/// What a name of the file stands for when it is called with a table's or enum's name.
struct Maker {
  bool makes_enum = false;
  std::string schema{};                      // of pgSchema; empty: public
  std::string before_name{}, after_name{};   // of pgTableCreator((name) => `app_${name}`)
  bool is_understood = true;
};

class Reader {
 public:
  explicit Reader(const std::string& source) : script_(source), tokens_(script_.tokens()) {
    makers_["pgTable"] = {};
    makers_["pgEnum"] = {true};
  }

  Declarations run() {
    for (std::size_t at = 0; at + 1 < tokens_.size(); ++at) {
      read_alias(at);
      read_schema(at);
      read_creator(at);
      read_export(at);
    }
    for (std::size_t at = 0; at + 1 < tokens_.size(); ++at) read_declaration(at);
    return std::move(found_);
  }

 private:
  const Token& token(std::size_t at) const { return tokens_[std::min(at, tokens_.size() - 1)]; }

  /// import { pgTable as table }
  void read_alias(std::size_t at) {
    if (!token(at + 1).is_name("as") || token(at + 2).kind != Token::Kind::name) return;
    for (const char* known : {"pgTable", "pgEnum"})
      if (token(at).is_name(known)) makers_[token(at + 2).value] = makers_[known];
    for (const char* known : {"pgSchema", "pgTableCreator"})
      if (token(at).is_name(known)) aliases_[token(at + 2).value] = known;
  }

  bool is_call_of(std::size_t at, const std::string& function) const {
    if (token(at).kind != Token::Kind::name || !token(at + 1).is_sign("(")) return false;
    const auto alias = aliases_.find(token(at).value);
    return token(at).value == function || (alias != aliases_.end() && alias->second == function);
  }

  /// `pg.pgTable` is one of ours; `other.table` is not the alias "table".
  bool is_member(std::size_t at) const { return at > 0 && tokens_[at - 1].is_sign("."); }

  /// The name in `const NAME = ` (or `NAME = pg.`) before a call.
  std::string assigned_name(std::size_t at) const {
    while (at >= 2 && tokens_[at - 1].is_sign(".")) at -= 2;
    return at >= 2 && tokens_[at - 1].is_sign("=") && tokens_[at - 2].kind == Token::Kind::name ? tokens_[at - 2].value : "";
  }

  void read_schema(std::size_t at) {
    if (!is_call_of(at, "pgSchema")) return;
    const auto name = script_.value_at(at + 2);
    if (!name.is_text()) return not_understood(at, "pgSchema");
    if (const auto variable = assigned_name(at); !variable.empty()) schemas_[variable] = name.text;
  }

  void read_creator(std::size_t at) {
    if (!is_call_of(at, "pgTableCreator")) return;
    Maker maker;
    maker.is_understood = false;
    // (name) => `app_${name}`, with or without brackets and types
    const auto end = after_closing(tokens_, at + 1);
    std::string parameter;
    for (auto inner = at + 2; inner < end; ++inner) {
      if (parameter.empty() && token(inner).kind == Token::Kind::name) parameter = token(inner).value;
      if (!token(inner).is_sign("=>")) continue;
      const auto& result = token(inner + 1);
      const bool ends_there = token(inner + 2).is_sign(")") || token(inner + 2).is_sign(",");
      if (result.kind == Token::Kind::pattern && ends_there && result.substitutions == std::vector{parameter})
        maker = {false, "", result.pieces.front(), result.pieces.back(), true};
      break;
    }
    const auto variable = assigned_name(at);
    if (!variable.empty()) makers_[variable] = maker;
    if (!maker.is_understood || variable.empty()) not_understood(at, "pgTableCreator");
  }

  /// export * from "./users", export { users } from "./users"
  void read_export(std::size_t at) {
    if (!token(at).is_name("export")) return;
    auto from = at + 1;
    if (token(from).is_name("type")) return;
    if (token(from).is_sign("*")) {
      from += token(from + 1).is_name("as") ? 3 : 1;
    } else if (token(from).is_sign("{")) {
      from = after_closing(tokens_, from);
    } else {
      return;
    }
    if (token(from).is_name("from") && token(from + 1).kind == Token::Kind::text) found_.exported_files.push_back(token(from + 1).value);
  }

  void read_declaration(std::size_t at) {
    auto call = at;  // where its bracket is
    Maker maker;
    std::string what = token(at).value;
    if (is_call_of(at, "pgSchema") && token(after_closing(tokens_, at + 1)).is_sign(".")) {
      const auto name = script_.value_at(at + 2);
      maker.schema = name.text;
      maker.is_understood = name.is_text();
      const auto method = after_closing(tokens_, at + 1) + 1;
      if (!read_method(method, maker)) return;
      call = method + 1;
    } else if (token(at).kind != Token::Kind::name || (at > 0 && token(at - 1).is_name("function"))) {
      return;
    } else if (const auto schema = schemas_.find(token(at).value); schema != schemas_.end() && token(at + 1).is_sign(".")) {
      maker.schema = schema->second;
      if (!read_method(at + 2, maker)) return;
      call = at + 3;
    } else if (const auto known = makers_.find(token(at).value); known != makers_.end() && (!is_member(at) || token(at).value.starts_with("pg"))) {
      maker = known->second;
      call = token(at + 1).is_sign(".") && token(at + 2).is_name("withRLS") ? at + 3 : at + 1;
    } else {
      return;
    }
    if (!token(call).is_sign("(")) return;
    const auto name = script_.value_at(call + 1);
    if (!maker.is_understood || !name.is_text()) return not_understood(at, what);
    auto& list = maker.makes_enum ? found_.enums : found_.tables;
    const auto full = maker.before_name + name.text + maker.after_name;
    list.push_back(maker.schema.empty() || maker.schema == "public" ? full : maker.schema + "." + full);
  }

  bool read_method(std::size_t at, Maker& maker) const {
    maker.makes_enum = token(at).is_name("enum");
    return token(at).is_name("table") || token(at).is_name("enum");
  }

  void not_understood(std::size_t at, const std::string& function) {
    found_.not_understood.push_back(fmt::format("line {}: the name in {}(...) is not written down there", tokens_[at].line, function));
  }

  Script script_;
  const std::vector<Token>& tokens_;
  std::map<std::string, Maker> makers_;
  std::map<std::string, std::string> schemas_, aliases_;
  Declarations found_;
};

}  // namespace

Declarations read_declarations(const std::string& source) { return Reader(source).run(); }

}  // namespace safety::migrations

#include "libsafety/migrations/prisma_schema.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/prisma_project.hpp"

namespace safety::migrations {
namespace {

/// Comments are gone but for their line ends; texts in quotes stay, whatever they hold.
std::string without_comments(const std::string& source) {
  std::string text;
  for (std::size_t at = 0; at < source.size();) {
    if (source[at] == '"') {
      const auto begin = at++;
      while (at < source.size() && source[at] != '"' && source[at] != '\n') at += source[at] == '\\' ? 2 : 1;
      at = std::min(at + 1, source.size());
      text.append(source, begin, at - begin);
    } else if (source.compare(at, 2, "//") == 0) {
      while (at < source.size() && source[at] != '\n') ++at;
    } else if (source.compare(at, 2, "/*") == 0) {
      const auto close = source.find("*/", at + 2), end = close == std::string::npos ? source.size() : close + 2;
      text.append(static_cast<std::size_t>(std::count(source.begin() + static_cast<std::ptrdiff_t>(at), source.begin() + static_cast<std::ptrdiff_t>(end), '\n')), '\n');
      at = end;
    } else {
      text += source[at++];
    }
  }
  return text;
}

/// The first text in quotes from `at` on.
std::string quoted_after(std::string_view line, std::size_t at) {
  const auto open = line.find('"', at);
  if (open == std::string_view::npos) return "";
  std::string text;
  for (at = open + 1; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) ++at;
    text += line[at];
  }
  return text;
}

std::string word_at(std::string_view text, std::size_t at) {
  auto end = at;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) ++end;
  return std::string(text.substr(at, end - at));
}

PrismaField read_field(std::string_view line) {
  PrismaField field;
  field.text = line;
  field.name = field.column = word_at(line, 0);
  // Not the one of @@map, and not an argument of another attribute, which has no @.
  if (const auto map = line.find("@map("); map != std::string_view::npos && map > 0) field.column = quoted_after(line, map);
  auto at = line.find_first_not_of(" \t", field.name.size());
  if (field.name.empty() || at == std::string_view::npos) return field;
  field.type = word_at(line, at);
  at += field.type.size();
  field.is_list = line.substr(at).starts_with("[]");
  const auto relation = line.find("@relation(", at);
  if (relation == std::string_view::npos) return field;
  // @relation("Name"), @relation(name: "Name"); in fields: [...] there are no quotes, in map: "..." there are.
  const auto begin = line.find_first_not_of(" \t", relation + 10);
  if (begin != std::string_view::npos && line[begin] == '"') field.relation_name = quoted_after(line, begin);
  else field.relation_name = argument_of(line.substr(relation), "name");
  return field;
}

/// How many round and square brackets are open at its end.
int open_brackets(std::string_view text) {
  int open = 0;
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_quoted && text[at] == '\\') ++at;
    else if (text[at] == '"') is_quoted = !is_quoted;
    else if (!is_quoted && (text[at] == '(' || text[at] == '[')) ++open;
    else if (!is_quoted && (text[at] == ')' || text[at] == ']')) --open;
  }
  return open;
}

void read_statement(const std::string& text, int line, PrismaBlock& block) {
  if (text.starts_with("@@")) {
    if (text.starts_with("@@map")) block.mapped = quoted_after(text, 5);
    else if (text.starts_with("@@schema")) block.schema = quoted_after(text, 8);
    else block.attributes.push_back({text, line});
    return;
  }
  block.fields.push_back(read_field(text));
  block.fields.back().line = line;
}

std::string full_name(const std::string& schema, const std::string& table) { return schema.empty() || schema == "public" ? table : schema + "." + table; }

}  // namespace

std::string argument_of(std::string_view attribute, std::string_view name) {
  for (auto at = attribute.find(name); at != std::string_view::npos; at = attribute.find(name, at + 1)) {
    const auto end = at + name.size();
    const bool is_whole = at > 0 && (attribute[at - 1] == '(' || attribute[at - 1] == ' ' || attribute[at - 1] == ',');
    if (is_whole && end < attribute.size() && attribute[end] == ':') return quoted_after(attribute, end);
  }
  return "";
}

std::vector<std::string> listed_fields(std::string_view attribute) {
  std::vector<std::string> fields;
  auto at = attribute.find('[');
  if (at == std::string_view::npos) return fields;
  int depth = 0;  // of round brackets: city(sort: Desc)
  for (++at; at < attribute.size() && attribute[at] != ']'; ++at) {
    if (attribute[at] == '(') ++depth;
    else if (attribute[at] == ')') --depth;
    const auto word = depth == 0 ? word_at(attribute, at) : "";
    if (word.empty()) continue;
    fields.push_back(word);
    at += word.size() - 1;
  }
  return fields;
}

std::vector<PrismaBlock> read_prisma_blocks(const std::string& source) {
  std::vector<PrismaBlock> blocks;
  const auto text = without_comments(source);
  PrismaBlock block;
  std::string statement;  // may go over several lines, in brackets
  bool is_in_block = false;
  int line = 0, begin = 0;
  const auto finish = [&] {
    if (block.kind == "model" || block.kind == "view" || block.kind == "enum" || block.kind == "type") blocks.push_back(block);
    is_in_block = false;
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const std::string trimmed(trim(std::string_view(text).substr(at, end - at)));
    at = end + 1;
    ++line;
    if (trimmed.empty()) continue;
    if (!is_in_block) {
      if (trimmed.find('{') == std::string::npos) continue;
      is_in_block = true;
      block = {};
      statement.clear();
      block.line = line;
      block.kind = word_at(trimmed, 0);
      block.name = block.mapped = word_at(trimmed, std::min(trimmed.find_first_not_of(" \t", block.kind.size()), trimmed.size()));
      if (trimmed.find('}') != std::string::npos) finish();
    } else if (trimmed.starts_with("}")) {
      finish();
    } else {
      if (statement.empty()) begin = line;
      statement += (statement.empty() ? "" : " ") + trimmed;
      if (open_brackets(statement) > 0) continue;
      read_statement(statement, begin, block);
      statement.clear();
    }
  }
  if (is_in_block) finish();
  return blocks;
}

std::string join_table_of(const PrismaBlock& model, const PrismaField& field) {
  const auto& [first, second] = std::minmax(model.name, field.type);
  return "_" + (field.relation_name.empty() ? first + "To" + second : field.relation_name);
}

std::vector<std::string> tables_of_schema(const std::string& source) {
  std::map<std::string, PrismaBlock> models;
  for (auto& block : read_prisma_blocks(source))
    if (block.kind == "model") models[block.name] = std::move(block);
  std::vector<std::string> tables;
  std::set<std::string> joins;
  for (const auto& [name, model] : models) tables.push_back(full_name(model.schema, model.mapped));
  for (const auto& [name, model] : models) {
    for (const auto& field : model.fields) {
      const auto other = models.find(field.type);
      if (!field.is_list || other == models.end()) continue;
      const auto is_back = [&](const PrismaField& back) { return back.is_list && back.type == name && back.relation_name == field.relation_name; };
      const auto backs = std::count_if(other->second.fields.begin(), other->second.fields.end(), is_back);
      if (backs == 0 || (other->first == name && backs < 2)) continue;
      joins.insert(full_name(models.at(std::min(name, field.type)).schema, join_table_of(model, field)));
    }
  }
  tables.insert(tables.end(), joins.begin(), joins.end());
  std::sort(tables.begin(), tables.end());
  return tables;
}

}  // namespace safety::migrations

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/prisma_project.hpp"

namespace safety::migrations {
namespace {

struct Field {
  std::string type;           // without [] and ?
  std::string relation_name;  // of @relation("Name")
  bool is_list = false;
};
struct Model {
  std::string table, schema;
  std::vector<Field> fields;
};

/// Comments become blanks; texts in quotes stay, whatever they hold.
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
      const auto close = source.find("*/", at + 2);
      at = close == std::string::npos ? source.size() : close + 2;
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

Field read_field(std::string_view line) {
  Field field;
  const auto name = word_at(line, 0);
  auto at = line.find_first_not_of(" \t", name.size());
  if (name.empty() || at == std::string_view::npos) return field;
  field.type = word_at(line, at);
  at += field.type.size();
  field.is_list = line.substr(at).starts_with("[]");
  const auto relation = line.find("@relation(", at);
  if (relation == std::string_view::npos) return field;
  // @relation("Name"), @relation(name: "Name"); in fields: [...] there are no quotes, in map: "..." there are.
  const auto begin = line.find_first_not_of(" \t", relation + 10);
  const auto named = line.find("name:", relation);
  if (begin != std::string_view::npos && line[begin] == '"') field.relation_name = quoted_after(line, begin);
  else if (named != std::string_view::npos) field.relation_name = quoted_after(line, named);
  return field;
}

std::map<std::string, Model> read_models(const std::string& source) {
  std::map<std::string, Model> models;
  Model* model = nullptr;
  bool is_in_block = false;
  for (const auto& line : split_lines(without_comments(source))) {
    if (!is_in_block) {
      if (line.find('{') == std::string::npos) continue;
      is_in_block = line.find('}') == std::string::npos;
      if (!line.starts_with("model ") && !line.starts_with("model\t")) continue;
      const auto name = word_at(line, line.find_first_not_of(" \t", 5));
      model = &models[name];
      model->table = name;
    } else if (line.starts_with("}")) {
      is_in_block = false;
      model = nullptr;
    } else if (model != nullptr) {
      if (line.starts_with("@@map")) model->table = quoted_after(line, 5);
      else if (line.starts_with("@@schema")) model->schema = quoted_after(line, 8);
      else if (!line.starts_with("@@")) model->fields.push_back(read_field(line));
    }
  }
  return models;
}

std::string full_name(const std::string& schema, const std::string& table) { return schema.empty() || schema == "public" ? table : schema + "." + table; }

}  // namespace

std::vector<std::string> tables_of_schema(const std::string& source) {
  const auto models = read_models(source);
  std::vector<std::string> tables;
  std::set<std::string> joins;
  for (const auto& [name, model] : models) tables.push_back(full_name(model.schema, model.table));
  for (const auto& [name, model] : models) {
    for (const auto& field : model.fields) {
      const auto other = models.find(field.type);
      if (!field.is_list || other == models.end()) continue;
      const auto is_back = [&](const Field& back) { return back.is_list && back.type == name && back.relation_name == field.relation_name; };
      const auto backs = std::count_if(other->second.fields.begin(), other->second.fields.end(), is_back);
      if (backs == 0 || (other->first == name && backs < 2)) continue;
      const auto& [first, second] = std::minmax(name, field.type);
      joins.insert(full_name(models.at(first).schema, "_" + (field.relation_name.empty() ? first + "To" + second : field.relation_name)));
    }
  }
  tables.insert(tables.end(), joins.begin(), joins.end());
  std::sort(tables.begin(), tables.end());
  return tables;
}

}  // namespace safety::migrations

// What of schema.prisma is to be taken back. Names of indexes and foreign keys are those that Prisma makes when map: gives none.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/prisma_schema.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/rollback/advice.hpp"

namespace safety::rollback {
namespace {

using migrations::PrismaBlock;
using migrations::PrismaField;
using What = schema::Change::What;

struct Place {
  std::size_t file = 0;
  const PrismaBlock* block = nullptr;
  explicit operator bool() const { return block != nullptr; }
};

/// PostgreSQL's longest name; Prisma cuts before the ending.
std::string default_name(const std::string& table, const std::vector<std::string>& columns, const std::string& ending) {
  constexpr std::size_t kLongest = 63;
  const auto name = table + "_" + join(columns, "_");
  return name.substr(0, kLongest - ending.size()) + ending;
}

std::vector<std::string> columns_of(const PrismaBlock& model, const std::vector<std::string>& fields) {
  std::vector<std::string> columns;
  for (const auto& name : fields) {
    const auto found = std::find_if(model.fields.begin(), model.fields.end(), [&](const auto& field) { return field.name == name; });
    columns.push_back(found == model.fields.end() ? name : found->column);
  }
  return columns;
}

std::string name_or_default(const PrismaBlock& model, std::string_view attribute, const std::vector<std::string>& fields, const std::string& ending) {
  const auto mapped = migrations::argument_of(attribute, "map");
  return mapped.empty() ? default_name(model.mapped, columns_of(model, fields), ending) : mapped;
}

class PrismaAdvice {
 public:
  explicit PrismaAdvice(const migrations::PrismaProject& project) : project_(project) {
    for (const auto& file : project.schema_files) files_.push_back(migrations::read_prisma_blocks(os::read_file_if_exists(file).value_or("")));
    for (const auto& blocks : files_)
      for (const auto& block : blocks) has_schemas_ = has_schemas_ || !block.schema.empty();
  }

  std::vector<AdviceLine> run(const std::vector<schema::Change>& changes) {
    // Fields first: what goes with them needs no line of its own.
    for (const auto& change : changes) {
      const auto subject = subject_of(change);
      if (subject.kind == "column") column(change, subject);
      if (subject.kind == "table") table(change, subject);
      if (subject.kind == "enum") enumeration(change, subject);
    }
    for (const auto& change : changes) {
      const auto subject = subject_of(change);
      if (subject.kind == "index") index(change, subject);
      if (subject.kind == "constraint") constraint(change, subject);
    }
    return std::move(lines_);
  }

 private:
  void add(std::size_t file, int line, const std::string& text, const std::string& more = "") {
    const auto place = shown_path(project_.schema_files[file]) + (line > 0 ? fmt::format(":{}", line) : "");
    AdviceLine made{file, fmt::format("{} ({}){}", text, place, more.empty() ? "" : ": " + one_line(more))};
    if (said_.insert(made.text).second) lines_.push_back(std::move(made));
  }

  /// Without @@schema everything is in the address's schema, whichever that is.
  Place find(const Subject& subject, const std::string& name, bool is_enum) const {
    for (std::size_t file = 0; file < files_.size(); ++file)
      for (const auto& block : files_[file]) {
        const bool is_kind = is_enum ? block.kind == "enum" : block.kind == "model" || block.kind == "view";
        if (is_kind && block.mapped == name && (!has_schemas_ || block.schema == subject.schema)) return {file, &block};
      }
    return {};
  }

  bool is_model(const std::string& type) const {
    return std::any_of(files_.begin(), files_.end(), [&](const auto& blocks) {
      return std::any_of(blocks.begin(), blocks.end(), [&](const auto& block) { return block.kind == "model" && block.name == type; });
    });
  }

  template <typename Act>
  void for_each_field(Act act) const {
    for (std::size_t file = 0; file < files_.size(); ++file)
      for (const auto& block : files_[file])
        if (block.kind == "model")
          for (const auto& field : block.fields) act(file, block, field);
  }

  void column(const schema::Change& change, const Subject& subject) {
    const auto place = find(subject, subject.table, false);
    if (!place) return;
    const auto& fields = place.block->fields;
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& one) { return one.column == subject.name && !is_model(one.type); });
    const bool is_there = field != fields.end();
    const auto& model = place.block->name;
    if (change.what == What::dropped && !is_there)
      add(place.file, place.block->line, fmt::format("bring back the field of column `{}` in model {}", subject.name, model), subject.text);
    if (change.what == What::changed && is_there) add(place.file, field->line, fmt::format("take back the change of field `{}` of model {}", field->name, model), words_after_name(change));
    if (change.what != What::added || !is_there) return;
    add(place.file, field->line, fmt::format("remove field `{}` of model {}", field->name, model));
    removed_.insert(&*field);
    for (const auto& other : fields) {
      const auto over = over_fields(other);
      if (std::find(over.begin(), over.end(), field->name) != over.end()) remove_relation(place, other);
    }
  }

  /// The fields that a relation field stands on: fields: [ownerId].
  static std::vector<std::string> over_fields(const PrismaField& field) {
    const auto relation = field.text.find("@relation(");
    const auto fields = relation == std::string::npos ? relation : field.text.find("fields:", relation);
    return fields == std::string::npos ? std::vector<std::string>() : migrations::listed_fields(std::string_view(field.text).substr(fields));
  }

  void remove_relation(const Place& place, const PrismaField& field) {
    add(place.file, field.line, fmt::format("remove relation field `{}` of model {}", field.name, place.block->name));
    for_each_field([&](std::size_t file, const PrismaBlock& model, const PrismaField& other) {
      const bool is_other_end = model.name == field.type && other.type == place.block->name && other.relation_name == field.relation_name && &other != &field;
      if (is_other_end && over_fields(other).empty()) add(file, other.line, fmt::format("remove relation field `{}` of model {}", other.name, model.name));
    });
  }

  void table(const schema::Change& change, const Subject& subject) {
    const auto place = find(subject, subject.table, false);
    if (change.what == What::dropped && !place && !files_.empty()) add(0, 0, fmt::format("bring back the model of table `{}`", subject.table));
    if (change.what != What::added) return;
    if (place) add(place.file, place.block->line, fmt::format("remove model {}", place.block->name));
    for_each_field([&](std::size_t file, const PrismaBlock& model, const PrismaField& field) {
      const bool stands_on_it = place && field.type == place.block->name && &model != place.block;
      const bool makes_it = !place && field.is_list && is_model(field.type) && migrations::join_table_of(model, field) == subject.table;
      if (stands_on_it || makes_it) add(file, field.line, fmt::format("remove relation field `{}` of model {}", field.name, model.name));
    });
  }

  void enumeration(const schema::Change& change, const Subject& subject) {
    const auto place = find(subject, subject.name, true);
    if (change.what == What::added && place) add(place.file, place.block->line, fmt::format("remove enum {}", place.block->name));
    if (change.what == What::changed && place) add(place.file, place.block->line, fmt::format("take back the change of enum {}", place.block->name), words_after_name(change));
    if (change.what == What::dropped && !place && !files_.empty()) add(0, 0, fmt::format("bring back the enum of type `{}`", subject.name), subject.text);
  }

  void index(const schema::Change& change, const Subject& subject) {
    const auto place = find(subject, subject.table, false);
    if (!place) return;
    const auto& model = *place.block;
    const auto report = [&](int line, const std::string& what) {
      if (change.what == What::added) add(place.file, line, fmt::format("remove {} of model {}", what, model.name));
      if (change.what == What::changed) add(place.file, line, fmt::format("take back the change of {} of model {}", what, model.name), words_after_name(change));
    };
    for (const auto& attribute : model.attributes) {
      const std::string ending = attribute.text.starts_with("@@index") ? "_idx" : attribute.text.starts_with("@@unique") ? "_key" : "";
      if (!ending.empty() && name_or_default(model, attribute.text, migrations::listed_fields(attribute.text), ending) == subject.name) return report(attribute.line, "`" + attribute.text + "`");
    }
    for (const auto& field : model.fields) {
      const auto unique = field.text.find("@unique");
      if (unique == std::string::npos || name_or_default(model, std::string_view(field.text).substr(unique), {field.name}, "_key") != subject.name) continue;
      if (!removed_.contains(&field)) report(field.line, fmt::format("@unique of field `{}`", field.name));
      return;
    }
    if (change.what == What::dropped) add(place.file, model.line, fmt::format("bring back index `{}` of model {}", subject.name, model.name), subject.text);
  }

  void constraint(const schema::Change& change, const Subject& subject) {
    const auto place = find(subject, subject.table, false);
    if (!place) return;
    if (subject.text.starts_with("UNIQUE")) return index(change, subject);
    if (subject.text.starts_with("PRIMARY KEY")) return add(place.file, place.block->line, fmt::format("take back the change of the key of model {}", place.block->name), change.words);
    if (!subject.text.starts_with("FOREIGN KEY")) return;  // Prisma knows no others
    for (const auto& field : place.block->fields) {
      const auto over = over_fields(field);
      const std::string_view relation = std::string_view(field.text).substr(std::min(field.text.size(), field.text.find("@relation(")));
      if (over.empty() || name_or_default(*place.block, relation, over, "_fkey") != subject.name) continue;
      if (change.what == What::added) remove_relation(place, field);
      if (change.what == What::changed) add(place.file, field.line, fmt::format("take back the change of relation field `{}` of model {}", field.name, place.block->name), words_after_name(change));
      return;
    }
    if (change.what == What::dropped) add(place.file, place.block->line, fmt::format("bring back the relation `{}` of model {}", subject.name, place.block->name), subject.text);
  }

  const migrations::PrismaProject& project_;
  std::vector<std::vector<PrismaBlock>> files_;
  bool has_schemas_ = false;
  std::vector<AdviceLine> lines_;
  std::set<std::string> said_;
  std::set<const PrismaField*> removed_;
};

}  // namespace

std::vector<AdviceLine> lines_of_prisma(const migrations::PrismaProject& project, const std::vector<schema::Change>& changes) { return PrismaAdvice(project).run(changes); }

}  // namespace safety::rollback

#include "libsafety/preflight/made.hpp"

#include <algorithm>

#include "libsafety/base/text.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;

bool says_not_null(const ConstraintInfo& check, const std::string& column) {
  return check.expression == column + " IS NOT NULL" || check.expression == quote_where_needed(column) + " IS NOT NULL" ||
         check.expression == "\"" + column + "\" IS NOT NULL" || check.expression == column + " is not null";
}

}  // namespace

std::string key_of(const TableName& name) { return (name.schema.empty() ? "public" : name.schema) + "." + name.name; }

const Made::Table* Made::find(const TableName& name) const {
  const auto found = tables_.find(key_of(name));
  return found == tables_.end() ? nullptr : &found->second;
}

Made::Table& Made::table(const TableName& name) {
  const auto [at, is_first] = tables_.try_emplace(key_of(name));
  if (is_first) at->second.original = name;
  return at->second;
}

bool Made::is_new(const TableName& name) const {
  const auto* found = find(name);
  return found != nullptr && found->is_new;
}

bool Made::is_surely_new(const TableName& name) const {
  const auto* found = find(name);
  return found != nullptr && found->is_new && found->is_certain;
}

const ColumnInfo* Made::new_column(const TableName& name, const std::string& column) const {
  const auto* found = find(name);
  if (found == nullptr) return nullptr;
  const auto at = found->columns.find(column);
  return at == found->columns.end() ? nullptr : &at->second;
}

bool Made::is_backfilled(const TableName& name, const std::string& column) const {
  const auto* found = find(name);
  return found != nullptr && found->backfilled.contains(column);
}

bool Made::is_dropped(const TableName& name) const {
  const auto* found = find(name);
  return found != nullptr && found->is_dropped;
}

bool Made::has_changed_rows(const TableName& name) const {
  const auto* found = find(name);
  return found != nullptr && found->has_changed_rows;
}

TableName Made::original(const TableName& name) const {
  const auto* found = find(name);
  return found == nullptr ? name : found->original;
}

std::string Made::original_column(const TableName& name, const std::string& column) const {
  const auto* found = find(name);
  if (found == nullptr) return column;
  const auto at = found->column_names.find(column);
  return at == found->column_names.end() ? column : at->second;
}

bool Made::has_index_on(const TableName& name, const std::vector<std::string>& columns) const {
  const auto* found = find(name);
  if (found == nullptr) return false;
  return std::any_of(found->indexed.begin(), found->indexed.end(), [&](const auto& indexed) {
    return indexed.size() >= columns.size() && std::is_permutation(columns.begin(), columns.end(), indexed.begin());
  });
}

const std::vector<std::string>* Made::new_enum(const TableName& type) const {
  const auto found = enums_.find(key_of(type));
  return found == enums_.end() ? nullptr : &found->second;
}

const ConstraintInfo* Made::not_valid(const TableName& name, const std::string& constraint) const {
  const auto* found = find(name);
  if (found == nullptr) return nullptr;
  const auto at = found->not_valid.find(constraint);
  return at == found->not_valid.end() ? nullptr : &at->second;
}

bool Made::is_known_not_null(const TableName& name, const std::string& column) const {
  const auto* found = find(name);
  return found != nullptr && std::any_of(found->checks.begin(), found->checks.end(), [&](const auto& check) { return says_not_null(check, column); });
}

void Made::rename_table(const Action& action) {
  auto moved = table(action.object);
  tables_.erase(key_of(action.object));
  auto name = action.object;
  (action.kind_word == "schema" ? name.schema : name.name) = action.new_name;
  tables_[key_of(name)] = std::move(moved);
}

void Made::add_constraint(const Action& action) {
  auto& to = table(action.object);
  const auto& constraint = action.constraint;
  if (constraint.is_not_valid)
    to.not_valid[constraint.name] = constraint;
  else if (constraint.kind == ConstraintInfo::Kind::check)
    to.checks.push_back(constraint);
  if (constraint.kind == ConstraintInfo::Kind::unique || constraint.kind == ConstraintInfo::Kind::primary_key) to.indexed.push_back(constraint.columns);
}

void Made::apply(const Action& action) {
  switch (action.kind) {
    case Kind::create_table: {
      auto& made = tables_[key_of(action.object)] = {};
      made.original = action.object;
      made.is_new = true;
      made.is_certain = !action.has_if;
      break;
    }
    case Kind::drop_table: table(action.object).is_dropped = true; break;
    case Kind::add_column:
      if (!is_new(action.object)) table(action.object).columns[action.name] = action.column;
      break;
    case Kind::drop_column: table(action.object).columns.erase(action.name); break;
    case Kind::rename_table: rename_table(action); break;
    case Kind::rename_column: {
      auto& names = table(action.object).column_names;
      names[action.new_name] = original_column(action.object, action.name);
      auto& columns = table(action.object).columns;
      if (auto moved = columns.extract(action.name)) {
        moved.key() = action.new_name;
        columns.insert(std::move(moved));
      }
      break;
    }
    case Kind::update_rows:
      // A part of the rows is a backfill where it is the part that lacks the value.
      for (const auto& column : action.set_columns)
        if (!action.has_where || action.expression == column + " IS NULL" || action.expression == quote_where_needed(column) + " IS NULL" ||
            action.expression == column + " is null")
          table(action.object).backfilled.insert(column);
      table(action.object).has_changed_rows = true;
      break;
    case Kind::delete_rows:
    case Kind::insert_rows:
    case Kind::merge_rows:
    case Kind::truncate: table(action.object).has_changed_rows = true; break;
    case Kind::create_index:
      indexes_.insert(action.name);
      if (action.index.columns.size() == action.index.expressions.size() && action.index.predicate.empty())
        table(action.object).indexed.push_back(action.index.columns);
      break;
    case Kind::drop_index:
      dropped_indexes_.insert(action.object.name);
      indexes_.erase(action.object.name);
      break;
    case Kind::add_constraint: add_constraint(action); break;
    case Kind::validate_constraint: {
      auto& of = table(action.object);
      if (const auto at = of.not_valid.find(action.name); at != of.not_valid.end()) {
        if (at->second.kind == ConstraintInfo::Kind::check) of.checks.push_back(at->second);
        of.not_valid.erase(at);
      }
      break;
    }
    case Kind::create_type:
      objects_.insert(key_of(action.object));
      if (action.kind_word == "enum") enums_[key_of(action.object)] = action.labels;
      break;
    case Kind::rename_type:
      if (auto moved = enums_.extract(key_of(action.object))) {
        moved.key() = key_of({action.object.schema, action.new_name});
        enums_.insert(std::move(moved));
      }
      objects_.insert(key_of({action.object.schema, action.new_name}));
      break;
    case Kind::create_view:
      if (action.kind_word == "materialized view") table(action.object).is_new = true;
      objects_.insert(key_of(action.object));
      break;
    case Kind::create_sequence:
    case Kind::create_function:
    case Kind::create_extension: objects_.insert(key_of(action.object)); break;
    case Kind::create_schema: objects_.insert("schema " + action.object.name); break;
    default: break;
  }
}

}  // namespace safety::preflight

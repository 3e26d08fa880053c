#include "libsafety/rollback/then_tables.hpp"

#include <algorithm>

#include "libsafety/base/text.hpp"

namespace safety::rollback {
namespace {

using preflight::Action;
using preflight::TableName;
using Kind = Action::Kind;

bool is_table(const std::string& kind) { return kind == "table" || kind == "partitioned table" || kind == "foreign table"; }

/// The value of search_path, or its default where it has none.
std::vector<std::string> read_path(const std::string& value) {
  std::vector<std::string> path;
  for (std::size_t from = 0; from <= value.size();) {
    const auto to = std::min(value.find(',', from), value.size());
    const auto name = trim(std::string_view(value).substr(from, to - from));
    from = to + 1;
    if (name.find('$') != std::string_view::npos || name == "pg_catalog") continue;  // "$user": a schema that hardly anybody has
    path.push_back(name.starts_with('"') ? preflight::name_of_token(name) : std::string(name));
  }
  if (trim(value).empty()) path = {"public"};
  return path;
}

}  // namespace

std::vector<std::string> parts_of_name(const std::string& text) {
  std::vector<std::string> parts;
  const preflight::Tokens tokens(text);
  for (std::size_t at = 0; at < tokens.size() && !tokens.is_symbol(at, '('); ++at)
    if (!tokens.is_symbol(at, '.')) parts.push_back(preflight::name_of_token(tokens.raw(at)));
  return parts;
}

ThenTables::ThenTables(const std::vector<schema::Definition>& then) {
  for (const auto& one : then) {
    const bool is_view = one.kind == "view";
    if (!is_table(one.kind) && !is_view) continue;
    if (const auto parts = parts_of_name(one.name); parts.size() == 2) tables_[{parts[0], parts[1]}] = {{parts[0], parts[1]}, 0, is_view, {}};
  }
  for (const auto& one : then)
    if (const auto parts = parts_of_name(one.name); one.kind == "column" && parts.size() == 3)
      if (const auto table = tables_.find({parts[0], parts[1]}); table != tables_.end()) table->second.columns[parts[2]] = 0;
}

void ThenTables::begin_migration() {
  temporary_.clear();
  path_ = {"public"};
}

ThenTables::Key ThenTables::key_of(const TableName& name) const {
  if (!name.schema.empty()) return {name.schema, name.name};
  for (const auto& schema : path_)
    if (tables_.contains({schema, name.name})) return {schema, name.name};
  return {path_.empty() ? std::string() : path_.front(), name.name};
}

const ThenTables::Table* ThenTables::find(const TableName& name) const {
  if (name.schema.empty() && temporary_.contains(name.name)) return nullptr;
  const auto found = tables_.find(key_of(name));
  return found == tables_.end() ? nullptr : &found->second;
}

std::optional<std::string> ThenTables::name_then(const TableName& name) const {
  const auto* table = find(name);
  if (table == nullptr) return std::nullopt;
  if (table->number == 0) return table->then.first + "." + table->then.second;
  if (const auto old = stand_ins_.find(table->number); old != stand_ins_.end()) return old->second;
  return table->is_view ? std::optional<std::string>("") : std::nullopt;
}

bool ThenTables::has_column(const TableName& name, const std::string& column) const {
  const auto* table = find(name);
  if (table == nullptr) return false;
  if (table->is_view || stand_ins_.contains(table->number)) return true;
  const auto found = table->columns.find(column);
  return table->number == 0 && found != table->columns.end() && (found->second == 0 || stand_ins_.contains(found->second));
}

ThenTables::StandIns ThenTables::stand_ins(const std::vector<schema::Definition>& then) const {
  const ThenTables old(then);
  StandIns found;
  for (const auto& [key, table] : tables_) {
    const auto before = old.tables_.find(table.number == 0 ? table.then : key);
    if (before == old.tables_.end()) continue;
    const auto name = before->first.first + "." + before->first.second;
    if (table.number != 0) found.emplace(table.number, name);
    for (const auto& [column, number] : table.columns)
      if (number != 0 && before->second.columns.contains(column)) found.emplace(number, name);
  }
  return found;
}

void ThenTables::make(const Action& action, bool is_view) {
  if (action.is_temporary) {
    temporary_.insert(action.object.name);
    return;
  }
  // In the first schema of the path, whatever the others hold. One that is there stays what it is: IF NOT EXISTS, OR REPLACE.
  const auto schema = !action.object.schema.empty() ? action.object.schema : path_.empty() ? std::string() : path_.front();
  tables_.try_emplace({schema, action.object.name}, Table{{}, ++made_, is_view, {}});
}

void ThenTables::rename(const Key& from, const Key& to) {
  if (auto moved = tables_.extract(from)) tables_.insert_or_assign(to, std::move(moved.mapped()));
}

void ThenTables::rename_schema(const std::string& from, const std::string& to) {
  std::vector<Key> keys;
  for (const auto& [key, table] : tables_)
    if (key.first == from) keys.push_back(key);
  for (const auto& key : keys) rename(key, {to, key.second});
}

void ThenTables::apply(const Action& action, bool is_certain) {
  const bool is_temporary = action.object.schema.empty() && temporary_.contains(action.object.name);
  const auto key = key_of(action.object);
  const auto found = tables_.find(key);
  auto* columns = is_temporary || found == tables_.end() ? nullptr : &found->second.columns;
  switch (action.kind) {
    case Kind::create_table: make(action, false); break;
    case Kind::create_view: make(action, true); break;
    case Kind::drop_table:
    case Kind::drop_view:
    case Kind::drop_other:
      if (is_temporary)
        temporary_.erase(action.object.name);
      else if (is_certain && (action.kind != Kind::drop_other || action.kind_word == "foreign table"))
        tables_.erase(key);
      break;
    case Kind::drop_schema:
      if (is_certain) std::erase_if(tables_, [&](const auto& one) { return one.first.first == action.object.name; });
      break;
    case Kind::add_column:
      if (columns != nullptr) columns->try_emplace(action.name, ++made_);  // IF NOT EXISTS: one that is there stays
      break;
    case Kind::drop_column:
      if (columns != nullptr && is_certain) columns->erase(action.name);
      break;
    case Kind::rename_table:
      if (!is_temporary) rename(key, action.kind_word == "schema" ? Key{action.new_name, key.second} : Key{key.first, action.new_name});
      break;
    case Kind::rename_column:
      if (columns == nullptr) break;
      if (auto moved = columns->extract(action.name)) columns->insert_or_assign(action.new_name, moved.mapped());
      break;
    case Kind::rename_schema: rename_schema(action.object.name, action.new_name); break;
    case Kind::set:
      if (action.name == "search_path" || action.name.empty()) path_ = read_path(action.new_name);  // RESET ALL names none
      break;
    default: break;
  }
}

}  // namespace safety::rollback

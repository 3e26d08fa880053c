// Two tools in one database: what one does to the other's tables, to the toolkit's, and to the tables in which both keep
// their histories.

#include <fmt/format.h>

#include <set>

#include "libsafety/preflight/look.hpp"

namespace safety::preflight {
namespace {

using Kind = Action::Kind;
using migrations::Owner;

const std::set<std::string> kHistoryTables{"_prisma_migrations", "__drizzle_migrations", "prisma_contract"};

Owner owner_of_source(const Source& source) {
  return source.tool == "prisma" ? Owner::prisma : source.tool == "drizzle" ? Owner::drizzle : Owner::nobody;
}

Owner owner_of_table(const Look& look, const TableName& name) {
  const auto table = look.made.original(name);
  if (table.schema == "safety") return Owner::safety;
  return look.options.ownership.owner_of(table.schema.empty() ? "public" : table.schema, table.name);
}

bool is_destructive(const Action& action) {
  switch (action.kind) {
    case Kind::drop_table:
    case Kind::drop_column:
    case Kind::drop_schema:
    case Kind::truncate: return true;
    case Kind::delete_rows:
    case Kind::update_rows: return !action.has_where;
    default: return false;
  }
}

bool is_about_table(const Action& action) {
  return is_definition(action) && (lock_of(action) != Lock::none || action.kind == Kind::create_index || action.kind == Kind::attach_partition ||
                                   action.kind == Kind::detach_partition || action.kind == Kind::change_owner);
}

bool has_several_owners(const Look& look) {
  std::set<Owner> owners;
  if (const auto own = owner_of_source(look.file.source); own != Owner::nobody) owners.insert(own);
  for (const auto& [table, owner] : look.options.ownership.tables()) owners.insert(owner);
  owners.erase(Owner::nobody);
  return owners.size() > 1;
}

void check_history(Look& look, const Action& action) {
  if (!kHistoryTables.contains(action.object.name) || action.kind == Kind::select || action.kind == Kind::lock_table || action.kind == Kind::vacuum) return;
  if (look.made.is_new(action.object) || action.kind == Kind::create_table) return;
  look.report("history-table-edit", action.position, format_name(action.object),
              fmt::format("changes {}, in which a migration tool keeps what it has applied", format_name(action.object)));
}

void check_foreign(Look& look, const Action& action) {
  const auto name = format_name(action.object);
  const auto mine = owner_of_source(look.file.source);
  const auto owner = action.kind == Kind::drop_schema ? (action.object.name == "safety" ? Owner::safety : Owner::nobody) : owner_of_table(look, action.object);
  if (look.made.is_new(action.object) || owner == Owner::nobody || owner == mine || (mine == Owner::nobody && owner != Owner::safety)) return;
  const auto whose = owner == Owner::safety ? "this toolkit's" : migrations::name_of(owner) + "'s";
  if (is_destructive(action)) {
    const auto finding = look.report("foreign-object-drop", action.position, name, fmt::format("takes away what is {}: {}", whose, name));
    if (action.kind == Kind::drop_table || action.kind == Kind::truncate || action.kind == Kind::delete_rows)
      look.ask(finding, Question::Kind::lost_table, action.object);
    if (action.kind == Kind::drop_column) look.ask(finding, Question::Kind::lost_column, action.object, {action.name});
  } else if (is_about_table(action)) {
    look.report("foreign-object-change", action.position, name, fmt::format("changes table {}, which is {}", name, whose));
  }
}

}  // namespace

void check_owners(Look& look, const Action& action) {
  check_history(look, action);
  check_foreign(look, action);
  if (action.is_cascade && (action.kind == Kind::truncate || action.kind == Kind::drop_table) && has_several_owners(look)) {
    const auto name = format_name(action.object);
    const auto finding = look.report("cascade-across-owners", action.position, name,
                                     fmt::format("CASCADE from {} may reach tables of the other tool", name));
    look.ask(finding, Question::Kind::cascade_reach, action.object);
  }
}

}  // namespace safety::preflight

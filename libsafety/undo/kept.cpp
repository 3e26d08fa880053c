#include "libsafety/undo/kept.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/undo/refill.hpp"

namespace safety::undo {
namespace {

/// Types of the database may go with what is undone: their values are kept as text.
std::string selected(const Column& column) { return column.quoted + (column.is_type_of_user() ? "::text" : "") + " AS " + column.quoted; }

std::string column_list(const Table& table) {
  std::vector<std::string> columns;
  for (const auto& column : table.columns) columns.push_back(selected(column));
  return join(columns, ", ");
}

/// Names end at 63 bytes; the stamp must stay, and so must what tells two of them apart.
std::string kept_name(const std::string& what, const std::string& stamp, std::set<std::string>& taken, int number = 1) {
  const auto ending = number == 1 ? " " + stamp : fmt::format(" {} {}", number, stamp);
  auto name = what;
  while (name.size() + ending.size() > 63) {
    name.pop_back();
    while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0) == 0x80) name.pop_back();
    if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0) name.pop_back();
  }
  name += ending;
  return taken.insert(name).second ? pg::quote_qualified("safety_lost", name) : kept_name(what, stamp, taken, number + 1);
}

/// True (as SQL) for a value that the column's own default would not give again.
std::string is_worth_keeping(const Column& column) {
  return fmt::format("o.{} IS NOT NULL AND NOT ({})", column.quoted, is_untouched(column));
}

}  // namespace

std::vector<Kept> find_kept(const Scheme& scheme, const std::string& stamp) {
  std::vector<Kept> kept;
  std::set<std::string> taken;
  for (const auto& item : scheme.now.items) {
    const auto found = scheme.now.catalog.tables.find(item.id.oid);
    if (item.id.catalog != kRelations || found == scheme.now.catalog.tables.end() || !scheme.vanished.contains(item.id) || scheme.is_rebuilt(item.id.oid)) continue;
    const auto& table = found->second;
    // A partition is kept with its table, unless that one stays. A table of another kind of the same name is made anew from the checkpoint.
    if (table.kind == 'f' || (table.is_partition() && !table.parents.empty() && scheme.vanished.contains({kRelations, table.parents.front()}))) continue;
    kept.push_back({kept_name(table.title(), stamp, taken), fmt::format("SELECT {} FROM {}", column_list(table), table.own_rows()), "table " + table.quoted});
  }
  for (const auto& [then, plan] : scheme.tables) {
    if (plan.now->is_partition()) continue;
    std::vector<std::pair<const Column*, std::string>> lost;
    for (const auto* column : plan.dropped)
      if (column->generated.empty()) lost.push_back({column, is_worth_keeping(*column)});
    // What was written into a column that is computed again.
    for (const auto& source : plan.sources)
      if (source.kind == Source::Kind::computed && source.now != nullptr && source.now->generated.empty())
        lost.push_back({source.now, fmt::format("o.{} IS DISTINCT FROM ({})", source.now->quoted, source.then->default_value)});
    for (const auto& [column, condition] : lost) {
      std::string columns;
      if (plan.now->keys.empty()) {
        columns = column_list(*plan.now);
      } else {
        for (const auto& name : plan.now->keys.front()) {
          const auto* key = plan.now->find(name);
          if (key != column) columns += selected(*key) + ", ";
        }
        columns += selected(*column);
      }
      kept.push_back({kept_name(plan.now->title() + "." + column->name, stamp, taken),
                      fmt::format("SELECT {} FROM {} o WHERE {}", columns, plan.now->own_rows(), condition),
                      "column " + plan.now->quoted + "." + column->quoted});
    }
  }
  return kept;
}

}  // namespace safety::undo

#include "libsafety/undo/scheme.hpp"

#include <algorithm>
#include <tuple>

namespace safety::undo {
namespace {

bool is_one_of(const std::string& type, std::initializer_list<std::string_view> types) { return std::find(types.begin(), types.end(), type) != types.end(); }

/// What is altered in place, by its definition's own difference, at the end.
bool is_altered_in_place(const Item& now, const Item& then) {
  if (now.type == "DOMAIN") {
    const auto base = [](const std::string& text) { return text.substr(0, std::min({text.find('\n'), text.find(" DEFAULT "), text.find(" NOT NULL"), text.find(" COLLATE "), text.find(';')})); };
    return base(now.statements.front()) == base(then.statements.front());
  }
  const auto is_identity = [](const Item& item) { return item.statements.front().starts_with("ALTER TABLE "); };
  if (now.type == "SEQUENCE") return is_identity(now) == is_identity(then);
  if (is_one_of(now.type, {"TABLE", "SCHEMA", "EXTENSION", "DEFAULT", "FOREIGN TABLE", "SUBSCRIPTION"})) return true;
  if (!is_one_of(now.type, {"FUNCTION", "PROCEDURE"})) return false;
  // CREATE OR REPLACE keeps what stands before the body: parameters and the result's type.
  const auto head = [](const Item& item) { return item.statements.front().substr(0, item.statements.front().find("\n    LANGUAGE ")); };
  return head(now) == head(then);
}

class Maker {
 public:
  Maker(Scheme& scheme, const SchemeOptions& options) : scheme_(scheme), options_(options) {
    for (std::size_t at = 0; at < scheme.now.items.size(); ++at)
      if (scheme.now.items[at].id.oid != 0) position_[scheme.now.items[at].id] = at;
    for (const auto& one : scheme.now.catalog.dependencies) dependents_[one.on].push_back(&one);
  }

  void run() {
    for (const auto& [then, now] : scheme_.pairing.tables) compare_table(scheme_.then.catalog.tables.at(then), scheme_.now.catalog.tables.at(now));
    for (std::size_t at = 0; at < scheme_.now.items.size(); ++at) seed(at);
    close();
    for (auto& [then, plan] : scheme_.tables)
      if (plan.is_rebuilt) find_sources(plan);
    find_made();
  }

 private:
  std::optional<ObjectId> table_of(const Item& item) const {
    if (scheme_.now.catalog.tables.contains(item.id.oid) && item.id.catalog == kRelations) return item.id;
    for (const auto& [on, list] : dependents_)
      for (const auto* one : list)
        if (one->dependent == item.id && (one->kind == 'a' || one->kind == 'i') && on.catalog == kRelations && scheme_.now.catalog.tables.contains(on.oid)) return on;
    return std::nullopt;
  }

  std::string old_text(const Item& item) const {
    return scheme_.pairing.renames.empty() ? item.text() : with_old_names(scheme_.pairing, item.text(), table_of(item));
  }
  std::string old_text(const std::string& text, const Table& table) const { return with_old_names(scheme_.pairing, text, ObjectId{kRelations, table.oid}); }

  TablePlan& plan_for(std::uint32_t now) {
    for (const auto& [then, paired] : scheme_.pairing.tables)
      if (paired == now) {
        auto& plan = scheme_.tables[then];
        plan.now = &scheme_.now.catalog.tables.at(now);
        plan.then = &scheme_.then.catalog.tables.at(then);
        return plan;
      }
    return nobody_;
  }

  void rebuild(std::uint32_t now, const std::string& why) {
    auto& plan = plan_for(now);
    if (plan.now == nullptr || plan.is_rebuilt) return;
    plan.is_rebuilt = true;
    plan.why = why;
    vanish({kRelations, now}, false);
    // A partition is made with its table; what inherits must have its parent.
    for (const auto parent : plan.now->parents)
      if (plan.now->is_partition()) rebuild(parent, "its partition " + plan.now->title() + " is made anew");
  }

  /// What ALTER TABLE cannot give back makes a rebuild: columns that are gone, other types, another order.
  void compare_table(const Table& then, const Table& now) {
    if (now.kind == 'f' || then.kind == 'f') return;
    const auto& columns = scheme_.pairing.columns.at(then.oid);
    if (now.kind != then.kind || old_text(now.partition_key, now) != then.partition_key) return rebuild(now.oid, "it is partitioned in another way");
    if (options_.restores_rows_of.contains(then.title())) {
      plan_for(now.oid).restores_rows = true;
      rebuild(now.oid, "rows that are gone come back");
    }
    if (options_.filled.contains(then.title())) rebuild(now.oid, "values are filled in");
    const bool is_child = !then.parents.empty() && !then.is_partition();
    // Columns that were another's once are the table's own for good.
    if (is_child && names_of(scheme_.now, now.parents) != names_of(scheme_.then, then.parents)) rebuild(now.oid, "it inherited from another table");
    if (now.toast_options != then.toast_options) plan_for(now.oid);
    const auto moved = is_child ? std::set<std::string>{} : moved_columns(then, now);
    for (const auto& old : then.columns) {
      const auto found = columns.find(old.name);
      if (found == columns.end()) {
        rebuild(now.oid, "column " + old.quoted + " is gone");
        continue;
      }
      const auto& column = *now.find(found->second);
      if (old_text(column.type, now) != old.type || column.collation != old.collation) rebuild(now.oid, "column " + old.quoted + " has another type");
      if (old_text(column.default_value, now) != old.default_value && (!column.generated.empty() || !old.generated.empty())) rebuild(now.oid, "column " + old.quoted + " is computed in another way");
      if (column.generated != old.generated) rebuild(now.oid, "column " + old.quoted + " is computed in another way");
      if (scheme_.pairing.is_remade(then.oid, old.name)) rebuild(now.oid, "column " + old.quoted + " was dropped and made again");
      if (moved.contains(old.name)) {
        rebuild(now.oid, "column " + old.quoted + " stands in another place");
        scheme_.pairing.remade[then.oid].insert(old.name);  // only a column that is made again moves
      }
      const auto settings = [](const Column& one) { return std::tie(one.storage, one.compression, one.options, one.statistics); };
      if (settings(column) != settings(old)) plan_for(now.oid).settings.push_back({&column, &old});
    }
    for (const auto& column : now.columns) {
      const bool is_there = std::any_of(columns.begin(), columns.end(), [&](const auto& pair) { return pair.second == column.name; });
      if (!is_there && column.is_local) plan_for(now.oid).dropped.push_back(&column);
    }
  }

  /// Those that do not stand in the checkpoint's order: all but the longest row of columns that do.
  std::set<std::string> moved_columns(const Table& then, const Table& now) const {
    std::vector<std::pair<std::string, int>> places;
    const auto& columns = scheme_.pairing.columns.at(then.oid);
    for (const auto& old : then.columns)
      if (const auto found = columns.find(old.name); found != columns.end() && !scheme_.pairing.is_remade(then.oid, old.name))
        places.push_back({old.name, now.find(found->second)->number});
    std::vector<std::size_t> length(places.size(), 1), before(places.size(), places.size());
    std::size_t best = 0;
    for (std::size_t at = 0; at < places.size(); ++at) {
      for (std::size_t other = 0; other < at; ++other)
        if (places[other].second < places[at].second && length[other] + 1 > length[at]) length[at] = length[other] + 1, before[at] = other;
      // What was made again has the highest numbers: of two as long ones it is not in the row.
      if (length[at] > length[best] || (length[at] == length[best] && places[at].second < places[best].second)) best = at;
    }
    std::set<std::string> moved;
    for (const auto& [name, number] : places) moved.insert(name);
    for (auto at = places.empty() ? places.size() : best; at < places.size(); at = before[at]) moved.erase(places[at].first);
    return moved;
  }

  static std::vector<std::string> names_of(const Side& side, const std::vector<std::uint32_t>& tables) {
    std::vector<std::string> names;
    for (const auto oid : tables)
      if (const auto found = side.catalog.tables.find(oid); found != side.catalog.tables.end()) names.push_back(found->second.quoted);
    return names;
  }

  void seed(std::size_t at) {
    const auto& item = scheme_.now.items[at];
    const auto goal = scheme_.pairing.goal_of[at];
    if (item.id.oid == 0 || item.type == "DEFAULT" || item.type == "DEFAULT ACL") return;
    if (goal && has_same_labels(item, scheme_.then.items[*goal])) return;
    if (goal && (is_altered_in_place(item, scheme_.then.items[*goal]) || old_text(item) == scheme_.then.items[*goal].text())) return;
    vanish(item.id, false);
  }

  /// An enum with labels of other names only.
  bool has_same_labels(const Item& item, const Item& old) const {
    const auto is = scheme_.now.catalog.enums.find(item.id.oid), was = scheme_.then.catalog.enums.find(old.id.oid);
    if (item.type != "TYPE" || is == scheme_.now.catalog.enums.end() || was == scheme_.then.catalog.enums.end() || is->second.size() != was->second.size()) return false;
    const auto renamed = std::count_if(scheme_.pairing.renames.begin(), scheme_.pairing.renames.end(), [&](const Rename& one) { return one.object == item.id && one.from.empty(); });
    std::size_t other = 0;
    for (std::size_t at = 0; at < is->second.size(); ++at) other += is->second[at].label != was->second[at].label;
    return other == static_cast<std::size_t>(renamed);
  }

  void vanish(ObjectId id, bool is_automatic) {
    if (is_automatic) scheme_.automatic.insert(id);
    if (scheme_.vanished.insert(id).second) queue_.push_back({id, 0});
  }

  /// Everything that stands on what goes, goes too.
  void close() {
    for (const auto& [then, plan] : scheme_.tables)
      if (!plan.is_rebuilt)
        for (const auto* column : plan.dropped) queue_.push_back({{kRelations, plan.now->oid}, column->number});
    for (std::size_t at = 0; at < queue_.size(); ++at) {
      const auto [id, part] = queue_[at];
      const auto found = dependents_.find(id);
      if (found == dependents_.end()) continue;
      for (const auto* one : found->second)
        if (part == 0 || one->on_part == part) follow(*one, id, part);
    }
  }

  void follow(const Dependency& one, ObjectId id, int part) {
    const bool is_table = one.dependent.catalog == kRelations && scheme_.now.catalog.tables.contains(one.dependent.oid);
    const bool is_own = one.dependent == id;
    if (!is_table) {
      const bool is_automatic = one.kind == 'a' || one.kind == 'i' || one.kind == 'P' || one.kind == 'S';
      if (position_.contains(one.dependent)) vanish(one.dependent, is_automatic && goes_along(one.dependent));
      return;
    }
    auto& plan = plan_for(one.dependent.oid);
    if (plan.now == nullptr || plan.is_rebuilt) {
      // A table of now alone is dropped whoever else goes.
      return;
    }
    const auto column = std::find_if(plan.now->columns.begin(), plan.now->columns.end(), [&](const Column& c) { return c.number == one.dependent_part; });
    switch (one.part) {
      case Dependency::Part::default_value:
        if (column == plan.now->columns.end() || (is_own && part != 0 && column->number == part)) return;
        if (std::find(plan.dropped.begin(), plan.dropped.end(), &*column) != plan.dropped.end()) return;
        if (!column->generated.empty()) return rebuild(plan.now->oid, "column " + column->quoted + " is computed from what is made anew");
        if (std::find(plan.defaults.begin(), plan.defaults.end(), &*column) == plan.defaults.end()) plan.defaults.push_back(&*column);
        return;
      case Dependency::Part::check:
        if (is_own) return;
        if (std::find(plan.checks.begin(), plan.checks.end(), one.part_name) == plan.checks.end()) plan.checks.push_back(one.part_name);
        return;
      case Dependency::Part::column_type:
        if (column != plan.now->columns.end() && std::find(plan.dropped.begin(), plan.dropped.end(), &*column) != plan.dropped.end()) return;
        return rebuild(plan.now->oid, "it has a column of a type that is made anew");
      default:
        if (is_own || part != 0) return;
        return rebuild(plan.now->oid, "what it stands on is made anew");
    }
  }

  /// True for what DROP, or moving the table, takes along. Foreign keys would keep their tables from being dropped in just any order,
  /// and statistics have a name in the schema.
  bool goes_along(ObjectId id) const {
    const auto& item = scheme_.now.items[position_.at(id)];
    return item.type != "FK CONSTRAINT" && item.type != "STATISTICS";
  }

  void find_sources(TablePlan& plan) {
    const auto& columns = scheme_.pairing.columns.at(plan.then->oid);
    for (const auto& old : plan.then->columns) {
      Source source{.kind = Source::Kind::now, .now = nullptr, .then = &old};
      const auto found = columns.find(old.name);
      if (found != columns.end()) source.now = plan.now->find(found->second);
      // What is computed now nobody wrote.
      if (old.generated.empty() && source.now != nullptr && !source.now->generated.empty()) source.now = nullptr;
      if (!old.generated.empty())
        source.kind = Source::Kind::computed;
      else if (source.now == nullptr)
        source.kind = Source::Kind::refilled;
      else if (scheme_.pairing.is_remade(plan.then->oid, old.name))
        source.kind = Source::Kind::converted, source.is_remade = true;
      else if (old_text(source.now->type, *plan.now) != old.type || loses_labels(*source.now, old))
        source.kind = Source::Kind::converted;
      source.is_cast = source.now != nullptr && source.now->type_oid >= 16384 && is_type_gone(source.now->type_oid);
      plan.sources.push_back(source);
    }
  }

  bool is_type_gone(std::uint32_t oid) const {
    return scheme_.vanished.contains({kTypes, oid}) || (scheme_.now.catalog.elements.contains(oid) && scheme_.vanished.contains({kTypes, scheme_.now.catalog.elements.at(oid)}));
  }

  /// The checkpoint's enum has labels, or its composite type attributes, that the present one lacks: rows may have held them.
  bool loses_labels(const Column& column, const Column& old) const {
    const auto& were = scheme_.then.catalog.attributes;
    const auto& are = scheme_.now.catalog.attributes;
    if (const auto was = were.find(old.type_oid), is = are.find(column.type_oid); was != were.end() && is != are.end())
      return std::any_of(was->second.begin(), was->second.end(), [&](const auto& name) { return std::find(is->second.begin(), is->second.end(), name) == is->second.end(); });
    const auto type = scheme_.now.catalog.enums.find(column.type_oid);
    const auto item = position_.find({kTypes, column.type_oid});
    if (type == scheme_.now.catalog.enums.end() || item == position_.end() || !scheme_.pairing.goal_of[item->second]) return false;
    const auto& then = scheme_.then.catalog.enums.at(scheme_.then.items[*scheme_.pairing.goal_of[item->second]].id.oid);
    return std::any_of(then.begin(), then.end(), [&](const EnumLabel& label) {
      return std::none_of(type->second.begin(), type->second.end(), [&](const EnumLabel& other) { return other.label == label.label; });
    });
  }

  void find_made() {
    std::set<std::uint64_t> entries;  // of what is made
    std::set<ObjectId> ids;
    std::set<std::uint32_t> tables;
    const auto& items = scheme_.then.items;
    const auto is_made = [&](std::size_t at) {
      const auto& item = items[at];
      if (item.type == "DEFAULT") {
        const auto owner = scheme_.then.catalog.default_owners.find(item.id.oid);
        return owner != scheme_.then.catalog.default_owners.end() && ids.contains({kRelations, owner->second});  // of a view, too
      }
      if (item.type == "TABLE ATTACH") return std::any_of(tables.begin(), tables.end(), [&](auto oid) { return is_named(scheme_.then.catalog.tables.at(oid), item); });
      if (item.type == "INDEX ATTACH") return is_attached_to_made(item, entries);
      if (item.id.oid == 0) return std::any_of(item.needs.begin(), item.needs.end(), [&](auto entry) { return entries.contains(entry); });
      const auto now = scheme_.pairing.now_of[at];
      return !now || scheme_.vanished.contains(scheme_.now.items[*now].id);
    };
    for (std::size_t at = 0; at < items.size(); ++at) {
      if (items[at].type == "DEFAULT ACL" || !is_made(at)) continue;
      scheme_.made.push_back(at);
      entries.insert(items[at].entry);
      if (items[at].id.oid != 0) ids.insert(items[at].id);
      const auto table = scheme_.then.catalog.tables.find(items[at].id.oid);
      if (items[at].id.catalog != kRelations || table == scheme_.then.catalog.tables.end()) continue;
      tables.insert(table->first);
      if (!scheme_.pairing.now_of[at] && table->second.kind == 'r') scheme_.loaded.push_back(table->first);
    }
  }

  static bool is_named(const Table& table, const Item& item) { return table.schema == item.schema && table.name == item.name; }

  /// "INDEX ATTACH r1_pkey" with the index, or the constraint "r1 r1_pkey".
  bool is_attached_to_made(const Item& attach, const std::set<std::uint64_t>& entries) const {
    return std::any_of(scheme_.then.items.begin(), scheme_.then.items.end(), [&](const Item& item) {
      return entries.contains(item.entry) && item.schema == attach.schema &&
             ((item.type == "INDEX" && item.name == attach.name) || (item.type == "CONSTRAINT" && item.name.ends_with(" " + attach.name)));
    });
  }

  Scheme& scheme_;
  const SchemeOptions& options_;
  std::map<ObjectId, std::size_t> position_;
  std::map<ObjectId, std::vector<const Dependency*>> dependents_;
  std::vector<std::pair<ObjectId, int>> queue_;  // an object that goes, or a column of a table
  TablePlan nobody_;
};

}  // namespace

bool TablePlan::needs_checkpoint_rows() const {
  return restores_rows || std::any_of(sources.begin(), sources.end(), [](const Source& one) { return one.kind == Source::Kind::refilled || one.kind == Source::Kind::converted; });
}

const TablePlan* Scheme::plan_of_now(std::uint32_t oid) const {
  for (const auto& [old, plan] : tables)
    if (plan.now->oid == oid) return &plan;
  return nullptr;
}

bool Scheme::is_rebuilt(std::uint32_t oid) const {
  const auto* plan = plan_of_now(oid);
  return plan != nullptr && plan->is_rebuilt;
}

Scheme make_scheme(Side now, Side then, Pairing pairing, const SchemeOptions& options) {
  Scheme scheme;
  scheme.now = std::move(now);
  scheme.then = std::move(then);
  scheme.pairing = std::move(pairing);
  Maker(scheme, options).run();
  return scheme;
}

}  // namespace safety::undo

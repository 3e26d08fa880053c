#include "libsafety/undo/pairing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "libsafety/pg/quote.hpp"

namespace safety::undo {
namespace {

std::string key_of(const Item& item) { return item.type + "\n" + item.schema + "\n" + item.name; }

std::string qualified(const std::string& schema, const std::string& name) { return schema + "." + name; }

/// By oid first, then by type and name what is left.
void pair_items(const Side& now, const Side& then, bool is_clone, Pairing& pairing) {
  pairing.goal_of.resize(now.items.size());
  pairing.now_of.resize(then.items.size());
  const auto join = [&](std::size_t here, std::size_t there) {
    pairing.goal_of[here] = there;
    pairing.now_of[there] = here;
  };
  if (is_clone) {
    std::map<std::pair<ObjectId, std::string>, std::size_t> by_id;
    for (std::size_t at = 0; at < then.items.size(); ++at)
      if (then.items[at].id.oid != 0) by_id[{then.items[at].id, then.items[at].type}] = at;
    for (std::size_t at = 0; at < now.items.size(); ++at)
      if (const auto found = by_id.find({now.items[at].id, now.items[at].type}); found != by_id.end()) join(at, found->second);
  }
  std::map<std::string, std::size_t> by_name;
  for (std::size_t at = 0; at < then.items.size(); ++at)
    if (!pairing.now_of[at]) by_name.emplace(key_of(then.items[at]), at);
  for (std::size_t at = 0; at < now.items.size(); ++at) {
    if (pairing.goal_of[at]) continue;
    const auto found = by_name.find(key_of(now.items[at]));
    if (found == by_name.end() || pairing.now_of[found->second]) continue;
    join(at, found->second);
    if (is_clone && now.items[at].type == "TABLE") pairing.recreated.push_back(then.items[found->second].id.oid);
  }
}

bool has_same_columns(const Table& a, const Table& b) {
  return a.kind == b.kind && std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                                        [](const Column& x, const Column& y) { return x.name == y.name && x.type == y.type && x.is_not_null == y.is_not_null; });
}

/// Without oids: a table that is gone and a new one with the same columns and rows, and no other pair that could be meant.
void pair_renamed_tables(const Side& now, const Side& then, const SameData& has_same_data, Pairing& pairing) {
  std::map<std::size_t, std::vector<std::size_t>> candidates;
  for (std::size_t at = 0; at < now.items.size(); ++at) {
    if (pairing.goal_of[at] || now.items[at].type != "TABLE") continue;
    const auto table = now.catalog.tables.find(now.items[at].id.oid);
    if (table == now.catalog.tables.end() || table->second.is_partition()) continue;
    for (std::size_t other = 0; other < then.items.size(); ++other) {
      if (pairing.now_of[other] || then.items[other].type != "TABLE") continue;
      const auto old = then.catalog.tables.find(then.items[other].id.oid);
      if (old == then.catalog.tables.end() || !has_same_columns(table->second, old->second)) continue;
      std::map<std::string, std::string> columns;
      for (const auto& column : old->second.columns) columns[column.name] = column.name;
      if (has_same_data(table->second, old->second, columns)) candidates[other].push_back(at);
    }
  }
  std::set<std::size_t> taken;
  for (const auto& [other, found] : candidates)
    if (found.size() == 1 && taken.insert(found.front()).second) pairing.goal_of[found.front()] = other, pairing.now_of[other] = found.front();
}

/// By number in a clone. Else by name, and then one that is gone with one that is new, in the same place with the same type and values.
void pair_columns(const Table& now, const Table& then, bool is_clone, const SameData& has_same_data, Pairing& pairing) {
  auto& columns = pairing.columns[then.oid];
  std::set<std::string> taken;
  const auto join = [&](const Column& old, const Column& column) {
    columns[old.name] = column.name;
    taken.insert(column.name);
  };
  for (const auto& old : then.columns)
    for (const auto& column : now.columns)
      if (is_clone ? column.number == old.number : column.name == old.name) join(old, column);
  for (std::size_t at = 0; at < then.columns.size(); ++at) {
    const auto& old = then.columns[at];
    if (columns.contains(old.name)) continue;
    // Dropped and made again: the values are others', the name is the same.
    if (const auto* column = now.find(old.name); column != nullptr && !taken.contains(column->name)) {
      join(old, *column);
      pairing.remade[then.oid].insert(old.name);
      continue;
    }
    if (is_clone || at >= now.columns.size()) continue;
    const auto& column = now.columns[at];
    if (taken.contains(column.name) || column.type != old.type || then.find(column.name) != nullptr || column.generated != old.generated) continue;
    auto wanted = columns;
    wanted[old.name] = column.name;
    if (has_same_data(now, then, wanted)) join(old, column);
  }
}

/// Another table of the same name: its key and most columns are others.
void part_strangers(const Side& now, const Side& then, bool is_clone, Pairing& pairing) {
  for (std::size_t at = 0; at < now.items.size(); ++at) {
    if (!pairing.goal_of[at] || now.items[at].type != "TABLE") continue;
    const auto was = then.items[*pairing.goal_of[at]].id.oid;
    const bool is_by_name = !is_clone || std::find(pairing.recreated.begin(), pairing.recreated.end(), was) != pairing.recreated.end();
    const auto columns = pairing.columns.find(was);
    if (!is_by_name || columns == pairing.columns.end()) continue;
    const auto& table = then.catalog.tables.at(was);
    const bool has_key = std::any_of(table.keys.begin(), table.keys.end(), [&](const auto& key) {
      return std::all_of(key.begin(), key.end(), [&](const auto& name) { return columns->second.contains(name); });
    });
    if (has_key || columns->second.size() * 2 >= table.columns.size()) continue;
    pairing.now_of[*pairing.goal_of[at]].reset();
    pairing.goal_of[at].reset();
    pairing.tables.erase(was);
    pairing.columns.erase(was);
    std::erase(pairing.recreated, was);
  }
}

std::string words_of_type(const Item& item) {
  std::string words = item.type;
  for (auto& c : words) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return words == "fk constraint" || words == "check constraint" ? "constraint" : words;
}

class Renames {
 public:
  Renames(const Side& now, const Side& then, const std::map<ObjectId, ObjectName>& names_now, const std::map<ObjectId, ObjectName>& names_then, Pairing& pairing)
      : now_(now), then_(then), names_now_(names_now), names_then_(names_then), pairing_(pairing) {}

  void find() {
    for (std::size_t at = 0; at < now_.items.size(); ++at)
      if (pairing_.goal_of[at]) {
        find_of_item(now_.items[at], then_.items[*pairing_.goal_of[at]]);
        find_of_labels(now_.items[at], then_.items[*pairing_.goal_of[at]]);
      }
    for (const auto& [then, now] : pairing_.tables) find_of_columns(then_.catalog.tables.at(then), now_.catalog.tables.at(now));
  }

 private:
  void find_of_item(const Item& item, const Item& old) {
    const auto is = names_now_.find(item.id), was = names_then_.find(old.id);
    if (is == names_now_.end() || was == names_then_.end()) return;
    const auto& [schema, name, of] = is->second;
    const auto& [old_schema, old_name, old_of] = was->second;
    if (schema == old_schema && name == old_name) return;
    Rename rename;
    rename.object = item.id;
    rename.is_of_table = now_.catalog.tables.contains(item.id.oid) && item.id.catalog == kRelations;
    const bool is_schema = item.id.catalog == kSchemas;
    rename.from = is_schema ? name : qualified(schema, name);
    rename.to = is_schema ? old_name : qualified(old_schema, old_name);
    rename.words = fmt::format("{} {} was {}", words_of_type(item), rename.from, rename.to);
    const auto object = item.id.catalog == kConstraints || item.id.catalog == kTriggers || item.id.catalog == kPolicies;
    if (object) {
      // Their schema and table are renamed with them; only their own name is theirs.
      const auto& table = names_now_.at(of);
      if (name == old_name) return;
      rename.from = name, rename.to = old_name;
      rename.words = fmt::format("{} {} on {} was {}", words_of_type(item), rename.from, qualified(table.schema, table.name), rename.to);
      const auto on = item.id.catalog == kConstraints
                          ? fmt::format("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", qualified_now(of), name, old_name)
                          : fmt::format("ALTER {} {} ON {} RENAME TO {}", item.id.catalog == kTriggers ? "TRIGGER" : "POLICY", name, qualified_now(of), old_name);
      rename.statements.push_back(on);
    } else {
      const auto type = item.type == "TYPE" || item.type == "DOMAIN" || item.type == "SCHEMA" || item.type == "SEQUENCE" || item.type == "INDEX" || item.type == "TABLE" ||
                                item.type == "FOREIGN TABLE" || item.type == "VIEW" || item.type == "MATERIALIZED VIEW" || item.type == "STATISTICS"
                            ? item.type
                            : std::string();
      if (type.empty()) return;  // routines are dropped and made anew
      // A schema of another name takes what is in it along.
      const auto present = goes_with_its_table(item, old_schema) ? old_schema : renamed_schema(schema);
      if (name != old_name) rename.statements.push_back(fmt::format("ALTER {} {} RENAME TO {}", type, is_schema ? name : qualified(present, name), old_name));
      if (!is_schema && present != old_schema) rename.statements.push_back(fmt::format("ALTER {} {} SET SCHEMA {}", type, qualified(present, old_name), old_schema));
      if (rename.statements.empty()) return;
    }
    pairing_.renames.push_back(std::move(rename));
  }

  /// Indexes and sequences of a table follow it into its schema.
  bool goes_with_its_table(const Item& item, const std::string& schema) const {
    if (item.type != "INDEX" && item.type != "SEQUENCE") return false;
    return std::any_of(now_.catalog.dependencies.begin(), now_.catalog.dependencies.end(), [&](const Dependency& one) {
      if (one.dependent != item.id || (one.kind != 'a' && one.kind != 'i')) return false;
      return std::any_of(pairing_.tables.begin(), pairing_.tables.end(), [&](const auto& pair) {
        return pair.second == one.on.oid && names_then_.at({kRelations, pair.first}).schema == schema;
      });
    });
  }

  /// As many labels in the same places: the server can do no more to an enum than name one anew.
  void find_of_labels(const Item& item, const Item& old) {
    const auto is = now_.catalog.enums.find(item.id.oid), was = then_.catalog.enums.find(old.id.oid);
    if (item.type != "TYPE" || is == now_.catalog.enums.end() || was == then_.catalog.enums.end() || is->second.size() != was->second.size()) return;
    const auto& name = names_then_.at(old.id);
    for (std::size_t at = 0; at < is->second.size(); ++at) {
      const auto &label = is->second[at].label, &old_label = was->second[at].label;
      if (label == old_label) continue;
      const auto is_there = [&](const auto& labels, const std::string& one) { return std::any_of(labels.begin(), labels.end(), [&](const EnumLabel& other) { return other.label == one; }); };
      if (is_there(was->second, label) || is_there(is->second, old_label)) return;  // another order, or a type made anew
      const auto type = qualified(name.schema, name.name);
      pairing_.renames.push_back({fmt::format("value {} of type {} was {}", pg::quote_literal(label), type, pg::quote_literal(old_label)), item.id, 0, false,
                                  {fmt::format("ALTER TYPE {} RENAME VALUE {} TO {}", type, pg::quote_literal(label), pg::quote_literal(old_label))}, "", ""});
    }
  }

  std::string renamed_schema(const std::string& schema) const {
    for (const auto& [id, name] : names_now_) {
      if (id.catalog != kSchemas || name.name != schema) continue;
      for (std::size_t at = 0; at < now_.items.size(); ++at)
        if (now_.items[at].id == id && pairing_.goal_of[at])
          if (const auto was = names_then_.find(then_.items[*pairing_.goal_of[at]].id); was != names_then_.end()) return was->second.name;
    }
    return schema;
  }

  /// Schemas and tables have their old names by the time that their parts get theirs.
  std::string qualified_now(ObjectId table) const {
    for (const auto& [then, now] : pairing_.tables)
      if (now == table.oid) return then_.catalog.tables.at(then).quoted;
    const auto& name = names_now_.at(table);
    return qualified(renamed_schema(name.schema), name.name);
  }

  void find_of_columns(const Table& old, const Table& table) {
    const auto first = pairing_.renames.size();
    for (const auto& [then, now] : pairing_.columns.at(old.oid)) {
      if (then == now) continue;
      const auto* column = table.find(now);
      Rename rename;
      rename.object = {kRelations, table.oid};
      rename.column = column->number;
      rename.from = column->quoted, rename.to = old.find(then)->quoted;
      rename.words = fmt::format("column {} of {} was {}", rename.from, old.quoted, rename.to);
      rename.statements.push_back(fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", old.quoted, rename.from, rename.to));
      pairing_.renames.push_back(std::move(rename));
    }
    part_names(first, old);
  }

  /// Where one's old name is another's present one, all go by way of names that nobody has.
  void part_names(std::size_t first, const Table& table) {
    auto& renames = pairing_.renames;
    const auto collides = [&](const Rename& one) { return std::any_of(renames.begin() + static_cast<std::ptrdiff_t>(first), renames.end(), [&](const Rename& other) { return other.from == one.to; }); };
    if (std::none_of(renames.begin() + static_cast<std::ptrdiff_t>(first), renames.end(), collides)) return;
    std::vector<std::string> away;
    for (auto at = first; at < renames.size(); ++at) {
      const auto between = fmt::format("safety_renamed_{}", at);
      away.push_back(fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", table.quoted, renames[at].from, between));
      renames[at].statements = {fmt::format("ALTER TABLE {} RENAME COLUMN {} TO {}", table.quoted, between, renames[at].to)};
    }
    renames[first].statements.insert(renames[first].statements.begin(), away.begin(), away.end());
  }

  const Side& now_;
  const Side& then_;
  const std::map<ObjectId, ObjectName>& names_now_;
  const std::map<ObjectId, ObjectName>& names_then_;
  Pairing& pairing_;
};

}  // namespace

bool Pairing::is_remade(std::uint32_t then, const std::string& column) const {
  const auto found = remade.find(then);
  return found != remade.end() && found->second.contains(column);
}

std::map<ObjectId, ObjectName> read_names(pg::Connection& connection) {
  std::map<ObjectId, ObjectName> names;
  const auto rows = connection.execute(
      "SELECT 1259, c.oid, pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(c.relname), 0, 0 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid >= 16384 "
      "UNION ALL SELECT 1247, t.oid, pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(t.typname), 0, 0 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE t.oid >= 16384 "
      "UNION ALL SELECT 1255, p.oid, pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(p.proname), 0, 0 FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid >= 16384 "
      "UNION ALL SELECT 2615, oid, '', pg_catalog.quote_ident(nspname), 0, 0 FROM pg_catalog.pg_namespace "
      "UNION ALL SELECT 3381, s.oid, pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(s.stxname), 0, 0 FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace "
      "UNION ALL SELECT 2606, k.oid, pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(k.conname), 1259, k.conrelid FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace WHERE k.conrelid <> 0 "
      "UNION ALL SELECT 2620, t.oid, '', pg_catalog.quote_ident(t.tgname), 1259, t.tgrelid FROM pg_catalog.pg_trigger t WHERE NOT t.tgisinternal "
      "UNION ALL SELECT 3256, p.oid, '', pg_catalog.quote_ident(p.polname), 1259, p.polrelid FROM pg_catalog.pg_policy p");
  for (int row = 0; row < rows.rows(); ++row) {
    const auto number = [&](int column) { return static_cast<std::uint32_t>(rows.number(row, column)); };
    names[{number(0), number(1)}] = {rows.text(row, 2), rows.text(row, 3), {number(4), number(5)}};
  }
  return names;
}

Pairing pair(const Side& now, const Side& then, const std::map<ObjectId, ObjectName>& names_now, const std::map<ObjectId, ObjectName>& names_then, bool is_clone,
             const SameData& has_same_data) {
  Pairing pairing;
  pair_items(now, then, is_clone, pairing);
  if (!is_clone) pair_renamed_tables(now, then, has_same_data, pairing);
  for (std::size_t at = 0; at < now.items.size(); ++at) {
    if (!pairing.goal_of[at]) continue;
    const auto& old = then.items[*pairing.goal_of[at]];
    const auto table = now.catalog.tables.find(now.items[at].id.oid), was = then.catalog.tables.find(old.id.oid);
    if (now.items[at].id.catalog != kRelations || table == now.catalog.tables.end() || was == then.catalog.tables.end()) continue;
    pairing.tables[was->first] = table->first;
    const bool has_numbers = is_clone && std::find(pairing.recreated.begin(), pairing.recreated.end(), was->first) == pairing.recreated.end();
    pair_columns(table->second, was->second, has_numbers, has_same_data, pairing);
  }
  part_strangers(now, then, is_clone, pairing);
  Renames(now, then, names_now, names_then, pairing).find();
  // Schemas first, then what is in them, then parts of tables.
  std::stable_sort(pairing.renames.begin(), pairing.renames.end(), [](const Rename& a, const Rename& b) {
    const auto rank = [](const Rename& one) {
      if (one.object.catalog == kSchemas) return 0;
      if (one.column != 0) return 3;
      if (one.object.catalog == kConstraints || one.object.catalog == kTriggers || one.object.catalog == kPolicies) return 4;
      return one.is_of_table ? 1 : 2;
    };
    return rank(a) < rank(b);
  });
  return pairing;
}

std::string with_old_names(const Pairing& pairing, const std::string& text, std::optional<ObjectId> table) {
  if (pairing.renames.empty()) return text;
  std::map<std::string, std::string> names;
  for (const auto& rename : pairing.renames)
    if (!rename.from.empty() && (rename.column == 0 || (table && rename.object == *table))) names[rename.from] = rename.to;
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  };
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && (is_part(text[end]) || text[end] == '"')) {
      if (text[end] == '"') end = std::min(text.find('"', end + 1), text.size() - 1);
      ++end;
    }
    if (end == at) {
      result += text[at++];
      continue;
    }
    auto token = text.substr(at, end - at);
    // The whole of it, or what stands before the column's name.
    if (const auto found = names.find(token); found != names.end()) {
      token = found->second;
    } else if (const auto dot = token.rfind('.'); dot != std::string::npos) {
      const auto head = names.find(token.substr(0, dot)), tail = names.find(token.substr(dot + 1));
      token = (head == names.end() ? token.substr(0, dot) : head->second) + "." + (tail == names.end() ? token.substr(dot + 1) : tail->second);
    }
    result += token;
    at = end;
  }
  return result;
}

}  // namespace safety::undo

#include "libsafety/undo/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"

namespace safety::undo {
namespace {

std::string upper(std::string text) {
  for (auto& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return text;
}

bool is_post_data(const Item& item) {
  static const std::set<std::string> types{"CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT", "INDEX", "INDEX ATTACH", "STATISTICS", "TRIGGER", "RULE", "POLICY", "ROW SECURITY",
                                           "PUBLICATION", "PUBLICATION TABLE", "PUBLICATION TABLES IN SCHEMA", "EVENT TRIGGER", "SUBSCRIPTION"};
  return types.contains(item.type);
}

/// ALTER TABLE ... ADD GENERATED ... AS IDENTITY: it comes and goes with its column.
bool is_identity(const Item& item) { return item.type == "SEQUENCE" && item.statements.front().starts_with("ALTER TABLE "); }


class Writer {
 public:
  Writer(const Scheme& scheme, const std::map<ObjectId, std::pair<std::string, std::string>>& identities, const Casts& casts, const UndoRequest& request)
      : scheme_(scheme), identities_(identities), casts_(casts), request_(request) {
    for (const auto& [then, plan] : scheme.tables) has_rebuilt_ = has_rebuilt_ || plan.is_rebuilt;
  }

  Script write() {
    find_refills();
    find_locked();
    keep();
    clear_the_way();
    drop();
    move_aside();
    rename();
    make_and_fill();
    say(Act::Kind::sequences, "", "sequences stand behind every value");
    set_default_privileges();
    say(Act::Kind::align_rest, "", "privileges, comments, settings");
    return std::move(script_);
  }

 private:
  void run(const std::string& sql, const std::string& note = {}) { script_.acts.push_back({Act::Kind::statement, sql, 0, 0, note}); }
  void say(Act::Kind kind, const std::string& sql, const std::string& note, std::uint32_t table = 0, std::uint32_t key = 0) {
    script_.acts.push_back({kind, sql, table, key, note});
  }

  void find_refills() {
    for (const auto& [then, plan] : scheme_.tables)
      if (plan.is_rebuilt && is_filled_itself(plan) && plan.needs_checkpoint_rows() && key_of(plan)) script_.refills.push_back(make_refill(plan, script_.refills.size() + 1));
  }

  /// Rows of a partition come through its table.
  bool is_filled_itself(const TablePlan& plan) const { return !plan.now->is_partition() && plan.now->kind != 'f'; }

  void find_locked() {
    std::set<std::string> names;
    for (const auto& [then, plan] : scheme_.tables)
      if (plan.is_rebuilt || !plan.dropped.empty() || !plan.defaults.empty() || !plan.checks.empty()) names.insert(plan.now->quoted);
    for (const auto& id : scheme_.vanished)
      if (const auto table = scheme_.now.catalog.tables.find(id.oid); id.catalog == kRelations && table != scheme_.now.catalog.tables.end() && table->second.kind != 'f')
        names.insert(table->second.quoted);
    script_.locked.assign(names.begin(), names.end());
  }

  void keep() {
    const auto kept = find_kept(scheme_, request_.stamp);
    if (!kept.empty()) run("CREATE SCHEMA IF NOT EXISTS safety_lost", "what would be lost is kept");
    for (const auto& one : kept) {
      run(fmt::format("CREATE TABLE {} AS {}", one.table, one.select), one.what);
      script_.kept.push_back(one.table);
    }
  }

  void clear_the_way() {
    for (const auto& [then, plan] : scheme_.tables) {
      if (plan.is_rebuilt) continue;
      for (const auto* column : plan.defaults) run(fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP DEFAULT", plan.now->quoted, column->quoted));
      for (const auto& check : plan.checks) run(fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", plan.now->quoted, check));
    }
  }

  /// Newest first: what stands on others goes before them.
  void drop() {
    for (auto item = scheme_.now.items.rbegin(); item != scheme_.now.items.rend(); ++item) {
      const auto& id = item->id;
      // A type of theirs can go once they are gone.
      if (is_table(*item)) drop_columns(id.oid);
      if (id.oid == 0 || !scheme_.vanished.contains(id) || scheme_.automatic.contains(id) || is_moved(*item)) continue;
      if (is_identity(*item)) {
        drop_identity(id);
        continue;
      }
      if (item->type == "SCHEMA" || item->type == "EXTENSION") {
        const auto& [type, identity] = identities_.at(id);
        last_containers_.push_back(drop_statement(type, identity));
        continue;
      }
      const auto identity = identities_.find(id);
      if (identity == identities_.end()) continue;
      if (const auto sql = drop_statement(identity->second.first, identity->second.second); !sql.empty()) run(sql);
    }
  }

  void drop_identity(ObjectId sequence) {
    for (const auto& one : scheme_.now.catalog.dependencies) {
      const auto table = scheme_.now.catalog.tables.find(one.on.oid);
      if (one.dependent != sequence || one.kind != 'i' || one.on.catalog != kRelations || table == scheme_.now.catalog.tables.end() || scheme_.is_rebuilt(table->first)) continue;
      for (const auto& column : table->second.columns)
        if (column.number == one.on_part) run(fmt::format("ALTER TABLE {} ALTER COLUMN {} DROP IDENTITY", table->second.quoted, column.quoted));
    }
  }

  void drop_columns(std::uint32_t now) {
    const auto* plan = scheme_.plan_of_now(now);
    if (plan == nullptr || plan->is_rebuilt) return;
    for (const auto* column : plan->dropped) run(fmt::format("ALTER TABLE {} DROP COLUMN {}", plan->now->quoted, column->quoted));
  }

  bool is_table(const Item& item) const { return item.id.catalog == kRelations && scheme_.now.catalog.tables.contains(item.id.oid); }

  /// Old tables, what they are made of, and partitions that only they have.
  bool is_moved(const Item& item) const {
    if (!has_rebuilt_) return false;
    if (is_table(item)) {
      const auto& table = scheme_.now.catalog.tables.at(item.id.oid);
      if (scheme_.is_rebuilt(table.oid)) return true;
      return table.is_partition() && std::any_of(table.parents.begin(), table.parents.end(), [&](auto parent) { return scheme_.is_rebuilt(parent); });
    }
    if (item.type == "TYPE" || item.type == "DOMAIN") return true;
    // A default or a check of an old table may still call it.
    return item.type == "FUNCTION" && std::any_of(scheme_.now.catalog.dependencies.begin(), scheme_.now.catalog.dependencies.end(), [&](const Dependency& one) {
      return one.on == item.id && one.dependent.catalog == kRelations && scheme_.is_rebuilt(one.dependent.oid);
    });
  }

  void move_aside() {
    if (!has_rebuilt_) return;
    run(fmt::format("CREATE SCHEMA {}", kAside));
    std::vector<std::string> ends;
    for (const auto& item : scheme_.now.items) {
      if (item.id.oid == 0 || !scheme_.vanished.contains(item.id) || scheme_.automatic.contains(item.id) || !is_moved(item)) continue;
      const auto& [type, identity] = identities_.at(item.id);
      const auto word = upper(type == "composite type" ? "type" : type);
      run(fmt::format("ALTER {} {} SET SCHEMA {}", word, identity, kAside), is_table(item) ? why(item.id.oid) : "");
      // It may stand under another name there than its own schema gave it; parts of identities after the schema stay.
      ends.push_back(fmt::format("DROP {} IF EXISTS {}", word, with_moved_types(in_aside(item, identity))));
      if (word == "TYPE" || word == "DOMAIN") moved_types_.push_back({identity, in_aside(item, identity)});
      if (is_table(item)) aside_[item.id.oid] = in_aside(item, identity);
    }
    // Tables before what they are made of: last made, first gone.
    std::reverse(ends.begin(), ends.end());
    for (auto& one : ends) (one.starts_with("DROP TABLE") ? last_tables_ : last_others_).push_back(one);
  }

  /// Parameters are of the types that were moved, too.
  std::string with_moved_types(std::string identity) const {
    for (const auto& [from, to] : moved_types_)
      for (const std::string_view before : {"(", ","})
        for (auto at = identity.find(std::string(before) + from); at != std::string::npos; at = identity.find(std::string(before) + from, at + to.size()))
          identity.replace(at + 1, from.size(), to);
    return identity;
  }

  std::string why(std::uint32_t oid) const {
    const auto* plan = scheme_.plan_of_now(oid);
    return plan == nullptr ? "" : plan->why;
  }

  static std::string in_aside(const Item& item, const std::string& identity) {
    // The server writes schema and name with a dot between; either may be quoted.
    std::size_t at = 0;
    if (identity.starts_with('"'))
      for (at = 1; identity[at] != '"' || identity[at + 1] == '"'; ++at) at += identity[at] == '"';
    const auto dot = identity.find('.', at);
    return dot == std::string::npos || item.schema.empty() ? identity : std::string(kAside) + identity.substr(dot);
  }

  void rename() {
    for (const auto& rename : scheme_.pairing.renames) {
      if (scheme_.vanished.contains(rename.object)) continue;
      if (is_part_of_rebuilt(rename.object)) continue;
      for (const auto& sql : rename.statements) run(sql, rename.words);
    }
  }

  bool is_part_of_rebuilt(ObjectId id) const {
    return std::any_of(scheme_.now.catalog.dependencies.begin(), scheme_.now.catalog.dependencies.end(), [&](const Dependency& one) {
      return one.dependent == id && one.on.catalog == kRelations && (one.kind == 'a' || one.kind == 'i') && scheme_.is_rebuilt(one.on.oid);
    });
  }

  void make_and_fill() {
    bool is_filled = false;
    // A partition of a table that stays is attached when it has its keys and indexes: the server would make them, too.
    std::vector<std::string> attachments;
    const auto attach = [&] {
      for (const auto& sql : attachments) run(sql);
      attachments.clear();
    };
    for (const auto at : scheme_.made) {
      const auto& item = scheme_.then.items[at];
      if (item.type == "TABLE ATTACH" && !is_parent_made(item)) {
        for (const auto& sql : item.statements) attachments.push_back(without_semicolon(sql));
        continue;
      }
      if (is_filled && item.type != "CONSTRAINT" && item.type != "INDEX" && item.type != "STATISTICS" && item.type != "CHECK CONSTRAINT") attach();
      if (is_post_data(item) && !is_filled) {
        fill();
        is_filled = true;
      }
      if (is_identity(item) && !is_of_made_table(item)) continue;  // align adds it
      if (item.type == "FK CONSTRAINT") settle(item);
      for (const auto& setting : item.settings) run(setting);
      for (const auto& sql : item.statements) run(without_semicolon(sql), &sql == &item.statements.front() ? item.title() : "");
    }
    if (!is_filled) fill();
    attach();
    for (const auto at : scheme_.made) {
      const auto& item = scheme_.then.items[at];
      if (item.type != "MATERIALIZED VIEW" || !was_populated(at)) continue;
      run("REFRESH MATERIALIZED VIEW " + pg::quote_qualified(item.schema, item.name));
    }
  }

  /// Those of the checkpoint are given once those that differ are taken.
  void set_default_privileges() {
    for (std::size_t at = 0; at < scheme_.now.items.size(); ++at) {
      const auto& item = scheme_.now.items[at];
      const auto then = scheme_.pairing.goal_of[at];
      if (!is_told_by_item(item) || is_gone(item) || (then && scheme_.then.items[*then].text() == item.text())) continue;
      for (auto sql = item.statements.rbegin(); sql != item.statements.rend(); ++sql) run(without_semicolon(inverse_of_grant(*sql)));
    }
    for (std::size_t at = 0; at < scheme_.then.items.size(); ++at) {
      const auto& item = scheme_.then.items[at];
      const auto now = scheme_.pairing.now_of[at];
      const bool is_made = std::find(scheme_.made.begin(), scheme_.made.end(), at) != scheme_.made.end();
      if (!is_told_by_item(item) || is_made || (now && scheme_.now.items[*now].text() == item.text())) continue;
      for (const auto& sql : item.statements) run(without_semicolon(sql));
    }
  }

  /// Privileges that no definition tells of.
  static bool is_told_by_item(const Item& item) { return item.type == "DEFAULT ACL" || (item.type == "ACL" && (item.name.starts_with("TYPE ") || item.name.starts_with("DOMAIN "))); }
  bool is_gone(const Item& item) const {
    return std::any_of(scheme_.now.items.begin(), scheme_.now.items.end(), [&](const Item& one) {
      return std::find(item.needs.begin(), item.needs.end(), one.entry) != item.needs.end() && scheme_.vanished.contains(one.id);
    });
  }

  /// "ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b" and "... REVOKE SELECT ON TABLES FROM b".
  static std::string inverse_of_grant(std::string sql) {
    sql.insert(0, " ");  // so that a word at its begin is one, too
    for (const auto& [word, other, from, to] : {std::tuple{" GRANT ", " REVOKE ", " TO ", " FROM "}, std::tuple{" REVOKE ", " GRANT ", " FROM ", " TO "}})
      if (const auto at = sql.find(word), end = sql.rfind(from); at != std::string::npos && end != std::string::npos && end > at) {
        sql.replace(end, std::string_view(from).size(), to);
        sql.replace(at, std::string_view(word).size(), other);
        if (const auto option = sql.find(" WITH GRANT OPTION"); option != std::string::npos) sql.erase(option, 18);
        break;
      }
    return sql.substr(1);
  }

  bool is_parent_made(const Item& attach) const {
    const auto* table = scheme_.then.catalog.find(attach.schema, attach.name);
    if (table == nullptr || table->parents.empty()) return true;
    const auto now = scheme_.pairing.tables.find(table->parents.front());
    return now == scheme_.pairing.tables.end() || scheme_.is_rebuilt(now->second);
  }

  bool was_populated(std::size_t at) const {
    const auto& item = scheme_.then.items[at];
    if (request_.archive.empty() && !scheme_.then.catalog.is_populated.at(item.id.oid)) return false;
    const auto now = scheme_.pairing.now_of[at];
    return !now || scheme_.now.catalog.is_populated.at(scheme_.now.items[*now].id.oid);
  }

  bool is_of_made_table(const Item& sequence) const {
    return std::any_of(scheme_.then.catalog.dependencies.begin(), scheme_.then.catalog.dependencies.end(), [&](const Dependency& one) {
      if (one.dependent != sequence.id || one.kind != 'i') return false;
      const auto now = scheme_.pairing.tables.find(one.on.oid);
      return now == scheme_.pairing.tables.end() || scheme_.is_rebuilt(now->second);
    });
  }

  void settle(const Item& item) {
    const auto key = scheme_.then.catalog.foreign_keys.find(item.id.oid);
    if (key == scheme_.then.catalog.foreign_keys.end()) return;
    const auto& [oid, facts] = *key;
    const bool is_loaded = std::find(scheme_.loaded.begin(), scheme_.loaded.end(), facts.table) != scheme_.loaded.end();
    const auto plan = scheme_.tables.find(facts.table);
    const bool is_refilled = plan != scheme_.tables.end() && plan->second.is_rebuilt && plan->second.needs_checkpoint_rows();
    if (is_loaded || is_refilled) say(Act::Kind::settle_keys, "", "rows given back whose parent is gone by now", facts.table, oid);
  }

  void fill() {
    say(Act::Kind::sequences, "", "what is numbered anew goes on behind the checkpoint's numbers");
    for (const auto& [then, plan] : scheme_.tables) {
      if (!plan.is_rebuilt || !is_filled_itself(plan)) continue;
      const auto& old = aside_.at(plan.now->oid);
      const auto* refill = script_.refill_of(then);
      say(Act::Kind::insert, insert_statement(plan, refill, old, casts_, request_.fills), plan.why, then);
      if (plan.restores_rows && refill != nullptr) say(Act::Kind::insert, insert_missing_statement(plan, *refill, old), "rows that were gone", then);
    }
    for (const auto& one : last_tables_) run(one);
    for (const auto& one : last_others_) run(one);
    if (has_rebuilt_) run(fmt::format("DROP SCHEMA {}", kAside), "nothing is left in it, else this fails");
    for (const auto& one : last_containers_) run(one);
    for (const auto table : scheme_.loaded) say(Act::Kind::load, "", scheme_.then.catalog.tables.at(table).title() + " from the checkpoint", table);
    for (const auto& [then, plan] : scheme_.tables)
      if (!plan.is_rebuilt) set_columns(plan);
    say(Act::Kind::align, "", "defaults, NOT NULL, checks and the like");
  }

  void set_columns(const TablePlan& plan) {
    if (plan.now->toast_options != plan.then->toast_options) {
      for (const auto& option : split_lines(replaced(plan.now->toast_options, ", ", "\n"))) run(fmt::format("ALTER TABLE {} RESET ({})", plan.then->quoted, option.substr(0, option.find('='))));
      if (!plan.then->toast_options.empty()) run(fmt::format("ALTER TABLE {} SET ({})", plan.then->quoted, plan.then->toast_options));
    }
    for (const auto& [now, then] : plan.settings) {
      const auto alter = fmt::format("ALTER TABLE ONLY {} ALTER COLUMN {} ", plan.then->quoted, then->quoted);
      if (now->storage != then->storage) run(alter + "SET STORAGE " + then->storage);
      if (now->compression != then->compression) run(alter + "SET COMPRESSION " + (then->compression.empty() ? "default" : then->compression));
      if (now->statistics != then->statistics) run(alter + fmt::format("SET STATISTICS {}", then->statistics));
      if (now->options == then->options) continue;
      if (!now->options.empty()) run(alter + "RESET (n_distinct, n_distinct_inherited)");
      if (!then->options.empty()) run(alter + "SET (" + then->options + ")");
    }
  }

  static std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
    return text;
  }

  static std::string without_semicolon(std::string sql) {
    if (sql.ends_with(';')) sql.pop_back();
    return sql;
  }

  const Scheme& scheme_;
  const std::map<ObjectId, std::pair<std::string, std::string>>& identities_;
  const Casts& casts_;
  const UndoRequest& request_;
  Script script_;
  bool has_rebuilt_ = false;
  std::map<std::uint32_t, std::string> aside_;  // where a table of now stands meanwhile
  std::vector<std::pair<std::string, std::string>> moved_types_;
  std::vector<std::string> last_tables_, last_others_;
  std::vector<std::string> last_containers_;  // schemas and extensions: what is of them is gone by then
};

}  // namespace

const Refill* Script::refill_of(std::uint32_t then) const {
  const auto found = std::find_if(refills.begin(), refills.end(), [&](const Refill& one) { return one.plan->then->oid == then; });
  return found == refills.end() ? nullptr : &*found;
}

std::string Script::text() const {
  std::string text = "BEGIN;\n";
  if (!locked.empty()) text += "LOCK TABLE " + join(locked, ", ") + " IN ACCESS EXCLUSIVE MODE;\n";
  for (const auto& refill : refills) text += fmt::format("-- before the transaction: {}; filled from the checkpoint\n", refill.create);
  for (const auto& act : acts) {
    if (!act.note.empty()) text += "-- " + one_line(act.note) + "\n";
    if (!act.sql.empty()) text += act.sql + ";\n";
  }
  return text + "-- the catalogs are compared, the bookkeeping done\nCOMMIT;\n";
}

std::string drop_statement(const std::string& type, const std::string& identity) {
  const auto on = [&](std::string_view separator) { return std::pair{identity.substr(0, identity.rfind(separator)), identity.substr(identity.rfind(separator) + separator.size())}; };
  if (type == "table constraint") return fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", on(" on ").second, on(" on ").first);
  if (type == "domain constraint") return fmt::format("ALTER DOMAIN {} DROP CONSTRAINT {}", on(" on ").second, on(" on ").first);
  if (type == "composite type") return "DROP TYPE " + identity;
  if (type == "statistics object") return "DROP STATISTICS " + identity;
  if (type == "publication relation") return fmt::format("ALTER PUBLICATION {} DROP TABLE {}", on(" in publication ").second, on(" in publication ").first);
  if (type == "publication namespace") return fmt::format("ALTER PUBLICATION {} DROP TABLES IN SCHEMA {}", on(" in publication ").second, on(" in publication ").first);
  if (type == "default value" || type == "default acl" || type.empty()) return "";
  if (type == "cast") return "DROP CAST " + identity;
  return "DROP " + upper(type) + " " + identity;
}

Script make_script(const Scheme& scheme, const std::map<ObjectId, std::pair<std::string, std::string>>& identities, const Casts& casts, const UndoRequest& request) {
  return Writer(scheme, identities, casts, request).write();
}

}  // namespace safety::undo

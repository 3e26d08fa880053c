// What an undo gives back, loses, or cannot do: one effect for each change, and questions to the data that is there.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/undo/effect_list.hpp"
#include "libsafety/undo/preparation.hpp"
#include "libsafety/undo/questions.hpp"

namespace safety::undo {
namespace {

std::string column_name(const Table& table, const Column& column) { return table.quoted + "." + column.quoted; }

class Finder {
 public:
  Finder(Preparation& preparation) : preparation_(preparation), scheme_(preparation.scheme), ask_(preparation), effects_(preparation) {}

  std::vector<Effect> find() {
    for (const auto table : scheme_.loaded) of_loaded(scheme_.then.catalog.tables.at(table));
    for (const auto& [then, plan] : scheme_.tables)
      if (plan.is_rebuilt && !plan.now->is_partition()) of_rebuilt(plan);
    for (const auto& [then, now] : scheme_.pairing.tables) of_pair(scheme_.then.catalog.tables.at(then), scheme_.now.catalog.tables.at(now));
    of_kept();
    of_constraints();
    of_owners();
    of_what_was_made_since();
    return effects_.take();
  }

 private:
  void of_loaded(const Table& table) {
    const auto rows = preparation_.rows->count(table);
    effects_.say("table", table.quoted, fmt::format("it comes back with {}", format_plural(rows, "row")));
  }

  void of_rebuilt(const TablePlan& plan) {
    const auto& table = *plan.then;
    const bool has_key = key_of(plan).has_value();
    for (const auto& source : plan.sources) {
      const auto& column = *source.then;
      const auto name = column_name(table, column);
      const auto* fill = fill_for(plan, column, preparation_.request.fills);
      if (source.kind == Source::Kind::refilled) {
        if (!has_key) {
          without_key(plan, name);
          continue;
        }
        effects_.say("column", name, fmt::format("it comes back with its values in {}", format_plural(preparation_.rows->count(table), "row")));
        const bool wants_value = column.is_not_null && column.default_value.empty() && column.identity.empty() && fill == nullptr;
        if (!wants_value) continue;
        if (const auto rows = ask_.rows_since(plan); rows > 0)
          effects_.refuse("column", name, fmt::format("{} written since {} no value for it, and it is NOT NULL without a default", format_plural(rows, "row"), rows == 1 ? "has" : "have"),
                          fmt::format("Say what they get: `--fill {}.{}=EXPRESSION`.", table.title(), column.name));
      } else if (source.kind == Source::Kind::converted) {
        if (!has_key && plan.needs_checkpoint_rows()) {
          without_key(plan, name);
          continue;
        }
        if (fill == nullptr) of_converted(plan, source, name);
      }
      if (source.is_cast && fill == nullptr && source.now != nullptr) of_labels(plan, source, name);
      if (source.is_cast && source.now != nullptr) of_attributes(plan, source, name);
    }
    if (plan.restores_rows && has_key)
      effects_.say("table", table.quoted, "rows that are gone since come back");
    else if (plan.restores_rows)
      without_key(plan, table.quoted);
  }

  void without_key(const TablePlan& plan, const std::string& what) {
    if (preparation_.rows->count(*plan.then) == 0) return;
    const bool is_column = what != plan.then->quoted;
    effects_.refuse(is_column ? "column" : "table", what,
                    fmt::format("table {} has no key that tells its {} apart, so values of the checkpoint find no row", plan.then->title(),
                                format_plural(preparation_.rows->count(*plan.then), "row")),
                    "Choose `--strategy swap` or `--strategy restore`, or give the table a primary key first.");
  }

  void of_converted(const TablePlan& plan, const Source& source, const std::string& name) {
    effects_.say("column", name, "rows not changed since get their old values exactly");
    if (source.is_remade)
      if (const auto rows = ask_.untouched_since(plan, source); rows > 0)
        effects_.worsen("column", name, Loss::lossy, fmt::format("{} written since hold nothing in it, which may be meant: they get the checkpoint's value", format_plural(rows, "row")));
    const auto trip = ask_.round_trip(plan, source);
    if (trip.failing > 0)
      effects_.refuse("column", name, fmt::format("{} written since, or in rows written since, cannot be converted back to {}{}: {}", format_plural(trip.failing, "value"), source.then->type,
                                                       trip.is_of_its_own ? ", for the migration did more than a cast" : "", trip.sample),
                      fmt::format("Correct them, or say what they get: `--fill {}.{}=EXPRESSION`.", plan.then->title(), source.then->name));
    else if (trip.lossy > 0)
      effects_.worsen("column", name, Loss::lossy, fmt::format("{} written since cannot keep what {} holds as {}: {}", format_plural(trip.lossy, "value"), source.now->type, source.then->type, trip.sample));
  }

  /// Values that the checkpoint's enum does not know.
  void of_labels(const TablePlan& plan, const Source& source, const std::string& name) {
    const auto found = ask_.unknown_labels(plan, source);
    if (found.rows == 0) return;
    effects_.refuse("column", name, fmt::format("{} of {} use a value that type {} did not have: {}", format_plural(found.rows, "row"), plan.then->title(), source.then->type, found.sample),
                    fmt::format("Give them another value first (UPDATE), or say what they get: `--fill {}.{}=EXPRESSION`.", plan.then->title(), source.then->name));
  }

  /// What a composite type got since has no place in the checkpoint's.
  void of_attributes(const TablePlan& plan, const Source& source, const std::string& name) {
    const auto was = scheme_.then.catalog.attributes.find(source.then->type_oid), is = scheme_.now.catalog.attributes.find(source.now->type_oid);
    if (was == scheme_.then.catalog.attributes.end() || is == scheme_.now.catalog.attributes.end()) return;
    for (const auto& attribute : is->second) {
      if (std::find(was->second.begin(), was->second.end(), attribute) != was->second.end()) continue;
      if (const auto rows = ask_.count(fmt::format("{} o WHERE (o.{}).{} IS NOT NULL", plan.now->quoted, source.now->quoted, attribute)); rows > 0)
        effects_.worsen("column", name, Loss::lossy, fmt::format("attribute {} of type {} goes with {}", attribute, source.then->type, format_plural(rows, "value")));
    }
  }

  void of_pair(const Table& then, const Table& now) {
    if (now.kind == 'f' || now.is_partition()) return;
    const auto plan = scheme_.tables.find(then.oid);
    for (const auto& [old, column] : scheme_.pairing.columns.at(then.oid)) {
      const auto &was = *then.find(old), &is = *now.find(column);
      if (!was.is_not_null || is.is_not_null || !was.generated.empty()) continue;
      const bool is_filled = std::any_of(preparation_.request.fills.begin(), preparation_.request.fills.end(), [&](const Fill& one) { return one.table == then.title() && one.column == old; });
      if (plan != scheme_.tables.end() && plan->second.is_rebuilt && scheme_.pairing.is_remade(then.oid, old)) continue;
      if (const auto rows = ask_.count(fmt::format("{} WHERE {} IS NULL", now.quoted, is.quoted)); rows > 0 && !is_filled)
        effects_.refuse("column", column_name(then, was), fmt::format("{} of {} NULL in it", format_plural(rows, "row"), rows == 1 ? "has" : "have"),
                        fmt::format("Give them a value first, or say what they get: `--fill {}.{}=EXPRESSION`.", then.title(), old));
    }
    of_recreated(then, now);
    if (then.is_partition() && !now.is_partition())
      if (const auto rows = ask_.not_fitting(then, now); rows > 0)
        effects_.refuse("setting", then.quoted + " attachment", fmt::format("{} of {} do not belong into that partition", format_plural(rows, "row"), then.title()), "Move them away first, or choose `--strategy swap`.");
    const bool restores = plan != scheme_.tables.end() && plan->second.restores_rows;
    if (restores || ask_.has_rows(now)) return;
    if (const auto rows = preparation_.rows->count(then); rows > 0 && then.kind == 'r')
      effects_.worsen("rows", then.quoted, Loss::lossy, fmt::format("all {} of it are gone since, deleted or truncated, and stay gone", format_plural(rows, "row")),
                      fmt::format("`--restore-rows {}` brings them back.", then.title()), fmt::format("table {} is empty", then.quoted));
  }

  /// Dropped and made again: rows of the checkpoint may be gone without anybody having deleted them.
  void of_recreated(const Table& then, const Table& now) {
    // It reads every key: for whoever looks, not for the undo that was decided on.
    if (preparation_.is_decided) return;
    const auto& recreated = scheme_.pairing.recreated;
    const auto plan = scheme_.tables.find(then.oid);
    if (std::find(recreated.begin(), recreated.end(), then.oid) == recreated.end() || (plan != scheme_.tables.end() && plan->second.restores_rows)) return;
    if (then.keys.empty() || !ask_.has_rows(now)) return;
    if (const auto rows = ask_.rows_missing(then, now); rows > 0)
      effects_.worsen("rows", then.quoted, Loss::lossy, fmt::format("{} of the checkpoint are not in it, which was made again since, and stay gone", format_plural(rows, "row")),
                      fmt::format("`--restore-rows {}` brings them back.", then.title()), fmt::format("table {} lacks rows", then.quoted));
  }

  void of_kept() {
    for (const auto& one : find_kept(scheme_, preparation_.request.stamp)) {
      const auto space = one.what.find(' ');
      const auto kind = one.what.substr(0, space), name = one.what.substr(space + 1);
      if (const auto rows = ask_.count(fmt::format("({}) q", one.select)); rows > 0)
        effects_.worsen(kind, name, Loss::lossy, fmt::format("{} goes with {}, kept in {}", one.what, format_plural(rows, kind == "table" ? "row" : "value"), one.table));
    }
    // Rows in a partition that the checkpoint does not have find no place.
    for (const auto& [oid, table] : scheme_.now.catalog.tables) {
      const bool is_new = table.is_partition() && scheme_.vanished.contains({kRelations, oid}) && scheme_.plan_of_now(oid) == nullptr;
      if (!is_new || table.parents.empty() || !scheme_.is_rebuilt(table.parents.front())) continue;
      if (const auto rows = ask_.count(table.quoted); rows > 0)
        effects_.refuse("table", table.quoted, fmt::format("{} of this partition find no place in the checkpoint's ones", format_plural(rows, "row")),
                        "Move them away first, or choose `--strategy swap`.");
    }
  }

  /// What the checkpoint demands of rows and the present schema does not.
  void of_constraints() {
    for (const auto& change : effects_.changes())
      if (change.what != schema::Change::What::added && change.before.text.starts_with("CHECK")) {
        if (change.before.kind == "constraint") of_check(change.before);
        if (change.before.kind == "domain constraint") of_domain_check(change.before);
      }
    for (const auto at : scheme_.made) {
      const auto& item = scheme_.then.items[at];
      const auto now = scheme_.pairing.now_of[at];
      const bool is_enforced = now && scheme_.now.items[*now].text() == item.text();
      if (is_enforced) continue;
      if (item.type == "CONSTRAINT" || item.type == "INDEX") of_unique(item);
      if (item.type == "CONSTRAINT") of_exclusion(item);
      if (item.type == "FK CONSTRAINT") of_foreign_key(item);
    }
  }

  void of_check(const schema::Definition& check) {
    const auto* table = now_of(check.table);
    if (table == nullptr || check.text.ends_with(" NOT VALID") || names_what_changes(check.text)) return;
    const auto* plan = plan_of(check.table);
    const auto from = plan != nullptr && plan->needs_checkpoint_rows() && has_its_rows(*plan) ? ask_.rows_to_be(*plan) : table->quoted;
    const auto rows = ask_.count_if_asked(fmt::format("{} WHERE NOT ({})", from, check.text.substr(6)));
    if (rows > 0)
      effects_.refuse("constraint", check.name, fmt::format("{} break it: {}", format_plural(rows, "row"), one_line(check.text)), "Correct them first, or choose `--strategy swap`.");
  }

  /// A function that is another one now says nothing of what the checkpoint's will say.
  bool names_what_changes(const std::string& text) const {
    for (std::size_t at = 0; at < scheme_.then.items.size(); ++at) {
      const auto& item = scheme_.then.items[at];
      if (item.type != "FUNCTION") continue;
      const auto now = scheme_.pairing.now_of[at];
      if (now && scheme_.now.items[*now].text() == item.text()) continue;
      if (text.find(item.name.substr(0, item.name.find('(')) + "(") != std::string::npos) return true;
    }
    return false;
  }

  /// "CHECK ((VALUE > 0))" of every column of the domain.
  void of_domain_check(const schema::Definition& check) {
    for (const auto& [then, now] : scheme_.pairing.tables) {
      const auto &table = scheme_.now.catalog.tables.at(now), &old = scheme_.then.catalog.tables.at(then);
      for (const auto& [was, is] : scheme_.pairing.columns.at(then)) {
        if (old.find(was)->type != check.table || table.kind == 'f' || table.is_partition()) continue;
        auto condition = check.text.substr(6);
        for (auto at = condition.find("VALUE"); at != std::string::npos; at = condition.find("VALUE", at + 1)) condition.replace(at, 5, table.find(is)->quoted);
        if (const auto rows = ask_.count_if_asked(fmt::format("{} WHERE NOT ({})", table.quoted, condition)); rows > 0)
          effects_.refuse(check.kind, check.name, fmt::format("{} of {} break it: {}", format_plural(rows, "value"), column_name(old, *old.find(was)), one_line(check.text)), "Correct them first, or choose `--strategy swap`.");
      }
    }
  }

  void of_unique(const Item& item) {
    const auto key = ask_.unique_key(item);
    if (key.columns.empty()) return;
    const auto then = scheme_.then.catalog.tables.find(key.table);
    const auto pair = scheme_.pairing.tables.find(key.table);
    if (then == scheme_.then.catalog.tables.end() || pair == scheme_.pairing.tables.end()) return;
    const auto& now = scheme_.now.catalog.tables.at(pair->second);
    const auto* plan = plan_of(then->second.quoted);
    const bool is_to_be = plan != nullptr && plan->needs_checkpoint_rows() && has_its_rows(*plan);
    std::vector<std::string> columns;
    for (const auto& name : key.columns) {
      const auto& mapped = scheme_.pairing.columns.at(key.table);
      if (is_to_be)
        columns.push_back(then->second.find(name)->quoted);
      else if (mapped.contains(name))
        columns.push_back(now.find(mapped.at(name))->quoted);
      else
        return;
    }
    const auto found = ask_.duplicates(is_to_be ? ask_.rows_to_be(*plan) : now.quoted, columns, key.condition);
    if (found.rows == 0) return;
    const auto own = item.type == "INDEX" ? item.name : item.name.substr(item.name.rfind(' ') + 1);
    effects_.refuse(item.type == "INDEX" ? "index" : "constraint", item.type == "INDEX" ? item.schema + "." + own : then->second.quoted + " " + own,
                    fmt::format("{} of {} occur more than once now: {}", format_plural(found.rows, "value"), join(key.columns, ", "), found.sample),
                    "Merge the rows first, or choose `--strategy swap`.");
  }

  /// Rows, or values of a row, that come back and whose parent was deleted since: what the key would have done to them. True when that is
  /// what the key's rows are.
  bool of_orphans(const Item& item, const ForeignKey& key) {
    const auto& table = scheme_.then.catalog.tables.at(key.table);
    const bool is_loaded = std::find(scheme_.loaded.begin(), scheme_.loaded.end(), key.table) != scheme_.loaded.end();
    const auto* plan = is_loaded ? nullptr : plan_of(table.quoted);
    const auto parent = scheme_.pairing.tables.find(key.referenced);
    std::vector<const Column*> columns;
    bool is_refilled = false, can_be_null = true;
    for (const auto& name : key.columns) {
      columns.push_back(&*std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& one) { return one.quoted == name; }));
      can_be_null = can_be_null && !columns.back()->is_not_null;
      if (plan != nullptr)
        is_refilled = is_refilled || std::any_of(plan->sources.begin(), plan->sources.end(), [&](const Source& one) { return one.then == columns.back() && one.kind != Source::Kind::now; });
    }
    if (!is_loaded && (!is_refilled || !has_its_rows(*plan))) return false;
    if (parent == scheme_.pairing.tables.end()) return true;  // both come back as they were
    if (const auto* of_parent = plan_of(scheme_.then.catalog.tables.at(key.referenced).quoted); of_parent != nullptr && of_parent->restores_rows) return true;
    std::vector<std::string> same, present;
    for (std::size_t at = 0; at < columns.size(); ++at) {
      const auto mine = is_loaded ? fmt::format("q.k{}", at + 1) : fmt::format("q.{}", columns[at]->quoted);
      const auto other = ask_.now_column(key.referenced, key.referenced_columns[at]);
      if (other.empty()) return true;
      same.push_back(fmt::format("p.{}::text = {}::text", other, mine));
      present.push_back(mine + " IS NOT NULL");
    }
    const auto from = is_loaded ? ask_.load_keys(table, columns) + " q" : ask_.rows_to_be(*plan);
    const auto rows = ask_.count_if_asked(fmt::format("{} WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})", from, join(present, " AND "), scheme_.now.catalog.tables.at(parent->second).quoted, join(same, " AND ")));
    if (rows == 0) return true;
    const auto kind = is_loaded ? std::string("table") : std::string("column");
    const auto name = is_loaded ? table.quoted : column_name(table, *columns.front());
    const auto gone = fmt::format("{} of {} refer to rows of {} that were deleted since", format_plural(rows, "row"), table.title(), scheme_.then.catalog.tables.at(key.referenced).title());
    if (key.on_delete == 'c' && is_loaded)
      effects_.worsen(kind, name, Loss::lossy, gone + ", and go with them (ON DELETE CASCADE)");
    else if ((key.on_delete == 'n' || key.on_delete == 'd' || key.on_delete == 'c') && can_be_null)
      effects_.worsen(kind, name, Loss::lossy, gone + ", and refer to nothing then");
    else
      effects_.refuse(kind, name, gone + fmt::format(" (constraint {})", item.name.substr(item.name.rfind(' ') + 1)), "Choose `--strategy swap`, or bring these rows back first.");
    return true;
  }

  void of_exclusion(const Item& item) {
    const auto key = ask_.exclusion(item);
    const auto pair = scheme_.pairing.tables.find(key.table);
    if (key.parts.empty() || pair == scheme_.pairing.tables.end()) return;
    std::vector<std::string> conditions;
    for (const auto& [column, name] : key.parts) {
      const auto mine = ask_.now_column(key.table, column);
      if (mine.empty()) return;
      conditions.push_back(fmt::format("a.{0} OPERATOR({1}) b.{0}", mine, name));
    }
    const auto& table = scheme_.now.catalog.tables.at(pair->second);
    if (!ask_.is_true_in_time(fmt::format("SELECT EXISTS (SELECT FROM {0} a JOIN {0} b ON a.ctid < b.ctid AND {1})", table.quoted, join(conditions, " AND ")))) return;
    effects_.refuse("constraint", scheme_.then.catalog.tables.at(key.table).quoted + " " + item.name.substr(item.name.rfind(' ') + 1), fmt::format("rows of {} exclude each other now", table.title()),
                    "Correct them first, or choose `--strategy swap`.");
  }

  void of_foreign_key(const Item& item) {
    const auto key = scheme_.then.catalog.foreign_keys.find(item.id.oid);
    if (key == scheme_.then.catalog.foreign_keys.end() || item.statements.front().find(" NOT VALID") != std::string::npos) return;
    const auto child = scheme_.pairing.tables.find(key->second.table), parent = scheme_.pairing.tables.find(key->second.referenced);
    if (of_orphans(item, key->second) || child == scheme_.pairing.tables.end()) return;
    const auto &then = scheme_.then.catalog.tables.at(key->second.table), &referenced = scheme_.then.catalog.tables.at(key->second.referenced);
    const bool is_loaded = parent == scheme_.pairing.tables.end();
    std::vector<std::string> same, present;
    std::vector<const Column*> wanted;
    for (std::size_t at = 0; at < key->second.columns.size(); ++at) {
      const auto mine = ask_.now_column(key->second.table, key->second.columns[at]);
      const auto& name = key->second.referenced_columns[at];
      wanted.push_back(&*std::find_if(referenced.columns.begin(), referenced.columns.end(), [&](const Column& one) { return one.quoted == name; }));
      const auto other = is_loaded ? fmt::format("k{}", at + 1) : ask_.now_column(key->second.referenced, name);
      if (mine.empty() || other.empty()) return;
      same.push_back(fmt::format("p.{}{} = c.{}{}", other, is_loaded ? "::text" : "", mine, is_loaded ? "::text" : ""));
      present.push_back(fmt::format("c.{} IS NOT NULL", mine));
    }
    // A table that comes back has the checkpoint's rows.
    const auto there = is_loaded ? ask_.load_keys(referenced, wanted) : scheme_.now.catalog.tables.at(parent->second).quoted;
    const auto rows = ask_.count_if_asked(fmt::format("{} c WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})", scheme_.now.catalog.tables.at(child->second).quoted, join(present, " AND "), there, join(same, " AND ")));
    if (rows > 0)
      effects_.refuse("constraint", then.quoted + " " + item.name.substr(item.name.rfind(' ') + 1),
                      fmt::format("{} of {} would refer to no row of {}", format_plural(rows, "row"), then.title(), referenced.title()), "Correct them first, or choose `--strategy swap`.");
  }

  void of_owners() {
    const bool makes_schema = !preparation_.script.kept.empty() || std::any_of(scheme_.tables.begin(), scheme_.tables.end(), [](const auto& one) { return one.second.is_rebuilt; });
    if (makes_schema && preparation_.target.value_of("SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')") != "t")
      effects_.refuse("database", preparation_.target.database(), fmt::format("this role may not create schemas in database \"{}\", where old tables wait and lost values are kept", preparation_.target.database()),
                      fmt::format("Run `GRANT CREATE ON DATABASE {} TO {}` as its owner.", pg::quote_identifier(preparation_.target.database()),
                                  preparation_.target.value_of("SELECT pg_catalog.quote_ident(current_user)")));
    std::set<ObjectId> touched = scheme_.vanished;
    for (const auto& [then, plan] : scheme_.tables) touched.insert({kRelations, plan.now->oid});
    std::set<ObjectId> foreign;
    std::set_intersection(touched.begin(), touched.end(), scheme_.now.catalog.foreign.begin(), scheme_.now.catalog.foreign.end(), std::inserter(foreign, foreign.end()));
    for (const auto& [id, identity] : identify(preparation_.target, foreign))
      effects_.refuse(identity.first, identity.second, fmt::format("{} {} belongs to another role, so that this one may not change it", identity.first, identity.second),
                      "Run it as the owner or a superuser.");
  }

  /// What stands on something that goes, and is not the migration's.
  void of_what_was_made_since() {
    const auto& known = preparation_.request.made_by_migration;
    if (!known) return;
    for (std::size_t at = 0; at < scheme_.now.items.size(); ++at) {
      const auto& item = scheme_.now.items[at];
      if (scheme_.pairing.goal_of[at] || !scheme_.vanished.contains(item.id)) continue;
      const auto identity = preparation_.identities.find(item.id);
      if (identity == preparation_.identities.end()) continue;
      const auto& [type, name] = identity->second;
      static const std::set<std::string> kOfPeople{"TABLE", "VIEW", "MATERIALIZED VIEW", "FUNCTION", "PROCEDURE", "AGGREGATE", "TRIGGER", "RULE", "POLICY", "FK CONSTRAINT"};
      if (!kOfPeople.contains(item.type) || std::find(known->begin(), known->end(), name) != known->end()) continue;
      const auto kind = type == "table constraint" ? "constraint" : type;
      if (preparation_.request.cascades)
        effects_.worsen(kind, name, Loss::lossy, fmt::format("{} {} was made since, not by the migration, and goes with what it stands on", type, name));
      else
        effects_.refuse(kind, name, fmt::format("{} {} was made since, not by the migration, and would go with what it stands on", type, name),
                        "`--cascade` drops it too (its definition stays in the report), or drop it yourself first.");
    }
  }

  /// Of a table that is rebuilt, by its name at the checkpoint.
  const TablePlan* plan_of(const std::string& then) const {
    for (const auto& [oid, plan] : scheme_.tables)
      if (plan.is_rebuilt && plan.then->quoted == then) return &plan;
    return nullptr;
  }

  /// Whether its rows can be looked at as they would be.
  bool has_its_rows(const TablePlan& plan) const { return !plan.now->is_partition() && (key_of(plan) || preparation_.rows->count(*plan.then) == 0); }

  const Table* now_of(const std::string& then) const {
    for (const auto& [oid, table] : scheme_.then.catalog.tables)
      if (table.quoted == then)
        if (const auto pair = scheme_.pairing.tables.find(oid); pair != scheme_.pairing.tables.end()) return &scheme_.now.catalog.tables.at(pair->second);
    return nullptr;
  }

  Preparation& preparation_;
  const Scheme& scheme_;
  Questions ask_;
  EffectList effects_;
};

}  // namespace

std::vector<Effect> find_effects(Preparation& preparation) { return Finder(preparation).find(); }

}  // namespace safety::undo

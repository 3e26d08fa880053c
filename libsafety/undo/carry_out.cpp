// The script run, in one transaction.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/schema/fingerprint.hpp"
#include "libsafety/undo/align.hpp"
#include "libsafety/undo/preparation.hpp"

namespace safety::undo {
namespace {

class Run {
 public:
  Run(const Context& context, Preparation& preparation) : context_(context), preparation_(preparation), target_(preparation.target) {}

  /// Before any lock: what of the checkpoint will be joined lies in this session's own tables.
  void load_refills() {
    target_.execute("DROP TABLE IF EXISTS pg_temp.safety_sample");
    for (const auto& refill : preparation_.script.refills) {
      context_.sink.phase("values of " + refill.plan->then->title());
      undo::load(preparation_, refill);
    }
    os::fault_point("undo.refills");
  }

  UndoResult attempt(const std::function<void(pg::Connection&)>& in_transaction) {
    UndoResult result;
    pg::Transaction transaction(target_);
    target_.execute(fmt::format("SET LOCAL lock_timeout = {}; SET LOCAL check_function_bodies = off; SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '256MB'",
                                preparation_.request.lock_timeout.count()));
    if (!preparation_.script.locked.empty()) target_.execute("LOCK TABLE " + join(preparation_.script.locked, ", ") + " IN ACCESS EXCLUSIVE MODE");
    const Stopwatch locked;
    if (schema::fingerprint_of(schema::read_objects(target_)) != schema::fingerprint_of(preparation_.now_objects))
      throw Error(Code::locked, "the schema changed while the undo was prepared", "Find out who migrates, then run it again.");
    note_sequences();
    for (const auto& act : preparation_.script.acts) {
      context_.throw_if_stopped();
      carry_out(act, result);
    }
    verify();
    drop_empty(result);
    if (in_transaction) in_transaction(target_);
    os::fault_point("undo.before_commit");
    {
      const pg::Unstoppable at_commit(target_);
      transaction.commit();
    }
    os::fault_point("undo.committed");
    result.lock_seconds = locked.seconds();
    return result;
  }

  void analyze() {
    for (const auto& [then, plan] : preparation_.scheme.tables)
      if (plan.is_rebuilt && !plan.now->is_partition()) target_.execute("ANALYZE " + plan.then->quoted);
    for (const auto table : preparation_.scheme.loaded) target_.execute("ANALYZE " + preparation_.scheme.then.catalog.tables.at(table).quoted);
  }

 private:
  void carry_out(const Act& act, UndoResult& result) {
    switch (act.kind) {
      case Act::Kind::statement: target_.execute(act.sql); break;
      case Act::Kind::insert: insert(act, result); break;
      case Act::Kind::load: load(act, result); break;
      case Act::Kind::settle_keys: settle(act, result); break;
      case Act::Kind::sequences: set_sequences(); break;
      case Act::Kind::align: align(target_, preparation_.then_definitions, Stage::before_constraints); break;
      case Act::Kind::align_rest: align(target_, preparation_.then_definitions, Stage::at_the_end); break;
    }
  }

  void insert(const Act& act, UndoResult& result) {
    const auto& plan = preparation_.scheme.tables.at(act.table);
    context_.sink.phase("rows of " + plan.then->title());
    const auto rows = target_.execute(act.sql).affected_rows();
    result.rows_moved += rows;
  }

  void load(const Act& act, UndoResult& result) {
    const auto& table = preparation_.scheme.then.catalog.tables.at(act.table);
    context_.sink.phase("rows of " + table.title());
    std::vector<const Column*> columns;
    std::vector<std::string> names;
    for (const auto& column : table.columns) {
      if (!column.generated.empty()) continue;
      columns.push_back(&column);
      names.push_back(column.quoted);
    }
    if (columns.empty()) return;
    target_.copy_in_begin(fmt::format("COPY {} ({}) FROM STDIN", table.quoted, join(names, ", ")));
    preparation_.rows->read(table, columns, [&](std::string_view row) { target_.copy_in_put(row); });
    const auto loaded = target_.copy_in_finish();
    if (const auto expected = preparation_.rows->count(table); loaded != expected)
      throw Error(Code::verification, fmt::format("table {}: {} of {} rows were loaded", table.title(), loaded, expected), "The database is as before; check the checkpoint with `safety-verify`.");
    result.rows_moved += loaded;
  }

  /// What the foreign key would have done when the parent went, had it been there.
  void settle(const Act& act, UndoResult& result) {
    const auto& catalog = preparation_.scheme.then.catalog;
    const auto& key = catalog.foreign_keys.at(act.key);
    const auto &table = catalog.tables.at(key.table), &parent = catalog.tables.at(key.referenced);
    std::vector<std::string> same, present, nothing;
    for (std::size_t at = 0; at < key.columns.size(); ++at) {
      same.push_back(fmt::format("p.{} = c.{}", key.referenced_columns[at], key.columns[at]));
      present.push_back(fmt::format("c.{} IS NOT NULL", key.columns[at]));
      nothing.push_back(key.columns[at] + (key.on_delete == 'd' ? " = DEFAULT" : " = NULL"));
    }
    const bool is_whole_row = std::find(preparation_.scheme.loaded.begin(), preparation_.scheme.loaded.end(), key.table) != preparation_.scheme.loaded.end();
    const auto orphans = fmt::format("{} AND NOT EXISTS (SELECT FROM {} p WHERE {})", join(present, " AND "), parent.quoted, join(same, " AND "));
    std::string sql, what;
    if (key.on_delete == 'c' && is_whole_row) {
      sql = fmt::format("DELETE FROM {} c WHERE {}", table.quoted, orphans);
      what = "are gone with them (ON DELETE CASCADE)";
    } else if (key.on_delete == 'n' || key.on_delete == 'd' || key.on_delete == 'c') {
      sql = fmt::format("UPDATE {} c SET {} WHERE {}", table.quoted, join(nothing, ", "), orphans);
      what = "refer to nothing now";
    } else {
      return;
    }
    if (const auto rows = target_.execute(sql).affected_rows(); rows > 0)
      result.notes.push_back(fmt::format("{} of {} whose row in {} was deleted since {}", format_plural(rows, "row"), table.title(), parent.title(), what));
  }

  void note_sequences() {
    for (const auto& item : preparation_.scheme.now.items) {
      if (item.type != "SEQUENCE" || !preparation_.scheme.vanished.contains(item.id)) continue;
      const auto row = target_.execute("SELECT last_value, is_called FROM " + pg::quote_qualified(item.schema, item.name));
      sequences_[item.id] = fmt::format("{}, {}", row.value(0, 0), row.is_true(0, 1) ? "true" : "false");
    }
  }

  /// As they stood, or as the checkpoint has them; and never behind a value that is there.
  void set_sequences() {
    const auto& scheme = preparation_.scheme;
    for (const auto at : scheme.made) {
      const auto& item = scheme.then.items[at];
      if (item.type != "SEQUENCE") continue;
      const auto name = pg::quote_qualified(item.schema, item.name);
      // An identity's comes with its column, at the end.
      if (target_.value_of("SELECT pg_catalog.to_regclass($1) IS NULL", {name}) == "t") continue;
      const auto now = scheme.pairing.now_of[at];
      if (const auto noted = now ? sequences_.find(scheme.now.items[*now].id) : sequences_.end(); noted != sequences_.end()) {
        target_.execute(fmt::format("SELECT pg_catalog.setval({}, {})", pg::quote_literal(name), noted->second));
        continue;
      }
      for (const auto& sql : preparation_.rows->set_sequences({name})) target_.execute(sql);
    }
    for (const auto& [then, now] : scheme.pairing.tables) {
      const auto &was = scheme.then.catalog.tables.at(then), &is = scheme.now.catalog.tables.at(now);
      const bool is_numbered_anew = std::any_of(was.columns.begin(), was.columns.end(), [&](const Column& column) {
        const auto* other = is.find(column.name);
        return other != nullptr && (other->identity != column.identity || other->has_sequence_default != column.has_sequence_default);
      });
      if (is_numbered_anew || scheme.tables.contains(then)) move_behind(was);
    }
    for (const auto table : scheme.loaded) move_behind(scheme.then.catalog.tables.at(table));
  }

  void move_behind(const Table& table) {
    for (const auto& column : table.columns) {
      if (column.identity.empty() && !column.has_sequence_default) continue;
      const auto sequence = target_.value_of("SELECT COALESCE(pg_catalog.pg_get_serial_sequence($1, $2), '')", {table.quoted, column.name});
      if (sequence.empty()) continue;
      target_.execute(fmt::format("SELECT pg_catalog.setval({0}, m.most, true) FROM (SELECT max({1})::bigint AS most FROM {2}) m, {3} s WHERE m.most IS NOT NULL "
                                  "AND (m.most > s.last_value OR (m.most = s.last_value AND NOT s.is_called)) AND (SELECT seqincrement > 0 FROM pg_catalog.pg_sequence WHERE seqrelid = {0}::regclass)",
                                  pg::quote_literal(sequence), column.quoted, table.quoted, sequence));
    }
  }

  void verify() {
    auto differences = differences_of(preparation_.then_objects, schema::read_objects(target_), target_, preparation_.then_definitions);
    if (differences.empty()) return;
    throw Error(Code::verification, "the undo did not lead to the checkpoint's schema and was rolled back: " + differences.front(),
                "Choose another way back: `safety-rollback --strategy swap` or `--strategy restore`.", join_some(differences, 10));
  }

  /// What nothing had to be kept in goes again.
  void drop_empty(UndoResult& result) {
    std::size_t left = 0;
    for (const auto& table : preparation_.script.kept) {
      const auto rows = std::stoull(target_.value_of("SELECT count(*) FROM " + table));
      if (rows == 0) {
        target_.execute("DROP TABLE " + table);
        continue;
      }
      ++left;
      result.kept.push_back(fmt::format("{} ({})", table, format_plural(rows, "row")));
    }
    if (!preparation_.script.kept.empty() && left == 0 &&
        target_.value_of("SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'safety_lost')") == "t")
      target_.execute("DROP SCHEMA safety_lost");
  }

  const Context& context_;
  Preparation& preparation_;
  pg::Connection& target_;
  std::map<ObjectId, std::string> sequences_;
};

bool is_worth_trying_again(const Error& error) {
  return error.code() == Code::locked && error.sqlstate() == "55P03" ? true : error.sqlstate() == "40P01";
}

/// Who keeps a lock from us, while it is still there.
std::string describe_holders(pg::Connection& target, const std::vector<std::string>& tables) {
  if (tables.empty()) return "";
  std::string list;
  for (const auto& table : tables) list += (list.empty() ? "" : ", ") + pg::quote_literal(table) + "::regclass";
  const auto rows = target.execute(fmt::format(
      "SELECT DISTINCT pg_catalog.format('session %s of %s%s: %s', a.pid, a.usename, COALESCE(' (' || NULLIF(a.application_name, '') || ')', ''), pg_catalog.left(a.query, 80)) "
      "FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'relation' AND l.granted AND l.relation IN ({}) AND a.pid <> pg_catalog.pg_backend_pid() LIMIT 5",
      list));
  std::vector<std::string> holders;
  for (int row = 0; row < rows.rows(); ++row) holders.push_back(one_line(rows.value(row, 0)));
  return join(holders, "; ");
}

}  // namespace

UndoResult carry_out(const Context& context, Preparation& preparation, const std::function<void(pg::Connection&)>& in_transaction) {
  const Stopwatch watch;
  Run run(context, preparation);
  run.load_refills();
  for (unsigned attempt = 1;; ++attempt) {
    try {
      auto result = run.attempt(in_transaction);
      run.analyze();
      result.attempts = attempt;
      result.seconds = watch.seconds();
      return result;
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      if (preparation.target.is_broken() || error.code() == Code::in_doubt) throw;
      if (!is_worth_trying_again(error)) {
        if (error.sqlstate().empty()) throw;
        throw Error(Code::not_reversible, "the server refused the undo, which was rolled back: " + error.message(),
                    "See what `safety-rollback --emit-sql FILE` would do; `--strategy swap` and `--strategy restore` are the other ways back.", error.detail());
      }
      const auto holders = describe_holders(preparation.target, preparation.script.locked);
      if (attempt >= preparation.request.lock_attempts)
        throw Error(Code::locked, fmt::format("a lock was not had in {} attempts{}", attempt, holders.empty() ? "" : "; held by " + holders),
                    "End those sessions, or stop the services first, and run it again; the database is as before.", error.message());
      context.sink.note(fmt::format("attempt {}: a lock was not had{}; trying again", attempt, holders.empty() ? "" : " (held by " + holders + ")"));
      // Longer each time: whoever waits behind us gets through meanwhile.
      std::this_thread::sleep_for(std::chrono::milliseconds(200 * attempt));
      context.throw_if_stopped();
    }
  }
}

}  // namespace safety::undo

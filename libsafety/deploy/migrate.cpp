// What a deploy does to production: the clone of the last moment, the commands, and whether they did what the rehearsal did.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "libsafety/backup/backup.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/beside/beside.hpp"
#include "libsafety/deploy/run.hpp"
#include "libsafety/deploy/snapshot_file.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/transfer/cluster.hpp"

namespace safety::deploy {
namespace {

/// Why there is no clone is no reason not to deploy, unless one was asked for.
bool can_do_without(const Run& run, const Error& error) {
  if (run.options.cloning != Cloning::automatic) return false;
  return error.code() == Code::not_permitted || error.code() == Code::storage || error.code() == Code::locked;
}

std::vector<migrations::History> read_histories(Run& run) {
  pg::Connection connection(run.context, run.info);
  pg::use_dump_settings(connection);
  return migrations::read_histories(run.context, connection, run.options.project);
}

std::string why_failed(const rehearsal::Watched& watched) {
  for (const auto& command : watched.commands)
    if (!command.has_succeeded())
      return fmt::format("`{}` {}", command.line,
                         !command.trouble.empty()    ? "failed: " + command.trouble
                         : command.has_timed_out     ? "did not end in time and was ended"
                                                     : fmt::format("ended with {}", command.exit_code));
  return "a command failed";
}

std::vector<std::string> words_of(const std::vector<schema::Change>& changes) {
  std::vector<std::string> words;
  for (const auto& change : changes) words.push_back(change.words);
  return words;
}

/// Tables that lost rows here and not in the rehearsal. While services run they may delete some themselves: then only a
/// table that was emptied counts.
std::vector<std::string> unexpected_losses(const Run& run, const rehearsal::Snapshot& before, const rehearsal::Snapshot& after,
                                           const rehearsal::Snapshot& rehearsed) {
  std::map<std::string, std::uint64_t> now;
  for (const auto& table : after.rows) now[table.table] = table.after;
  std::map<std::string, const rehearsal::TableRows*> expected;
  for (const auto& table : rehearsed.rows) expected[table.table] = &table;
  const bool is_quiet = run.options.stops_services && !run.options.services.empty();
  std::vector<std::string> losses;
  for (const auto& table : before.rows) {
    const auto at = now.find(table.table);
    const std::uint64_t rows = at == now.end() ? 0 : at->second;
    if (rows >= table.before || (!is_quiet && rows > 0)) continue;
    if (const auto known = expected.find(table.table); known != expected.end() && known->second->after < known->second->before) continue;
    losses.push_back(fmt::format("table {} has {} where {} were", table.table, format_plural(rows, "row"), format_count(table.before)));
  }
  return losses;
}

}  // namespace

void make_clone(Run& run) {
  // The server copies a database without sessions only.
  if (run.latch) run.latch->let_go();
  backup::BackupOptions options;
  options.folder = run.options.folder;
  options.reason = "pre-migration";
  options.makes_clone = true;
  options.makes_archive = false;
  options.tool_version = run.options.tool_version;
  options.held_lock = &run.lock;
  options.pins = {run.operation};
  try {
    const auto made = backup::back_up(run.context, run.info, options);
    run.result.clone_checkpoint = made.record.id;
    run.result.downtime_seconds += made.record.clone->seconds;
    run.journal->set_fact("clone_checkpoint", made.record.id);
    run.context.sink.note(fmt::format("clone \"{}\" in {}", made.record.clone->database, format_seconds(made.record.clone->seconds)));
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (!can_do_without(run, error)) throw;
    run.context.sink.warning("there is no clone, so going back would restore the archive: " + error.message());
  }
  if (run.latch) run.latch->take_again();
  os::fault_point("deploy.cloned");
}

void drop_clone(Run& run) {
  const pg::Unstoppable held(run.lock.session());
  const auto id = run.fact("clone_checkpoint");
  for (auto& record : run.store.list(run.context)) {
    if (id.empty() || record.id != id) continue;
    if (const auto clone = beside::find_clone(run.lock.session(), record)) transfer::drop_database(run.lock.session(), clone->name);
    run.store.forget_clone(std::move(record));
  }
}

void migrate(Run& run) {
  // A resumed run compares with what was there before the first one's commands.
  auto before = load_snapshot(run.file("before"));
  if (!before) {
    before = rehearsal::take_snapshot(run.context, run.info, run.options.project);
    save_snapshot(run.file("before"), *before);
  }
  const auto histories = read_histories(run);
  if (run.fact("target_oid").empty()) run.journal->set_fact("target_oid", std::to_string(transfer::oid_of(run.lock.session(), run.database())));
  os::fault_point("deploy.before_commands");
  if (run.latch) run.latch->let_go();
  run.result.commands = rehearsal::run_commands(run.context, run.info, run.options.project);
  os::fault_point("deploy.after_commands");
  // Rows are counted once, by verify(): it takes as long as the database is large, with services down.
  const auto after = rehearsal::take_definitions(run.context, run.info);
  run.result.changes = schema::compare(before->definitions, after);
  if (!run.result.commands.has_succeeded()) {
    run.autopsy = describe_effects(before->definitions, after, histories);
    for (const auto& line : run.autopsy) run.context.sink.note(line);
    throw Error(Code::command_failed, why_failed(run.result.commands), "", join_some(words_of(run.result.changes)));
  }
  run.journal->set_fact("migrated", "yes");
}

void verify(Run& run) {
  const auto now = rehearsal::take_snapshot(run.context, run.info, run.options.project);
  const auto before = load_snapshot(run.file("before"));
  const auto rehearsed = load_snapshot(run.file("rehearsed"));
  std::vector<std::string> wrong;
  if (rehearsed) {
    const auto differences = words_of(schema::compare(rehearsed->definitions, now.definitions));
    if (!differences.empty()) wrong.push_back("the schema is not what the rehearsal led to: " + join_some(differences));
  } else {
    run.context.sink.note("without a rehearsal there is nothing to compare the schema with");
  }
  if (before && rehearsed && !run.options.is_schema_only_rehearsal)
    for (const auto& loss : unexpected_losses(run, *before, now, *rehearsed)) wrong.push_back(loss);
  for (const auto& history : read_histories(run)) {
    for (const auto& problem : history.problems)
      if (problem.severity == migrations::Problem::Severity::error) wrong.push_back(problem.message);
    if (history.tool == "prisma" && !history.pending.empty())
      wrong.push_back(fmt::format("{} still pending, the first: {}", format_plural(history.pending.size(), "migration"), history.pending.front().name));
  }
  for (const auto& smoke : rehearsal::run_smoke(run.context, run.info, run.options.project)) wrong.push_back("smoke statement: " + smoke);
  if (wrong.empty()) return;
  throw Error(Code::verification, "the migrated database is not as it should be: " + wrong.front(), "",
              join(std::vector<std::string>(std::next(wrong.begin()), wrong.end()), "; "));
}

void unpin(Run& run) {
  for (auto& record : run.store.list(run.context))
    if (std::erase(record.pins, run.operation) > 0) run.store.save(record);
}

}  // namespace safety::deploy

// What is there, and what there was: the situation that the ways back are chosen by.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/archive/reader.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/pg/dump_program.hpp"
#include "libsafety/rollback/data_changes.hpp"
#include "libsafety/rollback/prices.hpp"
#include "libsafety/rollback/rollback.hpp"
#include "libsafety/rollback/run.hpp"
#include "libsafety/services/container.hpp"
#include "libsafety/services/control.hpp"
#include "libsafety/undo/undo.hpp"

namespace safety::rollback {
namespace {

/// Rows at the checkpoint, as far as it is cheap to know: the archive counted them.
std::map<std::string, std::uint64_t> rows_then(const Run& run) {
  std::map<std::string, std::uint64_t> rows;
  if (!run.target.archive) return rows;
  const auto reader = archive::Reader::open(run.context, run.store.archive_path(*run.target.archive));
  for (const auto& table : reader.index().tables) rows[table.schema + "." + table.name] = table.rows;
  return rows;
}

std::vector<migrations::MigrationFile> files_of(const Run& run) {
  std::vector<migrations::MigrationFile> files;
  const auto add = [&](const std::vector<migrations::MigrationFile>& all) {
    for (const auto& file : all)
      if (std::any_of(run.rows.begin(), run.rows.end(), [&](const HistoryRow& row) { return row.name == file.name; })) files.push_back(file);
  };
  if (run.options.project.prisma) add(run.options.project.prisma->migrations);
  if (run.options.project.drizzle) add(run.options.project.drizzle->migrations);
  return files;
}

void assess_undo(Run& run, const Origin& origin, Situation& situation) {
  try {
    situation.undo = undo::assess(run.context, undo_request(run, origin));
    situation.changes = situation.undo->changes;
    run.sql = situation.undo->sql;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    if (error.code() == Code::connection) throw;
    situation.no_undo = error.message() + (error.detail().empty() ? "" : " (" + error.detail() + ")");
  }
}

void add_prices(const Run& run, Situation& situation) {
  const auto moved = situation.undo ? situation.undo->rows_to_move : 0;
  auto prices = estimate_prices(run.store.operations_folder(), run.database(), moved, run.target.archive.value_or(checkpoint::Record{}),
                                run.store.list(run.context), !run.options.services.empty());
  for (auto* price : {&prices.undo, &prices.swap, &prices.restore}) {
    price->seconds += prices.services.seconds;
    if (prices.services.seconds > 0 && !prices.services.is_measured) price->is_measured = false;
  }
  situation.undo_price = prices.undo;
  situation.swap_price = prices.swap;
  situation.restore_price = prices.restore;
  situation.restore_total_seconds = prices.restore_total_seconds + prices.services.seconds;
}

Situation situation_of(Run& run, const Origin& origin) {
  Situation situation;
  const auto& record = run.target.record;
  situation.database = run.database();
  situation.checkpoint = record.id;
  situation.label = record.label;
  situation.taken = record.snapshot_time;
  if (const auto taken = parse_rfc3339(record.snapshot_time)) situation.age_seconds = std::chrono::duration<double>(std::chrono::system_clock::now() - *taken).count();
  situation.changes = run.changes;
  assess_undo(run, origin, situation);
  for (const auto& row : run.rows) situation.migrations.push_back({row.tool, row.name, row.state, row.finished});
  pg::Connection target(run.context, run.info);
  pg::use_dump_settings(target);
  const auto xid = run.target.origin().facts.find("snapshot_xid");
  situation.written = count_written(run.context, target, xid == run.target.origin().facts.end() ? "" : xid->second, rows_then(run), run.options.project, run.options.count_budget);
  {
    pg::Connection then(run.context, origin.info());
    pg::use_dump_settings(then);
    for (const auto& change : find_data_changes(files_of(run), schema::read_definitions(then), origin.is_clone())) situation.data_changes.push_back(change.migration + ": " + change.statement);
  }
  situation.keeps_data_changes = run.options.keeps_data_changes;
  situation.has_clone = run.target.clone.has_value();
  situation.clone = run.target.clone ? run.target.clone->clone->database : "";
  situation.no_clone = run.target.no_clone;
  situation.has_archive = run.target.archive.has_value();
  situation.archive = run.target.archive ? run.target.archive->archive.file : "";
  situation.proof = run.target.archive ? checkpoint::name_of(run.target.archive->proof()) : "";
  situation.no_archive = run.target.no_archive;
  for (const auto& service : run.options.services) situation.services.push_back(service.name);
  add_prices(run, situation);
  return situation;
}

}  // namespace

undo::UndoRequest undo_request(Run& run, const Origin& origin) {
  undo::UndoRequest request;
  request.target = run.info;
  request.origin = origin.info();
  request.is_clone = origin.is_clone();
  request.archive = origin.archive();
  {
    pg::Connection connection(run.context, run.info);
    pg::use_dump_settings(connection);
    request.made_by_migration = made_by_migrations(run, connection);
    request.pg_dump = services::choose_dump_program(run.context, run.info, run.options.container, connection.server_version_num());
  }
  request.fills = run.options.fills;
  request.restores_rows_of = run.options.restores_rows_of;
  request.cascades = run.options.cascades;
  request.stamp = run.operation.substr(run.operation.find('_') + 1);
  request.lock_timeout = run.options.lock_timeout;
  return request;
}

void examine(Run& run, const Origin& origin) {
  pg::Connection target(run.context, run.info), then(run.context, origin.info());
  pg::use_dump_settings(target);
  pg::use_dump_settings(then);
  run.rows = rows_since(target, then, run.options.project);
  const auto& wanted = run.options.migration;
  if (!wanted.empty() && std::none_of(run.rows.begin(), run.rows.end(), [&](const HistoryRow& row) { return row.name == wanted; })) {
    std::vector<std::string> names;
    for (const auto& row : run.rows) names.push_back(row.name);
    throw Error(Code::usage, fmt::format("migration \"{}\" is not in the history of database \"{}\" since checkpoint {}", wanted, run.database(), run.target.record.id),
                names.empty() ? "Name it as its folder is named; `safety-rollback --dry-run` shows what changed." : fmt::format("Since then: {}. Name one of them, as it is written.", join_some(names, 5)));
  }
  run.changes = schema::compare(schema::read_definitions(then), schema::read_definitions(target));
  if (run.options.moves_folders && run.undoes.empty()) run.moves = plan_moves(run.context, run.rows, run.options.project);
}

Look look(const Context& context, const pg::ConnectionInfo& info, const RollbackOptions& options) {
  checkpoint::OperationLock lock(context, info, info.database());
  auto run = new_run(context, info, options, lock);
  choose(run);
  const Origin origin(context, run.info, run.target, options, lock);
  examine(run, origin);
  Look found;
  found.situation = situation_of(run, origin);
  found.proposal = propose(found.situation);
  return found;
}

}  // namespace safety::rollback

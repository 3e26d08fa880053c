// safety-restore: a checkpoint back into the database, aside first, swapped in at the end.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/restore/restore.hpp"
#include "tools/common/offsite_choice.hpp"
#include "tools/common/plan_text.hpp"
#include "tools/common/restore_choice.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

tools::Result show(const restore::RestoreResult& result, const std::string& done, const std::string& way_back = {}) {
  auto steps = nlohmann::ordered_json::array();
  std::string text = fmt::format("{}\n", done);
  for (const auto& step : result.outcome.steps) {
    steps.push_back({{"id", step.id}, {"what", step.what}, {"seconds", step.seconds}});
    text += fmt::format("  {:<17} {:>10}\n", step.id, format_seconds(step.seconds));
  }
  auto services = nlohmann::ordered_json::array();
  for (const auto& service : result.services) {
    services.push_back({{"name", service.name}, {"found", service.found}, {"stop_seconds", service.stop_seconds}, {"start_seconds", service.start_seconds}});
    text += fmt::format("  service {:<9} down in {}, healthy again in {} (was {})\n", service.name, format_seconds(service.stop_seconds),
                        format_seconds(service.start_seconds), service.found);
  }
  text += fmt::format("  in all {}, downtime {}\n", format_seconds(result.seconds), format_seconds(result.downtime_seconds));
  if (!result.previous.empty())
    text += fmt::format("  the replaced database is kept as \"{}\"; `safety-restore --undo` swaps it back\n", result.previous);
  if (!way_back.empty())
    text += fmt::format("  the replaced content is checkpoint {}; `safety-restore {} --in-place` brings it back\n", way_back, way_back);
  const nlohmann::ordered_json fields{{"id", result.operation}, {"checkpoint", result.checkpoint}, {"database", result.database},
                                      {"previous", result.previous}, {"pre_restore_checkpoint", way_back}, {"rows", result.rows}, {"seconds", result.seconds},
                                      {"downtime_seconds", result.downtime_seconds}, {"steps", steps}, {"services", services}};
  return {Code::success, text, fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

std::string source_name(const restore::RestoreOptions& options) {
  return options.uses_clone() ? fmt::format("clone \"{}\" of {}", options.clone, options.checkpoint) : options.source.filename().string();
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-restore", "Bring a checkpoint back: restored aside, verified, swapped in; the replaced database is kept.",
                   "  safety-restore latest\n"
                   "  safety-restore backup_20260101_020000.sql.gz --yes\n"
                   "  safety-restore latest --to shop_copy --table users --table orders\n"
                   "  safety-restore offsite:latest\n"
                   "  safety-restore --undo\n");
  std::string checkpoint, to, proof = "L3", previous, from;
  bool is_undo = false, is_resume = false, is_abort = false, is_in_place = false, no_analyze = false;
  restore::RestoreOptions options;
  options.jobs = os::available_processors();
  tool.argument("checkpoint", checkpoint, "\"latest\", an id or label of safety-list, or a file (archives, and dumps of pg_dump in any format); from off site: offsite:latest, offsite:ID, REMOTE:path/ID");
  tool.option("--to", to, "restore into a new database of this name; nothing is replaced", {.is_per_tool = true});
  tool.option("--table", options.tables, "only this table, as TABLE or SCHEMA.TABLE, with its rows, indexes and keys (needs --to)");
  tool.action("--in-place", is_in_place, "replace the content inside the database, in one transaction, for roles without CREATEDB; a backup is made first");
  tool.action("--undo", is_undo, "swap the newest previous database back; the one it replaces becomes the previous one");
  tool.option("--previous", previous, "the previous database that --undo takes, of those that `safety-doctor` names");
  tool.action("--resume", is_resume, "finish a restore that was stopped midway");
  tool.action("--abort", is_abort, "undo a restore that was stopped midway");
  tool.option("--jobs", options.jobs, "sessions that load at once");
  tool.option("--proof", proof, "before the swap: L3 (row counts, schema) or L4 (and every table's digest read back)", {.is_per_tool = true});
  tool.flag("--no-owner", options.skips_owners, "leave ownership out");
  tool.flag("--no-privileges", options.skips_privileges, "leave grants out");
  tool.flag("--no-analyze", no_analyze, "do not gather planner statistics before the swap");
  tool.flag("--allow-other-source", options.allows_other_source, "let an archive of another database or server replace this one");
  tool.option("--from", from, "archive or clone; without it the clone when the checkpoint has one", {.is_per_tool = true});
  tool.flag("--keep-clone", options.keeps_clone, "swap a copy of the clone in, so that the checkpoint keeps it");
  tool.flag("--undo-on-unhealthy", options.undoes_on_unhealthy, "swap the old database back when services do not come back healthy");
  tools::OffsiteOptions offsite;
  tools::declare_offsite(tool, offsite);
  tool.with_services();
  tool.with_confirmation();
  tool.with_dry_run();
  tool.with_encryption();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    const auto info = tool.connection();
    options.folder = tool.backup_dir();
    options.tool_version = kVersion;
    options.analyzes = !no_analyze;
    if (to.empty()) options.services = tool.services(context);
    if (proof != "L3" && proof != "L4") throw Error(Code::usage, "--proof takes L3 or L4 here", "L3 is the default.");
    options.reads_digests_back = proof == "L4";
    if (options.jobs == 0 || options.jobs > 64) throw Error(Code::usage, "--jobs takes 1 to 64", "Twice the processors is plenty.");
    if (is_undo + is_resume + is_abort + !checkpoint.empty() != 1)
      throw Error(Code::usage, "name one checkpoint or file, or one of --undo, --resume, --abort", "`safety-list` shows the checkpoints.");

    if (tool.is_dry_run() && (is_undo || is_resume || is_abort))
      throw Error(Code::usage, "--dry-run goes with a checkpoint or file", "`safety-doctor` shows previous databases and half-done work.");
    if (is_resume || is_abort) {
      const auto unfinished = restore::find_unfinished(options.folder, info.database());
      if (!unfinished) throw Error(Code::usage, "nothing is unfinished for database \"" + info.database() + "\"", "`safety-doctor` shows what there is.");
      if (is_resume) return show(restore::resume(context, info, *unfinished, options), "finished " + unfinished->describe());
      restore::abort(context, info, *unfinished, options);
      return {Code::success, "undone: " + unfinished->describe(), nlohmann::json{{"id", unfinished->journal.head.operation}}.dump()};
    }
    if (is_undo) {
      tool.confirm(fmt::format("Database \"{}\" will be swapped for its previous one.", info.database()));
      return show(restore::undo(context, info, options, previous), fmt::format("database \"{}\" is the previous one again", info.database()));
    }

    options.mode = is_in_place ? restore::Mode::in_place : to.empty() ? restore::Mode::swap : restore::Mode::new_database;
    options.new_name = to;
    if (is_in_place && !to.empty()) throw Error(Code::usage, "--in-place and --to exclude each other", "Choose one.");
    if (!options.tables.empty() && to.empty()) throw Error(Code::usage, "--table goes with --to", "Say which new database gets the tables.");
    if (tool.is_dry_run())
      if (auto plan = tools::describe_fetch(context, checkpoint, offsite, info.database(), options.folder)) return *plan;
    if (tools::fetch_if_offsite(context, checkpoint, offsite, info.database(), options.folder) && from.empty()) from = "archive";
    tools::choose_restore_source(context, info, checkpoint, from, options);
    if (tool.is_dry_run()) return tools::show_plan(restore::describe_restore(context, info, options));
    if (options.mode != restore::Mode::new_database) {
      const auto target = restore::look_at_target(context, info);
      const auto source = source_name(options);
      if (target.exists)
        tool.confirm(is_in_place ? fmt::format("The content of database \"{}\" ({}, about {}, {}) will be replaced by that of {}; a backup of it is made first.",
                                               target.database, format_bytes(target.bytes), format_plural(target.live_rows, "row"),
                                               format_plural(target.sessions, "session"), source)
                                 : fmt::format("{}. Its new content comes from {}.{}", target.describe(), source,
                                             options.uses_clone() && !options.keeps_clone ? " The clone is used up by that; --keep-clone copies it first." : ""));
    }
    std::string way_back;
    if (is_in_place) {
      restore::describe_restore(context, info, options);  // its checks: no backup for what will be refused
      way_back = tools::make_pre_restore_backup(context, info, options);
    }
    const auto result = restore::restore(context, info, options);
    return show(result, fmt::format("database \"{}\" is restored from {}", result.database, source_name(options)), way_back);
  });
}

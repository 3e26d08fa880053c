// safety-rollback: the way back after a migration, priced, and carried out as a runbook.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/rollback/rollback.hpp"
#include "tools/common/plan_text.hpp"
#include "tools/common/runbook.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

/// "public.users.phone='unknown'"
undo::Fill parse_fill(const std::string& text) {
  const auto equal = text.find('='), dot = text.rfind('.', equal);
  if (equal == std::string::npos || dot == std::string::npos || dot == 0 || equal <= dot + 1 || equal + 1 == text.size())
    throw Error(Code::usage, "--fill takes table.column=expression, not \"" + text + "\"", "For one: --fill \"public.users.phone='unknown'\".");
  auto table = text.substr(0, dot);
  if (table.find('.') == std::string::npos) table = "public." + table;
  return {table, text.substr(dot + 1, equal - dot - 1), text.substr(equal + 1)};
}

tools::Result done(const rollback::RollbackResult& result) {
  return {result.warnings.empty() ? Code::success : Code::findings, rollback::format_result_text(result), rollback::format_result_json(result)};
}

tools::Result write_report(const rollback::Incident& incident) {
  const std::string name = incident.operation;
  os::write_file_atomically(name + ".md", rollback::format_markdown(incident));
  os::write_file_atomically(name + ".html", rollback::format_html(incident));
  return {Code::success, name + ".md\n" + name + ".html", nlohmann::json{{"id", name}, {"files", {name + ".md", name + ".html"}}}.dump()};
}

struct Actions {
  bool resume = false, abort = false, undo = false, rehearse = false, last = false;
  std::string report, emit_sql, strategy;
  std::vector<std::string> fills;
};

tools::Result go_on(const Context& context, const pg::ConnectionInfo& info, const rollback::RollbackOptions& options, bool is_abort) {
  const auto unfinished = restore::find_unfinished(options.folder, info.database(), "safety-rollback");
  if (!unfinished) throw Error(Code::usage, "no rollback of database \"" + info.database() + "\" is unfinished", "`safety-doctor` shows what there is.");
  if (!is_abort) return done(rollback::resume(context, info, *unfinished, options));
  rollback::abort(context, info, *unfinished, options);
  return {Code::success, "undone: " + unfinished->describe(), nlohmann::json{{"id", unfinished->journal.head.operation}}.dump()};
}

/// Rows that were written since are not left behind because nobody looked.
void refuse_to_lose_unasked(const rollback::Proposal& proposal) {
  for (const auto& way : proposal.ways)
    if (way.strategy == proposal.recommended && (way.rows_lost > 0 || !way.is_rows_lost_known))
      throw Error(Code::confirmation_needed,
                  fmt::format("the recommended way, a {}, leaves {} behind in the previous database", rollback::name_of(way.strategy),
                              way.is_rows_lost_known ? format_plural(way.rows_lost, "row") + " written since" : "rows written since"),
                  fmt::format("Look at `safety-rollback --dry-run`; say `--strategy {}` if that is meant.", rollback::name_of(way.strategy)), proposal.why);
}

/// Looks, shows, asks, does.
tools::Result roll_back(const Context& context, const pg::ConnectionInfo& info, rollback::RollbackOptions& options, const Actions& actions, const tools::Tool& tool) {
  const auto found = rollback::look(context, info, options);
  options.to = found.situation.checkpoint;  // what is shown is what is done, whatever is backed up meanwhile
  const auto text = rollback::format_text(found.situation, found.proposal);
  if (!actions.emit_sql.empty()) {
    if (!found.situation.undo) throw Error(Code::not_reversible, "there is no undo whose SQL could be written: " + found.situation.no_undo, "See `safety-rollback --dry-run`.");
    os::write_file_atomically(actions.emit_sql, found.situation.undo->sql);
    return {Code::success, actions.emit_sql, nlohmann::json{{"file", actions.emit_sql}}.dump()};
  }
  if (!options.strategy && found.proposal.recommended == rollback::Strategy::nothing)
    return {found.proposal.has_recommendation ? Code::success : Code::not_reversible, text, rollback::format_json(found.situation, found.proposal)};
  const bool is_chosen = options.strategy.has_value();
  if (!is_chosen) options.strategy = found.proposal.recommended;
  for (const auto& way : found.proposal.ways)
    if (way.strategy == *options.strategy && !way.is_possible) throw Error(Code::not_reversible, fmt::format("--strategy {} is not possible: {}", rollback::name_of(way.strategy), one_line(way.why_not)), way.hint);
  if (tool.is_dry_run()) {
    auto plan = tools::show_plan(rollback::describe_rollback(context, info, options));
    plan.text = text + "\n" + plan.text;
    return plan;
  }
  if (actions.rehearse) {
    const auto tried = rollback::rehearse(context, info, options);
    return {Code::success, fmt::format("{}the undo went through on a copy in {}, of which tables were locked for {}; {} moved\n", text, format_seconds(tried.seconds), format_seconds(tried.lock_seconds), format_plural(tried.rows_moved, "row")),
            nlohmann::json{{"seconds", tried.seconds}, {"lock_seconds", tried.lock_seconds}, {"rows_moved", tried.rows_moved}, {"kept", tried.kept}}.dump()};
  }
  if (!is_chosen && tool.is_confirmed()) refuse_to_lose_unasked(found.proposal);
  if (!tool.is_confirmed()) tools::show_to_person(text);
  tool.confirm(fmt::format("Database \"{}\" goes back to checkpoint {} by {}.", info.database(), found.situation.checkpoint, rollback::name_of(*options.strategy)));
  options.written = found.situation.written;
  return done(rollback::roll_back(context, info, options));
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-rollback", "Go back after a migration: shows the ways with their price, then carries one out, keeping rows written since where it can.",
                   "  safety-rollback --dry-run\n"
                   "  safety-rollback --last --yes\n"
                   "  safety-rollback --migration 20260213120000_add_province --strategy undo\n"
                   "  safety-rollback --report last\n");
  rollback::RollbackOptions options;
  Actions actions;
  options.jobs = os::available_processors();
  bool no_checkpoint = false, keep_folders = false;
  tool.option("--to", options.to, "the checkpoint to go back to", {.is_per_tool = true});
  tool.option("--migration", options.migration, "go back to before this migration", {.is_per_tool = true});
  tool.action("--last", actions.last, "go back to the newest checkpoint that differs from now: the default");
  tool.option("--strategy", actions.strategy, "undo (in place, rows stay), swap (to the clone) or restore (the archive); else the recommended one", {.is_per_tool = true});
  tool.option("--fill", actions.fills, "table.column=expression: what rows written since get in a column that comes back");
  tool.option("--restore-rows", options.restores_rows_of, "a table whose rows that are gone since come back, too");
  tool.flag("--cascade", options.cascades, "drop what was made since and stands on what goes");
  tool.flag("--keep-data-changes", options.keeps_data_changes, "undo the schema although the migration changed rows, too: what it did to them stays");
  tool.flag("--no-checkpoint", no_checkpoint, "no archive of the broken state first");
  tool.flag("--keep-folders", keep_folders, "leave the migrations' folders where they are");
  tool.action("--rehearse", actions.rehearse, "try the undo on a copy of the database, which is closed for as long as copying takes");
  tool.option("--emit-sql", actions.emit_sql, "write the undo's SQL to this file, and do nothing", {.is_per_tool = true});
  tool.option("--lock-timeout", options.lock_timeout, "how long one attempt waits for tables");
  tool.option("--jobs", options.jobs, "sessions that read and load at once");
  tool.action("--resume", actions.resume, "go on with a rollback that was left or stopped midway");
  tool.action("--abort", actions.abort, "undo what such a rollback began");
  tool.action("--undo", actions.undo, "roll the last rollback back");
  tool.option("--report", actions.report, "write the account of a rollback (its id, or last) as markdown and HTML", {.is_per_tool = true});
  tool.with_services();
  tool.with_confirmation();
  tool.with_dry_run();
  tool.with_encryption();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (actions.resume + actions.abort + actions.undo + actions.rehearse + !actions.report.empty() + !actions.emit_sql.empty() > 1)
      throw Error(Code::usage, "--resume, --abort, --undo, --rehearse, --report and --emit-sql exclude each other", "Choose one.");
    if (actions.last + !options.to.empty() + !options.migration.empty() > 1) throw Error(Code::usage, "--to, --migration and --last exclude each other", "Choose one.");
    if (const bool is_chosen_already = actions.resume || actions.abort || actions.undo || !actions.report.empty();
        is_chosen_already && (actions.last || !options.to.empty() || !options.migration.empty()))
      throw Error(Code::usage, "--resume, --abort, --undo and --report are about a rollback that was begun, and go without --last, --to and --migration", "Leave those out.");
    if (options.jobs == 0 || options.jobs > 64) throw Error(Code::usage, "--jobs takes 1 to 64", "Twice the processors is plenty.");
    options.folder = tool.backup_dir();
    const auto info = tool.connection();
    if (!actions.report.empty()) return write_report(rollback::read_incident(options.folder, info.database(), actions.report));
    if (!actions.strategy.empty() && !(options.strategy = rollback::parse_strategy(actions.strategy)))
      throw Error(Code::usage, "--strategy takes undo, swap or restore, not \"" + actions.strategy + "\"", "`safety-rollback --dry-run` shows what each costs.");
    if (actions.rehearse && options.strategy.value_or(rollback::Strategy::undo) != rollback::Strategy::undo)
      throw Error(Code::usage, "--rehearse tries the undo, not --strategy " + actions.strategy, "A swap needs no trial; `safety-verify --proof L4` tries a restore.");
    if (actions.rehearse) options.strategy = rollback::Strategy::undo;
    for (const auto& fill : actions.fills) options.fills.push_back(parse_fill(fill));
    for (auto& table : options.restores_rows_of)
      if (table.find('.') == std::string::npos) table = "public." + table;
    options.takes_checkpoint = !no_checkpoint;
    options.moves_folders = !keep_folders;
    options.container = tool.container();
    options.tool_version = kVersion;
    options.project = tool.project();
    options.services = tool.services(context);
    options.asks = tools::runbook(tool);
    if (actions.resume || actions.abort) return go_on(context, info, options, actions.abort);
    if (actions.undo) {
      tool.confirm(fmt::format("The last rollback of database \"{}\" is rolled back.", info.database()));
      return done(rollback::roll_forward(context, info, options, ""));
    }
    return roll_back(context, info, options, actions, tool);
  });
}

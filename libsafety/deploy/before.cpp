// What a deploy does before production is touched: looks, backs up, rehearses.
#include <fmt/format.h>

#include <algorithm>

#include "libsafety/backup/backup.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/deploy/deploy.hpp"
#include "libsafety/deploy/run.hpp"
#include "libsafety/deploy/snapshot_file.hpp"
#include "libsafety/doctor/doctor.hpp"
#include "libsafety/os/fault_point.hpp"

namespace safety::deploy {
namespace {

bool is_of_a_history(const preflight::Report& report, const preflight::Finding& finding) {
  for (const auto& history : report.histories)
    for (const auto& problem : history.problems)
      if (problem.code == finding.rule) return true;
  return false;
}

std::string where(const preflight::Finding& finding) {
  if (finding.location.file.empty()) return "";
  return finding.location.line > 0 ? fmt::format("{}:{}: ", finding.location.file, finding.location.line) : finding.location.file + ": ";
}

}  // namespace

void examine(Run& run) {
  for (const auto& check : doctor::examine(run.context, run.info, run.options.folder, run.options.container, run.options.services)) {
    if (check.name == "operation lock") continue;  // this deploy holds it
    if (check.state == doctor::Check::State::warning) run.context.sink.note(fmt::format("{}: {}", check.name, check.detail));
    if (check.state == doctor::Check::State::failed)
      throw Error(Code::findings, fmt::format("not fit for a deploy: {}: {}", check.name, check.detail), check.hint);
  }
}

void run_preflight(Run& run) {
  preflight::PreflightOptions options;
  options.allow = run.options.allow;
  options.time_budget = run.options.time_budget;
  run.result.preflight = preflight::preflight(run.context, run.info, run.options.project, options);
  const auto& report = *run.result.preflight;
  const auto errors = report.count(preflight::Severity::error);
  if (errors == 0) {
    for (const auto& finding : report.findings)
      if (finding.severity == preflight::Severity::warning && finding.allowed.empty())
        run.context.sink.warning(fmt::format("{}{} [{}]", where(finding), finding.message, finding.rule));
    return;
  }
  const auto& first = report.findings.front();  // the worst stand first
  const auto detail = first.evidence.text.empty() ? std::string() : first.evidence.text;
  if (is_of_a_history(report, first))
    throw Error(Code::history_differs, fmt::format("the migration history does not allow a deploy: {}", first.message),
                "`safety-preflight` tells all of it, and what to do about each.", detail);
  throw Error(Code::findings,
              fmt::format("preflight found {}, the first: {}{} [{}]", format_plural(errors, "error"), where(first), first.message, first.rule),
              fmt::format("`safety-preflight` tells all of them, and the safe way of each; what is known and meant is accepted by --allow {}{}.", first.rule,
                          first.location.file.empty() ? "" : fmt::format(" or a comment `-- safety:allow {} REASON` above the statement", first.rule)),
              detail);
}

void take_latch(Run& run) { run.latch = std::make_unique<migrations::PrismaLatch>(run.context, run.info); }

void make_checkpoint(Run& run) {
  backup::BackupOptions options;
  options.folder = run.options.folder;
  options.reason = "pre-migration";
  options.jobs = run.options.jobs;
  options.container = run.options.container;
  options.tool_version = run.options.tool_version;
  options.held_lock = &run.lock;
  options.migrations = run.options.project;
  if (run.journal != nullptr) options.pins = {run.operation};
  const auto made = backup::back_up(run.context, run.info, options);
  run.result.checkpoint = made.record.id;
  if (run.journal != nullptr) run.journal->set_fact("checkpoint", made.record.id);
  run.context.sink.note(fmt::format("checkpoint {}: {} in {}", made.record.id, format_plural(made.record.rows, "row"), format_seconds(made.seconds)));
  os::fault_point("deploy.checkpoint");
}

rehearsal::RehearsalOptions rehearsal_options(Run& run, const checkpoint::Record& record) {
  rehearsal::RehearsalOptions options;
  options.folder = run.options.folder;
  options.archive = run.store.require_archive(record);
  options.checkpoint = record.id;
  options.expected_sha256 = record.archive.sha256;
  options.jobs = run.options.jobs;
  options.is_schema_only = run.options.is_schema_only_rehearsal;
  options.tool_version = run.options.tool_version;
  options.held_lock = &run.lock;
  return options;
}

void note_proof(Run& run, checkpoint::Record record, const rehearsal::Rehearsal& rehearsal) {
  const auto level = checkpoint::parse_proof(rehearsal.proof);
  if (!level) return;
  record.proofs.push_back({*level, format_rfc3339(std::chrono::system_clock::now()), rehearsal.restore_seconds, true, ""});
  run.store.save(record);
}

void run_rehearsal(Run& run) {
  const auto record = run.store.resolve(run.context, run.fact("checkpoint"), run.database());
  run.result.rehearsal = rehearsal::rehearse(run.context, run.info, run.options.project, rehearsal_options(run, record));
  const auto& rehearsal = *run.result.rehearsal;
  note_proof(run, record, rehearsal);
  const auto wrong = objections(rehearsal, run.result.preflight, run.options.allows_loss);
  if (!wrong.empty()) {
    const bool has_run = rehearsal.watched.has_succeeded();
    const std::string way_on = !has_run                        ? "correct the migration and run it again."
                               : !rehearsal.crossings.empty() ? "give each tool its own tables: schemaFilter and tablesFilter in drizzle.config, for one."
                                                              : "losses that are meant are accepted by --allow-loss.";
    const std::string what = rehearsal.has_reached_real_database ? "the rehearsal did not stay on its copy: " : "the rehearsal on a copy went wrong, and production was not touched: ";
    throw Error(has_run ? Code::findings : Code::command_failed, what + wrong.front(),
                "`safety-deploy --rehearse` shows all of it; " + way_on, join_some(std::vector<std::string>(std::next(wrong.begin()), wrong.end()), 3));
  }
  save_snapshot(run.file("rehearsed"), {rehearsal.after, rehearsal.rows});
  os::fault_point("deploy.rehearsed");
  run.journal->set_fact("rehearsed", "yes");
}

std::vector<std::string> objections(const rehearsal::Rehearsal& rehearsal, const std::optional<preflight::Report>& preflight, bool allows_loss) {
  std::vector<std::string> wrong;
  for (const auto& command : rehearsal.watched.commands)
    if (!command.has_succeeded())
      wrong.push_back(fmt::format("`{}`: {}", command.line, command.trouble.empty() ? fmt::format("ended with {}", command.exit_code) : command.trouble));
  wrong.insert(wrong.end(), rehearsal.crossings.begin(), rehearsal.crossings.end());
  const auto is_accepted = [&](const std::string& loss) {
    if (allows_loss) return true;
    if (!preflight) return false;
    // What the migration says itself that it may lose ("-- safety:allow drop-column ...") is no news.
    for (const auto& finding : preflight->findings)
      if (!finding.allowed.empty() && !finding.object.empty() && (" " + loss + " ").find(" " + finding.object + " ") != std::string::npos) return true;
    return false;
  };
  // One tool's drop of another's table is told above already.
  const auto is_told = [&](const std::string& loss) {
    const auto object = loss.substr(0, loss.find(" with "));
    return std::any_of(rehearsal.crossings.begin(), rehearsal.crossings.end(), [&](const auto& crossing) { return crossing.find(object + " ") != std::string::npos; });
  };
  for (const auto& loss : rehearsal.lost)
    if (!is_accepted(loss) && !is_told(loss)) wrong.push_back("it loses " + loss);
  for (const auto& smoke : rehearsal.failed_smoke) wrong.push_back("smoke statement: " + smoke);
  return wrong;
}

}  // namespace safety::deploy

// safety-deploy: the guarded migration, with a way back.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/deploy/deploy.hpp"
#include "libsafety/deploy/report.hpp"
#include "libsafety/os/workers.hpp"
#include "libsafety/restore/restore.hpp"
#include "tools/common/plan_text.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

template <typename Value>
Value require(const std::optional<Value>& value, const std::string& flag, const std::string& takes) {
  if (!value) throw Error(Code::usage, flag + " takes " + takes, "`safety-deploy --help` says what each means.");
  return *value;
}

tools::Result show_rehearsal(const deploy::DeployResult& result, const deploy::DeployOptions& options) {
  auto objections = deploy::objections(*result.rehearsal, result.preflight, options.allows_loss);
  if (const auto errors = result.preflight->count(preflight::Severity::error); errors > 0)
    objections.insert(objections.begin(), fmt::format("preflight found {}", format_plural(errors, "error")));
  const auto code = !result.rehearsal->watched.has_succeeded() ? Code::command_failed : objections.empty() ? Code::success : Code::findings;
  return {code, deploy::format_rehearsal(result, objections), deploy::format_json(result, objections)};
}

std::string question(const deploy::DeployOptions& options, const std::string& database) {
  return fmt::format("Database \"{}\" will be backed up and migrated by {}. On failure: {}.", database,
                     join(options.project.commands, "; "), deploy::name_of(options.on_failure));
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-deploy", "Run the migrations with a net: preflight, checkpoint, rehearsal on a copy, then for real; back by itself when it fails.",
                   "  safety-deploy --rehearse\n"
                   "  safety-deploy --yes\n"
                   "  safety-deploy --stop-services --on-failure rollback --yes\n");
  deploy::DeployOptions options;
  options.jobs = os::available_processors();
  std::string on_failure = "rollback", clone = "auto";
  bool is_rehearsal = false, is_resume = false, is_abort = false, is_finalise = false, no_rehearsal = false;
  tool.action("--rehearse", is_rehearsal, "preflight, checkpoint and rehearsal alone: production is only read");
  tool.option("--checkpoint", options.checkpoint, "with --rehearse: a checkpoint that is there, instead of a new one", {.is_per_tool = true});
  tool.flag("--schema-only", options.is_schema_only_rehearsal, "rehearse on a copy without rows: quick, and blind to what only rows show");
  tool.flag("--no-rehearsal", no_rehearsal, "migrate without having tried it on a copy");
  tool.option("--on-failure", on_failure, "rollback (back by itself), stop (left as it is) or ask", {.is_per_tool = true});
  tool.option("--clone", clone, "auto (when the server can), yes or no: a copy right before the migration, to go back to by a rename", {.is_per_tool = true});
  tool.flag("--stop-services", options.stops_services, "stop [services] for the migration, so that going back loses nothing");
  tool.flag("--allow-loss", options.allows_loss, "go on although the rehearsal shows that data is lost");
  tool.flag("--keep-pinned", options.keeps_pinned, "leave the checkpoint pinned until `safety-deploy --finalise`");
  tool.option("--allow", options.allow, "a rule of safety-preflight that is known and accepted");
  tool.option("--time-budget", options.time_budget, "for preflight's questions to the data");
  tool.option("--jobs", options.jobs, "sessions that read and load at once");
  tool.action("--resume", is_resume, "finish a deploy that was stopped midway");
  tool.action("--abort", is_abort, "go back to the state before a deploy that was stopped midway");
  tool.action("--finalise", is_finalise, "unpin the checkpoints of deploys that ended");
  tool.with_services();
  tool.with_confirmation();
  tool.with_dry_run();
  tool.with_encryption();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (is_rehearsal + is_resume + is_abort + is_finalise > 1)
      throw Error(Code::usage, "--rehearse, --resume, --abort and --finalise exclude each other", "Choose one.");
    if (options.jobs == 0 || options.jobs > 64) throw Error(Code::usage, "--jobs takes 1 to 64", "Twice the processors is plenty.");
    options.folder = tool.backup_dir();
    options.on_failure = require(deploy::parse_on_failure(on_failure), "--on-failure", "rollback, stop or ask");
    options.cloning = require(deploy::parse_cloning(clone), "--clone", "auto, yes or no");
    options.rehearses = !no_rehearsal;
    options.container = tool.container();
    options.tool_version = kVersion;
    const auto info = tool.connection();
    if (is_finalise) {
      const auto ids = deploy::finalise(context, info, options.folder);
      return {Code::success, ids.empty() ? "no checkpoint is pinned by a deploy" : "unpinned: " + join(ids, ", "), nlohmann::json{{"unpinned", ids}}.dump()};
    }
    options.project = tool.project();
    options.services = tool.services(context);
    options.asks = [&](const std::string& text) { return tool.ask(text); };
    if (is_resume || is_abort) {
      const auto unfinished = restore::find_unfinished(options.folder, info.database(), "safety-deploy");
      if (!unfinished) throw Error(Code::usage, "no deploy of database \"" + info.database() + "\" is unfinished", "`safety-doctor` shows what there is.");
      if (is_abort) {
        deploy::abort(context, info, *unfinished, options);
        return {Code::success, "taken back: " + unfinished->describe(), nlohmann::json{{"id", unfinished->journal.head.operation}}.dump()};
      }
      const auto result = deploy::resume(context, info, *unfinished, options);
      return {Code::success, deploy::format_text(result), deploy::format_json(result, {})};
    }
    if (is_rehearsal) return show_rehearsal(deploy::rehearse(context, info, options), options);
    if (tool.is_dry_run()) return tools::show_plan(deploy::describe_deploy(context, info, options));
    tool.confirm(question(options, info.database()));
    const auto result = deploy::deploy(context, info, options);
    return {Code::success, deploy::format_text(result), deploy::format_json(result, {})};
  });
}

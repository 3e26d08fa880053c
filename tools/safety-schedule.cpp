// safety-schedule: have the machine run backups and drills at their times.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/schedule/installation.hpp"
#include "tools/common/schedule_plan.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

constexpr std::size_t kShownTimes = 3, kShownRuns = 5;

tools::Result next(const schedule::Plan& plan) {
  const auto now = std::chrono::system_clock::now();
  auto text = "time zone " + schedule::describe_zone(now) + "\n";
  auto jobs = nlohmann::ordered_json::array();
  for (const auto& job : plan.jobs) {
    auto times = nlohmann::ordered_json::array();
    std::vector<std::string> shown;
    for (const auto& at : job.when.next(now, kShownTimes)) {
      times.push_back(format_rfc3339(at));
      shown.push_back(schedule::format_local(at));
    }
    text += fmt::format("{:<7} {}\n", job.name, shown.empty() ? "never" : join(shown, ", "));
    jobs.push_back({{"name", job.name}, {"cron", job.when.cron()}, {"next", times}});
  }
  return {Code::success, text, nlohmann::ordered_json{{"zone", schedule::describe_zone(now)}, {"jobs", jobs}}.dump()};
}

tools::Result status(const Context& context, const schedule::Plan& plan, const schedule::Place& place, const std::string& folder) {
  const auto installed = schedule::list_installed(context, plan.prefix, place);
  auto text = installed.empty() ? std::string("nothing is installed\n") : "installed:\n  " + join(installed, "\n  ") + "\n";
  const auto planned = next(plan);
  text += planned.text;
  auto runs = checkpoint::list_runs(context, checkpoint::Store(folder));
  if (runs.size() > kShownRuns) runs.erase(runs.begin(), runs.end() - kShownRuns);
  auto list = nlohmann::ordered_json::array();
  text += runs.empty() ? "no run is noted in " + folder + "\n" : "last runs:\n";
  for (const auto& run : runs) {
    const auto outcome = !run.has_ended() ? "without an end" : run.is_skipped ? "skipped" : std::string(name_of(run.outcome));
    text += fmt::format("  {} {:<9} {:<16} {}\n", run.started.substr(0, 19), run.kind, outcome, one_line(run.message.empty() ? run.checkpoint : run.message));
    list.push_back({{"id", run.id}, {"run", run.kind}, {"started", run.started}, {"outcome", outcome}, {"message", run.message}});
  }
  auto fields = nlohmann::ordered_json::parse(planned.fields_json);
  fields.update({{"installed", installed}, {"runs", list}});
  return {installed.empty() ? Code::findings : Code::success, text, fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

tools::Result done(const std::vector<std::string>& lines, const std::string& otherwise) {
  return {Code::success, lines.empty() ? otherwise : join(lines, "\n"), nlohmann::ordered_json{{"done", lines}}.dump()};
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-schedule", "Have systemd or cron run `safety-backup --scheduled`, and drills, at their times.",
                   "  safety-schedule install --at 02:30 --drill-at '0 4 * * sun'\n  safety-schedule status\n  safety-schedule next\n  safety-schedule remove\n");
  tools::SchedulePlan options;
  std::string action;
  tool.argument("action", action, "install, remove, status or next");
  options.declare(tool);
  tool.with_dry_run();

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (action == "next") return next(options.plan(tool));
    const auto place = options.place();
    if (action == "status") return status(context, options.plan(tool), place, tool.backup_dir());
    if (action == "remove") {
      if (!tool.is_dry_run()) return done(schedule::remove(context, options.name(), place), "nothing was installed");
      return done(schedule::list_installed(context, options.name(), place), "nothing is installed");
    }
    if (action != "install") throw Error(Code::usage, "safety-schedule takes install, remove, status or next", "`safety-schedule --help` shows examples.");
    const auto plan = options.plan(tool);
    options.check(context, tool, plan);
    if (tool.is_dry_run()) {
      const auto text = options.describe(plan, place);
      return {Code::success, text, nlohmann::ordered_json{{"dry_run", true}, {"text", text}}.dump()};
    }
    auto result = done(schedule::install(context, plan, place), "");
    result.text += "\n" + next(plan).text;
    return result;
  });
}

// safety-doctor: is everything there that a backup and a restore will need? And, with --freshness, are the backups fresh?
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/doctor/doctor.hpp"
#include "libsafety/doctor/freshness.hpp"
#include "tools/common/notify_options.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;

tools::Result report(const std::vector<doctor::Check>& checks) {
  tools::Result result;
  auto lines = nlohmann::ordered_json::array();
  for (const auto& check : checks) {
    result.text += fmt::format("{:<8} {:<17} {}\n", doctor::name_of(check.state), one_line(check.name), one_line(check.detail));
    if (!check.hint.empty()) result.text += fmt::format("{:27}hint: {}\n", "", one_line(check.hint));
    if (check.state == doctor::Check::State::failed) result.code = Code::findings;
    lines.push_back({{"name", check.name}, {"state", doctor::name_of(check.state)}, {"detail", check.detail}, {"hint", check.hint}});
  }
  result.fields_json = nlohmann::ordered_json{{"checks", lines}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return result;
}

/// What FAILED, as one message.
void tell_staleness(const Context& context, const notify::Channels& channels, const std::vector<doctor::Check>& checks, const std::string& database) {
  std::vector<std::string> failed;
  for (const auto& check : checks)
    if (check.state == doctor::Check::State::failed) failed.push_back(check.name + ": " + check.detail);
  if (failed.empty()) return;
  const auto now = std::chrono::system_clock::now();
  checkpoint::Run run;
  run.id = "freshness_" + format_compact(now);
  run.kind = "freshness";
  run.database = database;
  run.started = run.finished = format_rfc3339(now);
  run.outcome = Code::findings;
  run.message = join(failed, "; ");
  notify::tell(context, channels, {.what = notify::What::stale, .run = run});
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-doctor", "Check server, versions, privileges, disks, folder and half-done work. Changes nothing.",
                   "  safety-doctor\n  safety-doctor --freshness\n  safety-doctor --freshness --require-proof L2 --max-age 7h --tell\n");
  bool is_of_freshness = false, tells = false;
  std::string required = "L1", offsite_age;
  doctor::FreshnessOptions options;
  tools::NotifyOptions notify_options;
  tool.action("--freshness", is_of_freshness,
              "only whether there is a fresh, proven backup: told from the backup folder without asking a server, so it serves as a health check");
  tool.option("--max-age", options.max_age, "with --freshness: how old the newest proven backup may be, the time that a run takes included", {.is_per_tool = true});
  tool.option("--require-proof", required, "with --freshness: the proof it must have passed, as L1 or L4", {.is_per_tool = true});
  tool.option("--max-offsite-age", offsite_age, "with --freshness: how old the newest verified copy off site may be (default: a warning past --max-age, where copies are made)",
              {.is_per_tool = true});
  tool.action("--tell", tells, "with --freshness: tell what FAILED to those of [notify]; for a timer of its own, which notices that the backup's is dead");
  tools::declare_notify_options(tool, notify_options);
  tool.with_services();
  tool.with_encryption();
  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (!is_of_freshness) {
      if (tells) throw Error(Code::usage, "--tell goes with --freshness", "See `safety-doctor --help`.");
      return report(doctor::examine(context, tool.connection(), tool.backup_dir(), tool.container(), tool.services(context)));
    }
    const auto least = checkpoint::parse_proof(required);
    if (!least) throw Error(Code::usage, "--require-proof takes a level such as L1 or L4, and not \"" + required + "\"", "L1 says that the file was read back and is whole.");
    options.least = *least;
    options.database = tool.database_name();
    if (!offsite_age.empty()) {
      options.max_offsite_age = parse_duration(offsite_age);
      if (!options.max_offsite_age) throw Error(Code::usage, "\"" + offsite_age + "\" is not a duration", "Write it as 90min, 12h or 7d.");
    }
    const auto channels = tools::make_channels(tool, notify_options);
    const auto checks = doctor::examine_freshness(context, tool.backup_dir(), options);
    if (tells) tell_staleness(context, channels, checks, options.database);
    return report(checks);
  });
}

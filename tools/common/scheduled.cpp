#include "tools/common/scheduled.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/os/priority.hpp"
#include "libsafety/schedule/scheduled.hpp"
#include "tools/common/offsite_copy.hpp"

namespace safety::tools {
namespace {

// At work for a quarter of the time: README, section "Back up on a schedule", tells what that costs the database and the run.
constexpr double kRestOfGentle = 3;

nlohmann::ordered_json fields_of(const schedule::ScheduledResult& result) {
  const auto& run = result.run;
  nlohmann::ordered_json fields{{"run", run.id}, {"database", run.database}, {"started", run.started}, {"finished", run.finished},
                                {"seconds", run.seconds}, {"skipped", run.is_skipped}, {"message", run.message}};
  if (result.record)
    fields.update({{"id", result.record->id}, {"bytes", result.record->archive.bytes}, {"sha256", result.record->archive.sha256},
                   {"rows", result.record->rows}, {"offsite", run.offsite}, {"pruned", result.pruned}, {"pruned_offsite", result.pruned_offsite}, {"proof", checkpoint::name_of(result.record->proof())}, {"snapshot_time", result.record->snapshot_time}});
  return fields;
}

std::string describe(const schedule::ScheduledResult& result) {
  if (!result.record) return "nothing to do: " + result.run.message + "\n";
  auto text = fmt::format("{}: {} in {}, proof {}\n", result.record->id, format_bytes(result.record->archive.bytes), format_seconds(result.run.seconds),
                          checkpoint::name_of(result.record->proof()));
  if (!result.run.offsite.empty()) text += "  copied to " + result.run.offsite + ", proven there\n";
  if (!result.pruned.empty()) text += fmt::format("  removed {}: {}\n", format_plural(result.pruned.size(), "archive"), join_some(result.pruned));
  if (!result.pruned_offsite.empty())
    text += fmt::format("  removed {} off site: {}\n", format_copies(result.pruned_offsite.size()), join_some(result.pruned_offsite));
  return text;
}

}  // namespace

void Scheduled::declare(Tool& tool) {
  const OptionTraits traits{.is_per_tool = true, .section = "schedule"};
  tool.action("--scheduled", is_asked_for_, "the unattended run: back up, verify as far as [schedule] says, and note it whatever becomes of it");
  tool.option("--schedule-proof", proof_, "with --scheduled: how far to verify, L1 to L4; L3 and L4 restore it aside", traits);
  tool.option("--max-age", max_age_, "with --scheduled: do nothing when a checkpoint with that proof is younger, as in 20h", traits);
  tool.option("--jitter", jitter_, "with --scheduled: wait a random part of this first", traits);
  tool.flag("--gentle", is_gentle_, "with --scheduled: one session that rests three quarters of the time, lowest CPU and I/O priority, for a database in use", traits);
  retention_.declare(tool);
  declare_notify_options(tool, notify_);
  tool.knows("schedule", {"at", "drill_at", "name", "user", "environment_file", "spread", "unit_dir"});
}

Result Scheduled::run(const Context& context, const Tool& tool, backup::BackupOptions options, const OffsiteOptions& offsite) const {
  schedule::ScheduledOptions scheduled;
  const auto proof = checkpoint::parse_proof(proof_);
  if (!proof || *proof > checkpoint::Proof::content)
    throw Error(Code::usage, "--schedule-proof takes L1, L2, L3 or L4", "L5 is a drill's: `safety-verify --drill`.");
  if (options.makes_clone || options.is_schema_only)
    throw Error(Code::usage, "--scheduled goes with neither --clone nor --schema-only", "A clone closes the database for a moment and is no backup; nor is a schema.");
  if (is_gentle_) {
    options.jobs = 1;
    options.rest = kRestOfGentle;
    os::be_gentle();
  }
  scheduled.backup = std::move(options);
  scheduled.proof = *proof;
  if (max_age_.count() > 0) scheduled.max_age = max_age_;
  scheduled.jitter = jitter_;
  if (!offsite.remote.empty()) scheduled.remote = offsite_remote(offsite);
  scheduled.thoroughness = offsite_thoroughness(offsite);
  scheduled.retention = retention_.policy();
  scheduled.min_free_bytes = retention_.min_free_bytes();
  scheduled.channels = make_channels(tool, notify_);
  const auto info = tool.connection();
  if (tool.is_dry_run()) {
    const auto lines = schedule::describe_scheduled(context, info, scheduled);
    return {Code::success, "would do:\n  " + join(lines, "\n  "), nlohmann::json{{"dry_run", true}, {"plan", lines}}.dump()};
  }
  const auto result = schedule::run_scheduled(context, info, scheduled);
  return {Code::success, describe(result), fields_of(result).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace safety::tools

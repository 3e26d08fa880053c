#include "libsafety/page/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"

namespace safety::page {
namespace {

/// The newest that is a backup; of the others it does not matter which is newest.
const Checkpoint* newest_good(const History& history) {
  const auto found = std::find_if(history.checkpoints.rbegin(), history.checkpoints.rend(), [](const Checkpoint& one) { return one.is_good(); });
  return found == history.checkpoints.rend() ? nullptr : &*found;
}

Reason age_of(const Checkpoint& backup, const Status& status) {
  const auto& record = *backup.record;
  return {fmt::format("Last verified backup {} ago, proof {}{}.", age_text(status.now - backup.at.value_or(status.now)), checkpoint::name_of(record.proof()),
                      record.is_partial ? ", some rows left out" : ""),
          ""};
}

/// What is wrong with the newest backup's age; nothing is.
std::vector<Reason> age_problems(const Checkpoint& backup, const Status& status) {
  if (!backup.at) return {{fmt::format("The time of the last verified backup cannot be read: \"{}\".", backup.record->snapshot_time), "safety-doctor"}};
  if (is_in_future(*backup.at, status.now))
    return {{fmt::format("The last verified backup lies in the future, at {}: a clock was wrong then or is wrong now.", backup.record->snapshot_time), "safety-doctor"}};
  if (status.now - *backup.at > status.max_age)
    return {{fmt::format("No verified backup for {}; {} are allowed.", age_text(status.now - *backup.at), age_text(status.max_age)), "safety-backup"}};
  return {};
}

std::vector<Reason> backup_problems(const History& history, const Checkpoint* backup, const Status& status) {
  if (backup == nullptr && history.checkpoints.empty()) return {{"There is no backup.", "safety-backup"}};
  std::vector<Reason> problems;
  if (backup == nullptr)
    problems = {{fmt::format("There is no verified backup: of {} none is whole, there and proven.", format_plural(history.checkpoints.size(), "checkpoint")), "safety-backup"}};
  else
    problems = age_problems(*backup, status);
  for (const auto& one : history.checkpoints)
    if (&one == &history.checkpoints.back() && one.has_failed())
      problems.push_back({fmt::format("The newest checkpoint failed its proof: {}.", one.record->proofs.back().message), "safety-verify " + one.record->id});
  return problems;
}

/// Of unattended runs of one kind.
std::vector<Reason> run_problems(const History& history, const std::string& kind, const std::string& what) {
  const auto failures = checkpoint::failures_in_a_row(history.runs, kind, history.database);
  if (failures == 0) return {};
  const auto last = std::find_if(history.runs.rbegin(), history.runs.rend(), [&](const auto& run) { return run.kind == kind && run.has_ended() && !run.is_skipped && !run.has_succeeded(); });
  const auto why = last->message.empty() ? std::string(name_of(last->outcome)) : last->message;
  return {{fmt::format("{}{}: {}{}.", failures == 1 ? "The last " + what : fmt::format("The last {} {}s", failures, what), " failed",
                       last->step.empty() ? "" : "at \"" + last->step + "\", ", why),
           ""}};
}

std::vector<Reason> warnings_of(const History& history) {
  std::vector<Reason> warnings;
  const auto gone = std::count_if(history.checkpoints.begin(), history.checkpoints.end(), [](const Checkpoint& one) { return one.is_gone; });
  if (gone > 0) warnings.push_back({fmt::format("{}: the archive is gone from the folder.", format_plural(static_cast<std::uint64_t>(gone), "checkpoint")), "safety-doctor"});
  for (const auto* operation : history.operations)
    if (operation->outcome == "unfinished") warnings.push_back({fmt::format("{} is unfinished.", operation->id), "safety-doctor"});
  return warnings;
}

}  // namespace

std::string age_text(std::chrono::system_clock::duration age) {
  const auto minutes = std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::minutes>(age).count());
  if (minutes == 0) return "less than a minute";
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 2 * 1440) return minutes % 60 == 0 ? fmt::format("{} h", minutes / 60) : fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return minutes % 1440 < 60 ? fmt::format("{} d", minutes / 1440) : fmt::format("{} d {} h", minutes / 1440, minutes % 1440 / 60);
}

Verdict judge(const History& history, const Status& status) {
  const auto* backup = newest_good(history);
  const bool is_of_a_database = !history.database.empty() || !history.checkpoints.empty();
  auto all = is_of_a_database ? backup_problems(history, backup, status) : std::vector<Reason>{};
  const auto add = [&all](const std::vector<Reason>& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(run_problems(history, "scheduled", "scheduled run"));
  add(run_problems(history, "drill", "restore drill"));
  const auto problems = all.size();
  add(warnings_of(history));

  Verdict verdict{problems > 0 ? Level::bad : all.empty() ? Level::good : Level::warning, {}, {}};
  const bool has_age = backup != nullptr && age_problems(*backup, status).empty();
  // An alarm is the headline; a warning stands below the answer to what everybody wants to know first.
  if (has_age) all.insert(problems > 0 ? all.begin() + static_cast<std::ptrdiff_t>(problems) : all.begin(), age_of(*backup, status));
  if (all.empty()) return {Level::good, {"Nothing is known to be wrong.", ""}, {}};
  verdict.headline = all.front();
  verdict.reasons.assign(all.begin() + 1, all.end());
  return verdict;
}

}  // namespace safety::page

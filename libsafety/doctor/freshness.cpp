#include "libsafety/doctor/freshness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/checkpoint/newest.hpp"
#include "libsafety/checkpoint/policy.hpp"
#include "libsafety/checkpoint/store.hpp"

namespace safety::doctor {
namespace {

using checkpoint::Record;
using checkpoint::Run;
using State = Check::State;

double seconds_of(std::chrono::duration<double> duration) { return duration.count(); }

/// "3 h 10 min ago".
std::string describe_when(const std::string& rfc3339, Instant now) {
  const auto time = parse_rfc3339(rfc3339);
  if (!time) return fmt::format("at \"{}\"", rfc3339);
  return *time > now ? "at " + rfc3339 : format_seconds(seconds_of(now - *time)) + " ago";
}

Check judge_backup(const std::vector<Record>& records, const std::string& database, const FreshnessOptions& options, Instant now) {
  Check check{State::ok, fmt::format("backup of {}", database), "", ""};
  const Record* last = nullptr;  // by sequence, whatever its proof and the clocks say
  for (const auto& record : records)
    if (record.database == database && checkpoint::is_backup(record)) last = &record;
  if (last == nullptr) return {State::failed, check.name, "there is none", "Make one with `safety-backup`; check --backup-dir."};

  const checkpoint::Policy policy{options.least, options.max_age};
  const auto* newest = checkpoint::find_newest_backup(records, database, options.least, now);
  if (newest == nullptr) {
    check.state = State::failed;
    check.detail = fmt::format("none counts; {}: {}", last->id, join(checkpoint::unmet(policy, *last, now), ", "));
  } else {
    const auto missing = checkpoint::unmet(policy, *newest, now);
    check.detail = fmt::format("{}, taken {}, proof {}, {}{}{}", newest->id, describe_when(newest->snapshot_time, now), checkpoint::name_of(newest->proof()),
                               format_bytes(newest->archive.bytes), newest->is_partial ? ", without some tables' rows" : "",
                               missing.empty() ? "" : ": " + join(missing, ", "));
    if (!missing.empty()) check.state = State::failed;
    const auto of_last = checkpoint::unmet(policy, *last, now);
    if (last != newest && !of_last.empty()) {
      check.detail += fmt::format("; {}, made later: {}", last->id, join(of_last, ", "));
      if (check.state == State::ok) check.state = State::warning;
    }
  }
  if (check.state == State::ok) return check;
  check.hint = last->proof() < options.least
                   ? fmt::format("Run `safety-verify {} --proof {}`, or make a new one with `safety-backup`.", last->id, checkpoint::name_of(options.least))
                   : "Make one with `safety-backup`; the runs below tell why there is no newer one.";
  return check;
}

/// How the runs of one kind ended: a sentence, and a hint when that is bad news.
struct Ending {
  std::string text, hint;
};

Ending describe_ending(const std::vector<Run>& runs, const std::string& kind, const std::string& database, const FreshnessOptions& options, Instant now) {
  const Run *last = nullptr, *real = nullptr;
  for (const auto& run : runs) {
    if ((run.database != database && !run.database.empty()) || run.kind != kind || !run.has_ended()) continue;
    last = &run;
    if (!run.is_skipped) real = &run;
  }
  if (last == nullptr) return {};
  const auto name = checkpoint::describe_kind(kind);
  const auto failures = checkpoint::failures_in_a_row(runs, kind, database);
  if (failures > 0)
    return {fmt::format("{} {}{} ({}): {}", failures == 1 ? fmt::format("the last {} failed", name) : fmt::format("the last {} {}s failed, the last", failures, name),
                        describe_when(real->finished, now), real->step.empty() ? "" : " at \"" + real->step + "\"", name_of(real->outcome), real->message),
            "Run `safety-doctor`: it checks what a run needs."};
  const auto ended = parse_rfc3339(last->finished);
  const auto skipped = last->is_skipped ? fmt::format("; the last was skipped {}: {}", describe_when(last->finished, now), last->message) : "";
  const auto text = fmt::format("{}{}", real == nullptr ? "no " + name + " yet" : fmt::format("the last {} succeeded {}", name, describe_when(real->finished, now)), skipped);
  if (kind == "scheduled" && (!ended || now - *ended > options.max_age))
    return {text + "; none has ended since", "The schedule seems dead: look at `systemctl list-timers`, or at the crontab."};
  return {text, ""};
}

Check judge_runs(const std::vector<Run>& runs, const std::string& database, const FreshnessOptions& options, Instant now) {
  const auto name = fmt::format("runs of {}", database);
  std::set<std::string> kinds;
  for (const auto& run : runs) kinds.insert(run.kind);
  Check check{State::ok, name, "", ""};
  for (const auto& kind : kinds) {
    const auto ending = describe_ending(runs, kind, database, options, now);
    if (ending.text.empty()) continue;
    check.detail += (check.detail.empty() ? "" : "; ") + ending.text;
    if (ending.hint.empty()) continue;
    check.state = State::warning;
    check.hint += (check.hint.empty() ? "" : " ") + ending.hint;
  }
  if (check.detail.empty()) return {State::skipped, name, "no unattended run is noted in this folder", ""};
  return check;
}

Check judge_offsite(const std::vector<Record>& records, const std::vector<Run>& runs, const std::string& database, const FreshnessOptions& options, Instant now) {
  const auto name = fmt::format("off site of {}", database);
  const std::string hint = "Check that the remote can be reached and has room; the message of the last run says what failed.";
  const auto copy = checkpoint::find_newest_offsite_copy(records, runs, database, now);
  if (!copy && options.max_offsite_age) return {State::failed, name, "no run has noted a verified copy", hint};
  if (!copy) return {State::skipped, name, "no copies off site are noted", ""};
  const auto age = now - copy->taken;
  const auto allowed = options.max_offsite_age.value_or(options.max_age);
  const auto detail = fmt::format("{} in {}, taken {}", copy->checkpoint, copy->place, describe_when(format_rfc3339(copy->taken), now));
  if (age <= allowed) return {State::ok, name, detail, ""};
  return {options.max_offsite_age ? State::failed : State::warning, name,
          fmt::format("{}: {} is allowed", detail, format_seconds(seconds_of(allowed))), hint};
}

}  // namespace

std::vector<Check> judge_freshness(const std::vector<Record>& records, const std::vector<Run>& runs, const FreshnessOptions& options, Instant now) {
  const auto databases = options.database.empty() ? checkpoint::databases_of(records, runs) : std::set<std::string>{options.database};
  if (databases.empty()) return {{State::failed, "backups", "there are none", "Make one with `safety-backup`; check --backup-dir."}};
  std::vector<Check> checks;
  for (const auto& database : databases) {
    checks.push_back(judge_backup(records, database, options, now));
    checks.push_back(judge_runs(runs, database, options, now));
    checks.push_back(judge_offsite(records, runs, database, options, now));
  }
  return checks;
}

std::vector<Check> examine_freshness(const Context& context, const std::filesystem::path& folder, const FreshnessOptions& options) {
  const checkpoint::Store store(folder);
  std::vector<Record> records;
  std::vector<Run> runs;
  try {
    records = store.list(context);
    runs = checkpoint::list_runs(context, store);
  } catch (const Error& error) {
    return {{State::failed, "backups", error.message(), error.hint()}};
  }
  std::vector<std::string> lost;
  std::erase_if(records, [&](const Record& record) {
    if (!record.names_archive()) return true;  // a clone is no backup
    std::error_code error;
    if (std::filesystem::file_size(store.archive_path(record), error) == record.archive.bytes && !error) return false;
    if (options.database.empty() || record.database == options.database) lost.push_back(record.id);
    return true;
  });
  auto checks = judge_freshness(records, runs, options, std::chrono::system_clock::now());
  if (!lost.empty())
    checks.push_back({State::failed, "archives", "missing, or not of the recorded size: " + join_some(lost),
                      "Bring the files back from where they were copied to, or remove the records."});
  return checks;
}

}  // namespace safety::doctor

#include "libsafety/page/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "libsafety/base/text.hpp"
#include "libsafety/page/forecast.hpp"
#include "libsafety/page/markup.hpp"

namespace safety::page {
namespace {

constexpr std::size_t kMostRuns = 30;
constexpr double kFewDays = 30, kVeryFewDays = 7;

std::string tile(const std::string& label, const std::string& value, const std::string& note, const std::string& tone = "") {
  return fmt::format("<div class=\"tile\"><dt>{}</dt><dd{}>{}</dd><dd class=\"note\">{}</dd></div>\n", plain(label), tone.empty() ? "" : fmt::format(" class=\"{}\"", tone), plain(value), plain(note));
}

std::string ago(const std::string& rfc3339, const Status& status) {
  const auto at = parse_rfc3339(rfc3339);
  return !at ? "" : is_in_future(*at, status.now) ? "in the future" : age_text(status.now - *at) + " ago";
}

std::string size_tile(const History& history) {
  std::uint64_t archives = 0, clones = 0;
  for (const auto& one : history.checkpoints) {
    archives += one.bytes();
    clones += one.record->clone ? one.record->clone->bytes : 0;
  }
  return tile("Size in the folder", format_bytes(archives), clones == 0 ? "archives" : "and clones on the server, " + format_bytes(clones));
}

std::string proof_tile(const History& history, const Status& status) {
  if (history.checkpoints.empty()) return tile("Newest proof", "none", "");
  const auto& newest = history.checkpoints.back();
  const auto& proofs = newest.record->proofs;
  if (newest.has_failed()) return tile("Newest proof", "failed", ago(proofs.back().at, status), "bad");
  const auto proof = newest.record->proof();
  return tile("Newest proof", checkpoint::name_of(proof), proofs.empty() ? "" : ago(proofs.back().at, status), proof == checkpoint::Proof::none ? "warn" : "");
}

/// A drill's proof took as long as its restore alone.
std::optional<double> restore_seconds_of(const History& history, const std::string& id) {
  for (const auto& checkpoint : history.checkpoints)
    if (checkpoint.record->id == id)
      for (auto proof = checkpoint.record->proofs.rbegin(); proof != checkpoint.record->proofs.rend(); ++proof)
        if (proof->level == checkpoint::Proof::used && proof->is_passed) return proof->seconds;
  return std::nullopt;
}

std::string drill_tile(const History& history, const Status& status) {
  const auto last = std::find_if(history.runs.rbegin(), history.runs.rend(), [](const auto& run) { return run.kind == "drill" && run.has_ended() && !run.is_skipped; });
  if (last == history.runs.rend()) return tile("Last drill", "none", "no restore was tried", "warn");
  if (!last->has_succeeded()) return tile("Last drill", "failed", ago(last->started, status), "bad");
  const auto seconds = restore_seconds_of(history, last->checkpoint);
  return tile("Last drill", format_seconds(seconds.value_or(last->seconds)), (seconds ? "to restore, " : "in all, ") + ago(last->started, status));
}

std::string offsite_tile(const History& history, const Status& status) {
  if (!status.offsite) return "";
  std::size_t archives = 0, copied = 0;
  bool has_newest = false;
  for (const auto& one : history.checkpoints) {
    if (!one.record->names_archive()) continue;
    has_newest = status.offsite->contains(one.record->id);
    ++archives;
    copied += has_newest ? 1 : 0;
  }
  return tile("Off site", fmt::format("{} of {}", format_count(copied), format_count(archives)), archives == 0 ? "" : has_newest ? "the newest, too" : "the newest is not", archives > 0 && !has_newest ? "warn" : "");
}

/// What the newest proof that failed said; people on a phone cannot point at it.
std::string proof_cell(const Checkpoint& one) {
  auto text = proof_badge(one);
  if (one.has_failed() && !one.record->proofs.back().message.empty()) text += fmt::format("<div class=\"why\">{}</div>", plain(one.record->proofs.back().message));
  return text;
}

std::string reason_cell(const checkpoint::Record& record) {
  return plain(record.reason) + (record.label.empty() ? "" : fmt::format("<div class=\"label\">{}</div>", plain(record.label)));
}

std::string fate_cell(const Status& status, const std::string& id) {
  const auto fate = status.retention.find(id);
  if (fate == status.retention.end()) return "";
  return badge(fate->second.is_kept ? "" : "warn", fate->second.is_kept ? "keep" : "remove") + (fate->second.why.empty() ? "" : " " + plain(fate->second.why));
}

std::string rows_text(const checkpoint::Record& record) {
  if (!record.names_archive()) return "";
  return format_count(record.rows) + (record.is_schema_only ? " (schema only)" : record.is_partial ? " (some left out)" : "");
}

/// What retention will do next, in one sentence.
std::string retention_text(const History& history, const Status& status) {
  std::size_t kept = 0, removed = 0;
  std::uint64_t bytes = 0;
  for (const auto& one : history.checkpoints)
    if (const auto fate = status.retention.find(one.record->id); fate != status.retention.end()) {
      ++(fate->second.is_kept ? kept : removed);
      bytes += fate->second.is_kept ? 0 : one.bytes();
    }
  if (kept + removed == 0) return "";
  return fmt::format("<p class=\"note\">The next <code>safety-prune</code> keeps {} and removes {}.</p>\n", format_count(kept), removed == 0 ? "none" : fmt::format("{} ({})", format_count(removed), format_bytes(bytes)));
}

std::string growth_text(double bytes_per_day) {
  const auto bytes = static_cast<std::uint64_t>(bytes_per_day < 0 ? -bytes_per_day : bytes_per_day);
  if (bytes == 0) return "none";
  return (bytes_per_day < 0 ? "shrinks by " : "") + format_bytes(bytes) + " a day";
}

}  // namespace

std::string tiles(const History& history, const Status& status) {
  const auto failures = checkpoint::failures_in_a_row(history.runs, "scheduled", history.database);
  const bool has_runs = std::any_of(history.runs.begin(), history.runs.end(), [](const auto& run) { return run.kind == "scheduled"; });
  const auto age = history.checkpoints.empty() ? "" : ago(history.checkpoints.front().record->snapshot_time, status);
  return "<dl class=\"tiles\">\n" + tile("Checkpoints", format_count(history.checkpoints.size()), age.empty() ? "" : "the oldest " + age) + size_tile(history) + proof_tile(history, status) + drill_tile(history, status) +
         tile("Failures in a row", format_count(failures), has_runs ? "of scheduled runs" : "there was no scheduled run", failures > 0 ? "bad" : "") + offsite_tile(history, status) + "</dl>\n";
}

std::string checkpoints(const History& history, const Status& status, int heading_level) {
  if (history.checkpoints.empty()) return "";
  std::vector<Column> columns{{"Checkpoint", "name"}, {"Taken (UTC)", "time"}, {"Reason and label", "free"}, {"Size", "figure"}, {"Rows", "figure"}, {"Took", "figure"}, {"Proof"}, {"Clone"}};
  if (status.offsite) columns.push_back({"Off site"});
  if (!status.retention.empty()) columns.push_back({"Retention, next", "prose"});
  std::vector<std::vector<std::string>> rows;
  for (auto one = history.checkpoints.rbegin(); one != history.checkpoints.rend() && rows.size() < kMostRows; ++one) {
    const auto& record = *one->record;
    std::vector<std::string> cells{plain(record.id), time_markup(record.snapshot_time), reason_cell(record), record.names_archive() ? format_bytes(record.archive.bytes) : "",
                                   rows_text(record), record.seconds > 0 ? format_seconds(record.seconds) : "", proof_cell(*one), record.clone ? "yes" : ""};
    if (status.offsite) cells.push_back(status.offsite->contains(record.id) ? "yes" : "no");
    if (!status.retention.empty()) cells.push_back(fate_cell(status, record.id));
    rows.push_back(std::move(cells));
  }
  const auto shown = rows.size();
  return "<section>\n" + heading(heading_level, "Checkpoints") + retention_text(history, status) + table("Checkpoints", columns, rows) +
         note_of_rest(history.checkpoints.size(), shown, "checkpoint", "safety-list lists all") + "</section>\n";
}

std::string runs(const History& history, int heading_level) {
  if (history.runs.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (auto run = history.runs.rbegin(); run != history.runs.rend() && rows.size() < kMostRuns; ++run) {
    const bool has_failed = run->has_ended() && !run->is_skipped && !run->has_succeeded();
    const auto outcome = !run->has_ended() ? badge("warn", "no end noted") : run->is_skipped ? badge("", "skipped") : has_failed ? badge("bad", "failed") : badge("good", "went well");
    const auto what = !has_failed || run->step.empty() ? run->message : run->step + ": " + (run->message.empty() ? std::string(name_of(run->outcome)) : run->message);
    rows.push_back({time_markup(run->started), plain(run->kind), outcome, run->is_skipped || !run->has_ended() ? "" : format_seconds(run->seconds), plain(run->checkpoint), plain(what)});
  }
  const auto shown = rows.size();
  return "<section>\n" + heading(heading_level, "Unattended runs") +
         table("Unattended runs", {{"Began (UTC)", "time"}, {"Kind"}, {"Outcome"}, {"Took", "figure"}, {"Checkpoint", "name"}, {"Message", "prose"}}, rows) +
         note_of_rest(history.runs.size(), shown, "run", "runs.jsonl in the folder has all") + "</section>\n";
}

std::string disk(const std::vector<History>& histories, const Status& status) {
  const auto told = forecast(status, histories);
  const auto left_tone = told.days_left && *told.days_left < kVeryFewDays ? "bad" : told.days_left && *told.days_left < kFewDays ? "warn" : "";
  auto text = "<section>\n" + heading(2, "Disk") + "<dl class=\"tiles\">\n" + tile("Free", status.free_bytes ? format_bytes(*status.free_bytes) : "not known", "where the folder is") +
              tile("Archives", format_bytes(told.bytes), told.freed_bytes == 0 ? "in the folder" : format_bytes(told.freed_bytes) + " go next by retention") +
              tile("Growth", told.bytes_per_day ? growth_text(*told.bytes_per_day) : "not known", "of the folder");
  if (status.free_bytes)
    text += tile("Enough for", told.days_left ? days_text(*told.days_left) : told.bytes_per_day ? "no end in sight" : "not known", "if nothing else writes there", left_tone);
  return text + "</dl>\n<p class=\"note\">" + plain(told.how) + "</p>\n</section>\n";
}

}  // namespace safety::page

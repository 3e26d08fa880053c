// An incident as its journal tells it.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "libsafety/base/text.hpp"
#include "libsafety/rollback/rollback.hpp"
#include "libsafety/rollback/run.hpp"

namespace safety::rollback {
namespace {

const std::string& fact(const plan::JournalState& state, const std::string& name) {
  static const std::string kNone;
  const auto found = state.facts.find(name);
  return found == state.facts.end() ? kNone : found->second;
}

plan::JournalState find(const std::filesystem::path& folder, const std::string& database, const std::string& operation) {
  auto journals = plan::read_all(folder / "operations");
  const auto found = std::find_if(journals.rbegin(), journals.rend(), [&](const plan::JournalState& one) {
    return one.head.tool == "safety-rollback" && (operation == "last" ? one.head.database == database : one.head.operation == operation);
  });
  if (found == journals.rend())
    throw Error(Code::usage, operation == "last" ? fmt::format("there was no rollback of database \"{}\"", database) : fmt::format("there is no rollback \"{}\"", operation),
                "The journals lie in the backup folder, under operations.");
  return *found;
}

bool is_told(const plan::JournalEvent& event) { return event.kind == "began" || event.kind == "done" || event.kind == "failed" || event.kind == "undone" || event.kind == "note"; }

}  // namespace

Incident read_incident(const std::filesystem::path& folder, const std::string& database, const std::string& operation) {
  const auto journal = find(folder, database, operation);
  const auto argument = [&](const std::string& name) {
    const auto found = journal.head.arguments.find(name);
    return found == journal.head.arguments.end() ? std::string() : found->second;
  };
  Incident incident;
  incident.operation = journal.head.operation;
  incident.database = journal.head.database;
  incident.host = journal.head.host;
  incident.strategy = argument("strategy");
  incident.checkpoint = argument("checkpoint");
  incident.broken_checkpoint = fact(journal, "broken_checkpoint");
  incident.started = journal.head.started;
  incident.outcome = journal.ending.empty() ? "unfinished" : journal.ending;
  incident.changes = split_lines(fact(journal, "changes"));
  for (const auto& row : parse_rows(fact(journal, "rows"))) incident.migrations.push_back({row.tool, row.name, row.state, row.finished});
  for (const auto& move : parse_moves(fact(journal, "moves"))) incident.moves.push_back(move.from.string() + " -> " + move.to.string());
  incident.kept = split_lines(fact(journal, "kept"));
  if (const auto& previous = fact(journal, "previous"); !previous.empty()) incident.kept.push_back("database " + previous);
  incident.saved = parse_written(fact(journal, "written"));
  incident.left_to_do = split_lines(fact(journal, "left_to_do"));
  incident.sql = fact(journal, "sql");
  bool stopped_services = false;
  for (const auto& event : plan::read_events(journal.path)) {
    if (event.kind == "end") incident.ended = event.at;
    if (!is_told(event)) continue;
    const bool is_skipped = event.kind == "note" && event.text.starts_with("passed over");
    incident.events.push_back({event.at, event.who.empty() && event.kind == "began" ? fact(journal, "who") : event.who, event.step, is_skipped ? "skipped" : event.kind, event.text, event.seconds});
    stopped_services = stopped_services || event.step == "stop_services";
    const bool is_down = event.step == "stop_services" || event.step == "revert" || event.step == "verify" || event.step == "start_services";
    if (event.kind == "done" && (is_down || event.step == "latch")) incident.downtime_seconds += event.seconds;
  }
  // Services that run feel the locks alone.
  if (const auto& locked = fact(journal, "undo_lock_seconds"); !stopped_services && !locked.empty()) incident.downtime_seconds = std::strtod(locked.c_str(), nullptr);
  return incident;
}

}  // namespace safety::rollback

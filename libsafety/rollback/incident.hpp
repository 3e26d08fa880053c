#pragma once
// The account of an incident: what happened, when, by whom, which SQL was run, which rows were saved. From the journal and the
// rows of schema `safety`; written as markdown and as one HTML page that needs no network. Pure.

#include <string>
#include <vector>

#include "libsafety/rollback/ways.hpp"

namespace safety::rollback {

struct IncidentEvent {
  std::string at;      // RFC 3339
  std::string who;     // "alice@host", may be empty
  std::string step;    // "revert"; empty for what is not a step
  std::string state;   // "began", "done", "failed", "skipped", "undone", "note"
  std::string text;    // what, or the reason of a skipped step
  double seconds = 0;  // of what ended
};

struct Incident {
  std::string operation, database, host, strategy, checkpoint, broken_checkpoint;
  std::string started, ended, outcome;    // outcome: "finished", "undone", "unfinished"
  std::vector<std::string> changes;       // words: what was undone
  std::vector<UndoneMigration> migrations;
  std::vector<std::string> moves;         // "prisma/migrations/x -> prisma/migrations_rolled_back/x"
  std::vector<std::string> kept;          // in schema safety_lost, or the previous database
  std::vector<Written> saved;             // rows written since that an undo kept
  std::vector<std::string> left_to_do;    // for a person
  std::vector<IncidentEvent> events;      // by time
  std::string sql;
  double downtime_seconds = 0;
};

std::string format_markdown(const Incident& incident);
/// Self-contained: style within, light and dark, readable on a phone and printed; every text escaped.
std::string format_html(const Incident& incident);

}  // namespace safety::rollback

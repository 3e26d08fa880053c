#pragma once
// What channels are told: one event of an unattended run, as values, a sentence and JSON. Pure but for the defaults of `host` and `at`.

#include <optional>
#include <string>

#include "libsafety/base/context.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/checkpoint/record.hpp"
#include "libsafety/checkpoint/runs.hpp"
#include "libsafety/checkpoint/store.hpp"

namespace safety::notify {

enum class What {
  start,
  success,
  failure,
  skipped,  // nothing was to be done, or nothing could be: the run's message says why
  stale,    // the backups are older than they may be, whatever became of runs: the run's message says how old
};
std::string name_of(What what);  // "start", "success" ...

std::string host_name();

struct Message {
  What what = What::success;
  checkpoint::Run run;                              // of a start: id, kind, database, started
  std::optional<checkpoint::Record> record = {};    // of the run's checkpoint
  unsigned failures_in_a_row = 0;                   // of a failure: with it; of a success: those that it ends
  std::string host = host_name();
  std::string at = format_rfc3339(std::chrono::system_clock::now());
};

/// What to tell when a run ended: the event by its outcome, its record and the failures before it from the folder. The run may be in
/// the ledger already. What cannot be read there is left out, since a message that lacks something is better than none.
Message message_of(const Context& context, const checkpoint::Store& store, const checkpoint::Run& run);

/// Something is wrong, or is right again after failures: what those hear who want to hear of failures only.
bool is_alarm(const Message& message);

/// One line, at most some 2 kB: `backup of "shop" on db1 FAILED at "verify" (archive_damaged): ...; 3 failures in a row`.
std::string format_text(const Message& message);

/// One object without newlines. Fields: schema (1), kind ("notification"), event, text (format_text, with &, < and > as Slack wants them),
/// at, host, database, failures_in_a_row, run (as in the ledger; of a start without outcome), checkpoint (absent without a record).
std::string format_json(const Message& message);

}  // namespace safety::notify

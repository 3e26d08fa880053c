#include "libsafety/schedule/noted.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"

namespace safety::schedule {
namespace {

std::string now() { return format_rfc3339(std::chrono::system_clock::now()); }

/// Two runs of one second, of which one is told that the other works, are two runs.
checkpoint::Run begin(const std::string& kind, const std::string& database) {
  static std::atomic<unsigned> number = 0;
  checkpoint::Run run;
  run.id = fmt::format("{}_{}_{}_{}", kind, format_compact(std::chrono::system_clock::now()), ::getpid(), ++number);
  run.kind = kind;
  run.database = database;
  run.started = now();
  return run;
}

}  // namespace

Noted::Noted(const Context& context, const checkpoint::Store& store, const notify::Channels& channels, const std::string& kind, const std::string& database)
    : context_(context), store_(store), channels_(channels), run_(begin(kind, database)) {
  run_.step = "begin";
  notify::tell(context_, channels_, {.what = notify::What::start, .run = run_});
  try {
    os::make_private_folder(store_.folder());
    checkpoint::add_run(store_, run_);
  } catch (const Error& error) {
    end(error.code(), error.message(), false);
    throw;
  }
  os::fault_point("run.begun");
}

void Noted::step(const std::string& name) {
  run_.step = name;
  context_.sink.phase(name);
}

void Noted::end(Code outcome, const std::string& message, bool is_skipped) {
  run_.finished = now();
  run_.seconds = watch_.seconds();
  run_.outcome = outcome;
  run_.message = message;
  run_.is_skipped = is_skipped;
  try {
    checkpoint::add_run(store_, run_);
  } catch (const Error& error) {
    // The disk that is full is why it failed, maybe: what happened must be heard all the same.
    context_.sink.warning("the end of this run could not be noted: " + error.message());
  }
  os::fault_point("run.noted");
  notify::tell(context_, channels_, notify::message_of(context_, store_, run_));
}

checkpoint::Run note_skip(const Context& context, const checkpoint::Store& store, const notify::Channels& channels, const std::string& kind,
                          const std::string& database, const std::string& why) {
  auto run = begin(kind, database);
  run.finished = now();
  run.message = why;
  run.is_skipped = true;
  checkpoint::add_run(store, run);
  notify::tell(context, channels, notify::message_of(context, store, run));
  return run;
}

}  // namespace safety::schedule

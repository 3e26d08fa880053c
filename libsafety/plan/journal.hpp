#pragma once
// The durable account of one operation: a file of JSON lines, each synced before the next act.
// Source: JOURNAL.md beside this file.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/os/file.hpp"

namespace safety::plan {

struct JournalHead {
  std::string operation;  // its id, also the file's stem
  std::string tool, database, host, started;
  std::map<std::string, std::string> arguments;  // what the operation needs to be planned again
};

/// Of an operation that begins now, on this machine.
JournalHead make_head(std::string operation, std::string tool, std::string database, std::map<std::string, std::string> arguments);
/// "YYYYMMDD_HHMMSS" of now for an operation "<kind>_<stamp>", with a number when the folder has one of this second.
std::string new_stamp(const std::filesystem::path& folder, const std::string& kind);

/// What a journal file says, read without locking it.
struct JournalState {
  std::filesystem::path path;
  JournalHead head;
  std::map<std::string, std::string> facts;
  std::vector<std::string> begun, done;  // step ids in order
  std::string ending;                    // "finished", "undone", or empty: unfinished
  bool is_running = false;               // some process holds it right now
};

/// Threads: one. The file stays locked (flock) while the object lives, so a live run and a dead one can be told apart.
class Journal {
 public:
  /// Errors: storage.
  static Journal create(const std::filesystem::path& folder, const JournalHead& head);
  /// Takes over an unfinished one. Errors: locked when its process is alive; storage.
  static Journal reopen(const std::filesystem::path& path);

  const JournalState& state() const noexcept { return state_; }
  void set_fact(const std::string& name, const std::string& value);
  std::string fact(const std::string& name) const;  // "" when unset

  void step_began(const std::string& id);
  void step_ended(const std::string& id, double seconds);
  void step_failed(const std::string& id, const std::string& message);
  void step_undone(const std::string& id);
  /// Something a reader wants to know later: who said yes, or why a step was passed over.
  void note(const std::string& step, const std::string& who, const std::string& text);
  /// "finished" or "undone".
  void end(const std::string& ending);

 private:
  Journal(os::UniqueFd lock, JournalState state);
  void append(const std::string& line);
  os::UniqueFd lock_;
  JournalState state_;
};

/// A line of a journal that tells of something that happened.
struct JournalEvent {
  std::string kind;     // "head", "began", "done", "failed", "undone", "fact", "note", "end"
  std::string at;       // RFC 3339; empty where the line has none
  std::string step;     // or a fact's name
  std::string text;     // a fact's value, a failure's message, a note, an ending
  std::string who;      // of a note
  double seconds = 0;   // of "done"
};
/// In the order of the file. A line that a crash cut short is left out. Errors: storage.
std::vector<JournalEvent> read_events(const std::filesystem::path& path);

/// Every journal in the folder that has no ending, oldest first; those of other databases too.
/// Lines that a crash cut short are ignored; a file with no readable head is reported with an empty head.
std::vector<JournalState> find_unfinished(const std::filesystem::path& folder);
/// What a person does about one that is unfinished: "Run `safety-restore --resume` to finish it, or ... --abort ...".
std::string ways_out(const JournalHead& head);
/// All of them, ended ones too.
std::vector<JournalState> read_all(const std::filesystem::path& folder);

}  // namespace safety::plan

#pragma once
// The one error class and the one table of exit codes.
//
// An Error is thrown once, where the fact is known, and caught at the edge of a tool. Expected answers ("no such
// file yet") are return values. Numbers are promises to scripts: never reused, only added; an unknown number means failure.

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace safety {

enum class Code : int {
  success = 0,
  findings = 1,               // the tool worked and found something wrong
  usage = 2,                  // flags or arguments make no sense
  config = 3,                 // the configuration file is wrong or not to be trusted
  connection = 4,             // the server cannot be reached, or refuses us
  version = 5,                // server, client or archive are of versions that do not fit
  archive_damaged = 6,        // bytes of the archive are not what was written
  archive_incomplete = 7,     // the archive ends early or is not an archive
  no_such_checkpoint = 8,     //
  locked = 9,                 // another run holds the lock, or a table lock was not had in time
  command_failed = 10,        // a program that we ran failed
  service_unhealthy = 11,     //
  history_differs = 12,       // migration history is not what the operation needs
  not_reversible = 13,        //
  resumable = 14,             // stopped midway; --resume or --abort finish it
  in_doubt = 15,              // the outcome of a commit could not be learned
  confirmation_needed = 16,   // something would be replaced and nobody said --yes
  rolled_back = 17,           // failed, and the old state is back
  manual_attention = 18,      // a person must look; the message says at what
  not_permitted = 19,         // a privilege, role, extension or tablespace is missing
  storage = 20,               // a file or folder cannot be read or written, or a disk is full
  database = 21,              // the server refused a statement
  verification = 22,          // what was restored is not what was backed up
  encrypted = 23,             // no identity that opens the archive was given
  internal = 70,              // a defect of ours
  interrupted = 130,          // SIGINT
  terminated = 143,           // SIGTERM
};

struct CodeEntry {
  Code code;
  std::string_view name;     // as in JSON: "archive_damaged"
  std::string_view meaning;  // one line, for --help
};

/// The whole table, in order of number.
std::span<const CodeEntry> code_table();

std::string_view name_of(Code code);

/// A failure that a person has to hear of.
/// Shape: message is lower case without a full stop and names what and which; detail holds facts; hint is a full
/// sentence with the command to run next. Empty detail or hint mean "none".
/// Passwords never go in: see base/secret.hpp.
class Error : public std::runtime_error {
 public:
  Error(Code code, std::string message, std::string hint = {}, std::string detail = {});

  Code code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& detail() const noexcept { return detail_; }
  const std::string& hint() const noexcept { return hint_; }
  /// The server's five-character SQLSTATE when the server spoke; empty otherwise.
  const std::string& sqlstate() const noexcept { return sqlstate_; }

  Error& with_sqlstate(std::string state);
  Error& with_hint(std::string hint);
  Error& with_detail(std::string detail);
  /// The same failure with "context: " before its message, for the caller that knows which table or file it was.
  Error in(std::string_view context) const;

 private:
  Code code_;
  std::string message_, detail_, hint_, sqlstate_;
};

/// Thrown where work stops because a signal or another worker asked for it.
class Interrupted : public Error {
 public:
  Interrupted() : Error(Code::interrupted, "interrupted") {}
};

}  // namespace safety

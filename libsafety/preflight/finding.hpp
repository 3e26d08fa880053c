#pragma once
// What preflight has to say, and what the live data said to it.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace safety::preflight {

enum class Severity { note, warning, error };
std::string name_of(Severity severity);  // "note", "warning", "error": SARIF's levels

struct Location {
  std::string file;  // as a person would open it: relative to the project's directory; "" for what is in no file
  int line = 0;      // from 1; 0: the file as a whole
};

/// What the data said about one finding.
struct Evidence {
  enum class State {
    not_asked,   // the rule needs no data, or there was no server
    confirmed,   // the data will make it fail, or will be lost: `rows` of it
    refuted,     // looked at, and there is nothing of it
    unknown,     // could not be looked at: out of time, no permission, no such table
  } state = State::not_asked;
  std::uint64_t rows = 0;
  std::vector<std::string> samples;  // a few keys or values, each one line
  std::string text;                  // "3 values occur more than once in 12,000 rows"
};
std::string name_of(Evidence::State state);

struct Finding {
  std::string rule;      // id in rules.hpp
  Severity severity = Severity::warning;
  Location location;
  std::string migration; // its name; "" outside of one
  std::string object;    // "public.users.email": schema, table, column as far as known, unquoted
  std::string message;   // one sentence: what this statement does, to what
  std::string statement; // its text, one line, shortened
  Evidence evidence;
  std::string allowed;   // the reason given where it is suppressed; such a finding never counts
  std::string advice;    // what to do, where no rule of rules.hpp says it: of histories and commands
};

}  // namespace safety::preflight

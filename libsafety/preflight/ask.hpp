#pragma once
// The questions of the rules, put to the live data: read-only, in one snapshot, with a limit for each statement and a
// budget for all; no lock that a writer would wait for.

#include <chrono>
#include <string>
#include <vector>

#include "libsafety/migrations/ownership.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/preflight/finding.hpp"
#include "libsafety/preflight/question.hpp"

namespace safety::preflight {

struct AskOptions {
  std::chrono::milliseconds time_budget{30000};        // for all questions together
  std::chrono::milliseconds statement_timeout{10000};  // for each
  unsigned samples = 5;
  migrations::Ownership ownership;
};

struct Asked {
  std::size_t answered = 0;
  std::vector<std::string> not_looked_at;  // "public.users (email): duplicates were not counted: out of time"
  double seconds = 0;
};

/// Fills the evidence of the findings and settles their severity by it. Tables that do not exist yet are nothing to ask
/// about. Errors: connection, when the server goes away; what a question meets (no permission, a timeout) is evidence.
Asked ask(const Context& context, const pg::ConnectionInfo& info, const std::vector<Question>& questions,
          std::vector<Finding>& findings, const AskOptions& options);

}  // namespace safety::preflight

#pragma once
// What is known to be wrong with the pending migrations before anything is touched: histories, commands, SQL, data.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/preflight/finding.hpp"

namespace safety::preflight {

struct PreflightOptions {
  std::vector<std::string> files;   // SQL files instead of the project's pending migrations
  std::vector<std::string> allow;   // rules accepted, in addition to the project's
  std::chrono::milliseconds time_budget{30000};
  bool asks_data = true;            // false: the code alone, no server needed
  unsigned samples = 5;             // keys and values to show of each finding; 0: no data in the report
};

struct Report {
  std::string database;                        // empty: none was asked
  std::vector<migrations::History> histories;
  std::vector<Finding> findings;               // worst first; histories' and commands' problems are among them
  std::vector<std::string> not_looked_at;
  std::size_t files = 0, statements = 0, questions = 0;
  double static_seconds = 0, data_seconds = 0;
  std::size_t count(Severity severity) const;  // those that are not allowed
  /// What the exit code goes by: the worst that counts; nullopt without any.
  std::optional<Severity> worst() const;
};

/// `info` is not used when options.asks_data is false. Errors: connection, config, usage, storage; what is wrong with the
/// migrations is in the report.
Report preflight(const Context& context, const pg::ConnectionInfo& info, const migrations::Project& project, const PreflightOptions& options);

/// For people, worst first; errors and warnings whole, notes a line each unless verbose: each finding with what, where, what the data says, why, the safe way.
std::string format_text(const Report& report, bool is_verbose);
/// The report's fields as a JSON object, for --json:
///   database, files, statements, questions, static_seconds, data_seconds
///   counts {error, warning, note, allowed}, worst ("error", "warning", "note" or null)
///   findings [{rule, severity, file, line, migration, object, message, statement, allowed, why, safe_way,
///              evidence {state, rows, samples [], text}}]   state: "not asked", "confirmed", "refuted", "unknown"
///   histories [{tool, schema, head, pending [], entries [{name, state, started, finished, log, rows}]}]
///   not_looked_at []
std::string format_json(const Report& report);
/// SARIF 2.1.0. Samples of the data are left out: the file goes to whoever may read the code.
std::string format_sarif(const Report& report, const std::string& tool_version);

}  // namespace safety::preflight

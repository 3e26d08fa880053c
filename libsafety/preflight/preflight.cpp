#include "libsafety/preflight/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/ownership.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/preflight/ask.hpp"
#include "libsafety/preflight/check.hpp"
#include "libsafety/preflight/prisma_engine.hpp"
#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {
namespace {

using migrations::History;
using migrations::Problem;
using migrations::Project;

/// As a person in the project's folder would open it.
std::string shown_path(const std::filesystem::path& path, const Project& project) {
  if (path.empty()) return "";
  const auto relative = path.lexically_relative(project.directory);
  return relative.empty() || relative.native().starts_with("..") ? path.string() : relative.string();
}

Severity severity_of(Problem::Severity severity) {
  switch (severity) {
    case Problem::Severity::info:
      return Severity::note;
    case Problem::Severity::warning:
      return Severity::warning;
    case Problem::Severity::error:
      return Severity::error;
  }
  return Severity::error;
}

Finding finding_of(const Problem& problem, const std::set<std::string>& allow) {
  Finding finding;
  finding.rule = problem.code;
  finding.severity = severity_of(problem.severity);
  finding.migration = problem.migration;
  finding.message = problem.message;
  finding.advice = problem.hint;
  if (allow.contains(problem.code)) finding.allowed = "allowed by the configuration";
  return finding;
}

std::filesystem::path path_of(const History& history, const std::string& migration) {
  const auto entry = std::find_if(history.entries.begin(), history.entries.end(),
                                  [&](const auto& one) { return one.name == migration; });
  return entry == history.entries.end() ? std::filesystem::path() : entry->path;
}

std::vector<Source> sources_of(const std::vector<History>& histories, const Project& project) {
  std::vector<Source> sources;
  for (const auto& history : histories)
    for (const auto& migration : history.pending)
      if (!migration.path.empty())  // one without SQL is among the history's problems
        sources.push_back({migration.name, shown_path(migration.path, project), migration.sql, history.tool});
  return sources;
}

std::vector<Source> sources_of(const std::vector<std::string>& files) {
  std::vector<Source> sources;
  for (const auto& file : files) {
    if (std::error_code error; std::filesystem::is_directory(file, error))
      throw Error(Code::usage, "\"" + file + "\" is a folder", "Name its SQL files, each with --file of its own.");
    sources.push_back({"", file, os::read_file(file), ""});
  }
  return sources;
}

/// Worst first; of equals what the data confirms, then as the files have them. What is accepted comes last.
void sort(std::vector<Finding>& findings) {
  const auto key = [](const Finding& finding) {
    const bool is_confirmed = finding.evidence.state == Evidence::State::confirmed;
    return std::tuple(!finding.allowed.empty(), -static_cast<int>(finding.severity), !is_confirmed);
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

/// A rule that is named to be accepted and is none would accept nothing, without a word.
void warn_of_unknown_rules(const Context& context, const std::set<std::string>& allow,
                           const std::vector<Finding>& findings) {
  for (const auto& id : allow) {
    const bool is_found =
        std::any_of(findings.begin(), findings.end(), [&](const auto& finding) { return finding.rule == id; });
    const bool is_of_history = id.starts_with("prisma-") || id.starts_with("drizzle-") || id.starts_with("command-");
    if (!is_found && !is_of_history && find_rule(id) == nullptr)
      context.sink.warning(
          fmt::format("there is no rule \"{}\" to be accepted; `safety-preflight --rules` lists them", id));
  }
}

}  // namespace

std::size_t Report::count(Severity severity) const {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [&](const auto& finding) {
    return finding.allowed.empty() && finding.severity == severity;
  }));
}

std::optional<Severity> Report::worst() const {
  for (const auto severity : {Severity::error, Severity::warning, Severity::note})
    if (count(severity) > 0) return severity;
  return std::nullopt;
}

Report preflight(const Context& context, const pg::ConnectionInfo& info, const Project& project,
                 const PreflightOptions& options) {
  if (options.files.empty() && project.empty())
    throw Error(Code::config,
                "there are no migrations to look at: no Prisma or Drizzle project is in \"" +
                    project.directory.string() + "\", and safety.toml names none",
                "Run it in the project's folder, write [migrations] into safety.toml, or name SQL files with --file.");
  Report report;
  std::set<std::string> allow(project.allow.begin(), project.allow.end());
  allow.insert(options.allow.begin(), options.allow.end());
  const auto ownership = migrations::Ownership::of(project);

  // The histories first: what is pending is what they say.
  context.sink.phase("histories");
  CheckOptions check_options{ownership, allow, 0, false};
  if (options.asks_data) {
    pg::Connection connection(context, info);
    report.database = connection.database();
    check_options.server_version_num = connection.server_version_num();
    if (options.files.empty()) report.histories = migrations::read_histories(context, connection, project);
  } else if (options.files.empty()) {
    report.histories = migrations::histories_of_code(project);
  }
  if (options.files.empty()) {
    for (const auto& problem : migrations::check_commands(project))
      report.findings.push_back(finding_of(problem, allow));
    for (const auto& history : report.histories)
      for (const auto& problem : history.problems) {
        report.findings.push_back(finding_of(problem, allow));
        report.findings.back().location.file = shown_path(path_of(history, problem.migration), project);
      }
    check_options.may_be_split = sends_one_by_one(project);
  }

  context.sink.phase("statements");
  const auto sources = options.files.empty() ? sources_of(report.histories, project) : sources_of(options.files);
  auto checked = check(sources, check_options);
  report.files = sources.size();
  report.statements = checked.statements;
  report.questions = checked.questions.size();
  report.static_seconds = checked.seconds;

  if (options.asks_data) {
    context.sink.phase("data");
    AskOptions ask_options;
    ask_options.time_budget = options.time_budget;
    ask_options.statement_timeout = std::min(ask_options.statement_timeout, options.time_budget);
    ask_options.samples = options.samples;
    ask_options.ownership = ownership;
    const auto asked = ask(context, info, checked.questions, checked.findings, ask_options);
    report.not_looked_at = asked.not_looked_at;
    report.data_seconds = asked.seconds;
  }
  report.findings.insert(report.findings.end(), std::make_move_iterator(checked.findings.begin()),
                         std::make_move_iterator(checked.findings.end()));
  warn_of_unknown_rules(context, allow, report.findings);
  sort(report.findings);
  return report;
}

}  // namespace safety::preflight

// The report for people: the worst first, each rule's reason once.
#include <fmt/format.h>

#include <map>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/preflight.hpp"
#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {
namespace {

constexpr const char* kIndent = "         ";

std::string place_of(const Finding& finding) {
  if (finding.location.file.empty()) return finding.migration;
  return finding.location.line > 0 ? fmt::format("{}:{}", finding.location.file, finding.location.line)
                                   : finding.location.file;
}

std::string first_line(const Finding& finding) {
  std::string line = fmt::format("{:<8} {}", name_of(finding.severity), finding.rule);
  for (const auto& part : {place_of(finding), finding.object})
    if (!part.empty()) line += "  " + one_line(part);
  return line + "\n";
}

std::string labelled(std::string_view label, std::string_view text) {
  return text.empty() ? "" : fmt::format("{}{:<9}{}\n", kIndent, label, one_line(text));
}

/// `tells_why`: the first of its rule.
std::string format_whole(const Finding& finding, bool tells_why) {
  std::string text = first_line(finding) + fmt::format("{}{}\n", kIndent, one_line(finding.message));
  if (!finding.statement.empty()) text += labelled("SQL:", finding.statement);
  text += labelled("data:", finding.evidence.text);
  for (const auto& sample : finding.evidence.samples)
    text += fmt::format("{}           {}\n", kIndent, one_line(sample));
  const auto* rule = find_rule(finding.rule);
  if (tells_why && rule != nullptr) text += labelled("why:", rule->why);
  if (!finding.advice.empty())
    text += labelled("do:", finding.advice);
  else if (tells_why && rule != nullptr)
    text += labelled("instead:", rule->safe_way);
  text += labelled("allowed:", finding.allowed);
  return text + "\n";
}

std::string format_short(const Finding& finding) {
  auto line = first_line(finding);
  line.pop_back();
  const auto& data = finding.evidence.text;
  return fmt::format("{}: {}{}\n", line, one_line(finding.message),
                     data.empty() ? "" : fmt::format(" ({})", one_line(data)));
}

std::string format_allowed(const Report& report, bool is_verbose) {
  std::map<std::string, std::size_t> counts;
  std::string whole;
  for (const auto& finding : report.findings) {
    if (finding.allowed.empty()) continue;
    ++counts[finding.rule];
    if (is_verbose) whole += format_whole(finding, false);
  }
  if (is_verbose || counts.empty()) return whole;
  std::vector<std::string> parts;
  for (const auto& [rule, count] : counts)
    parts.push_back(count == 1 ? rule : fmt::format("{} ({} times)", rule, count));
  return fmt::format("accepted: {}\n", join(parts, ", "));
}

std::string format_summary(const Report& report) {
  auto text = fmt::format("{}, {}, {} in {} ({}", format_plural(report.count(Severity::error), "error"),
                          format_plural(report.count(Severity::warning), "warning"),
                          format_plural(report.count(Severity::note), "note"), format_plural(report.files, "file"),
                          format_plural(report.statements, "statement"));
  if (report.database.empty())
    return text + fmt::format("; {}", report.questions == 0
                                          ? "no database was asked)\n"
                                          : format_plural(report.questions, "question") + " to the data not asked)\n");
  text += fmt::format(", {} to database \"{}\") in {}", format_plural(report.questions, "question"),
                      one_line(report.database), format_seconds(report.static_seconds + report.data_seconds));
  if (!report.not_looked_at.empty())
    text += fmt::format("; {} not looked at, see above", format_plural(report.not_looked_at.size(), "thing"));
  return text + "\n";
}

}  // namespace

std::string format_text(const Report& report, bool is_verbose) {
  std::string text;
  std::set<std::string> told;
  for (const auto& finding : report.findings) {
    if (!finding.allowed.empty()) continue;
    if (finding.severity == Severity::note && !is_verbose)
      text += format_short(finding);
    else
      text += format_whole(finding, told.insert(finding.rule).second || is_verbose);
  }
  text += format_allowed(report, is_verbose);
  if (!report.not_looked_at.empty()) {
    text += "not looked at:\n";
    for (const auto& what : report.not_looked_at) text += "  " + one_line(what) + "\n";
  }
  return text + format_summary(report);
}

}  // namespace safety::preflight

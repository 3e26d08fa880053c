#include "libsafety/preflight/suppressions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "libsafety/base/text.hpp"
#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {
namespace {

constexpr std::string_view kMark = "safety:allow";

/// nullopt unless the comment, without its dashes, is one.
std::optional<Suppression> read_comment(std::string_view comment, int line) {
  comment = trim(comment);
  if (!comment.starts_with(kMark)) return std::nullopt;
  comment.remove_prefix(kMark.size());
  Suppression suppression;
  suppression.line = line;
  if (comment.starts_with("-file")) {
    suppression.is_for_file = true;
    comment.remove_prefix(5);
  }
  if (!comment.empty() && comment.front() != ' ' && comment.front() != '\t') return std::nullopt;
  comment = trim(comment);
  const auto end = std::min(comment.find_first_of(" \t"), comment.size());
  suppression.rule = comment.substr(0, end);
  suppression.reason = one_line(trim(comment.substr(end)));
  return suppression;
}

bool is_comment(std::string_view line) { return trim(line).starts_with("--"); }

/// The statement of the file (not of a block) that a comment on this line belongs to.
const Statement* statement_of(const Script& script, int line, bool is_alone) {
  const Statement* best = nullptr;
  for (const auto& statement : script.statements) {
    if (statement.kind == Statement::Kind::meta) continue;
    const int last = script.line_of(statement.end == 0 ? 0 : statement.end - 1);
    // Inside of it or behind its end: the innermost, which is the last that begins before.
    if (statement.line <= line && line <= last) best = &statement;
    if (best != nullptr || !is_alone || statement.line <= line) continue;
    // Above it, with nothing but comments between.
    for (int between = line + 1; between < statement.line; ++between)
      if (!is_comment(script.line(between))) return nullptr;
    return &statement;
  }
  return best;
}

}  // namespace

std::vector<Suppression> read_suppressions(const Script& script) {
  std::vector<Suppression> found;
  const std::string_view text = script.text;
  for (auto at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
    const int line = script.line_of(at);
    const auto whole = script.line(line);
    const auto column = at - script.line_starts[static_cast<std::size_t>(line) - 1];
    const auto before = trim(whole.substr(0, column));
    if (!before.ends_with("--")) continue;
    auto suppression = read_comment(whole.substr(column), line);
    if (!suppression) continue;
    if (!suppression->is_for_file)
      if (const auto* statement = statement_of(script, line, before == "--")) {
        suppression->first_line = statement->line;
        suppression->last_line = script.line_of(statement->end == 0 ? 0 : statement->end - 1);
      }
    found.push_back(std::move(*suppression));
  }
  return found;
}

bool is_valid(const Suppression& suppression) { return find_rule(suppression.rule) != nullptr && !suppression.reason.empty(); }

void apply_suppressions(const Script& script, const std::string& file, const std::string& migration, std::size_t first, std::vector<Finding>& findings) {
  const auto suppressions = read_suppressions(script);
  if (suppressions.empty()) return;
  const auto last = findings.size();
  const auto add = [&](const Suppression& suppression, std::string_view rule, std::string message) {
    Finding finding;
    finding.rule = rule;
    finding.severity = find_rule(rule)->severity;
    finding.location = {file, suppression.line};
    finding.migration = migration;
    finding.object = suppression.rule;
    finding.message = std::move(message);
    finding.statement = one_line(trim(script.line(suppression.line)));
    findings.push_back(std::move(finding));
  };
  for (const auto& suppression : suppressions) {
    if (find_rule(suppression.rule) == nullptr) {
      add(suppression, "suppression-of-unknown-rule", fmt::format("allows \"{}\", and there is no such rule", one_line(suppression.rule)));
      continue;
    }
    if (suppression.reason.empty()) {
      add(suppression, "suppression-without-reason", fmt::format("allows {} without saying why, so it does not count", suppression.rule));
      continue;
    }
    bool is_used = false;
    for (auto i = first; i < last; ++i) {
      auto& finding = findings[i];
      const bool is_here = suppression.is_for_file || (suppression.first_line <= finding.location.line && finding.location.line <= suppression.last_line);
      if (finding.rule != suppression.rule || !is_here) continue;
      is_used = true;
      if (finding.allowed.empty()) finding.allowed = suppression.reason;
    }
    if (!is_used) add(suppression, "suppression-unused", fmt::format("allows {}, which finds nothing {}", suppression.rule, suppression.is_for_file ? "in this file" : "here"));
  }
}

}  // namespace safety::preflight

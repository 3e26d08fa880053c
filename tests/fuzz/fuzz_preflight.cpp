// Whatever the text: statements stand in the script where they say, findings stand in the file and are of known rules,
// questions belong to findings, and the same text gives the same findings, however it is sent.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libsafety/preflight/check.hpp"
#include "libsafety/preflight/parse.hpp"
#include "libsafety/preflight/rules.hpp"

namespace {

using namespace safety::preflight;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string all_of(const Checked& checked) {
  std::string all;
  for (const auto& finding : checked.findings) all += finding.rule + std::to_string(finding.location.line) + finding.object + finding.message + finding.statement + '\n';
  for (const auto& question : checked.questions) all += std::to_string(question.finding) + question.expression + question.predicate + question.type + '\n';
  return all;
}

void check_statements(std::string_view text) {
  const auto script = parse_script(text);
  std::size_t end = 0;
  for (const auto& statement : script.statements) {
    require(statement.offset <= statement.end && statement.end <= script.text.size());
    require(statement.line == script.line_of(statement.offset));
    require(statement.error_at <= statement.text.size());
    require((statement.kind == Statement::Kind::broken) == !statement.error.empty());
    require(script.text.compare(statement.offset, statement.text.size(), statement.text) == 0);
    if (statement.is_nested) continue;
    require(statement.offset >= end);
    end = statement.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_statements(text);
  for (const auto* tool : {"prisma", "drizzle", ""}) {
    const std::vector<Source> sources{{"first", "first.sql", "CREATE TABLE t (a int);", tool}, {"second", "second.sql", text, tool}};
    CheckOptions options;
    options.may_be_split = *tool == 'p';
    const auto checked = check(sources, options);
    const auto script = parse_script(text);
    for (const auto& finding : checked.findings) {
      require(find_rule(finding.rule) != nullptr);
      require(finding.location.line >= 0 && static_cast<std::size_t>(finding.location.line) <= script.line_starts.size());
      require(finding.statement.find('\n') == std::string::npos && finding.message.find('\n') == std::string::npos);
    }
    for (const auto& question : checked.questions) require(question.finding < checked.findings.size());
    require(all_of(check(sources, options)) == all_of(checked));
  }
  effects_of({"m", "m.sql", text, ""});
  return 0;
}

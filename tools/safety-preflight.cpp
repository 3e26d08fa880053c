// safety-preflight: what is known to be wrong with the pending migrations, before anything is touched.
#include <fmt/format.h>

#include <optional>

#include "libsafety/base/version.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/preflight/preflight.hpp"
#include "libsafety/preflight/rules.hpp"
#include "tools/common/tool.hpp"

namespace {

using namespace safety;
using preflight::Severity;

/// nullopt: never.
std::optional<Severity> level_of(const std::string& text) {
  for (const auto severity : {Severity::warning, Severity::error})
    if (preflight::name_of(severity) == text) return severity;
  if (text == "never") return std::nullopt;
  throw Error(Code::usage, "\"" + text + "\" is no level to fail on", "Say --fail-on error, warning or never.");
}

preflight::Report look(const Context& context, const tools::Tool& tool, const preflight::PreflightOptions& options) {
  const auto project = tool.project();
  if (!options.asks_data) return preflight::preflight(context, {}, project, options);
  try {
    return preflight::preflight(context, tool.connection(), project, options);
  } catch (Error& error) {
    if (error.code() == Code::connection)
      error.with_hint(error.hint() + " With --no-data the files alone are looked at, without a server.");
    throw;
  }
}

}  // namespace

int main(int argc, char** argv) {
  tools::Tool tool("safety-preflight",
                   "Look at the pending migrations before they run: what they would lose, where the data makes them "
                   "fail, whom they lock out. Changes nothing.",
                   "  safety-preflight\n"
                   "  safety-preflight --no-data --sarif preflight.sarif\n"
                   "  safety-preflight --file fix.sql --fail-on warning\n"
                   "\nEnds with 1 when something at or above --fail-on was found that is not accepted.\n");
  preflight::PreflightOptions options;
  std::string sarif, fail_on = "error";
  bool has_no_data = false, is_verbose = false, shows_rules = false;
  tool.option("--file", options.files, "look at this SQL file instead of the project's pending migrations");
  tool.option("--allow", options.allow, "accept what this rule finds");
  tool.option("--time-budget", options.time_budget, "how long the data may be asked, in all");
  tool.option("--samples", options.samples,
              "how many keys and values of the data to show with a finding; 0 shows none");
  tool.option("--sarif", sarif, "write the findings to this file in SARIF, for code hosts");
  tool.option("--fail-on", fail_on, "error, warning or never");
  tool.flag("--no-data", has_no_data, "look at the files alone; needs no server");
  tool.flag("--verbose", is_verbose, "notes and accepted findings whole, reasons every time");
  tool.action("--rules", shows_rules, "print every rule with its reason and the safe way, and end");

  return tool.run(argc, argv, [&](const Context& context) -> tools::Result {
    if (shows_rules) return {Code::success, preflight::format_reference()};
    const auto level = level_of(fail_on);
    options.asks_data = !has_no_data;
    const auto report = look(context, tool, options);
    if (!sarif.empty()) os::write_file_atomically(sarif, preflight::format_sarif(report, kVersion));
    const auto worst = report.worst();
    const bool fails = level && worst && *worst >= *level;
    return {fails ? Code::findings : Code::success, preflight::format_text(report, is_verbose),
            preflight::format_json(report)};
  });
}

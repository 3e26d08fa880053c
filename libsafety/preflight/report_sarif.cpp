// SARIF 2.1.0 as code hosts take it: each result with a rule and at least one location.
// Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, and GitHub's "SARIF support for code
// scanning".
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/archive/sha256.hpp"
#include "libsafety/preflight/preflight.hpp"
#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {
namespace {

using Json = nlohmann::ordered_json;

// Of what is in no file (commands, the history as a whole): a result without a location is refused.
constexpr const char* kConfiguration = "safety.toml";

/// A path as a URI reference: RFC 3986's unreserved bytes and the slashes stay.
std::string uri_of(const std::string& path) {
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri;
}

Json text_of(std::string_view text) {
  return {{"text", text}};
}

Json json_of(const Rule& rule) {
  return {{"id", rule.id},
          {"name", rule.id},
          {"shortDescription", text_of(rule.summary)},
          {"fullDescription", text_of(rule.why)},
          {"help",
           {{"text", fmt::format("{}\n{}", rule.why, rule.safe_way)},
            {"markdown",
             fmt::format("{}\n\n**Instead:** {}\n\n```sql\n{}\n```\n", rule.why, rule.safe_way, rule.example)}}},
          {"defaultConfiguration", {{"level", name_of(rule.severity)}}},
          {"properties", {{"tags", {"migrations", title_of(rule.group)}}}}};
}

/// Of histories and commands, which rules.hpp does not have.
Json rule_of(const Finding& finding) {
  const auto help = finding.advice.empty() ? finding.message : finding.advice;
  return {{"id", finding.rule},
          {"name", finding.rule},
          {"shortDescription", text_of(finding.rule)},
          {"fullDescription", text_of(finding.message)},
          {"help", {{"text", help}, {"markdown", help}}},
          {"defaultConfiguration", {{"level", name_of(finding.severity)}}},
          {"properties", {{"tags", {"migrations", "history"}}}}};
}

/// The same finding of the next run, although lines moved: rule, file, object and statement.
std::string fingerprint_of(const Finding& finding) {
  const auto& at = finding.location.file;
  return archive::Sha256::of(finding.rule + '\n' + (at.empty() ? finding.migration : at) + '\n' + finding.object +
                             '\n' + finding.statement)
      .substr(0, 32);
}

Json json_of(const Finding& finding, std::size_t rule_index) {
  std::string message = finding.message;
  if (!finding.evidence.text.empty()) message += ". The data: " + finding.evidence.text;
  if (!finding.advice.empty()) message += ". " + finding.advice;
  Json location{{"artifactLocation",
                 {{"uri", uri_of(finding.location.file.empty() ? kConfiguration : finding.location.file)},
                  {"uriBaseId", "%SRCROOT%"}}},
                {"region", {{"startLine", std::max(finding.location.line, 1)}}}};
  Json result{{"ruleId", finding.rule},
              {"ruleIndex", rule_index},
              {"level", name_of(finding.severity)},
              {"message", text_of(message)},
              {"locations", Json::array({{{"physicalLocation", location}}})},
              {"partialFingerprints", {{"safetyFinding/v1", fingerprint_of(finding)}}},
              {"properties",
               {{"migration", finding.migration},
                {"object", finding.object},
                {"data", name_of(finding.evidence.state)},
                {"rows", finding.evidence.rows}}}};
  if (!finding.object.empty())
    result["locations"][0]["logicalLocations"] = Json::array({{{"fullyQualifiedName", finding.object}}});
  if (!finding.allowed.empty())
    result["suppressions"] =
        Json::array({{{"kind", finding.allowed == "allowed by the configuration" ? "external" : "inSource"},
                      {"status", "accepted"},
                      {"justification", finding.allowed}}});
  return result;
}

}  // namespace

std::string format_sarif(const Report& report, const std::string& tool_version) {
  Json list = Json::array(), results = Json::array();
  std::map<std::string, std::size_t> positions;
  for (const auto& rule : rules()) {
    positions.emplace(rule.id, list.size());
    list.push_back(json_of(rule));
  }
  for (const auto& finding : report.findings) {
    const auto [position, is_new] = positions.emplace(finding.rule, list.size());
    if (is_new) list.push_back(rule_of(finding));
    results.push_back(json_of(finding, position->second));
  }
  Json notes = Json::array();
  for (const auto& what : report.not_looked_at)
    notes.push_back({{"level", "warning"}, {"message", text_of("not looked at: " + what)}});
  const Json run{
      {"tool", {{"driver", {{"name", "safety-preflight"}, {"semanticVersion", tool_version}, {"rules", list}}}}},
      {"invocations", Json::array({{{"executionSuccessful", true}, {"toolExecutionNotifications", notes}}})},
      {"originalUriBaseIds", {{"%SRCROOT%", {{"description", text_of("The project's folder.")}}}}},
      {"columnKind", "unicodeCodePoints"},
      {"results", results}};
  const Json log{
      {"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}, {"runs", Json::array({run})}};
  return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace safety::preflight

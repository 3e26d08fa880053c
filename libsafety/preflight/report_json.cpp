#include <nlohmann/json.hpp>

#include "libsafety/preflight/preflight.hpp"
#include "libsafety/preflight/rules.hpp"

namespace safety::preflight {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Finding& finding) {
  const auto* rule = find_rule(finding.rule);
  return {{"rule", finding.rule},
          {"severity", name_of(finding.severity)},
          {"file", finding.location.file},
          {"line", finding.location.line},
          {"migration", finding.migration},
          {"object", finding.object},
          {"message", finding.message},
          {"statement", finding.statement},
          {"allowed", finding.allowed},
          {"why", rule != nullptr ? rule->why : ""},
          {"safe_way", !finding.advice.empty() ? finding.advice
                       : rule != nullptr       ? std::string(rule->safe_way)
                                               : ""},
          {"evidence",
           {{"state", name_of(finding.evidence.state)},
            {"rows", finding.evidence.rows},
            {"samples", finding.evidence.samples},
            {"text", finding.evidence.text}}}};
}

Json json_of(const migrations::History& history) {
  Json pending = Json::array(), entries = Json::array();
  for (const auto& migration : history.pending) pending.push_back(migration.name);
  for (const auto& entry : history.entries)
    entries.push_back({{"name", entry.name},
                       {"state", migrations::name_of(entry.state)},
                       {"started", entry.started},
                       {"finished", entry.finished},
                       {"log", entry.log},
                       {"rows", entry.rows}});
  return {{"tool", history.tool},
          {"schema", history.schema},
          {"head", history.head},
          {"pending", pending},
          {"entries", entries}};
}

}  // namespace

std::string format_json(const Report& report) {
  Json findings = Json::array(), histories = Json::array();
  std::size_t allowed = 0;
  for (const auto& finding : report.findings) {
    findings.push_back(json_of(finding));
    if (!finding.allowed.empty()) ++allowed;
  }
  for (const auto& history : report.histories) histories.push_back(json_of(history));
  const auto worst = report.worst();
  const Json json{{"database", report.database},
                  {"files", report.files},
                  {"statements", report.statements},
                  {"questions", report.questions},
                  {"static_seconds", report.static_seconds},
                  {"data_seconds", report.data_seconds},
                  {"counts",
                   {{"error", report.count(Severity::error)},
                    {"warning", report.count(Severity::warning)},
                    {"note", report.count(Severity::note)},
                    {"allowed", allowed}}},
                  {"worst", worst ? Json(name_of(*worst)) : Json(nullptr)},
                  {"findings", findings},
                  {"histories", histories},
                  {"not_looked_at", report.not_looked_at}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace safety::preflight

#include "libsafety/deploy/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"

namespace safety::deploy {
namespace {

using nlohmann::ordered_json;

std::string changes_of(const std::vector<schema::Change>& changes) {
  if (changes.empty()) return "  the schema is as before\n";
  std::string text;
  for (const auto& change : changes) text += "  " + change.words + "\n";
  return text;
}

ordered_json commands_of(const rehearsal::Watched& watched) {
  auto commands = ordered_json::array();
  for (const auto& command : watched.commands)
    commands.push_back({{"line", command.line}, {"exit_code", command.exit_code}, {"seconds", command.seconds},
                        {"succeeded", command.has_succeeded()}, {"trouble", command.trouble}, {"output", command.output}});
  return commands;
}

}  // namespace

std::string format_text(const DeployResult& result) {
  std::string text = fmt::format("database \"{}\" is migrated\n", result.database);
  for (const auto& step : result.outcome.steps)
    text += fmt::format("  {:<17} {:>10}{}\n", step.id, format_seconds(step.seconds),
                        step.state == plan::StepOutcome::State::already_done ? "  (done before)" : "");
  for (const auto& command : result.commands.commands) text += fmt::format("  `{}` in {}\n", command.line, format_seconds(command.seconds));
  text += changes_of(result.changes);
  for (const auto& service : result.services)
    text += fmt::format("  service {:<9} down in {}, healthy again in {} (was {})\n", service.name, format_seconds(service.stop_seconds),
                        format_seconds(service.start_seconds), service.found);
  text += fmt::format("  in all {}, downtime {}\n", format_seconds(result.seconds), format_seconds(result.downtime_seconds));
  text += fmt::format("  the way back: `safety-restore {}`\n", result.clone_checkpoint.empty() ? result.checkpoint : result.clone_checkpoint + " --from clone");
  return text;
}

std::string format_rehearsal(const DeployResult& result, const std::vector<std::string>& objections) {
  std::string text;
  if (result.preflight && result.preflight->worst()) text += preflight::format_text(*result.preflight, false) + "\n";
  if (result.rehearsal) text += rehearsal::format_text(*result.rehearsal);
  if (objections.empty())
    text += fmt::format("nothing stands against `safety-deploy` (checkpoint {}, {} in all)\n", result.checkpoint, format_seconds(result.seconds));
  else
    text += "a deploy would stop here, before production is touched:\n  " + join(objections, "\n  ") + "\n";
  return text;
}

std::string format_json(const DeployResult& result, const std::vector<std::string>& objections) {
  auto steps = ordered_json::array();
  for (const auto& step : result.outcome.steps) steps.push_back({{"id", step.id}, {"what", step.what}, {"seconds", step.seconds}});
  auto services = ordered_json::array();
  for (const auto& service : result.services)
    services.push_back({{"name", service.name}, {"found", service.found}, {"stop_seconds", service.stop_seconds}, {"start_seconds", service.start_seconds}});
  auto changes = ordered_json::array();
  for (const auto& change : result.changes) changes.push_back({{"words", change.words}, {"sql", change.sql}, {"loses_data", change.loses_data}});
  ordered_json fields{{"id", result.operation},       {"database", result.database},
                      {"checkpoint", result.checkpoint}, {"clone_checkpoint", result.clone_checkpoint},
                      {"commands", commands_of(result.commands)}, {"changes", changes},
                      {"steps", steps},               {"services", services},
                      {"seconds", result.seconds},    {"downtime_seconds", result.downtime_seconds},
                      {"objections", objections}};
  if (result.preflight) fields["preflight"] = ordered_json::parse(preflight::format_json(*result.preflight));
  if (result.rehearsal) fields["rehearsal"] = ordered_json::parse(rehearsal::format_json(*result.rehearsal));
  return fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace safety::deploy

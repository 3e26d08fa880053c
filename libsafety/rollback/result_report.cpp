// A rollback's result for people and for programs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/text.hpp"
#include "libsafety/rollback/rollback.hpp"

namespace safety::rollback {
namespace {

using nlohmann::ordered_json;

std::string done_by(const RollbackResult& result) {
  switch (result.strategy) {
    case Strategy::undo: return "by undoing its schema change in place; rows written since are still there";
    case Strategy::swap: return "by a swap";
    default: return "by a restore";
  }
}

/// From where to where, whichever way it went.
std::vector<std::pair<std::string, std::string>> moved(const RollbackResult& result) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& one : result.moves) result.undoes.empty() ? all.emplace_back(one.from.string(), one.to.string()) : all.emplace_back(one.to.string(), one.from.string());
  return all;
}

std::string advice_text(const SchemaFileAdvice& advice) {
  auto text = fmt::format("    {} ({})\n", advice.file.string(), advice.tool);
  for (const auto& line : advice.lines) text += "      " + line + "\n";
  if (!advice.command.empty()) text += "      `" + advice.command + "`\n";
  return text;
}

}  // namespace

std::string format_result_text(const RollbackResult& result) {
  auto text = result.undoes.empty() ? fmt::format("database \"{}\" is back at checkpoint {}, {}\n", result.database, result.checkpoint, done_by(result))
                                    : fmt::format("rollback {} of database \"{}\" is rolled back, {}\n", result.undoes, result.database, done_by(result));
  for (const auto& step : result.outcome.steps)
    text += fmt::format("  {:<17} {:>10}{}\n", step.id, format_seconds(step.seconds), step.state == plan::StepOutcome::State::already_done ? "  (done before)" : "");
  for (const auto& change : result.changes) text += "  undone: " + change + "\n";
  for (const auto& one : result.migrations) text += fmt::format("  migration {} ({}, was {}) taken back\n", one.name, one.tool, one.state);
  for (const auto& note : result.undone.notes) text += "  " + note + "\n";
  for (const auto& kept : result.undone.kept) text += "  kept: " + kept + "\n";
  for (const auto& [from, to] : moved(result)) text += fmt::format("  {} is now {}\n", from, to);
  if (!result.previous.empty()) text += fmt::format("  the replaced database is kept as \"{}\"\n", result.previous);
  for (const auto& service : result.services)
    text += fmt::format("  service {:<9} down in {}, healthy again in {} (was {})\n", service.name, format_seconds(service.stop_seconds), format_seconds(service.start_seconds), service.found);
  text += fmt::format("  in all {}, downtime {}\n", format_seconds(result.seconds), format_seconds(result.downtime_seconds));
  if (!result.advice.empty()) {
    text += "  left to you, or the next deploy makes the change again:\n";
    for (const auto& advice : result.advice) text += advice_text(advice);
  }
  for (const auto& warning : result.warnings) text += "  warning: " + warning + "\n";
  if (result.undoes.empty()) text += fmt::format("  `safety-rollback --report {}` writes the incident's account; `safety-rollback --undo` takes this back\n", result.operation);
  return text;
}

std::string format_result_json(const RollbackResult& result) {
  auto steps = ordered_json::array(), migrations = ordered_json::array(), moves = ordered_json::array(), services = ordered_json::array(), advice = ordered_json::array();
  for (const auto& step : result.outcome.steps) steps.push_back({{"id", step.id}, {"what", step.what}, {"seconds", step.seconds}});
  for (const auto& one : result.migrations) migrations.push_back({{"tool", one.tool}, {"name", one.name}, {"was", one.state}});
  for (const auto& [from, to] : moved(result)) moves.push_back({{"from", from}, {"to", to}});
  for (const auto& one : result.services)
    services.push_back({{"name", one.name}, {"found", one.found}, {"stop_seconds", one.stop_seconds}, {"start_seconds", one.start_seconds}});
  for (const auto& one : result.advice)
    advice.push_back({{"tool", one.tool}, {"file", one.file.string()}, {"lines", one.lines}, {"command", one.command}, {"diff", one.diff}});
  const ordered_json fields{{"id", result.operation},
                            {"database", result.database},
                            {"checkpoint", result.checkpoint},
                            {"undoes", result.undoes},
                            {"strategy", name_of(result.strategy)},
                            {"broken_checkpoint", result.broken_checkpoint},
                            {"previous", result.previous},
                            {"changes", result.changes},
                            {"migrations", migrations},
                            {"moves", moves},
                            {"rows_moved", result.undone.rows_moved},
                            {"kept", result.undone.kept},
                            {"notes", result.undone.notes},
                            {"advice", advice},
                            {"warnings", result.warnings},
                            {"steps", steps},
                            {"services", services},
                            {"seconds", result.seconds},
                            {"downtime_seconds", result.downtime_seconds}};
  return fields.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace safety::rollback

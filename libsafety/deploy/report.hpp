#pragma once
// A deploy's result for people and for programs.

#include <string>

#include "libsafety/deploy/options.hpp"

namespace safety::deploy {

std::string format_text(const DeployResult& result);
/// Of a rehearsal alone, with what stands against going on.
std::string format_rehearsal(const DeployResult& result, const std::vector<std::string>& objections);
/// Fields as a JSON object: id, database, checkpoint, clone_checkpoint, commands, changes, rehearsal, preflight, steps, services,
/// seconds, downtime_seconds, objections.
std::string format_json(const DeployResult& result, const std::vector<std::string>& objections);

}  // namespace safety::deploy

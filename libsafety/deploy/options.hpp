#pragma once
// What a deploy is asked for and what it gives back: shared by the operation (deploy.hpp) and the parts that it is made of.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libsafety/migrations/project.hpp"
#include "libsafety/plan/plan.hpp"
#include "libsafety/preflight/preflight.hpp"
#include "libsafety/rehearsal/rehearsal.hpp"
#include "libsafety/services/downtime.hpp"

namespace safety::deploy {

enum class OnFailure {
  rollback,  // back to the state before the migration, by itself
  stop,      // left as it is, with the way back named
  ask,       // DeployOptions::asks decides
};
std::string name_of(OnFailure policy);
/// nullopt for anything else than "rollback", "stop", "ask".
std::optional<OnFailure> parse_on_failure(const std::string& text);

/// Whether a clone is made right before the migration.
enum class Cloning { automatic, always, never };  // automatic: when the server and the role can
std::string name_of(Cloning cloning);
std::optional<Cloning> parse_cloning(const std::string& text);  // "auto", "yes", "no"

struct DeployOptions {
  std::filesystem::path folder;  // of backups
  migrations::Project project;
  services::Services services;
  bool stops_services = false;   // before the migration; else only while going back
  OnFailure on_failure = OnFailure::rollback;
  /// For OnFailure::ask: true means "go back".
  std::function<bool(const std::string& question)> asks;
  Cloning cloning = Cloning::automatic;
  bool rehearses = true, is_schema_only_rehearsal = false;
  bool allows_loss = false;      // data that the rehearsal shows lost does not stop the deploy
  bool keeps_pinned = false;     // the checkpoint stays pinned until finalise()
  std::vector<std::string> allow;  // rules of preflight
  std::chrono::milliseconds time_budget{30000};
  std::string checkpoint;        // rehearse() only: one that is there, instead of a new one
  unsigned jobs = 2;
  std::string container, tool_version;
};

struct DeployResult {
  std::string operation, database;
  std::string checkpoint, clone_checkpoint;  // ids; clone_checkpoint empty without a clone
  std::optional<preflight::Report> preflight;
  std::optional<rehearsal::Rehearsal> rehearsal;
  rehearsal::Watched commands;               // for real
  std::vector<schema::Change> changes;       // what they did
  plan::Outcome outcome;
  std::vector<services::Timing> services;
  double seconds = 0, downtime_seconds = 0;  // downtime: with services stopped, else that of the clone
};

}  // namespace safety::deploy

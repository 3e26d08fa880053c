#include "libsafety/base/text.hpp"
#include "libsafety/deploy/run.hpp"

namespace safety::deploy {
namespace {

std::string text_of(bool value) { return value ? "true" : "false"; }

}  // namespace

std::string name_of(OnFailure policy) {
  switch (policy) {
    case OnFailure::rollback:
      return "rollback";
    case OnFailure::stop:
      return "stop";
    case OnFailure::ask:
      break;
  }
  return "ask";
}

std::optional<OnFailure> parse_on_failure(const std::string& text) {
  for (const auto policy : {OnFailure::rollback, OnFailure::stop, OnFailure::ask})
    if (text == name_of(policy)) return policy;
  return std::nullopt;
}

std::string name_of(Cloning cloning) {
  switch (cloning) {
    case Cloning::automatic:
      return "auto";
    case Cloning::always:
      return "yes";
    case Cloning::never:
      break;
  }
  return "no";
}

std::optional<Cloning> parse_cloning(const std::string& text) {
  for (const auto cloning : {Cloning::automatic, Cloning::always, Cloning::never})
    if (text == name_of(cloning)) return cloning;
  return std::nullopt;
}

std::map<std::string, std::string> to_arguments(const DeployOptions& options) {
  return {{"folder", options.folder.string()},
          {"on_failure", name_of(options.on_failure)},
          {"clone", name_of(options.cloning)},
          {"stops_services", text_of(options.stops_services)},
          {"rehearses", text_of(options.rehearses)},
          {"schema_only", text_of(options.is_schema_only_rehearsal)},
          {"allows_loss", text_of(options.allows_loss)},
          {"keeps_pinned", text_of(options.keeps_pinned)},
          {"allow", join(options.allow, "\n")},
          {"commands", join(options.project.commands, "\n")},  // for readers: a resumed run goes by today's configuration
          {"jobs", std::to_string(options.jobs)}};
}

DeployOptions options_of_arguments(const std::map<std::string, std::string>& arguments, DeployOptions options) {
  const auto get = [&](const char* name) {
    const auto found = arguments.find(name);
    return found == arguments.end() ? std::string() : found->second;
  };
  options.folder = get("folder");
  options.on_failure = parse_on_failure(get("on_failure")).value_or(OnFailure::stop);
  options.cloning = parse_cloning(get("clone")).value_or(Cloning::automatic);
  options.stops_services = get("stops_services") == "true";
  options.rehearses = get("rehearses") != "false";
  options.is_schema_only_rehearsal = get("schema_only") == "true";
  options.allows_loss = get("allows_loss") == "true";
  options.keeps_pinned = get("keeps_pinned") == "true";
  options.allow = split_lines(get("allow"));
  return options;
}

}  // namespace safety::deploy

#include "libsafety/services/presets.hpp"

#include <fmt/format.h>

#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/services/compose.hpp"
#include "libsafety/services/systemd.hpp"

namespace safety::services {
namespace {

const std::set<std::string> kOfAll{"preset", "stop_timeout", "start_timeout", "health_timeout", "health", "health_url"};
const std::map<Preset, std::set<std::string>> kOfPreset{{Preset::compose, {"project", "files", "service", "compose"}},
                                                        {Preset::systemd, {"unit", "user"}},
                                                        {Preset::command, {"stop", "start", "state"}}};

Error config_error(const std::string& service, const std::string& what, const std::string& hint) {
  return {Code::config, fmt::format("service \"{}\": {}", service, what), hint};
}

Preset read_preset(const Settings& settings, const std::string& service) {
  const auto found = settings.find("preset");
  const auto name = found == settings.end() || found->second.empty() ? "compose" : found->second.front();
  for (const auto preset : {Preset::compose, Preset::systemd, Preset::command})
    if (name_of(preset) == name) return preset;
  throw config_error(service, fmt::format("there is no preset \"{}\"", name), "Use preset = \"compose\", \"systemd\" or \"command\" in [services].");
}

/// A list is words; one text is a line for the shell.
os::Command read_command(const std::vector<std::string>& value) {
  if (value.size() == 1) return {"/bin/sh", {"-c", value.front()}, {}};
  return {value.front(), {value.begin() + 1, value.end()}, {}};
}

void read_limit(const Settings& settings, const std::string& name, const std::string& service, std::chrono::milliseconds& limit) {
  const auto found = settings.find(name);
  if (found == settings.end() || found->second.empty()) return;
  const auto parsed = parse_duration(found->second.front());
  if (!parsed || parsed->count() <= 0)
    throw config_error(service, fmt::format("{} = \"{}\" is not a duration", name, found->second.front()), "Write it as \"500ms\", \"30s\" or \"5min\".");
  limit = *parsed;
}

void check_names(const Settings& own, const Settings& all, Preset preset, const std::string& service) {
  const auto& names = kOfPreset.at(preset);
  const auto is_known = [&](const std::string& name) { return kOfAll.contains(name) || names.contains(name); };
  for (const auto& [name, value] : own)
    if (!is_known(name))
      throw config_error(service, fmt::format("preset {} has no setting \"{}\"", name_of(preset), name),
                         "It takes: " + join({names.begin(), names.end()}, ", ") + "; and each preset: " + join({kOfAll.begin(), kOfAll.end()}, ", ") + ".");
  // Defaults may serve services of several presets; what no preset knows is a slip of the pen.
  for (const auto& [name, value] : all) {
    bool is_any = kOfAll.contains(name);
    for (const auto& entry : kOfPreset) is_any = is_any || entry.second.contains(name);
    if (!is_any) throw Error(Code::config, fmt::format("[services] has no setting \"{}\"", name), "See the section on services in the README.");
  }
}

Service expand_one(const Context& context, const Configuration& configuration, const std::string& name, std::vector<std::string>& compose) {
  const auto found = configuration.services.find(name);
  const auto own = found == configuration.services.end() ? Settings() : found->second;
  auto settings = configuration.defaults;
  for (const auto& [key, value] : own) settings[key] = value;

  Service service;
  service.name = name;
  service.preset = read_preset(settings, name);
  check_names(own, configuration.defaults, service.preset, name);
  read_limit(settings, "stop_timeout", name, service.stop_timeout);
  read_limit(settings, "start_timeout", name, service.start_timeout);
  read_limit(settings, "health_timeout", name, service.health_timeout);
  switch (service.preset) {
    case Preset::compose: expand_compose(context, settings, configuration.folder, compose, service); break;
    case Preset::systemd: expand_systemd(settings, service); break;
    case Preset::command:
      for (const auto& [key, command] : {std::pair{"stop", &service.stop}, std::pair{"start", &service.start}, std::pair{"state", &service.state}})
        if (settings.contains(key) && !settings.at(key).empty()) *command = read_command(settings.at(key));
      if (service.stop.program.empty() || service.start.program.empty())
        throw config_error(name, "preset command needs stop and start", "Name both in [services." + name + "]: stop = [\"program\", \"argument\"].");
      break;
  }
  if (settings.contains("health") && !settings["health"].empty()) service.health = read_command(settings["health"]);
  if (settings.contains("health_url") && !settings["health_url"].empty()) service.health_url = settings["health_url"].front();
  return service;
}

}  // namespace

Services expand(const Context& context, const Configuration& configuration) {
  std::set<std::string> names(configuration.order.begin(), configuration.order.end());
  if (names.size() != configuration.order.size()) throw Error(Code::config, "[services] names a service twice in `order`", "Name each service once.");
  for (const auto& entry : configuration.services)
    if (!names.contains(entry.first))
      throw Error(Code::config, fmt::format("[services.{}] is not in `order`", entry.first),
                  fmt::format("Add \"{}\" to `order` in [services]: services are stopped in that order.", entry.first));
  Services services;
  std::vector<std::string> compose;  // asking which one is there takes half a second
  for (const auto& name : configuration.order) services.push_back(expand_one(context, configuration, name, compose));
  return services;
}

}  // namespace safety::services

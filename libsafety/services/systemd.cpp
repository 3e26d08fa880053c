#include "libsafety/services/systemd.hpp"

#include <fmt/format.h>

#include <map>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

namespace safety::services {

State read_unit_state(std::string_view properties, const std::string& service) {
  std::map<std::string, std::string> values;
  for (const auto& line : split_lines(properties))
    if (const auto equals = line.find('='); equals != std::string::npos) values[line.substr(0, equals)] = line.substr(equals + 1);
  if (values["LoadState"] == "not-found")
    throw Error(Code::command_failed, fmt::format("service \"{}\": systemd has no such unit", service),
                "Check `unit` in [services] of safety.toml; `systemctl list-units --type=service` lists the names.");
  const auto& active = values["ActiveState"];
  if (active == "active" || active == "reloading") return {Status::healthy, ""};
  if (active == "activating") return {Status::starting, values["SubState"]};
  // Its processes may still be at work.
  if (active == "deactivating") return {Status::unhealthy, "deactivating"};
  return {Status::stopped, active == "failed" ? "failed" : ""};
}

void expand_systemd(const Settings& settings, Service& service) {
  const auto first = [&](const std::string& name) {
    const auto found = settings.find(name);
    return found == settings.end() || found->second.empty() ? std::string() : found->second.front();
  };
  const auto unit = first("unit").empty() ? service.name + ".service" : first("unit");
  const auto command = [&](std::vector<std::string> words) {
    if (first("user") == "true") words.insert(words.begin(), "--user");
    words.push_back(unit);
    return os::Command{"systemctl", std::move(words), {}};
  };
  service.stop = command({"stop"});
  service.start = command({"start"});
  service.state = command({"show", "--property=LoadState,ActiveState,SubState"});
}

}  // namespace safety::services

#pragma once
// From the settings of safety.toml to services.
//
//   [services]
//   order = ["media-api", "api"]        # stopped in this order, started in reverse
//   preset = "compose"                  # what follows holds for all of them
//   files = ["docker-compose.yml"]
//   project = "shop"
//
//   [services.api]                      # and this for one
//   health_url = "http://127.0.0.1:3000/health"
//
// Settings of every preset: preset, stop_timeout, start_timeout, health_timeout (durations such as "30s"), health (a
// command), health_url. compose: project, files, service (when it is called differently there), compose (the program:
// found by itself otherwise). systemd: unit, user (true for the user's own manager). command: stop, start, state.
// A command is a list of words, or a line for /bin/sh.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/services/service.hpp"

namespace safety::services {

struct Configuration {
  std::vector<std::string> order;
  Settings defaults;                          // of [services], without `order`
  std::map<std::string, Settings> services;   // of [services.NAME]
  std::filesystem::path folder;               // relative paths are meant from here
  bool empty() const { return order.empty(); }
};

/// Errors: config naming the service and the setting (unknown, missing or of a wrong form); command_failed when neither
/// `docker compose` nor `docker-compose` is there.
Services expand(const Context& context, const Configuration& configuration);

}  // namespace safety::services

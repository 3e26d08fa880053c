#pragma once
// The services that use the database: how to stop them, start them, and see how they are.
//
// A service is data: commands and limits. Where the data comes from (Docker Compose, systemd, commands of one's own) is
// presets.hpp; what is done with it is control.hpp. Nothing here knows of databases.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libsafety/os/process.hpp"

namespace safety::services {

/// Values as a configuration file has them: a string, number or boolean is one element.
using Settings = std::map<std::string, std::vector<std::string>>;

/// How the answer of a service's commands is read.
enum class Preset { compose, systemd, command };
std::string name_of(Preset preset);

struct Service {
  std::string name;  // as in safety.toml; unique
  Preset preset = Preset::command;
  os::Command stop, start;
  /// compose: prints the ids of the service's containers. systemd: prints the unit's properties.
  /// command: ends with 0 for running and 3 for stopped; without a program the service counts as running.
  os::Command state;
  /// Ends with 0 when the service is healthy. Without a program, and without a URL, the preset's own notion holds:
  /// compose's health check (a container without one is healthy when it runs), systemd's "active".
  os::Command health;
  /// Answered with a status of 200 to 399 when the service is healthy.
  std::string health_url;
  /// compose: asks the engine about the containers named, as JSON; their ids are appended.
  os::Command inspect;
  /// compose: the ids that `state` answered last. Containers outlive a stop and a start, so that a look needs one quick
  /// program and not a second, slow one; downtime is made of such seconds.
  std::shared_ptr<std::vector<std::string>> containers = std::make_shared<std::vector<std::string>>();
  std::chrono::milliseconds stop_timeout{60000}, start_timeout{60000}, health_timeout{60000};
};

/// In the order in which they are stopped; they are started in reverse.
using Services = std::vector<Service>;

enum class Status {
  absent,    // no container of it was ever made: there is nothing to start
  stopped,
  starting,  // runs, and its health is not known yet
  healthy,
  unhealthy,
};
std::string name_of(Status status);

struct State {
  Status status = Status::stopped;
  std::string detail;  // "2 containers, one of them is starting"; may be empty
  bool is_running() const { return status != Status::absent && status != Status::stopped; }
};

}  // namespace safety::services

#include "libsafety/services/control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/http.hpp"
#include "libsafety/services/compose.hpp"
#include "libsafety/services/systemd.hpp"

namespace safety::services {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenLooks{250};
constexpr milliseconds kLookLimit{30000};
constexpr milliseconds kProbeLimit{5000};
constexpr int kStoppedExitCode = 3;  // as systemctl is-active has it

Error failure_of(const Service& service, const os::Command& command, const os::ProcessResult& result) {
  const auto words = trim(result.standard_error);
  // docker-compose 1.29 is a Python program; only the last line of its traces is for people.
  const bool is_traceback = words.find("Traceback (most recent call last)") != std::string_view::npos;
  auto hint = fmt::format("Run `{}` by hand to see why.", display(command));
  if (words.find("permission denied") != std::string_view::npos || words.find("Permission denied") != std::string_view::npos)
    hint = "Run it as a user who may (for Docker: root, or a member of the group docker).";
  else if (words.find("Is the docker daemon running") != std::string_view::npos || words.find("Couldn't connect to Docker daemon") != std::string_view::npos ||
           words.find("Cannot connect to the Docker daemon") != std::string_view::npos || words.find("fetching server API version") != std::string_view::npos)
    hint = "Start the Docker engine (`systemctl start docker`), or set DOCKER_HOST.";
  else if (words.find("o such service") != std::string_view::npos)
    hint = "Check [services] in safety.toml; `docker compose config --services` lists the names.";
  else if (words.find("o such file") != std::string_view::npos || words.find("no configuration file") != std::string_view::npos ||
           words.find("find a suitable configuration file") != std::string_view::npos)
    hint = "Check `files` in [services] of safety.toml: paths are meant from that file's folder.";
  return {Code::command_failed, fmt::format("service \"{}\": `{}` ended with exit code {}", service.name, display(command), result.exit_code), hint,
          one_line(is_traceback ? words.substr(words.rfind('\n') + 1) : words)};
}

/// Its stdout. Errors: command_failed.
std::string run(const Context& context, const Service& service, os::Command command, milliseconds time_limit) {
  std::string output;
  command.time_limit = time_limit;
  os::ProcessResult result;
  try {
    result = os::run_process(context, command, [&](std::string_view piece) { output.append(piece); });
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    throw error.in(fmt::format("service \"{}\"", service.name));
  }
  if (result.exit_code != 0) throw failure_of(service, command, result);
  return output;
}

State look_at_command(const Context& context, const Service& service) {
  if (service.state.program.empty()) return {Status::healthy, ""};
  auto command = service.state;
  command.time_limit = kLookLimit;
  const auto result = os::run_process(context, command, [](std::string_view) {});
  if (result.exit_code == 0) return {Status::healthy, ""};
  if (result.exit_code == kStoppedExitCode) return {Status::stopped, ""};
  throw failure_of(service, command, result);
}

/// A probe of one's own says more than the preset does, of a service that runs.
State refine(const Context& context, const Service& service, State state) {
  if (!state.is_running()) return state;
  if (!service.health.program.empty()) {
    auto command = service.health;
    command.time_limit = kProbeLimit;
    try {
      const auto result = os::run_process(context, command, [](std::string_view) {});
      if (result.exit_code == 0) return {Status::healthy, state.detail};
      return {Status::starting, fmt::format("`{}` ended with exit code {}", display(command), result.exit_code)};
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      return {Status::starting, error.message()};
    }
  }
  if (!service.health_url.empty()) {
    const auto answer = os::http_get(service.health_url, kProbeLimit);
    if (answer.is_good()) return {Status::healthy, state.detail};
    return {Status::starting, answer.status != 0 ? fmt::format("{} answers {}", service.health_url, answer.status)
                                                 : fmt::format("{}: {}", service.health_url, answer.error)};
  }
  return state;
}

State inspect_containers(const Context& context, const Service& service) {
  auto inspect = service.inspect;
  inspect.arguments.insert(inspect.arguments.end(), service.containers->begin(), service.containers->end());
  return read_container_states(run(context, service, inspect, kLookLimit));
}

State look_at_preset(const Context& context, const Service& service) {
  switch (service.preset) {
    case Preset::compose: {
      if (!service.containers->empty()) {
        try {
          return inspect_containers(context, service);
        } catch (const Interrupted&) {
          throw;
        } catch (const Error&) {  // made anew meanwhile: ask which they are
        }
      }
      *service.containers = split_lines(run(context, service, service.state, kLookLimit));
      if (service.containers->empty()) return {Status::absent, "no container of it was made"};
      return inspect_containers(context, service);
    }
    case Preset::systemd: return read_unit_state(run(context, service, service.state, kLookLimit), service.name);
    case Preset::command: return look_at_command(context, service);
  }
  return {};
}

std::string describe(const State& state) {
  return name_of(state.status) + (state.detail.empty() ? "" : " (" + state.detail + ")");
}

void pause(const Context& context) {
  context.throw_if_stopped();
  std::this_thread::sleep_for(kBetweenLooks);
}

double seconds_of(milliseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

std::string name_of(Preset preset) {
  return preset == Preset::compose ? "compose" : preset == Preset::systemd ? "systemd" : "command";
}

std::string name_of(Status status) {
  switch (status) {
    case Status::absent: return "absent";
    case Status::stopped: return "stopped";
    case Status::starting: return "starting";
    case Status::healthy: return "healthy";
    case Status::unhealthy: return "unhealthy";
  }
  return "unknown";
}

std::string display(const os::Command& command) {
  const auto quoted = [](const std::string& word) {
    const bool is_plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@,+%{}") == std::string::npos;
    if (is_plain) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
  };
  std::string text = quoted(command.program.string());
  for (const auto& word : command.arguments) text += " " + quoted(word);
  return text;
}

State look(const Context& context, const Service& service) { return refine(context, service, look_at_preset(context, service)); }

double stop(const Context& context, const Service& service) {
  const Stopwatch watch;
  if (!look_at_preset(context, service).is_running()) return watch.seconds();
  os::fault_point("service.before_stop");
  run(context, service, service.stop, service.stop_timeout);
  os::fault_point("service.stop_asked");
  // Without a state command the end of the stop command is all there is to know.
  const bool can_look = service.preset != Preset::command || !service.state.program.empty();
  while (can_look) {
    const auto state = look_at_preset(context, service);
    if (!state.is_running()) break;
    if (watch.seconds() > seconds_of(service.stop_timeout))
      throw Error(Code::service_unhealthy,
                  fmt::format("service \"{}\" does not stop: after {} it is {}", service.name, format_seconds(watch.seconds()), describe(state)),
                  fmt::format("Run `{}` by hand, or raise stop_timeout in [services].", display(service.stop)));
    pause(context);
  }
  os::fault_point("service.stopped");
  return watch.seconds();
}

void start(const Context& context, const Service& service) {
  const bool can_look = service.preset != Preset::command || !service.state.program.empty();
  if (can_look && look_at_preset(context, service).is_running()) return;
  os::fault_point("service.before_start");
  run(context, service, service.start, service.start_timeout);
  os::fault_point("service.started");
}

double wait_until_healthy(const Context& context, const Service& service) {
  const Stopwatch watch;
  bool has_said = false;
  for (;;) {
    const auto state = look(context, service);
    if (state.status == Status::healthy) return watch.seconds();
    const bool is_gone = !state.is_running();
    if (is_gone || watch.seconds() > seconds_of(service.health_timeout))
      throw Error(Code::service_unhealthy,
                  fmt::format("service \"{}\" is not healthy {} after its start: {}", service.name, format_seconds(watch.seconds()), describe(state)),
                  fmt::format("See its log, then run `{}`; or raise health_timeout in [services].", display(service.start)));
    if (!has_said && watch.seconds() > 1) {
      context.sink.note(fmt::format("waiting for service \"{}\": {}, at most {}", service.name, describe(state),
                                    format_seconds(seconds_of(service.health_timeout))));
      has_said = true;
    }
    pause(context);
  }
}

}  // namespace safety::services

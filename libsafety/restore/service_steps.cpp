// Services around the moment of the swap: down before it, up after it, as they were found.
#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/restore/run.hpp"
#include "libsafety/services/control.hpp"

namespace safety::restore {
namespace {

const std::string kFound = "service ";  // fact "service api": the state it was found in

std::string list_names(const services::Services& services) {
  std::vector<std::string> names;
  for (const auto& service : services) names.push_back(service.name);
  return join(names, ", ");
}

std::string list_names_in_reverse(const services::Services& services) { return list_names({services.rbegin(), services.rend()}); }

bool was_running(const Run& run, const services::Service& service) {
  const auto found = run.fact(kFound + service.name);
  return !found.empty() && found != services::name_of(services::Status::stopped) && found != services::name_of(services::Status::absent);
}

ServiceTiming& timing_of(Run& run, const std::string& name) {
  for (auto& timing : run.timings)
    if (timing.name == name) return timing;
  auto& timing = run.timings.emplace_back();
  timing.name = name;
  return timing;
}

void say(Run& run, const std::string& name, const std::string& what, double seconds) {
  run.context.sink.note(fmt::format("service \"{}\" {} after {}", name, what, format_seconds(seconds)));
}

/// Looks at all of them before the first is touched: a name that is wrong ends it with everything as it was. What was
/// found is durable before anything is stopped, and a resumed run keeps what the first one found.
void note_states(Run& run) {
  for (const auto& service : run.options.services) {
    const auto state = services::look(run.context, service);
    if (run.fact(kFound + service.name).empty()) run.journal->set_fact(kFound + service.name, services::name_of(state.status));
  }
}

void stop_services(Run& run) {
  note_states(run);
  for (const auto& service : run.options.services) {
    auto& timing = timing_of(run, service.name);
    timing.found = run.fact(kFound + service.name);
    timing.stop_seconds = services::stop(run.context, service);
    if (was_running(run, service)) say(run, service.name, "is stopped", timing.stop_seconds);
  }
}

/// In reverse order, each healthy before the next: the ones stopped last are what the others need. One that fails does
/// not keep the rest down. Returns what is wrong, a line each.
std::vector<std::string> start_as_found(Run& run, bool waits) {
  // Starting is never left half-way; only the waiting may be.
  const Context unstoppable{run.context.sink, {}};
  std::vector<std::string> troubles;
  const auto& services = run.options.services;
  for (auto service = services.rbegin(); service != services.rend(); ++service) {
    auto& timing = timing_of(run, service->name);
    timing.found = run.fact(kFound + service->name);
    if (!was_running(run, *service)) {
      if (!timing.found.empty()) run.context.sink.note(fmt::format("service \"{}\" was {} and stays so", service->name, timing.found));
      continue;
    }
    const Stopwatch watch;
    try {
      services::start(unstoppable, *service);
      if (waits && !run.context.stop.stop_requested()) services::wait_until_healthy(run.context, *service);
      timing.start_seconds = watch.seconds();
      say(run, service->name, "is healthy", timing.start_seconds);
    } catch (const Interrupted&) {
      run.context.sink.warning(fmt::format("service \"{}\" was started; nobody waited until it was healthy", service->name));
    } catch (const Error& error) {
      timing.start_seconds = watch.seconds();
      timing.trouble = error.message();
      troubles.push_back(error.message() + (error.detail().empty() ? "" : " (" + error.detail() + ")"));
    }
  }
  return troubles;
}

std::string commands_to_start(const Run& run) {
  std::vector<std::string> commands;
  const auto& services = run.options.services;
  for (auto service = services.rbegin(); service != services.rend(); ++service)
    if (was_running(run, *service)) commands.push_back("`" + services::display(service->start) + "`");
  return join(commands, ", ");
}

}  // namespace

void check_services(const Context& context, const RestoreOptions& options) {
  for (const auto& service : options.services) services::look(context, service);
}

plan::Step stop_services_step(Run& run, std::function<bool()> is_committed) {
  return {.id = "stop_services",
          .what = fmt::format("stop {}", list_names(run.options.services)),
          .why = "nobody writes into the database that is replaced, and what was acknowledged is in it",
          .apply = [&run] { stop_services(run); },
          .is_done = std::move(is_committed),
          .undo =
              [&run] {
                const auto troubles = start_as_found(run, true);
                if (!troubles.empty())
                  throw Error(Code::manual_attention, "the database is as it was, but not all services are: " + join(troubles, "; "),
                              "Start them by hand: " + commands_to_start(run) + ".");
              },
          .why_no_undo = {}};
}

plan::Step start_services_step(Run& run) {
  return {.id = "start_services",
          .what = fmt::format("start {} and wait until healthy; those found stopped stay so", list_names_in_reverse(run.options.services)),
          .why = "services come back as they were found",
          .apply =
              [&run] {
                const auto troubles = start_as_found(run, true);
                if (!troubles.empty()) run.service_trouble = join(troubles, "; ");
                run.context.throw_if_stopped();
              },
          .is_done = {},
          .undo = {},
          .why_no_undo = "`safety-restore --undo` stops them, swaps back and starts them",
          .gives_back = true};
}

Error service_error(const Run& run, bool is_undo) {
  const auto by_hand = fmt::format("see the services' logs and start them by hand: {}.", commands_to_start(run));
  return is_undo ? Error(Code::service_unhealthy, "the previous database is back, but services are not as they were: " + run.service_trouble,
                         "The databases are as you asked; " + by_hand)
                 : Error(Code::service_unhealthy, "the database is restored, but services are not as they were: " + run.service_trouble,
                         "`safety-restore --undo --yes` swaps the old database back; or " + by_hand);
}

void take_over_states(const Run& from, Run& to) {
  for (const auto& service : from.options.services)
    if (const auto found = from.fact(kFound + service.name); !found.empty()) to.journal->set_fact(kFound + service.name, found);
}

}  // namespace safety::restore

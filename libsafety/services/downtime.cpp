#include "libsafety/services/downtime.hpp"

#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/services/control.hpp"

namespace safety::services {
namespace {

std::string fact_of(const Service& service) { return "service " + service.name; }

std::string names_of(const Services& services) {
  std::vector<std::string> names;
  for (const auto& service : services) names.push_back(service.name);
  return join(names, ", ");
}

bool was_running(const Service& service, const plan::Journal& journal) {
  const auto found = journal.fact(fact_of(service));
  return !found.empty() && found != name_of(Status::stopped) && found != name_of(Status::absent);
}

Timing& timing_of(std::vector<Timing>& timings, const std::string& name) {
  for (auto& timing : timings)
    if (timing.name == name) return timing;
  auto& timing = timings.emplace_back();
  timing.name = name;
  return timing;
}

void say(const Context& context, const std::string& name, const std::string& what, double seconds) {
  context.sink.note(fmt::format("service \"{}\" {} after {}", name, what, format_seconds(seconds)));
}

}  // namespace

std::string list_to_stop(const Services& services) { return names_of(services); }
std::string list_to_start(const Services& services) { return names_of({services.rbegin(), services.rend()}); }

void stop_all(const Context& context, const Services& services, plan::Journal& journal, std::vector<Timing>& timings) {
  // What was found is durable before anything is stopped.
  for (const auto& service : services) {
    const auto state = look(context, service);
    if (journal.fact(fact_of(service)).empty()) journal.set_fact(fact_of(service), name_of(state.status));
  }
  for (const auto& service : services) {
    auto& timing = timing_of(timings, service.name);
    timing.found = journal.fact(fact_of(service));
    timing.stop_seconds = stop(context, service);
    if (was_running(service, journal)) say(context, service.name, "is stopped", timing.stop_seconds);
  }
}

std::vector<std::string> start_as_found(const Context& context, const Services& services, const plan::Journal& journal,
                                        std::vector<Timing>& timings) {
  const Context unstoppable = context.with_stop({});
  std::vector<std::string> troubles;
  for (auto service = services.rbegin(); service != services.rend(); ++service) {
    auto& timing = timing_of(timings, service->name);
    timing.found = journal.fact(fact_of(*service));
    if (!was_running(*service, journal)) {
      if (!timing.found.empty()) context.sink.note(fmt::format("service \"{}\" was {} and stays so", service->name, timing.found));
      continue;
    }
    const Stopwatch watch;
    try {
      start(unstoppable, *service);
      if (!context.stop.stop_requested()) wait_until_healthy(context, *service);
      timing.start_seconds = watch.seconds();
      say(context, service->name, "is healthy", timing.start_seconds);
    } catch (const Interrupted&) {
      context.sink.warning(fmt::format("service \"{}\" was started; nobody waited until it was healthy", service->name));
    } catch (const Error& error) {
      timing.start_seconds = watch.seconds();
      timing.trouble = error.message();
      troubles.push_back(error.message() + (error.detail().empty() ? "" : " (" + error.detail() + ")"));
    }
  }
  return troubles;
}

void give_back(const Context& context, const Services& services, const plan::Journal& journal, std::vector<Timing>& timings) {
  const auto troubles = start_as_found(context, services, journal, timings);
  if (!troubles.empty())
    throw Error(Code::manual_attention, "not all services are as they were: " + join(troubles, "; "), "Start them by hand: " + commands_to_start(services, journal) + ".");
}

std::string commands_to_start(const Services& services, const plan::Journal& journal) {
  std::vector<std::string> commands;
  for (auto service = services.rbegin(); service != services.rend(); ++service)
    if (was_running(*service, journal)) commands.push_back("`" + display(service->start) + "`");
  return join(commands, ", ");
}

void take_over_states(const Services& services, const plan::Journal& from, plan::Journal& to) {
  for (const auto& service : services)
    if (const auto found = from.fact(fact_of(service)); !found.empty()) to.set_fact(fact_of(service), found);
}

}  // namespace safety::services

// Services around the moment of the swap: down before it, up after it, as they were found.
#include <fmt/format.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/restore/run.hpp"
#include "libsafety/services/control.hpp"
#include "libsafety/services/downtime.hpp"

namespace safety::restore {
namespace {

std::vector<std::string> start_as_found(Run& run) {
  return services::start_as_found(run.context, run.options.services, *run.journal, run.timings);
}

}  // namespace

void check_services(const Context& context, const RestoreOptions& options) {
  for (const auto& service : options.services) services::look(context, service);
}

plan::Step stop_services_step(Run& run, std::function<bool()> is_committed) {
  return {.id = "stop_services",
          .what = fmt::format("stop {}", services::list_to_stop(run.options.services)),
          .why = "nobody writes into the database that is replaced, and what was acknowledged is in it",
          .apply = [&run] { services::stop_all(run.context, run.options.services, *run.journal, run.timings); },
          .is_done = std::move(is_committed),
          .undo =
              [&run] {
                const auto troubles = start_as_found(run);
                if (!troubles.empty())
                  throw Error(Code::manual_attention, "the database is as it was, but not all services are: " + join(troubles, "; "),
                              "Start them by hand: " + services::commands_to_start(run.options.services, *run.journal) + ".");
              },
          .why_no_undo = {}};
}

plan::Step start_services_step(Run& run) {
  return {.id = "start_services",
          .what = fmt::format("start {} and wait until healthy; those found stopped stay so", services::list_to_start(run.options.services)),
          .why = "services come back as they were found",
          .apply =
              [&run] {
                const auto troubles = start_as_found(run);
                if (!troubles.empty()) run.service_trouble = join(troubles, "; ");
                run.context.throw_if_stopped();
              },
          .is_done = {},
          .undo = {},
          .why_no_undo = "`safety-restore --undo` stops them, swaps back and starts them",
          .gives_back = true};
}

Error service_error(const Run& run, bool is_undo) {
  const auto by_hand = fmt::format("see the services' logs and start them by hand: {}.", services::commands_to_start(run.options.services, *run.journal));
  return is_undo ? Error(Code::service_unhealthy, "the previous database is back, but services are not as they were: " + run.service_trouble,
                         "The databases are as you asked; " + by_hand)
                 : Error(Code::service_unhealthy, "the database is restored, but services are not as they were: " + run.service_trouble,
                         "`safety-restore --undo --yes` swaps the old database back; or " + by_hand);
}

}  // namespace safety::restore

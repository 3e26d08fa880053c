#pragma once
// Services down for a while and up again as they were found: part of every plan that takes the database away from them.
//
// How each was found is a fact of the plan's journal ("service api": its status), so that a later process starts what this
// one stopped, and leaves stopped what was.

#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/plan/journal.hpp"
#include "libsafety/services/service.hpp"

namespace safety::services {

/// What a service's way down and up took.
struct Timing {
  std::string name, found;  // found: its status before
  double stop_seconds = 0, start_seconds = 0;  // start: until healthy
  std::string trouble;                         // why it is not healthy; mostly empty
};

/// "media-api, api", in the order in which they are stopped, or started.
std::string list_to_stop(const Services& services);
std::string list_to_start(const Services& services);

/// Looks at all of them before the first is touched, so that a wrong name ends it with everything as it was; then stops them
/// in order. What an earlier process of the same plan found stays what was found.
/// Errors: those of look() and stop().
void stop_all(const Context& context, const Services& services, plan::Journal& journal, std::vector<Timing>& timings);

/// In reverse order, each healthy before the next: the ones stopped last are what the others need. One that fails does
/// not keep the rest down, and a signal does not leave the rest stopped; only the waiting ends. Returns what is wrong, a line each.
std::vector<std::string> start_as_found(const Context& context, const Services& services, const plan::Journal& journal,
                                        std::vector<Timing>& timings);

/// The same for an undo, which must not end well when they are not. Errors: manual_attention, with the commands to start them by hand.
void give_back(const Context& context, const Services& services, const plan::Journal& journal, std::vector<Timing>& timings);

/// The commands that start what was found running, for a person.
std::string commands_to_start(const Services& services, const plan::Journal& journal);

/// A second plan, right after the first, means by "as found" what the first one found.
void take_over_states(const Services& services, const plan::Journal& from, plan::Journal& to);

}  // namespace safety::services

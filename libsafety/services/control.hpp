#pragma once
// Stopping, starting and watching services.
//
// Every command has a limit in time; its stderr never mixes with what it answers, and no terminal is given to it.

#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/services/service.hpp"

namespace safety::services {

/// How the service is now. Errors: command_failed naming the service, the command and its words: an unknown service, a
/// missing file, an engine that does not run or may not be asked, each with a hint.
State look(const Context& context, const Service& service);

/// Stops it and waits until it is; nothing is done to one that is stopped. Returns the seconds it took.
/// Errors: service_unhealthy when it still runs after stop_timeout; command_failed; interrupted.
double stop(const Context& context, const Service& service);

/// Starts it and returns: health is waited for by wait_until_healthy. Nothing is done to one that runs.
/// Errors: command_failed.
void start(const Context& context, const Service& service);

/// Waits until it is healthy, saying once what it waits for. Returns the seconds it took.
/// Errors: service_unhealthy with the last state after health_timeout, or at once when it stopped again; interrupted.
double wait_until_healthy(const Context& context, const Service& service);

/// The command as a person would type it: quoted where a shell needs it.
std::string display(const os::Command& command);

}  // namespace safety::services

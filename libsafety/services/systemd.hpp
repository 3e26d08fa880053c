#pragma once
// Units of systemd. Internal to this folder.

#include <string>
#include <string_view>

#include "libsafety/services/service.hpp"

namespace safety::services {

/// From `systemctl show --property=LoadState,ActiveState,SubState`. Errors: command_failed when there is no such unit.
State read_unit_state(std::string_view properties, const std::string& service);

void expand_systemd(const Settings& settings, Service& service);

}  // namespace safety::services

#pragma once
// Docker Compose, in both spellings.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/services/service.hpp"

namespace safety::services {

/// {"docker", "compose"} or {"docker-compose"}, whichever works here. Errors: command_failed when neither does.
std::vector<std::string> find_compose(const Context& context);

/// From the lines that `docker inspect --format '{{json .State}}'` prints, one a container.
/// Errors: command_failed when they are not that.
State read_container_states(std::string_view lines);

/// Fills in the commands of a service of that preset. `found` is what find_compose() answered for an earlier service, and
/// is filled in when it is empty and needed. Errors: config; command_failed.
void expand_compose(const Context& context, const Settings& settings, const std::filesystem::path& folder, std::vector<std::string>& found, Service& service);

}  // namespace safety::services

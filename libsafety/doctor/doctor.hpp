#pragma once
// Named checks of everything the tools need, each OK, a warning or FAILED, with a hint. Only looks.

#include <filesystem>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/services/service.hpp"

namespace safety::doctor {

struct Check {
  enum class State { ok, warning, failed, skipped } state = State::ok;
  std::string name, detail, hint;
};
std::string name_of(Check::State state);  // "OK", "WARNING", "FAILED", "SKIPPED"

/// In a fixed order: server, database, versions, privileges, createdb, locks, activity, clock, disk, folder, encryption, records,
/// half-done work, services. Never throws for what it finds; a check that needs the server is skipped when there is none.
std::vector<Check> examine(const Context& context, const pg::ConnectionInfo& info, const std::filesystem::path& folder,
                           const std::string& container = {}, const services::Services& services = {});

}  // namespace safety::doctor

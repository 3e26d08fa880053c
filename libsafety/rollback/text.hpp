#pragma once
// Figures as the texts of this folder show them. Internal to this folder.

#include <cstdint>
#include <optional>
#include <string>

#include "libsafety/migrations/ownership.hpp"

namespace safety::rollback {

/// "1,204", "about 20,000", "not known".
std::string figure_of(const std::optional<std::uint64_t>& count, bool is_exact);

/// "", or "Prisma".
std::string owner_text(migrations::Owner owner);

}  // namespace safety::rollback

#include "libsafety/rollback/text.hpp"

#include "libsafety/base/text.hpp"

namespace safety::rollback {

std::string figure_of(const std::optional<std::uint64_t>& count, bool is_exact) {
  if (!count) return "not known";
  return (is_exact ? "" : "about ") + format_count(*count);
}

std::string owner_text(migrations::Owner owner) { return owner == migrations::Owner::nobody ? "" : migrations::name_of(owner); }

}  // namespace safety::rollback

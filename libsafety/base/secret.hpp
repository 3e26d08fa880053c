#pragma once
// A string that does not print itself.

#include <fmt/format.h>

#include <ostream>
#include <string>

namespace safety {

/// Holds a password or a URL with one. Formatting it gives "**redacted**"; reveal() is greppable on purpose.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }

 private:
  std::string value_;
};

inline std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "**redacted**"; }

}  // namespace safety

template <>
struct fmt::formatter<safety::Secret> : fmt::formatter<fmt::string_view> {
  template <typename FormatContext>
  auto format(const safety::Secret&, FormatContext& context) const {
    return fmt::formatter<fmt::string_view>::format("**redacted**", context);
  }
};

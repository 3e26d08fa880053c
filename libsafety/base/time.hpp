#pragma once
// Instants are UTC system_clock time points; text forms are these two and no others.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace safety {

using Instant = std::chrono::system_clock::time_point;

/// "20261122_233550", the form of file names and ids.
std::string format_compact(Instant time);
/// "2026-11-22T23:35:50.123Z" (RFC 3339, milliseconds).
std::string format_rfc3339(Instant time);
/// Reads what format_rfc3339 wrote; nullopt when it is something else, or of a year that an Instant cannot hold (1700 to 2261 it can).
std::optional<Instant> parse_rfc3339(std::string_view text);

/// "500ms", "60s", "5min" or "5m", "2h", "7d", "6w", "3mo" (of 30 days), "2y" (of 365 days), or a bare number of seconds, of at
/// most a hundred years; nullopt for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "14 d", "36 h", "90 min", "1.5 s": in the largest unit that it is a whole number of.
std::string format_duration(std::chrono::milliseconds duration);

/// Seconds since it was made, on a clock that does not jump.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace safety

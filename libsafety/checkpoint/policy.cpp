#include "libsafety/checkpoint/policy.hpp"

#include <fmt/format.h>

#include "libsafety/base/text.hpp"

namespace safety::checkpoint {
namespace {

// The server's clock and ours may be apart by as much without anybody noticing.
constexpr std::chrono::minutes kClockTolerance{5};

double seconds_of(std::chrono::system_clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

bool is_in_future(Instant time, Instant now) { return time > now + kClockTolerance; }

std::vector<std::string> unmet(const Policy& policy, const Record& record, Instant now) {
  std::vector<std::string> reasons;
  if (record.proof() < policy.least) {
    const bool has_failed = !record.proofs.empty() && !record.proofs.back().is_passed;
    reasons.push_back(fmt::format("its proof is {} and {} is required{}", name_of(record.proof()), name_of(policy.least),
                                  has_failed ? fmt::format(" (the last proof failed: {})", record.proofs.back().message) : ""));
  }
  if (!policy.max_age) return reasons;
  const auto taken = parse_rfc3339(record.snapshot_time);
  if (!taken) {
    reasons.push_back(fmt::format("its time \"{}\" cannot be read", record.snapshot_time));
  } else if (is_in_future(*taken, now)) {
    reasons.push_back(fmt::format("its time {} lies in the future", record.snapshot_time));
  } else if (now - *taken > *policy.max_age) {
    reasons.push_back(fmt::format("it is {} old and {} is allowed", format_seconds(seconds_of(now - *taken)),
                                  format_seconds(std::chrono::duration<double>(*policy.max_age).count())));
  }
  return reasons;
}

}  // namespace safety::checkpoint

#include "libsafety/rollback/prices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "libsafety/base/text.hpp"
#include "libsafety/plan/journal.hpp"

namespace safety::rollback {
namespace {

constexpr std::size_t kMostMeasured = 10;  // older ones were of another machine, or of a smaller database
// Where nothing was measured: FACTS of a machine with two cores.
constexpr double kUndoSeconds = 0.1, kUndoRowsPerSecond = 300000;
constexpr double kSwapSeconds = 0.03;
constexpr double kRestoreSeconds = 1, kRestoreSecondsPerGb = 9;
constexpr double kServicesSeconds = 10;

/// How long something took, once.
struct Measured {
  double seconds = 0;
  std::string day;         // "2026-11-26"
  std::uint64_t rows = 0;  // of an undo
};

/// Newest first.
struct History {
  std::vector<Measured> undos, swaps, services;
};

template <typename Number>
std::optional<Number> number_in(const std::map<std::string, std::string>& facts, const std::string& name) {
  const auto found = facts.find(name);
  if (found == facts.end()) return std::nullopt;
  Number number{};
  const auto* end = found->second.data() + found->second.size();
  const auto [stop, error] = std::from_chars(found->second.data(), end, number);
  if (error != std::errc() || stop != end || number < Number{}) return std::nullopt;
  return number;
}

/// What one operation took. A resumed one that found a step done has no line of it.
void add_operation(const plan::JournalState& state, History& history) {
  const auto day_of = [&](const std::string& at) { return (at.empty() ? state.head.started : at).substr(0, 10); };
  Measured swap, stop, start;
  for (const auto& event : plan::read_events(state.path)) {
    if (event.kind != "done" || event.seconds <= 0) continue;
    for (auto& [step, measured] : {std::pair<const char*, Measured*>{"swap", &swap}, {"stop_services", &stop}, {"start_services", &start}})
      if (event.step == step) *measured = {event.seconds, day_of(event.at)};
  }
  if (swap.seconds > 0) history.swaps.push_back(swap);
  if (stop.seconds > 0 && start.seconds > 0) history.services.push_back({stop.seconds + start.seconds, start.day});
  const auto rows = number_in<std::uint64_t>(state.facts, "undo_rows");
  const auto seconds = number_in<double>(state.facts, "undo_lock_seconds");
  if (rows && seconds && *seconds > 0) history.undos.push_back({*seconds, day_of(""), *rows});
}

History read_history(const std::filesystem::path& operations, const std::string& database) {
  auto states = plan::read_all(operations);
  std::reverse(states.begin(), states.end());
  History history;
  for (const auto& state : states)
    if (state.head.database == database) add_operation(state, history);
  return history;
}

Price measured_price(double seconds, const std::vector<Measured>& from) {
  return {seconds, true, fmt::format("measured {} here, last {}", format_plural(from.size(), "time"), from.front().day)};
}

/// The median of the last ones.
Price price_of(std::vector<Measured> measured, double estimate) {
  if (measured.empty()) return {estimate, false, "an estimate"};
  measured.resize(std::min(measured.size(), kMostMeasured));
  std::vector<double> seconds;
  for (const auto& one : measured) seconds.push_back(one.seconds);
  std::sort(seconds.begin(), seconds.end());
  const auto middle = seconds.size() / 2;
  return measured_price(seconds.size() % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2, measured);
}

/// Like is priced by like: what moved no rows tells nothing of what moves millions, and the other way round.
Price undo_price(std::vector<Measured> undos, std::uint64_t rows) {
  std::erase_if(undos, [&](const Measured& one) { return rows == 0 ? one.rows > 0 : one.rows == 0 || rows / 10 > one.rows; });
  undos.resize(std::min(undos.size(), kMostMeasured));
  if (undos.empty()) return {kUndoSeconds + static_cast<double>(rows) / kUndoRowsPerSecond, false, "an estimate from its size"};
  if (rows == 0) return price_of(undos, 0);
  double moved = 0, seconds = 0, shortest = undos.front().seconds;
  for (const auto& one : undos) {
    moved += static_cast<double>(one.rows);
    seconds += one.seconds;
    shortest = std::min(shortest, one.seconds);
  }
  // Some of it is no matter of rows: fewer of them never take less than an undo ever took.
  return measured_price(std::max(static_cast<double>(rows) * seconds / moved, std::min(shortest, kUndoSeconds)), undos);
}

double seconds_of_proof(const checkpoint::Record& record) {
  for (auto proof = record.proofs.rbegin(); proof != record.proofs.rend(); ++proof)
    if (proof->is_passed && proof->level >= checkpoint::Proof::restored && proof->seconds > 0) return proof->seconds;
  return 0;
}

double seconds_to_load(const checkpoint::Record& record, const std::vector<checkpoint::Record>& others) {
  if (const double own = seconds_of_proof(record); own > 0) return own;
  const auto size = static_cast<double>(record.plain_bytes);
  // A drill of another one tells how fast this database comes back here.
  for (auto other = others.rbegin(); other != others.rend(); ++other)
    if (const double seconds = seconds_of_proof(*other); other->database == record.database && seconds > 0 && other->plain_bytes > 0)
      return std::max(kRestoreSeconds, seconds * size / static_cast<double>(other->plain_bytes));
  return kRestoreSeconds + kRestoreSecondsPerGb * size / 1e9;
}

}  // namespace

Prices estimate_prices(const std::filesystem::path& operations, const std::string& database, std::uint64_t rows_to_move, const checkpoint::Record& record,
                       const std::vector<checkpoint::Record>& others, bool has_services) {
  const auto history = read_history(operations, database);
  Prices prices;
  prices.undo = undo_price(history.undos, rows_to_move);
  prices.swap = price_of(history.swaps, kSwapSeconds);
  if (!record.id.empty()) {
    prices.restore = prices.swap;
    prices.restore_total_seconds = seconds_to_load(record, others) + prices.restore.seconds;
  }
  if (has_services) prices.services = price_of(history.services, kServicesSeconds);
  return prices;
}

}  // namespace safety::rollback

#include "libsafety/migrations/history.hpp"

namespace safety::migrations {

std::string name_of(State state) {
  switch (state) {
    case State::applied: return "applied";
    case State::pending: return "pending";
    case State::failed: return "failed";
    case State::unfinished: return "unfinished";
    case State::edited: return "edited";
    case State::deleted: return "deleted";
    case State::rolled_back: return "rolled back";
  }
  return "";
}

std::string name_of(Problem::Severity severity) {
  switch (severity) {
    case Problem::Severity::info: return "info";
    case Problem::Severity::warning: return "warning";
    case Problem::Severity::error: return "error";
  }
  return "";
}

}  // namespace safety::migrations

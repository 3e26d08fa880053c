#include "libsafety/rehearsal/lock_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>
#include <utility>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/pg/connection.hpp"
#include "libsafety/rehearsal/text.hpp"

namespace safety::rehearsal {
namespace {

constexpr auto kPause = std::chrono::milliseconds(20);

// Sessions of this database that began since the watch did: those of the commands (and, for real, of whoever came meanwhile).
// The latch of Prisma's lock and other sessions of this toolkit say who they are.
constexpr const char* kSessions =
    "FROM pg_catalog.pg_stat_activity a WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() "
    "AND a.backend_type = 'client backend' AND a.backend_start >= '{}'::timestamptz AND a.application_name !~ '^safety'";

struct Span {
  LockSeen seen;
  double first = 0, last = 0;
};

}  // namespace

struct LockWatch::State {
  State(const Context& context, const pg::ConnectionInfo& database) : sink(context.sink), connection(context.with_stop({}), database.with("application_name", "safety watch")) {
    const auto rows = connection.execute(
        "SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'm', 'f') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'safety')");
    for (int row = 0; row < rows.rows(); ++row) tables[rows.text(row, 0)] = rows.text(row, 1) + "." + rows.text(row, 2);
    const auto since = connection.value_of("SELECT pg_catalog.clock_timestamp()");
    const auto sessions = fmt::format(fmt::runtime(kSessions), since);
    // Each transaction's lock is one of its own. Only what tables are locked: ids alone would tell of indexes and catalogs too.
    query = fmt::format(
        "SELECT a.pid, a.query, l.relation, l.mode, l.granted, l.virtualtransaction FROM (SELECT a.pid, a.query, a.query_start {}) a "
        "LEFT JOIN pg_catalog.pg_locks l ON l.pid = a.pid AND l.locktype = 'relation' AND l.mode <> 'AccessShareLock' ORDER BY a.query_start",
        sessions);
  }

  void look() {
    const auto rows = connection.execute(query);
    const auto now = watch.seconds();
    const std::lock_guard lock(mutex);
    for (int row = 0; row < rows.rows(); ++row) {
      if (!rows.value(row, 1).empty()) last_statement = rows.text(row, 1);
      const auto table = tables.find(rows.text(row, 2));
      if (table == tables.end()) continue;
      auto& span = spans[{rows.text(row, 0), rows.text(row, 5), rows.text(row, 2), rows.text(row, 3)}];
      if (span.seen.object.empty()) {
        span.seen = with_effect({table->second, rows.text(row, 3), shortened_statement(rows.value(row, 1)), 0, false, false});
        span.first = now;
      }
      span.last = now;
      if (!rows.is_true(row, 4)) span.seen.waited_seconds = now - span.first;
    }
  }

  void run(const std::stop_token& stop) {
    try {
      while (!stop.stop_requested()) {
        look();
        std::unique_lock lock(pause_mutex);
        pause.wait_for(lock, stop, kPause, [] { return false; });
      }
      look();
    } catch (const Error& error) {
      sink.warning("locks were not watched to the end: " + error.message());
    }
  }

  Sink& sink;
  pg::Connection connection;  // of the thread alone, once that runs
  std::map<std::string, std::string> tables;
  std::string query;
  Stopwatch watch;
  std::mutex mutex;  // of the two below
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Span> spans;
  std::string last_statement;
  std::mutex pause_mutex;
  std::condition_variable_any pause;
  std::jthread thread;
};

LockWatch::LockWatch(const Context& context, const pg::ConnectionInfo& database) : state_(std::make_unique<State>(context, database)) {
  state_->thread = std::jthread([state = state_.get()](const std::stop_token& stop) { state->run(stop); });
}

LockWatch::~LockWatch() = default;

std::string LockWatch::take_last_statement() {
  const std::lock_guard lock(state_->mutex);
  return shortened_statement(std::exchange(state_->last_statement, ""));
}

std::vector<LockSeen> LockWatch::finish() {
  state_->thread.request_stop();
  if (state_->thread.joinable()) state_->thread.join();
  std::vector<LockSeen> locks;
  for (auto& [key, span] : state_->spans) {
    span.seen.seconds = span.last - span.first;
    // The same lock of the same statement, again and again: one line that says how long in all.
    const auto same = std::find_if(locks.begin(), locks.end(), [&, &seen = span.seen](const auto& one) {
      return one.object == seen.object && one.mode == seen.mode && one.statement == seen.statement;
    });
    if (same == locks.end()) {
      locks.push_back(span.seen);
    } else {
      same->seconds += span.seen.seconds;
      same->waited_seconds += span.seen.waited_seconds;
    }
  }
  sort_locks(locks);
  return locks;
}

}  // namespace safety::rehearsal

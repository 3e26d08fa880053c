#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "libsafety/base/error.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/prisma_lock.hpp"

namespace safety::migrations {

struct PrismaLatch::State {
  const Context& context;
  pg::ConnectionInfo info;
  double patience_seconds;
  std::optional<pg::Connection> session;  // holds the lock as long as it lives

  void take() {
    auto one = pg::Connection(context, info.with("application_name", kLatchName));
    if (one.server_major() >= 14) one.execute("SET idle_session_timeout = 0");  // it idles as long as the deploy takes
    for (const Stopwatch watch; one.value_of(fmt::format("SELECT pg_catalog.pg_try_advisory_lock({})", kPrismaLock)) != "t";) {
      if (watch.seconds() >= patience_seconds) throw refused(one);
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      context.throw_if_stopped();
    }
    session.emplace(std::move(one));
  }

  Error refused(pg::Connection& one) const {
    const auto holder = find_lock_holder(one);
    if (!holder)
      return {Code::locked, fmt::format("Prisma's advisory lock on database \"{}\" was not had within {} s", one.database(), patience_seconds), "Run it again: whoever held it has just let go."};
    if (holder->is_ours)
      return {Code::locked, fmt::format("another run of this toolkit holds Prisma's advisory lock on database \"{}\": {}", one.database(), holder->describe()), "Wait until it has ended."};
    return {Code::locked, fmt::format("{} holds Prisma's advisory lock on database \"{}\"", holder->describe(), one.database()),
            fmt::format("Wait for that deploy; when none runs it is left over of one that was killed: end it with `SELECT pg_terminate_backend({});`.", holder->pid),
            "its last statement began at " + holder->since};
  }
};

PrismaLatch::PrismaLatch(const Context& context, const pg::ConnectionInfo& info, double patience_seconds)
    : state_(std::make_unique<State>(State{context, info, patience_seconds, std::nullopt})) {
  state_->take();
}

PrismaLatch::~PrismaLatch() { let_go(); }

void PrismaLatch::let_go() {
  if (!state_->session) return;
  try {
    // Said, not left to the end of the session, which the server notices a moment later.
    const pg::Unstoppable until_said(*state_->session);
    state_->session->execute(fmt::format("SELECT pg_catalog.pg_advisory_unlock({})", kPrismaLock));
  } catch (const Error&) {  // the session is lost, and the lock with it
  }
  state_->session.reset();
}

void PrismaLatch::take_again() {
  if (state_->session && !state_->session->is_broken()) return;
  state_->session.reset();
  state_->take();
}

}  // namespace safety::migrations

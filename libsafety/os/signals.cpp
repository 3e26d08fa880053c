#include "libsafety/os/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace safety::os {
namespace {

// A handler may touch only these: the pipe's writing end and the first signal's number.
std::atomic<int> wake_fd{-1};
std::atomic<int> first_signal{0};

extern "C" void on_signal(int number) {
  int none = 0;
  if (!first_signal.compare_exchange_strong(none, number)) ::_exit(128 + number);
  const char byte = 1;
  [[maybe_unused]] const auto written = ::write(wake_fd.load(), &byte, 1);
}

}  // namespace

struct SignalWatch::State {
  std::stop_source source;
  int pipe[2] = {-1, -1};
  std::jthread waiter;
};

SignalWatch::SignalWatch() : state_(std::make_unique<State>()) {
  if (::pipe2(state_->pipe, O_CLOEXEC) != 0) ::abort();
  wake_fd = state_->pipe[1];
  state_->waiter = std::jthread([state = state_.get()] {
    char byte = 0;
    while (::read(state->pipe[0], &byte, 1) < 0) {
    }
    if (byte == 1) state->source.request_stop();
  });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(number, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

SignalWatch::~SignalWatch() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
  const char byte = 2;
  [[maybe_unused]] const auto written = ::write(state_->pipe[1], &byte, 1);
  state_->waiter.join();
  ::close(state_->pipe[0]);
  ::close(state_->pipe[1]);
  wake_fd = -1;
}

std::stop_token SignalWatch::token() const { return state_->source.get_token(); }

int SignalWatch::received() const { return first_signal; }

}  // namespace safety::os

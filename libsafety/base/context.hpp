#pragma once
// What every operation is handed instead of globals.

#include <stop_token>

#include "libsafety/base/event.hpp"

namespace safety {

/// Passed by reference through an operation; outlives it. No operation keeps a copy past its return.
struct Context {
  Sink& sink;
  std::stop_token stop;  // requested by a signal: operations throw Interrupted at the next safe place

  void throw_if_stopped() const;
};

}  // namespace safety

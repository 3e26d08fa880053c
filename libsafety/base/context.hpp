#pragma once
// What every operation is handed instead of globals.

#include <stop_token>

#include "libsafety/base/event.hpp"

namespace safety {

namespace archive {
class Encryption;  // archive/encryption.hpp; base knows no more of it than that it is handed on
}

/// Passed by reference through an operation; outlives it. No operation keeps a copy past its return.
struct Context {
  Sink& sink;
  std::stop_token stop;  // requested by a signal: operations throw Interrupted at the next safe place
  /// Who can read the archives that are written, and what opens those that are read. nullptr: archives are in clear.
  archive::Encryption* encryption = nullptr;

  void throw_if_stopped() const;
  Context with_stop(std::stop_token other) const { return {sink, std::move(other), encryption}; }
};

}  // namespace safety

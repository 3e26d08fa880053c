#pragma once
// What operations say while they work. Operations emit events into a Sink; terminal, JSON lines and logs are sinks
// in the tools. No operation prints.

#include <chrono>
#include <cstdint>
#include <string>

namespace safety {

struct Event {
  enum class Kind {
    phase,     // a named part of the work begins: text is its name
    progress,  // done/total moved on; sent often, sinks thin it out
    note,      // a fact worth a line
    warning,   // a fact worth a person's attention; never fatal
    step,      // a plan's step changed state: name is the step's id, text what happened
  };
  Kind kind = Kind::note;
  std::string name;  // phase or step id
  std::string text;
  // Units: bytes of plain COPY text; zero total means unknown.
  std::uint64_t done_bytes = 0, total_bytes = 0;
  std::uint64_t done_items = 0, total_items = 0;  // tables, indexes, frames: as the phase says
  double seconds = 0;                             // duration, for a step that ended
};

/// Receives events. Threads: on() may be called from any thread, so an implementation locks.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on(const Event& event) = 0;

  void phase(std::string name) { on({.kind = Event::Kind::phase, .name = std::move(name), .text = {}}); }
  void note(std::string text) { on({.kind = Event::Kind::note, .name = {}, .text = std::move(text)}); }
  void warning(std::string text) { on({.kind = Event::Kind::warning, .name = {}, .text = std::move(text)}); }
};

/// A sink that hears nothing.
class NullSink final : public Sink {
 public:
  void on(const Event&) override {}
};

}  // namespace safety

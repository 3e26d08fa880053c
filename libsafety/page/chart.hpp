#pragma once
// Charts without a scale of their own: x in percent of the width they get, y and type in pixels, so that a phone shows the same
// letters in less space. Internal to this folder.

#include <string>
#include <vector>

#include "libsafety/base/time.hpp"

namespace safety::page {

struct Span {
  Instant begin, end;
  /// 0 to 100; what lies outside is put at the edge.
  double percent(Instant at) const;
};

/// A place on the time axis: midnights or full hours, UTC.
struct TimeTick {
  double percent = 0;
  std::string label;
  bool is_minor = false;  // left out where there is little room
};
/// Oldest first, at most seven.
std::vector<TimeTick> time_ticks(const Span& span);

/// A scale from 0 with few ticks at round numbers.
struct Scale {
  double top = 1;  // never 0
  struct Tick {
    double value = 0;
    std::string label;
  };
  std::vector<Tick> ticks;  // upwards from 0
};
Scale byte_scale(double most);
Scale second_scale(double most);

/// The axis along the bottom of a chart at `y`, with lines as high as `height` at its ticks.
std::string time_axis(const Span& span, int y, int height);

/// A mark at a point, with what it says when pointed at. `shape`: "dot", "point", "triangle", "cross"; `tone`: a class.
std::string mark(double percent, double y, const std::string& shape, const std::string& tone, const std::string& says);

}  // namespace safety::page

#pragma once
// Where events go: a terminal, a log, JSON lines, or (but for warnings) nowhere.

#include <memory>
#include <string>

#include "libsafety/base/event.hpp"

namespace safety::tools {

enum class SinkKind { terminal, log, json, quiet };

/// Writes to stderr; JSON lines to stdout. Threads: any.
std::unique_ptr<Sink> make_sink(SinkKind kind, const std::string& tool);

}  // namespace safety::tools

#pragma once
// Child processes: stdout streamed to the caller, stderr kept apart, exit status always waited for.

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libsafety/base/context.hpp"

namespace safety::os {

struct Command {
  std::filesystem::path program;  // a path, or a name looked up on PATH
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // added to ours; an empty value removes the variable
  std::chrono::milliseconds time_limit{0};          // zero: none
  std::filesystem::path folder{};                   // where it runs; empty: where we do
  bool has_terminal = true;                          // false: a program that would ask a terminal for a password finds none, and says so
};

struct ProcessResult {
  int exit_code = 0;         // 128 + signal when it died of one
  std::string standard_error;  // the last 64 KiB
};

using OutputSink = std::function<void(std::string_view)>;

/// Runs it with stdin closed, hands stdout to `on_output` piece by piece and waits for the end.
/// When a stop is requested, on_output throws or the time is up, the child and its children get SIGTERM, and SIGKILL five
/// seconds later. They are a process group of their own, so that a Ctrl-C reaches us alone and we decide what it means.
/// The child dies with us: it never outlives a killed parent.
/// `on_error_output`, where given, sees stderr piece by piece, too; it does not throw.
/// Errors: command_failed when it cannot be started (its folder is missing, say), or took longer than its limit;
/// interrupted. A non-zero exit is a return value.
ProcessResult run_process(const Context& context, const Command& command, const OutputSink& on_output, const OutputSink& on_error_output = {});

/// run_process that collects stdout and throws command_failed, with the last line of stderr, on a non-zero exit.
std::string run_for_output(const Context& context, const Command& command);

/// The program's full path, or nullopt when PATH has none.
std::optional<std::filesystem::path> find_on_path(const std::string& name);

}  // namespace safety::os

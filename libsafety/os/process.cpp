#include "libsafety/os/process.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <chrono>
#include <exception>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

extern char** environ;

namespace safety::os {
namespace {

namespace asio = boost::asio;
namespace process_v2 = boost::process::v2;
constexpr std::size_t kKeptErrorBytes = 64 * 1024;

/// Runs in the child between fork and exec.
struct DieWithParent {
  std::filesystem::path folder;
  bool has_terminal;
  template <typename Launcher>
  boost::system::error_code on_exec_setup(Launcher&, const auto&, const char* const*(&)) {
    if (!folder.empty() && ::chdir(folder.c_str()) != 0) return {errno, boost::system::system_category()};
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (has_terminal)
      ::setpgid(0, 0);
    else
      ::setsid();
    ::signal(SIGPIPE, SIG_DFL);
    return {};
  }
};

/// All of the child's group. It may have ended and left children of its own that hold our pipes.
void end_group(int child, bool has_exited, int signal) {
  if (::kill(-child, signal) != 0 && !has_exited) ::kill(child, signal);  // not a group yet
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& changes) {
  std::vector<std::string> merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    if (!changes.contains(std::string(line.substr(0, line.find('='))))) merged.emplace_back(line);
  }
  for (const auto& [name, value] : changes)
    if (!value.empty()) merged.push_back(name + "=" + value);
  return merged;
}

/// Reads one pipe to its end, handing each piece on.
template <typename Handler>
class PipePump {
 public:
  PipePump(asio::io_context& io, Handler handler) : pipe(io), handler_(std::move(handler)) {}

  void start() {
    pipe.async_read_some(asio::buffer(buffer_), [this](boost::system::error_code error, std::size_t size) {
      if (size > 0) handler_(std::string_view(buffer_.data(), size));
      if (!error) start();
    });
  }

  asio::readable_pipe pipe;

 private:
  Handler handler_;
  std::array<char, 128 * 1024> buffer_;
};

}  // namespace

ProcessResult run_process(const Context& context, const Command& command, const OutputSink& on_output, const OutputSink& on_error_output) {
  std::filesystem::path program = command.program;
  if (!program.has_parent_path()) {
    const auto found = find_on_path(program);
    if (!found)
      throw Error(Code::command_failed, "program \"" + program.string() + "\" is not on PATH",
                  "Install it, or add its folder to PATH.");
    program = *found;
  }

  std::error_code unreadable;
  if (!command.folder.empty() && !std::filesystem::is_directory(command.folder, unreadable))
    throw Error(Code::command_failed,
                fmt::format("cannot start \"{}\" in \"{}\": there is no such folder", program.filename().string(), command.folder.string()),
                "Check the folder's name in safety.toml.");

  ProcessResult result;
  asio::io_context io;
  std::exception_ptr output_failure;
  bool has_exited = false;
  auto out = std::make_unique<PipePump<std::function<void(std::string_view)>>>(io, [&](std::string_view piece) {
    if (output_failure) return;
    try {
      on_output(piece);
    } catch (...) {
      output_failure = std::current_exception();
    }
  });
  auto err = std::make_unique<PipePump<std::function<void(std::string_view)>>>(io, [&](std::string_view piece) {
    if (on_error_output) on_error_output(piece);
    result.standard_error.append(piece);
    if (result.standard_error.size() > 2 * kKeptErrorBytes)
      result.standard_error.erase(0, result.standard_error.size() - kKeptErrorBytes);
  });

  const auto environment = merged_environment(command.environment);
  std::unique_ptr<process_v2::process> child;
  try {
    child = std::make_unique<process_v2::process>(
        io.get_executor(), boost::filesystem::path(program.string()), command.arguments,
        process_v2::process_stdio{nullptr, out->pipe, err->pipe}, process_v2::process_environment(environment),
        DieWithParent{command.folder, command.has_terminal});
  } catch (const boost::system::system_error& error) {
    throw Error(Code::command_failed, "cannot start \"" + program.string() + "\": " + error.code().message(),
                "Check that the file exists and may be executed.");
  }
  out->start();
  err->start();
  // What the handler gets is evaluated already, so that signal 9 and exit code 9 look the same: the native code is asked for.
  child->async_wait([&](boost::system::error_code, int) { has_exited = true; });

  using std::chrono::steady_clock;
  const auto began = steady_clock::now();
  std::optional<steady_clock::time_point> asked_to_end;
  bool is_killed = false, is_late = false;
  while (io.run_one_for(std::chrono::milliseconds(100)) > 0 || !io.stopped()) {
    if (io.stopped()) break;
    if (command.time_limit.count() > 0 && steady_clock::now() - began > command.time_limit) is_late = true;
    if (!asked_to_end && (context.stop.stop_requested() || output_failure || is_late)) {
      end_group(child->id(), has_exited, SIGTERM);
      asked_to_end = steady_clock::now();
    }
    if (asked_to_end && !is_killed && steady_clock::now() - *asked_to_end > std::chrono::seconds(5)) {
      end_group(child->id(), has_exited, SIGKILL);
      is_killed = true;
    }
  }
  if (output_failure) std::rethrow_exception(output_failure);
  if (context.stop.stop_requested()) throw Interrupted();
  if (is_late)
    throw Error(Code::command_failed,
                fmt::format("\"{}\" did not end within {}", program.filename().string(),
                            format_seconds(std::chrono::duration<double>(command.time_limit).count())),
                "Run it by hand to see what it waits for.", std::string(trim(result.standard_error)));
  const int status = child->native_exit_code();
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

std::string run_for_output(const Context& context, const Command& command) {
  std::string output;
  const auto result = run_process(context, command, [&](std::string_view piece) { output.append(piece); });
  if (result.exit_code != 0) {
    const auto message = trim(result.standard_error);
    throw Error(Code::command_failed,
                command.program.filename().string() + " ended with exit code " + std::to_string(result.exit_code),
                "", std::string(message.substr(message.rfind('\n') + 1)));
  }
  return output;
}

std::optional<std::filesystem::path> find_on_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::filesystem::path candidate = std::filesystem::path(rest.substr(0, colon)) / name;
    if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate)) return candidate;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return std::nullopt;
}

}  // namespace safety::os

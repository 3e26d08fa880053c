#pragma once
// A tool at a terminal of its own, with a person who reads and types.

#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <poll.h>

#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::testing {

class Terminal {
 public:
  Terminal(const std::string& tool, std::vector<std::string> arguments, Environment environment) {
    for (const char* name : {"PATH", "HOME", "TMPDIR"})
      if (const char* value = std::getenv(name)) environment.emplace(name, value);
    const auto program = tool_path(tool).string();
    arguments.insert(arguments.begin(), program);
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    auto argv = pointers(arguments), envp = pointers(variables);
    // What is typed is not echoed: what is read is the tool's alone.
    termios settings{};
    settings.c_lflag = ICANON;
    settings.c_oflag = OPOST;
    settings.c_cc[VEOF] = kEnd;
    pid_ = ::forkpty(&terminal_, nullptr, &settings, nullptr);
    if (pid_ < 0) throw std::runtime_error("no terminal can be made");
    if (pid_ == 0) {
      if (::chdir(folder_.path().c_str()) == 0) ::execve(program.c_str(), argv.data(), envp.data());
      ::_exit(127);
    }
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(terminal_);
  }

  /// Waits until it is said after what was waited for before; false when the tool ended, or after a minute.
  bool wait_for(const std::string& text) {
    for (const Stopwatch watch; watch.seconds() < 60;) {
      if (const auto found = said_.find(text, heard_); found != std::string::npos) {
        heard_ = found + text.size();
        return true;
      }
      if (!read_more()) return false;
    }
    return false;
  }
  void type(const std::string& line) { send(line + "\n"); }
  /// Ctrl-D.
  void leave() { send(std::string(1, kEnd)); }
  /// Everything it says, and its exit code.
  ToolRun wait() {
    for (const Stopwatch watch; watch.seconds() < 60 && read_more();) continue;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) {
      ::usleep(500000);
      if (::waitpid(pid_, &status, WNOHANG) == 0) throw std::runtime_error("the tool waits: " + said_);
    }
    pid_ = -1;
    ToolRun run;
    run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    run.out = said_;
    return run;
  }
  const std::string& said() const noexcept { return said_; }

 private:
  static constexpr char kEnd = 4;
  static std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (auto& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  }
  void send(const std::string& bytes) {
    if (::write(terminal_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) throw std::runtime_error("nothing can be typed any more: " + said_);
  }
  bool read_more() {
    pollfd waiting{terminal_, POLLIN, 0};
    if (::poll(&waiting, 1, 1000) == 0) return true;
    char bytes[4096];
    const auto count = ::read(terminal_, bytes, sizeof bytes);
    if (count <= 0) return false;  // its end is closed
    said_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  TempFolder folder_;
  int terminal_ = -1;
  pid_t pid_ = -1;
  std::string said_;
  std::size_t heard_ = 0;
};

}  // namespace safety::testing

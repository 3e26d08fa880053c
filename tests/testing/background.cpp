// Programs started by tests: output into files, so that no pipe can fill up while nobody reads.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <thread>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "tests/testing/testing.hpp"

namespace safety::testing {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> clean_environment(const Environment& given, const fs::path& home) {
  Environment all{{"HOME", home.string()}, {"TMPDIR", "/tmp"}, {"LANG", "C.UTF-8"}};
  for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"})
    if (const char* value = std::getenv(name)) all[name] = value;
  for (const auto& [name, value] : given) all[name] = value;
  std::vector<std::string> lines;
  for (const auto& [name, value] : all) lines.push_back(name + "=" + value);
  return lines;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (auto& text : strings) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

struct Background::State {
  TempFolder scratch;  // home/, out, err
  std::chrono::seconds time_limit;
  Stopwatch watch;
  std::string name;
  pid_t pid = -1;
  std::optional<int> status;

  bool has_ended() {
    int found = 0;
    if (!status && ::waitpid(pid, &found, WNOHANG) == pid) status = found;
    return status.has_value();
  }
  void kill_group() const {
    ::kill(-pid, SIGKILL);
    ::kill(pid, SIGKILL);
  }
};

Background::Background(const fs::path& program, const std::vector<std::string>& arguments, const RunOptions& options)
    : state_(std::make_unique<State>()) {
  state_->time_limit = options.time_limit;
  state_->name = program.filename().string();
  const auto home = state_->scratch / "home";
  fs::create_directory(home);

  std::vector<std::string> argv{program.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  auto environment = clean_environment(options.environment, home);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, options.input.empty() ? "/dev/null" : options.input.c_str(), O_RDONLY,
                                     0);
  ::posix_spawn_file_actions_addopen(&actions, 1, (state_->scratch / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
  ::posix_spawn_file_actions_addopen(&actions, 2, (state_->scratch / "err").c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
  ::posix_spawn_file_actions_addchdir_np(&actions, options.folder.empty() ? home.c_str() : options.folder.c_str());
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  ::sigfillset(&signals);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);

  state_->watch = {};
  const int error = ::posix_spawnp(&state_->pid, program.c_str(), &actions, &attributes, pointers(argv).data(),
                                   pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    state_->pid = -1;
    throw std::runtime_error("cannot start " + program.string() + ": " + std::strerror(error));
  }
}

Background::Background(Background&&) noexcept = default;

Background::~Background() {
  if (!state_ || state_->pid < 0 || state_->has_ended()) return;
  state_->kill_group();
  ::waitpid(state_->pid, nullptr, 0);
}

pid_t Background::pid() const {
  return state_->pid;
}
bool Background::is_running() {
  return !state_->has_ended();
}
void Background::send_signal(int number) {
  if (!state_->has_ended()) ::kill(state_->pid, number);
}
std::string Background::out_so_far() const {
  return read_text(state_->scratch / "out");
}
std::string Background::err_so_far() const {
  return read_text(state_->scratch / "err");
}

bool Background::wait_for_output(std::string_view text) {
  const Stopwatch watch;
  for (;;) {
    const bool has_ended = state_->has_ended();  // asked first: what it said before it ended counts
    if (out_so_far().find(text) != std::string::npos || err_so_far().find(text) != std::string::npos) return true;
    if (has_ended || watch.seconds() > 60) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

ToolRun Background::wait() {
  while (!state_->has_ended()) {
    if (state_->watch.seconds() > static_cast<double>(state_->time_limit.count())) {
      const auto words = "stdout:\n" + out_so_far() + "\nstderr:\n" + err_so_far();
      state_->kill_group();
      throw std::runtime_error(state_->name + " did not end within its time limit\n" + words);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const int status = *state_->status;
  ToolRun run;
  run.seconds = state_->watch.seconds();
  run.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  run.out = out_so_far();
  run.err = err_so_far();
  const auto text = trim(run.out);
  const auto line = text.substr(text.rfind('\n') + 1);
  run.last_json = nlohmann::json::parse(line, nullptr, false);
  if (run.last_json.is_discarded()) run.last_json = nullptr;
  return run;
}

ToolRun run_program(const fs::path& program, const std::vector<std::string>& arguments, const RunOptions& options) {
  return Background(program, arguments, options).wait();
}

ChildProgram::ChildProgram(std::string name, int (*act)()) : name_(std::move(name)) {
  const char* wanted = std::getenv("SAFETY_TEST_CHILD");
  if (wanted == nullptr || wanted != name_) return;
  int code = 99;
  try {
    code = act();
  } catch (const Error& error) {
    code = static_cast<int>(error.code());
  }
  ::_exit(code);
}

ToolRun ChildProgram::run(Environment environment) const {
  environment["SAFETY_TEST_CHILD"] = name_;
  RunOptions options;
  options.environment = std::move(environment);
  return run_program(fs::read_symlink("/proc/self/exe"), {}, options);
}

std::ostream& operator<<(std::ostream& stream, const ToolRun& run) {
  return stream << "exit code " << run.exit_code << "\nstdout:\n" << run.out << "\nstderr:\n" << run.err;
}

}  // namespace safety::testing

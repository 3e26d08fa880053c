#pragma once
// A server of the test's own, killed as a power cut does it and started as its owner does.

#include <signal.h>
#include <unistd.h>

#include <sstream>

#include "tests/fault/fault_stage.hpp"

namespace safety::testing {

inline void kill_server(const OwnCluster& cluster) {
  const auto pid = cluster.postmaster_pid();
  const auto children = run_program("pgrep", {"-P", std::to_string(pid)}).out;
  ::kill(pid, SIGKILL);
  std::istringstream lines(children);
  for (pid_t child = 0; lines >> child;) ::kill(child, SIGKILL);
  for (int i = 0; i < 200 && ::kill(pid, 0) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

inline void start_server(const OwnCluster& cluster) {
  const auto data = cluster.data_folder();
  std::filesystem::remove(data / "postmaster.pid");
  std::vector<std::string> command{server_programs() + "/pg_ctl", "-D", data.string(), "-w", "-t", "60", "-l", (data / "again.log").string(), "start"};
  if (::geteuid() == 0) command.insert(command.begin(), {"runuser", "-u", "postgres", "--"});
  RunOptions options;
  options.folder = "/";
  const auto started = run_program(command[0], {command.begin() + 1, command.end()}, options);
  ASSERT_EQ(started.exit_code, 0) << started;
}

}  // namespace safety::testing

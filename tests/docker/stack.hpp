#pragma once
// The stack of docker-compose.yml, real: PostgreSQL, api and media-api in containers of a Docker engine.
//
// The engine is that of SAFETY_TEST_DOCKER, by default <build folder>/docker; ctest starts it and makes the images. To
// run a test program by hand:
//   scripts/docker-engine start build/release/docker && scripts/stack-images --engine build/release/docker
//   build/release/tests/test_docker --gtest_filter=...
//
// What could meet other stacks of the same engine (project name, ports) is unique; at the end everything is removed.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/docker/http.hpp"
#include "tests/testing/testing.hpp"

namespace safety::testing {

/// DOCKER_HOST and a PATH on which `docker` understands that engine. Throws when there is none, saying how to get one.
Environment docker_environment();
/// Runs `docker ARGUMENTS` against that engine.
ToolRun docker(const std::vector<std::string>& arguments, RunOptions options = {});
/// {"docker", "compose"} or {"docker-compose"}: whichever is there.
const std::vector<std::string>& compose_command();

struct StackOptions {
  std::string postgres = "15";                               // or "17"
  std::string folder_name = "stack";                         // of the project; may hold spaces
  std::string project = {};                                  // made up when empty
  std::vector<std::string> services = {"api", "media-api"};  // brought up, and db with them; "safety" is the other one
  double demo_scale = 0.01;                                  // 0: an empty database, where only /health answers
  Environment variables = {};                                // more lines for .env
};

/// Brought up by the constructor, which returns when all services are healthy and the demo schema is filled in.
class ComposeStack {
 public:
  explicit ComposeStack(StackOptions options = {});
  ~ComposeStack();
  ComposeStack(const ComposeStack&) = delete;
  ComposeStack& operator=(const ComposeStack&) = delete;

  // ---- what a configuration names
  const std::filesystem::path& folder() const noexcept { return folder_; }
  std::filesystem::path compose_file() const { return folder_ / "docker-compose.yml"; }
  const std::string& project() const noexcept { return project_; }
  /// docker_environment() and DATABASE_URL. Names and ports of the stack are in folder()/.env, which Compose reads by
  /// itself.
  Environment environment() const;
  /// As this machine sees it, through the published port; the role is a superuser.
  std::string database_url(std::string_view database = "changemaker") const;
  /// "http://127.0.0.1:PORT", of "api" or "media-api".
  std::string url(const std::string& service) const;

  // ---- looking and acting, past the toolkit
  /// `docker compose ARGUMENTS` in the folder. compose_or_throw also wants exit code 0.
  ToolRun compose(const std::vector<std::string>& arguments, RunOptions options = {}) const;
  ToolRun compose_or_throw(const std::vector<std::string>& arguments, RunOptions options = {}) const;
  /// Of the service's container, also when it is stopped; empty when none was made.
  std::string container_id(const std::string& service) const;
  /// docker inspect's State of that container: {"Status": "running", "Health": {"Status": "healthy"}, ...}; null
  /// without one.
  nlohmann::json state(const std::string& service) const;
  bool is_running(const std::string& service) const;
  /// A container of which the engine says so, or one that runs and has no health check.
  bool is_healthy(const std::string& service) const;
  /// Waits for it; a failure of the test, with the service's last words, when it does not come about.
  bool wait_until_healthy(const std::string& service, std::chrono::seconds limit = std::chrono::seconds(60)) const;
  pg::Connection connect(std::string_view database = "changemaker") const;
  /// First column of the first row.
  std::string value(const std::string& sql, std::string_view database = "changemaker") const;

 private:
  void bring_up(const StackOptions& options);
  void take_down() noexcept;

  TempFolder temp_;
  std::filesystem::path folder_;
  std::string project_;
  int db_port_ = 0, api_port_ = 0, media_port_ = 0;
};

}  // namespace safety::testing

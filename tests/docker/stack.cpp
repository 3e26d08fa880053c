#include "tests/docker/stack.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace safety::testing {
namespace fs = std::filesystem;
namespace {

constexpr auto kUser = "changemaker", kPassword = "stack-secret";

fs::path engine_folder() {
  const char* named = std::getenv("SAFETY_TEST_DOCKER");
  const fs::path folder = named == nullptr ? SAFETY_DOCKER : named;
  if (fs::exists(folder / "env")) return folder;
  throw std::runtime_error("no Docker engine for tests: run scripts/docker-engine start " + folder.string() +
                           " and scripts/stack-images --engine " + folder.string());
}

bool is_free(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Connections that ended a moment ago do not matter: Docker listens with this option, too.
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

/// Below the ports that the kernel gives to outgoing connections: a stopped container must find its port free again.
int free_port() {
  static std::atomic<int> next{::getpid() * 16 % 12000};
  for (int attempts = 0; attempts < 12000; ++attempts)
    if (const int port = 20000 + next++ % 12000; is_free(port)) return port;
  throw std::runtime_error("no port is free");
}

std::string unique_project() {
  static std::atomic<int> counter{0};
  return "safety-test-" + std::to_string(::getpid()) + "-" + std::to_string(++counter);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Environment docker_environment() {
  const auto folder = engine_folder();
  Environment environment;
  std::istringstream lines(read_text(folder / "env"));
  for (std::string line; std::getline(lines, line);)
    if (const auto at = line.find('='); at != std::string::npos) environment[line.substr(0, at)] = line.substr(at + 1);
  const char* path = std::getenv("PATH");
  environment["PATH"] = (folder / "bin").string() + ":" + (path == nullptr ? "/usr/bin:/bin" : path);
  return environment;
}

ToolRun docker(const std::vector<std::string>& arguments, RunOptions options) {
  for (const auto& [name, value] : docker_environment()) options.environment.emplace(name, value);
  return run_program(engine_folder() / "bin" / "docker", arguments, options);
}

const std::vector<std::string>& compose_command() {
  static const auto command = [] {
    if (docker({"compose", "version"}).exit_code == 0) return std::vector<std::string>{"docker", "compose"};
    RunOptions options;
    options.environment = docker_environment();
    if (run_program("docker-compose", {"version"}, options).exit_code == 0)
      return std::vector<std::string>{"docker-compose"};
    throw std::runtime_error("neither docker compose nor docker-compose is here: run scripts/install-packages --test");
  }();
  return command;
}

ComposeStack::ComposeStack(StackOptions options)
    : folder_(temp_ / options.folder_name),
      project_(options.project.empty() ? unique_project() : options.project),
      db_port_(free_port()),
      api_port_(free_port()),
      media_port_(free_port()) {
  // Compose wants the folders to build from, even when nothing is built.
  fs::create_directories(folder_ / "tests/stack/services");
  fs::copy_file(source_path("docker-compose.yml"), compose_file());
  Environment variables{{"COMPOSE_PROJECT_NAME", project_},
                        {"SAFETY_STACK_POSTGRES", "safety-test/postgres:" + options.postgres},
                        {"SAFETY_STACK_SERVICES", "safety-test/services:latest"},
                        {"SAFETY_STACK_SAFETY", "safety-test/safety:latest"},
                        {"SAFETY_STACK_PASSWORD", kPassword},
                        {"SAFETY_STACK_DB_PORT", std::to_string(db_port_)},
                        {"SAFETY_STACK_API_PORT", std::to_string(api_port_)},
                        {"SAFETY_STACK_MEDIA_PORT", std::to_string(media_port_)},
                        {"SAFETY_STACK_HEALTH_EVERY", "1s"}};
  for (const auto& [name, value] : options.variables) variables[name] = value;
  std::string lines;
  for (const auto& [name, value] : variables) lines += name + "=" + value + "\n";
  write_text(folder_ / ".env", lines);
  try {
    bring_up(options);
  } catch (...) {
    take_down();
    throw;
  }
}

ComposeStack::~ComposeStack() {
  take_down();
}

void ComposeStack::bring_up(const StackOptions& options) {
  std::vector<std::string> up{"up", "-d", "db"};
  up.insert(up.end(), options.services.begin(), options.services.end());
  compose_or_throw(up);
  std::vector<std::string> all{"db"};
  all.insert(all.end(), options.services.begin(), options.services.end());
  for (const auto& service : all)
    if (!wait_until_healthy(service)) throw std::runtime_error(service + " did not become healthy");
  if (options.demo_scale <= 0) return;
  const auto run = run_program(source_path("scripts/demo-data"), {database_url(), std::to_string(options.demo_scale)});
  if (run.exit_code != 0) throw std::runtime_error("the demo schema was not filled in: " + run.err);
}

void ComposeStack::take_down() noexcept {
  try {
    if (compose({"down", "--volumes", "--remove-orphans", "--timeout", "2"}).exit_code == 0) return;
    // Compose refuses a file that a test has broken; the labels are still there.
    const std::string label = "label=com.docker.compose.project=" + project_;
    for (const auto* kind : {"container", "network", "volume"}) {
      std::vector<std::string> list{kind, "ls", "--quiet", "--filter", label}, remove{kind, "rm"};
      if (kind == std::string("container")) {
        list.push_back("--all");
        remove.push_back("--force");
      }
      std::istringstream ids(docker(list).out);
      for (std::string id; std::getline(ids, id);) {
        auto arguments = remove;
        arguments.push_back(id);
        docker(arguments);
      }
    }
  } catch (const std::exception& error) {
    std::cerr << "the stack " << project_ << " was not taken down: " << error.what() << "\n";
  }
}

Environment ComposeStack::environment() const {
  auto environment = docker_environment();
  environment["DATABASE_URL"] = database_url();
  return environment;
}

std::string ComposeStack::database_url(std::string_view database) const {
  return std::string("postgresql://") + kUser + ":" + kPassword + "@127.0.0.1:" + std::to_string(db_port_) + "/" +
         percent_encode(database);
}

std::string ComposeStack::url(const std::string& service) const {
  if (service != "api" && service != "media-api") throw std::runtime_error(service + " has no URL");
  return "http://127.0.0.1:" + std::to_string(service == "api" ? api_port_ : media_port_);
}

ToolRun ComposeStack::compose(const std::vector<std::string>& arguments, RunOptions options) const {
  for (const auto& [name, value] : docker_environment()) options.environment.emplace(name, value);
  options.folder = folder_;
  auto words = compose_command();
  fs::path program = words.front();
  if (program == "docker") program = engine_folder() / "bin" / "docker";
  words.erase(words.begin());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return run_program(program, words, options);
}

ToolRun ComposeStack::compose_or_throw(const std::vector<std::string>& arguments, RunOptions options) const {
  auto run = compose(arguments, std::move(options));
  if (run.exit_code == 0) return run;
  std::ostringstream text;
  text << run;
  throw std::runtime_error(text.str());
}

std::string ComposeStack::container_id(const std::string& service) const {
  return first_line(docker({"container", "ls", "--all", "--quiet", "--no-trunc", "--filter",
                            "label=com.docker.compose.project=" + project_, "--filter",
                            "label=com.docker.compose.service=" + service})
                        .out);
}

nlohmann::json ComposeStack::state(const std::string& service) const {
  const auto id = container_id(service);
  if (id.empty()) return nullptr;
  return docker({"container", "inspect", "--format", "{{json .State}}", id}).last_json;
}

bool ComposeStack::is_running(const std::string& service) const {
  const auto found = state(service);
  return found.is_object() && found.value("Status", "") == "running";
}

bool ComposeStack::is_healthy(const std::string& service) const {
  const auto found = state(service);
  if (!found.is_object() || found.value("Status", "") != "running") return false;
  return !found.contains("Health") || found["Health"].value("Status", "") == "healthy";
}

bool ComposeStack::wait_until_healthy(const std::string& service, std::chrono::seconds limit) const {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!is_healthy(service)) {
    if (std::chrono::steady_clock::now() > end) {
      ADD_FAILURE() << service << " is not healthy after " << limit.count() << " s: " << state(service).dump() << "\n"
                    << compose({"logs", "--tail=20", service});
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return true;
}

pg::Connection ComposeStack::connect(std::string_view database) const {
  return pg::Connection(quiet_context(), pg::ConnectionInfo::parse(database_url(database)));
}

std::string ComposeStack::value(const std::string& sql, std::string_view database) const {
  auto connection = connect(database);
  return connection.query(sql, {}).text(0, 0);
}

}  // namespace safety::testing

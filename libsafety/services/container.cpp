#include "libsafety/services/container.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/process.hpp"

namespace safety::services {
namespace {

using nlohmann::json;
constexpr std::chrono::seconds kLimit{20};

/// nullopt when there is no Docker here, or none that we may ask.
std::optional<std::string> ask_docker(const Context& context, std::vector<std::string> arguments) {
  if (!os::find_on_path("docker")) return std::nullopt;
  os::Command command{"docker", std::move(arguments), {}};
  command.time_limit = kLimit;
  std::string output;
  try {
    const auto result = os::run_process(context, command, [&](std::string_view piece) { output.append(piece); });
    if (result.exit_code != 0) return std::nullopt;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;
  }
  return output;
}

std::string setting(const pg::ConnectionInfo& info, const char* keyword, const char* variable) {
  if (const auto found = info.parameters().find(keyword); found != info.parameters().end()) return found->second;
  const char* value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

bool is_this_machine(const std::string& host) { return host.empty() || host == "localhost" || host == "127.0.0.1" || host == "::1"; }

bool is_address(const std::string& host) {
  in6_addr scratch{};
  return ::inet_pton(AF_INET, host.c_str(), &scratch) == 1 || ::inet_pton(AF_INET6, host.c_str(), &scratch) == 1;
}

bool resolves(const std::string& host) {
  addrinfo* found = nullptr;
  const bool is_known = ::getaddrinfo(host.c_str(), nullptr, nullptr, &found) == 0;
  if (found != nullptr) ::freeaddrinfo(found);
  return is_known;
}

struct Seen {
  DatabaseContainer container;
  std::vector<std::string> names, addresses, published;  // published: host ports of `port`
};

/// The port inside: the one of PostgreSQL when it is exposed, which images of it do.
Seen read_container(const json& entry) {
  Seen seen;
  seen.container.id = entry.value("Id", "");
  seen.container.name = entry.value("Name", "");
  if (seen.container.name.starts_with("/")) seen.container.name.erase(0, 1);
  seen.names = {seen.container.name, seen.container.id, seen.container.id.substr(0, 12)};
  const auto labels = entry.value("/Config/Labels"_json_pointer, json::object());
  if (labels.is_object()) seen.names.push_back(labels.value("com.docker.compose.service", ""));
  const auto networks = entry.value("/NetworkSettings/Networks"_json_pointer, json::object());
  if (networks.is_object())
    for (const auto& [name, network] : networks.items())
      if (const auto address = network.value("IPAddress", ""); !address.empty()) seen.addresses.push_back(address);
  if (!seen.addresses.empty()) seen.container.address = seen.addresses.front();
  const auto ports = entry.value("/NetworkSettings/Ports"_json_pointer, json::object());
  const auto inside = fmt::format("{}/tcp", seen.container.port);
  if (ports.is_object() && ports.contains(inside) && ports[inside].is_array())
    for (const auto& binding : ports[inside]) seen.published.push_back(binding.value("HostPort", ""));
  return seen;
}

bool contains(const std::vector<std::string>& values, const std::string& wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

}  // namespace

std::optional<DatabaseContainer> choose_container(const std::string& inspected, const std::string& named, const std::string& host, const std::string& port) {
  const auto list = json::parse(inspected, nullptr, false);
  if (!list.is_array()) return std::nullopt;
  const auto wanted_port = port.empty() ? std::string("5432") : port;
  for (const auto& entry : list) {
    const auto seen = read_container(entry);
    const bool is_named = !named.empty() && contains(seen.names, named);
    const bool is_meant = named.empty() && ((is_this_machine(host) && contains(seen.published, wanted_port)) ||
                                            (!host.empty() && (contains(seen.addresses, host) || contains(seen.names, host))));
    if (is_named || is_meant) return seen.container;
  }
  return std::nullopt;
}

std::optional<DatabaseContainer> find_database_container(const Context& context, const std::string& named, const pg::ConnectionInfo& info) {
  const auto host = setting(info, "host", "PGHOST");
  std::optional<DatabaseContainer> found;
  // A server behind a socket's folder is none that a container publishes.
  if (const auto ids = host.starts_with("/") && named.empty() ? std::nullopt : ask_docker(context, {"ps", "-q", "--no-trunc"}); ids && !trim(*ids).empty()) {
    std::vector<std::string> arguments{"inspect", "--type", "container"};
    for (auto& id : split_lines(*ids)) arguments.push_back(std::move(id));
    if (const auto inspected = ask_docker(context, arguments)) found = choose_container(*inspected, named, host, setting(info, "port", "PGPORT"));
  }
  if (!found && !named.empty())
    throw Error(Code::command_failed, fmt::format("no container or Compose service \"{}\" runs here", named),
                "`docker ps` shows what runs; check --container, and that you may ask Docker.");
  return found;
}

pg::ConnectionInfo reach(const Context& context, const pg::ConnectionInfo& info, const std::string& named) {
  const auto host = setting(info, "host", "PGHOST");
  if (!setting(info, "hostaddr", "PGHOSTADDR").empty()) return info;
  const bool is_unknown = !host.empty() && !host.starts_with("/") && !is_this_machine(host) && !is_address(host) && host.find(',') == std::string::npos && !resolves(host);
  if (named.empty() && !is_unknown) return info;
  const auto container = find_database_container(context, named, info);
  if (!container || container->address.empty()) return info;
  // A published port that the connection names already is the better way: it outlives the container.
  if (!is_unknown && find_database_container(context, "", info)) return info;
  return info.with("hostaddr", container->address).with("port", std::to_string(container->port));
}

pg::ClientProgram choose_dump_program(const Context& context, const pg::ConnectionInfo& info, const std::string& named, int server_version_num) {
  try {
    return pg::choose_client_program(context, "pg_dump", server_version_num);
  } catch (const Error& error) {
    if (error.code() != Code::version) throw;
    const auto container = find_database_container(context, named, info);
    if (!container) throw;
    const auto version = ask_docker(context, {"exec", container->id, "pg_dump", "--version"});
    const int number = version ? pg::parse_version_num(*version) : 0;
    if (number / 10000 < server_version_num / 10000) throw;
    pg::ClientProgram program;
    program.path = "docker";
    program.version = fmt::format("{}.{}", number / 10000, number % 10000);
    program.version_num = number;
    program.container = container->name;
    // Names only: what they hold comes from our environment and stands in no argument. Never a terminal.
    program.prefix = {"exec"};
    for (const char* name : {"PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGOPTIONS", "PGCONNECT_TIMEOUT"})
      program.prefix.insert(program.prefix.end(), {"-e", name});
    program.prefix.insert(program.prefix.end(), {container->id, "pg_dump"});
    program.environment = {{"PGHOST", "127.0.0.1"}, {"PGPORT", std::to_string(container->port)}};
    return program;
  }
}

}  // namespace safety::services

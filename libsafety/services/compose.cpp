#include "libsafety/services/compose.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

namespace safety::services {
namespace {

namespace fs = std::filesystem;
// In the order in which Compose itself looks for them.
constexpr const char* kUsualFiles[] = {"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"};

bool answers(const Context& context, std::vector<std::string> words) {
  os::Command command{words.front(), {words.begin() + 1, words.end()}, {}};
  command.arguments.push_back("version");
  command.time_limit = std::chrono::seconds(20);
  try {
    return os::run_process(context, command, [](std::string_view) {}).exit_code == 0;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error&) {
    return false;
  }
}

/// Absolute, so that nothing depends on where we are called from.
std::vector<std::string> find_files(const Settings& settings, const fs::path& folder, const std::string& service) {
  std::vector<std::string> files;
  if (const auto named = settings.find("files"); named != settings.end()) {
    for (const auto& file : named->second) files.push_back((folder / file).lexically_normal().string());
  } else {
    for (const char* name : kUsualFiles)
      if (files.empty() && fs::exists(folder / name)) files.push_back((folder / name).string());
  }
  if (files.empty())
    throw Error(Code::config, fmt::format("service \"{}\": there is no Compose file in \"{}\"", service, folder.string()),
                "Name it in [services] of safety.toml: files = [\"docker-compose.yml\"].");
  for (const auto& file : files)
    if (!fs::exists(file))
      throw Error(Code::config, fmt::format("service \"{}\": there is no Compose file \"{}\"", service, file),
                  "Check `files` in [services] of safety.toml: paths are meant from that file's folder.");
  return files;
}

}  // namespace

std::vector<std::string> find_compose(const Context& context) {
  for (const auto& words : {std::vector<std::string>{"docker", "compose"}, std::vector<std::string>{"docker-compose"}})
    if (answers(context, words)) return words;
  throw Error(Code::command_failed, "neither `docker compose` nor `docker-compose` works here",
              "Install one (`apt-get install docker-compose`), or leave services alone with --no-services.");
}

void expand_compose(const Context& context, const Settings& settings, const fs::path& folder, std::vector<std::string>& found, Service& service) {
  const auto first = [&](const std::string& name) {
    const auto setting = settings.find(name);
    return setting == settings.end() || setting->second.empty() ? std::string() : setting->second.front();
  };
  const auto files = find_files(settings, folder, service.name);
  const bool is_named = settings.contains("compose");
  if (!is_named && found.empty()) found = find_compose(context);
  auto words = is_named ? settings.at("compose") : found;
  if (const auto project = first("project"); !project.empty()) words.insert(words.end(), {"-p", project});
  for (const auto& file : files) words.insert(words.end(), {"-f", file});
  const auto name = first("service").empty() ? service.name : first("service");

  const auto command = [&](std::vector<std::string> more) {
    os::Command made{words.front(), {words.begin() + 1, words.end()}, {}};
    made.arguments.insert(made.arguments.end(), more.begin(), more.end());
    made.arguments.push_back(name);
    return made;
  };
  // Most of the time to stop is the service's own, to finish what it is at; the engine ends it after that.
  const auto grace = std::max<long long>(1, service.stop_timeout.count() * 2 / 3000);
  service.stop = command({"stop", "-t", std::to_string(grace)});
  service.start = command({"start"});
  service.state = command({"ps", "-a", "-q"});
  service.inspect = {"docker", {"inspect", "--format", "{{json .State}}"}, {}};
}

State read_container_states(std::string_view lines) {
  std::size_t containers = 0, running = 0, starting = 0, unhealthy = 0;
  std::string last_words;
  for (const auto& line : split_lines(lines)) {
    const auto state = nlohmann::json::parse(line, nullptr, false);
    if (!state.is_object())
      throw Error(Code::command_failed, "docker inspect answers with something else than a container's state: " + one_line(line),
                  "Run `docker inspect --format '{{json .State}}' CONTAINER` by hand.");
    ++containers;
    const bool restarts = state.value("Restarting", false);
    if (!state.value("Running", false) && !restarts) continue;
    ++running;
    const auto health = state.contains("Health") && state["Health"].is_object() ? state["Health"].value("Status", "") : "";
    if (restarts || health == "starting") ++starting;
    if (health != "unhealthy") continue;
    ++unhealthy;
    if (const auto log = state["Health"].value("Log", nlohmann::json::array()); log.is_array() && !log.empty())
      last_words = one_line(trim(log.back().value("Output", "")));
  }
  State found;
  found.status = running == 0 ? Status::stopped : unhealthy > 0 ? Status::unhealthy : starting > 0 ? Status::starting : Status::healthy;
  if (containers == 0) found.status = Status::absent;
  if (running > 0 && containers > 1) found.detail = fmt::format("{} of {} containers run", running, containers);
  if (!last_words.empty()) found.detail += (found.detail.empty() ? "" : "; ") + ("its check says: " + last_words.substr(0, 200));
  return found;
}

}  // namespace safety::services

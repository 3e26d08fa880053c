#include "libsafety/migrations/project.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/migrations/drizzle_project.hpp"
#include "libsafety/migrations/prisma_project.hpp"

namespace safety::migrations {
namespace {

namespace fs = std::filesystem;

const std::set<std::string> kSettings{"directory", "commands", "timeout", "prisma", "drizzle", "production", "smoke", "allow"};

Error config_error(const std::string& what, const std::string& hint) { return {Code::config, "[migrations] " + what, hint}; }

/// Nothing when it is not set.
std::optional<std::string> one_of(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return std::nullopt;
  if (found->second.size() != 1 || trim(found->second.front()).empty())
    throw config_error(fmt::format("{} takes one value", name), fmt::format("Write it as {} = \"...\".", name));
  return found->second.front();
}

std::vector<std::string> list_of(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  if (found == settings.end()) return {};
  for (const auto& value : found->second)
    if (trim(value).empty()) throw config_error(fmt::format("{} holds an empty text", name), fmt::format("Write it as {} = [\"first\", \"second\"].", name));
  return found->second;
}

bool truth_of(const Settings& settings, const std::string& name, bool otherwise) {
  const auto text = one_of(settings, name);
  if (!text) return otherwise;
  if (*text != "true" && *text != "false") throw config_error(fmt::format("{} = \"{}\" is not true or false", name, *text), fmt::format("Write it as {} = true.", name));
  return *text == "true";
}

/// A path that must be there.
std::optional<fs::path> path_of(const Settings& settings, const std::string& name, const fs::path& base) {
  const auto text = one_of(settings, name);
  if (!text) return std::nullopt;
  const auto path = (base / *text).lexically_normal();
  std::error_code error;
  if (!fs::exists(path, error))
    throw config_error(fmt::format("{} = \"{}\": there is no \"{}\"", name, *text, path.string()), fmt::format("Write {} as seen from \"{}\".", name, base.string()));
  return path;
}

std::optional<fs::path> find_prisma(const Settings& settings, const fs::path& directory) {
  std::error_code error;
  if (auto path = path_of(settings, "prisma", directory)) {
    if (!fs::is_directory(*path, error)) path = path->parent_path();  // schema.prisma itself was named
    if (!path->has_filename()) path = path->parent_path();            // a slash at its end
    return path;
  }
  return find_prisma_folder(directory);
}

std::optional<fs::path> find_drizzle(const Settings& settings, const fs::path& directory) {
  std::error_code error;
  if (const auto path = path_of(settings, "drizzle", directory)) {
    if (fs::is_directory(*path, error))
      throw config_error(fmt::format("drizzle = \"{}\" is a folder", settings.at("drizzle").front()), "Name the file: drizzle = \"drizzle.config.ts\".");
    return path;
  }
  for (const char* ending : {"ts", "js", "mjs", "cjs", "json"})
    if (const auto usual = directory / (std::string("drizzle.config.") + ending); fs::exists(usual, error)) return usual;
  return std::nullopt;
}

}  // namespace

Project read_project(const Configuration& configuration) {
  const auto& settings = configuration.settings;
  for (const auto& [name, value] : settings)
    if (!kSettings.contains(name))
      throw config_error(fmt::format("has no setting \"{}\"", name), "It takes: " + join({kSettings.begin(), kSettings.end()}, ", ") + ".");
  Project project;
  const auto folder = fs::absolute(configuration.folder).lexically_normal();
  project.directory = path_of(settings, "directory", folder).value_or(folder);
  std::error_code error;
  if (!fs::is_directory(project.directory, error))
    throw config_error(fmt::format("directory = \"{}\" is not a folder", settings.contains("directory") ? settings.at("directory").front() : folder.string()),
                       "Name the folder that the commands are to run in.");
  project.commands = list_of(settings, "commands");
  project.smoke = list_of(settings, "smoke");
  project.allow = list_of(settings, "allow");
  project.is_production = truth_of(settings, "production", true);
  if (const auto text = one_of(settings, "timeout")) {
    const auto parsed = parse_duration(*text);
    if (!parsed || parsed->count() <= 0)
      throw config_error(fmt::format("timeout = \"{}\" is not a duration", *text), "Write it as \"30s\" or \"10min\".");
    project.timeout = *parsed;
  }
  if (const auto prisma = find_prisma(settings, project.directory)) project.prisma = read_prisma_project(project.directory, *prisma);
  if (const auto drizzle = find_drizzle(settings, project.directory)) project.drizzle = read_drizzle_project(project.directory, *drizzle);
  return project;
}

os::Command command_of(const Project& project, const std::string& line, const std::string& database_url) {
  os::Command command{"/bin/sh", {"-c", line}, {}};
  command.folder = project.directory;
  command.time_limit = project.timeout;
  // No questions about updates; and nobody is there to answer a prompt.
  command.environment = {{"PRISMA_HIDE_UPDATE_MESSAGE", "1"}, {"CHECKPOINT_DISABLE", "1"}, {"NO_UPDATE_NOTIFIER", "1"}, {"NPM_CONFIG_UPDATE_NOTIFIER", "false"}};
  if (std::getenv("CI") == nullptr) command.environment["CI"] = "true";
  if (project.prisma)
    for (const auto& name : project.prisma->url_variables) command.environment[name] = database_url;
  if (project.drizzle)
    for (const auto& name : project.drizzle->url_variables) command.environment[name] = database_url;
  command.environment["DATABASE_URL"] = database_url;
  return command;
}

}  // namespace safety::migrations

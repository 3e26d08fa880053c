#include "libsafety/preflight/prisma_engine.hpp"

#include <nlohmann/json.hpp>
#include <regex>

#include "libsafety/os/file.hpp"

namespace safety::preflight {
namespace {

namespace fs = std::filesystem;

/// The project's folder and those above it, in which Node looks for packages, up to the root of the repository.
std::vector<fs::path> folders_above(const fs::path& from) {
  std::vector<fs::path> folders;
  for (auto folder = fs::absolute(from).lexically_normal();; folder = folder.parent_path()) {
    folders.push_back(folder);
    std::error_code error;
    if (fs::exists(folder / ".git", error) || folder == folder.parent_path()) return folders;
  }
}

/// Major and minor of the installed package; {0, 0} when it is not there or says nothing.
std::pair<int, int> installed_version(const fs::path& directory) {
  for (const auto& folder : folders_above(directory)) {
    const auto text = os::read_file_if_exists(folder / "node_modules/prisma/package.json");
    if (!text) continue;
    const auto package = nlohmann::json::parse(*text, nullptr, false);
    static const std::regex number(R"(^(\d{1,4})\.(\d{1,4}))");
    std::smatch match;
    if (!package.is_object() || !package.contains("version") || !package["version"].is_string()) return {};
    const auto version = package["version"].get<std::string>();
    return std::regex_search(version, match, number) ? std::pair(std::stoi(match[1]), std::stoi(match[2]))
                                                     : std::pair(0, 0);
  }
  return {};
}

bool has_adapter(const migrations::Project& project) {
  // A word in a comment makes us careful for nothing, a word that is missed would be a false calm.
  static const std::regex adapter(R"(\badapter\b|engine\s*:\s*['"](js|client)['"])");
  for (const auto& folder : {project.directory, project.prisma->folder, project.prisma->folder.parent_path()})
    for (const char* ending : {"ts", "mts", "cts", "js", "mjs", "cjs"})
      for (const char* name : {"prisma.config.", ".config/prisma."})
        if (const auto text = os::read_file_if_exists(folder / (std::string(name) + ending));
            text && std::regex_search(*text, adapter))
          return true;
  return false;
}

}  // namespace

bool sends_one_by_one(const migrations::Project& project) {
  if (!project.prisma) return false;
  return installed_version(project.directory) >= std::pair(7, 4) || has_adapter(project);
}

}  // namespace safety::preflight

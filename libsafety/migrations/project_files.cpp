#include "libsafety/migrations/project_files.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "libsafety/base/error.hpp"

namespace safety::migrations {
namespace {

namespace fs = std::filesystem;

bool is_left_out(const fs::path& folder) {
  const auto name = folder.filename().string();
  return name == "node_modules" || name.starts_with(".");
}

constexpr std::size_t kMostPatterns = 1000, kLongestPattern = 300;

/// What lies below `folder` and matches the parts from `part` on.
void collect(const fs::path& folder, const std::vector<std::string>& parts, std::size_t part, std::set<fs::path>& found) {
  std::error_code error;
  if (part == parts.size()) {
    if (fs::exists(folder, error)) found.insert(folder.lexically_normal());
    return;
  }
  const auto& wanted = parts[part];
  if (wanted.find_first_of("*?[") == std::string::npos) return collect(folder / wanted, parts, part + 1, found);
  if (!fs::is_directory(folder, error)) return;
  if (wanted == "**") collect(folder, parts, part + 1, found);
  for (const auto& entry : entries_of(folder)) {
    if (wanted == "**") {
      if (fs::is_directory(entry, error) && !fs::is_symlink(entry, error) && !is_left_out(entry)) collect(entry, parts, part, found);
    } else if (::fnmatch(wanted.c_str(), entry.filename().c_str(), FNM_PERIOD) == 0) {
      collect(entry, parts, part + 1, found);
    }
  }
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) {
  const auto open = pattern.find('{');
  if (open == std::string::npos || pattern.size() > kLongestPattern) return {pattern};
  std::vector<std::size_t> borders{open};
  int depth = 0;
  for (auto at = open; at < pattern.size(); ++at) {
    if (pattern[at] == '{') ++depth;
    if (pattern[at] == ',' && depth == 1) borders.push_back(at);
    if (pattern[at] == '}' && --depth == 0) {
      borders.push_back(at);
      break;
    }
  }
  if (depth != 0 || borders.size() < 3) return {pattern};  // {a} alone means itself
  std::vector<std::string> patterns;
  for (std::size_t part = 0; part + 1 < borders.size(); ++part) {
    const auto middle = pattern.substr(borders[part] + 1, borders[part + 1] - borders[part] - 1);
    for (auto& expanded : expand_braces(pattern.substr(0, open) + middle + pattern.substr(borders.back() + 1))) patterns.push_back(std::move(expanded));
    if (patterns.size() > kMostPatterns) break;
  }
  return patterns;
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  try {
    for (const auto& entry : fs::directory_iterator(folder)) entries.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    throw Error(Code::storage, "cannot read folder \"" + folder.string() + "\": " + error.code().message(), "Check its name and permissions.");
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.native() < b.native(); });
  return entries;
}

std::vector<fs::path> files_below(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : entries_of(folder)) {
    if (fs::is_directory(entry, error)) {
      if (fs::is_symlink(entry, error) || is_left_out(entry)) continue;
      for (auto& file : files_below(entry, extension)) files.push_back(std::move(file));
    } else if (entry.extension() == extension) {
      files.push_back(entry);
    }
  }
  return files;
}

std::vector<fs::path> files_of_pattern(const fs::path& folder, const std::string& pattern) {
  std::set<fs::path> found;
  for (const auto& one : expand_braces(pattern)) {
    std::vector<std::string> parts;
    for (const auto& part : fs::path(one).lexically_normal())
      if (!part.empty() && part != "/") parts.push_back(part.string());
    collect(fs::path(one).is_absolute() ? fs::path("/") : folder, parts, 0, found);
  }
  return {found.begin(), found.end()};
}

}  // namespace safety::migrations

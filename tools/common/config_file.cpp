#include "tools/common/config_file.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"

namespace safety::tools {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const toml::source_region& where, const std::string& what) {
  throw Error(Code::config, fmt::format("\"{}\" line {}: {}", path.string(), where.begin.line, what),
              "Write each setting as key = \"value\", under [section] where it belongs to one; `--show-config` prints what is understood.");
}

/// A text, number or truth value as text.
std::string scalar(const toml::node& node, const std::string& key, const std::filesystem::path& path) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  fail(path, node.source(), fmt::format("{} takes a text, a number, true or false, or a list of these", key));
}

std::vector<std::string> list(const toml::node& node, const std::string& key, const std::filesystem::path& path) {
  const auto* array = node.as_array();
  if (array == nullptr) return {scalar(node, key, path)};
  std::vector<std::string> values;
  for (const auto& element : *array) values.push_back(scalar(element, key, path));
  return values;
}

std::map<std::string, std::vector<std::string>> read_settings(const toml::table& table, const std::filesystem::path& path) {
  std::map<std::string, std::vector<std::string>> settings;
  for (const auto& [key, node] : table)
    if (!node.is_table()) settings[std::string(key.str())] = list(node, std::string(key.str()), path);
  return settings;
}

services::Configuration read_services(const toml::table& table, const std::filesystem::path& path) {
  services::Configuration configuration;
  configuration.folder = std::filesystem::absolute(path).parent_path();
  configuration.defaults = read_settings(table, path);
  for (const auto& [key, node] : table)
    if (const auto* own = node.as_table()) configuration.services[std::string(key.str())] = read_settings(*own, path);
  if (auto order = configuration.defaults.extract("order")) configuration.order = order.mapped();
  if (configuration.empty()) fail(path, table.source(), "[services] needs order = [\"first to stop\", \"next\"]");
  return configuration;
}

}  // namespace

ConfigFile read_config_file(const std::filesystem::path& path) {
  ConfigFile file;
  file.path = path;
  file.is_writable_by_others = os::is_writable_by_others(path);
  toml::table content;
  try {
    content = toml::parse(os::read_file(path), path.string());
  } catch (const toml::parse_error& error) {
    fail(path, error.source(), std::string(error.description()));
  }
  for (const auto& [key, node] : content) {
    const std::string name(key.str());
    const auto* section = node.as_table();
    if (section == nullptr) {
      file.values[name] = join(list(node, name, path), "\n");
    } else if (name == "services") {
      file.services = read_services(*section, path);
    } else if (name == "migrations") {
      file.migrations = {read_settings(*section, path), std::filesystem::absolute(path).parent_path()};
    } else {
      for (const auto& [inner, value] : *section)
        file.values[name + "." + std::string(inner.str())] = join(list(value, name + "." + std::string(inner.str()), path), "\n");
    }
  }
  return file;
}

}  // namespace safety::tools

#include "tools/common/config_file.hpp"

#include <CLI/CLI.hpp>
#include <sstream>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"

namespace safety::tools {

ConfigFile read_config_file(const std::filesystem::path& path) {
  ConfigFile file;
  file.path = path;
  file.is_writable_by_others = os::is_writable_by_others(path);
  std::istringstream text(os::read_file(path));
  // CLI11's reader passes over lines that say nothing; a line that a person meant must not get lost.
  std::string line;
  for (int number = 1; std::getline(text, line); ++number) {
    const auto content = trim(line);
    const bool is_known = content.empty() || content.front() == '#' || content.front() == '[' ||
                          content.find('=') != std::string_view::npos || content.front() == ']' || content.front() == '"' || content.front() == '\'';
    if (!is_known)
      throw Error(Code::config, "\"" + path.string() + "\" line " + std::to_string(number) + " is neither `key = value` nor `[section]`",
                  "Write each setting as key = \"value\"; `--show-config` prints what is understood.");
  }
  text.clear();
  text.seekg(0);
  try {
    for (const auto& item : CLI::ConfigTOML().from_config(text)) {
      if (item.name == "++" || item.name == "--") continue;  // section borders
      std::string key;
      for (const auto& parent : item.parents) key += parent + ".";
      file.values[key + item.name] = join(item.inputs, "\n");
    }
  } catch (const CLI::Error& error) {
    throw Error(Code::config, "\"" + path.string() + "\" cannot be read: " + error.what(), "It is TOML: key = \"value\".");
  }
  return file;
}

}  // namespace safety::tools

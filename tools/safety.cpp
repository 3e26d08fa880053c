// safety VERB ...: runs safety-VERB from the folder this program lies in, else from PATH.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "libsafety/base/error.hpp"
#include "libsafety/base/version.hpp"

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  const fs::path own = fs::read_symlink("/proc/self/exe").parent_path();
  const std::string verb = argc > 1 ? argv[1] : "--help";
  if (verb == "--version") {
    std::printf("safety %s\n", safety::kVersion);
    return 0;
  }
  if (verb == "--help" || verb == "-h" || verb == "help") {
    std::set<std::string> verbs;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(own, error))
      if (const auto name = entry.path().filename().string(); name.starts_with("safety-") && ::access(entry.path().c_str(), X_OK) == 0 && entry.is_regular_file())
        verbs.insert(name.substr(7));
    std::printf("The safety net under PostgreSQL migrations.\n\nUsage: safety VERB [OPTIONS]\n\nVerbs:\n");
    for (const auto& name : verbs) std::printf("  %s\n", name.c_str());
    std::printf("\n`safety VERB --help` tells about one.\n");
    return 0;
  }
  const std::string name = "safety-" + verb;
  std::vector<char*> arguments(argv + 1, argv + argc);
  const std::string full = (own / name).string();
  std::string shown = name;
  arguments[0] = shown.data();
  arguments.push_back(nullptr);
  ::execv(full.c_str(), arguments.data());
  ::execvp(name.c_str(), arguments.data());
  std::fprintf(stderr, "safety: error: there is no verb \"%s\"\n  hint: `safety --help` lists the verbs.\n", verb.c_str());
  return static_cast<int>(safety::Code::usage);
}

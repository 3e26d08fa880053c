#include "libsafety/pg/dump_program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/process.hpp"

namespace safety::pg {
namespace fs = std::filesystem;
namespace {

std::vector<fs::path> candidate_folders() {
  if (const char* only = std::getenv("SAFETY_PG_BIN"); only != nullptr && *only != '\0') return {only};
  std::vector<fs::path> folders;
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    folders.emplace_back(rest.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  for (const char* root : {"/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt"}) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(root, error)) folders.push_back(entry.path() / "bin");
  }
  for (int major = 13; major < 30; ++major) folders.emplace_back(fmt::format("/usr/pgsql-{}/bin", major));
  return folders;
}

}  // namespace

int parse_version_num(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t at = 0;
  while (at < text.size() && !is_digit(text[at])) ++at;
  int major = 0, minor = 0;
  while (at < text.size() && is_digit(text[at])) major = major * 10 + (text[at++] - '0');
  if (at < text.size() && text[at] == '.')
    for (++at; at < text.size() && is_digit(text[at]); ++at) minor = minor * 10 + (text[at] - '0');
  return major * 10000 + minor;
}

std::string ClientProgram::where() const {
  return container.empty() ? path.string() : fmt::format("{} in container {}", prefix.back(), container);
}

std::vector<ClientProgram> find_client_programs(const Context& context, const std::string& name) {
  std::vector<ClientProgram> found;
  std::set<fs::path> seen;
  for (const auto& folder : candidate_folders()) {
    const fs::path path = folder / name;
    std::error_code error;
    if (!fs::is_regular_file(path, error) || !seen.insert(path).second) continue;
    // Debian's wrapper is a Perl script that starts one of the programs found below anyway.
    if (fs::canonical(path, error).filename() == "pg_wrapper") continue;
    std::string output;
    try {
      output = os::run_for_output(context, {path, {"--version"}, {}});
    } catch (const Interrupted&) {
      throw;
    } catch (const Error&) {
      continue;  // not one that runs here
    }
    const int number = parse_version_num(output);
    if (number == 0) continue;
    ClientProgram program;
    program.path = path;
    program.version = fmt::format("{}.{}", number / 10000, number % 10000);
    program.version_num = number;
    found.push_back(std::move(program));
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.version_num < b.version_num; });
  return found;
}

ClientProgram choose_client_program(const Context& context, const std::string& name, int server_version_num) {
  const int server_major = server_version_num / 10000;
  const auto programs = find_client_programs(context, name);
  for (const auto& program : programs)
    if (program.major() >= server_major) return program;
  const std::string have =
      programs.empty() ? "none was found"
                       : fmt::format("the newest is {} at \"{}\"", programs.back().version, programs.back().path.string());
  throw Error(Code::version, fmt::format("the server is PostgreSQL {}, which needs {} {} or later; {}", server_major, name,
                                         server_major, have),
              fmt::format("Install it (`apt-get install postgresql-client-{}`), or name its folder in SAFETY_PG_BIN.",
                          server_major));
}

}  // namespace safety::pg

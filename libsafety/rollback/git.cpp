#include "libsafety/rollback/git.hpp"

#include "libsafety/base/error.hpp"

namespace safety::rollback {
namespace fs = std::filesystem;

os::Command git_command(const fs::path& folder, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-c", "core.quotePath=false"});
  // A hook that starts us has these set, for its own repository.
  const std::map<std::string, std::string> environment{{"GIT_DIR", ""}, {"GIT_WORK_TREE", ""}, {"GIT_INDEX_FILE", ""}, {"GIT_PREFIX", ""},
                                                       {"GIT_OPTIONAL_LOCKS", "0"}, {"GIT_LITERAL_PATHSPECS", "1"}};
  return {"git", std::move(arguments), environment, std::chrono::seconds(60), folder};
}

std::optional<std::string> ask_git(const Context& context, const fs::path& folder, std::vector<std::string> arguments) {
  try {
    return os::run_for_output(context, git_command(folder, std::move(arguments)));
  } catch (const Error& error) {
    if (error.code() != Code::command_failed) throw;
    return std::nullopt;
  }
}

bool is_tracked(const Context& context, const fs::path& path) {
  const auto tracked = ask_git(context, path.parent_path(), {"ls-files", "--", path.filename().string()});
  return tracked && !tracked->empty();
}

bool is_tracked_and_clean(const Context& context, const fs::path& path) {
  if (!is_tracked(context, path)) return false;
  const auto changed = ask_git(context, path.parent_path(), {"status", "--porcelain", "--untracked-files=all", "--", path.filename().string()});
  return changed && changed->empty();
}

}  // namespace safety::rollback

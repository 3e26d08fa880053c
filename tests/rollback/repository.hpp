#pragma once
// Files of a project, and a real git repository around them, in a folder of the test's.

#include <filesystem>
#include <string>
#include <vector>

#include "tests/testing/testing.hpp"

namespace safety::rollback {

class Repository {
 public:
  explicit Repository(std::filesystem::path folder) : folder_(std::move(folder)) { git({"init", "-q"}); }
  /// Throws with git's words.
  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"});
    testing::RunOptions options;
    options.folder = folder_;
    const auto run = testing::run_program("git", arguments, options);
    if (run.exit_code != 0) throw std::runtime_error("git: " + run.err);
    return run.out;
  }
  /// Everything as it is; returns the commit.
  std::string commit() const {
    git({"add", "-A"});
    git({"commit", "-q", "-m", "as it is"});
    const auto head = git({"rev-parse", "HEAD"});
    return head.substr(0, head.find('\n'));
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace safety::rollback

#pragma once
// Programs that record how they are called, in front of PATH: what a service's commands look like from outside.

#include "tests/testing/testing.hpp"

namespace safety::services {

/// A folder in front of PATH while it lives, with programs that append their arguments to a log.
class FakePrograms {
 public:
  FakePrograms() : path_before_(std::getenv("PATH")) { ::setenv("PATH", (folder_.path().string() + ":" + path_before_).c_str(), 1); }
  ~FakePrograms() { ::setenv("PATH", path_before_.c_str(), 1); }
  FakePrograms(const FakePrograms&) = delete;
  FakePrograms& operator=(const FakePrograms&) = delete;

  /// `body` is shell script, run after the call was logged as "name arg arg"; $STATE is a folder to remember things in.
  void add(const std::string& name, const std::string& body) {
    testing::write_script(folder_ / name, "STATE='" + folder_.path().string() + "'\nprintf '%s' \"" + name +
                                              "\" >>\"$STATE/log\"\nfor word; do printf ' [%s]' \"$word\" >>\"$STATE/log\"; done\necho >>\"$STATE/log\"\n" + body);
  }
  std::string log() const { return std::filesystem::exists(folder_ / "log") ? testing::read_text(folder_ / "log") : ""; }
  void write(const std::string& name, const std::string& text) { testing::write_text(folder_ / name, text); }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  testing::TempFolder folder_;
  std::string path_before_;
};

}  // namespace safety::services

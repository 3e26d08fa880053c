#pragma once
// Services of the preset "command" beside a Stage: what runs is a file's content, what was done is a log, and each can be
// made to fail. The suites with a real engine are in tests/docker.

#include "tests/fault/fault_stage.hpp"

namespace safety::testing {

class ServiceStage {
 public:
  explicit ServiceStage(Stage& stage) : folder_(stage.scratch() / "services of the shop") {
    std::filesystem::create_directories(folder_);
    std::string text = "[services]\norder = [\"media api\", \"api\"]\npreset = \"command\"\nstop_timeout = \"1s\"\nhealth_timeout = \"1500ms\"\n";
    for (const std::string name : {"media api", "api"}) {
      const auto state = "'" + (folder_ / name).string() + "'", log = "'" + (folder_ / "log").string() + "'";
      text += "\n[services.\"" + name + "\"]\n";
      text += "stop = [\"/bin/sh\", \"-c\", \"echo 'stop " + name + "' >>" + log + "; test -e " + state + ".stays || echo stopped >" + state + "\"]\n";
      text += "start = \"echo 'start " + name + "' >>" + log + "; test ! -e " + state + ".broken && echo running >" + state + "\"\n";
      text += "state = \"grep -q running " + state + " || exit 3\"\n";
      text += "health = \"test ! -e " + state + ".sick\"\n";
      set_running(name, true);
    }
    write_text(folder_ / "safety.toml", text);
    std::filesystem::permissions(folder_ / "safety.toml", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    stage.environment()["SAFETY_CONFIG"] = (folder_ / "safety.toml").string();
    forget();
  }
  void set_running(const std::string& name, bool runs) { write_text(folder_ / name, runs ? "running\n" : "stopped\n"); }
  bool is_running(const std::string& name) const { return read_text(folder_ / name).find("running") == 0; }
  /// "stays": does not stop. "broken": does not start. "sick": is never healthy.
  void give(const std::string& name, const std::string& trouble) { write_text(folder_ / (name + "." + trouble), ""); }
  void heal(const std::string& name, const std::string& trouble) { std::filesystem::remove(folder_ / (name + "." + trouble)); }
  std::string log() const { return read_text(folder_ / "log"); }
  void forget() { write_text(folder_ / "log", ""); }
  std::filesystem::path config() const { return folder_ / "safety.toml"; }

 private:
  std::filesystem::path folder_;
};

}  // namespace safety::testing

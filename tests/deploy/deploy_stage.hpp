#pragma once
// A database and migrations whose commands are psql, so that each can be made to do, or to fail, exactly what a test wants.
// What the real tools do is in real_tools_test.cpp.

#include "tests/fault/fault_stage.hpp"

namespace safety::testing {

class DeployStage {
 public:
  explicit DeployStage(Stage& stage) : stage_(stage), folder_(stage.scratch() / "the app") {
    std::filesystem::create_directories(folder_);
    // The fault stage's folder of programs is for pg_dump; the commands find psql on PATH.
    stage.environment()["SAFETY_CONFIG"] = (folder_ / "safety.toml").string();
    migrate_by("ALTER TABLE owners ADD COLUMN phone text; CREATE INDEX owners_phone ON owners (phone);");
  }

  /// The one command runs this SQL, statement by statement, and ends with psql's code.
  void migrate_by(const std::string& sql) {
    write_text(folder_ / "up.sql", sql);
    configure({"psql -X -q -v ON_ERROR_STOP=1 -f up.sql \"$DATABASE_URL\""});
  }
  /// Other SQL on the copy than for real: what no rehearsal can know.
  void migrate_by(const std::string& on_the_copy, const std::string& for_real) {
    write_text(folder_ / "copy.sql", on_the_copy);
    write_text(folder_ / "real.sql", for_real);
    configure({"case $DATABASE_URL in *__rehearsal_*) f=copy.sql ;; *) f=real.sql ;; esac; psql -X -q -v ON_ERROR_STOP=1 -f $f \"$DATABASE_URL\""});
  }
  void configure(const std::vector<std::string>& commands, const std::string& more_migrations = "", const std::string& more = "") {
    std::string lines;
    for (const auto& command : commands) lines += (lines.empty() ? "" : ", ") + nlohmann::json(command).dump();
    // JSON's strings are TOML's, too.
    write_text(folder_ / "safety.toml", "[migrations]\ncommands = [" + lines + "]\n" + more_migrations + "\n" + more);
    std::filesystem::permissions(folder_ / "safety.toml", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  ToolRun deploy(const std::vector<std::string>& more = {}, const std::string& fault = "") const {
    std::vector<std::string> arguments{"--yes", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return stage_.run("safety-deploy", arguments, fault);
  }
  std::filesystem::path folder() const { return folder_; }

 private:
  Stage& stage_;
  std::filesystem::path folder_;
};

}  // namespace safety::testing

#pragma once
// What every tool does the same way: options from flag, environment and file; --help with exit codes; events to a
// terminal, a log or JSON lines; errors in one form; the result as the last line of stdout.
//
// An option is declared once and gets its flag (--backup-dir), its variable (SAFETY_BACKUP_DIR), its key in
// safety.toml (backup_dir), its default and its help text. Precedence: flag, environment, file, default.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "libsafety/base/context.hpp"
#include "libsafety/base/error.hpp"
#include "libsafety/migrations/project.hpp"
#include "libsafety/pg/connection_info.hpp"
#include "libsafety/services/service.hpp"

namespace safety::tools {

/// What a run gives back: `fields` for --json, `text` for people.
struct Result {
  Code code = Code::success;
  std::string text;
  std::string fields_json = "{}";  // an object; schema, kind, tool and outcome are added
};

struct OptionTraits {
  bool names_command = false;  // may come from a config file only when nobody else can write that file
  bool is_per_tool = false;    // takes other values in other tools: variable SAFETY_<TOOL>_X, and only in the tool's own section
  bool is_secret = false;      // shown as **redacted** by --show-config; SAFETY_X_FILE may name a file that holds it
  // What several tools read from one section of the file: --offsite-remote of "offsite" is [offsite] remote, SAFETY_OFFSITE_REMOTE;
  // --keep-last of "retention" is [retention] keep_last, SAFETY_KEEP_LAST.
  std::string section{};
};

class Tool {
 public:
  Tool(std::string name, std::string description, std::string examples);
  ~Tool();

  void option(const std::string& flag, std::string& value, const std::string& help, OptionTraits traits = {});
  void option(const std::string& flag, std::vector<std::string>& values, const std::string& help, OptionTraits traits = {});
  void option(const std::string& flag, unsigned& value, const std::string& help, OptionTraits traits = {});
  void option(const std::string& flag, int& value, const std::string& help);
  /// "500ms", "60s", "5min", or a bare number of seconds.
  void option(const std::string& flag, std::chrono::milliseconds& value, const std::string& help, OptionTraits traits = {});
  void flag(const std::string& name, bool& value, const std::string& help, OptionTraits traits = {});
  /// A flag that says what to do, this once: it has no variable and no key.
  void action(const std::string& name, bool& value, const std::string& help);
  void argument(const std::string& name, std::string& value, const std::string& help);
  void arguments(const std::string& name, std::vector<std::string>& values, const std::string& help);
  /// Keys of a section that this tool reads, which are other tools' options: no mistake in the file.
  void knows(const std::string& section, const std::vector<std::string>& keys);
  /// --yes: asked of by confirm().
  void with_confirmation();
  /// --dry-run: asked of by is_dry_run().
  void with_dry_run();
  /// --identity, --temporary-dir: what encrypted archives are opened with. The context has it.
  void with_identity();
  /// --encrypt-to, and with_identity(): archives that this tool makes are encrypted.
  void with_encryption();
  /// --no-services: asked of by services().
  void with_services();

  // After parsing:
  /// Where the server is reached: by its container's address when its name is known to Docker only.
  pg::ConnectionInfo connection() const;
  const std::string& container() const;
  /// The one that the database URL names, without a look at any server; empty without a URL.
  std::string database_name() const;
  std::string backup_dir() const;
  /// As it was given; empty: the backup folder.
  const std::string& temporary_dir() const;
  /// The services of safety.toml; none with --no-services. Errors: config, also when others can write the file.
  services::Services services(const Context& context) const;
  /// The migrations of safety.toml; without [migrations] what is found in the current folder. Errors: config, also when
  /// others can write a file that names commands.
  migrations::Project project() const;
  /// The configuration file, absolute; empty without one.
  std::filesystem::path config_file() const;
  /// Whether the file itself sets that key ("database_url").
  bool is_in_config_file(const std::string& key) const;
  /// Whether the flag stands on the command line, whatever variables and files say.
  bool was_given(const std::string& flag) const;
  /// All that were declared so far, in that order.
  std::vector<std::string> flags() const;
  /// The variable that sets that option, when there is one in our environment; else empty.
  std::string variable_in_use(const std::string& flag) const;
  /// --encrypt-to and --identity, as they were given.
  const std::vector<std::string>& recipients() const;
  const std::vector<std::string>& identities() const;
  bool is_dry_run() const;
  bool is_confirmed() const;
  /// Shows `details` and `question` and waits for the answer on a terminal; with --yes returns at once.
  /// Errors: confirmation_needed when the answer is no, or there is no terminal and no --yes.
  void confirm(const std::string& question, const std::string& details = {}) const;
  /// In the middle of an operation: the answer on a terminal; false without one.
  bool ask(const std::string& question) const;

  /// Parses, runs, prints; returns the exit code.
  int run(int argc, char** argv, const std::function<Result(const Context&)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace safety::tools

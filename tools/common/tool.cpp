#include "tools/common/tool.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "libsafety/archive/encryption.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/base/version.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/os/signals.hpp"
#include "libsafety/services/container.hpp"
#include "tools/common/config_file.hpp"
#include "tools/common/sinks.hpp"

namespace safety::tools {
namespace {

std::string variable_of(const std::string& flag) {
  if (flag == "--database-url") return "DATABASE_URL";
  std::string name = "SAFETY_" + flag.substr(2);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

std::string key_of(const std::string& flag, const std::string& section) {
  std::string key = flag.substr(2);
  std::replace(key.begin(), key.end(), '-', '_');
  return !section.empty() && key.starts_with(section + "_") ? key.substr(section.size() + 1) : key;
}

std::chrono::milliseconds require_duration(const std::string& text) {
  const auto duration = parse_duration(trim(text));
  if (!duration) throw CLI::ValidationError("\"" + text + "\" is not a duration such as 500ms, 60s or 5min");
  return *duration;
}

std::string exit_code_help() {
  std::string text = "Exit codes:\n";
  for (const auto& entry : code_table()) text += fmt::format("  {:>3}  {}\n", static_cast<int>(entry.code), entry.meaning);
  return text;
}

bool has_terminal() { return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0; }

struct Declared {
  std::string flag, variable, key;
  CLI::Option* option = nullptr;
  OptionTraits traits;

  /// --help shows defaults: of a secret it shows that there is one.
  void set_default(const std::string& value) const {
    option->default_val(value);
    if (traits.is_secret && !value.empty()) option->default_str("**redacted**");
  }
};

}  // namespace

struct Tool::State {
  CLI::App app;
  std::string name, database_url, container, backup_dir = "backups", config, temporary_dir;
  std::vector<std::string> recipients, identities;
  const Context* context = nullptr;  // while the body runs
  bool is_json = false, is_quiet = false, shows_config = false, is_confirmed = false, is_dry_run = false, leaves_services = false;
  std::vector<Declared> declared;
  std::set<std::string> known;  // "schedule.at": other tools'
  ConfigFile file;
  std::vector<std::string> given;  // argv

  void declare(const std::string& flag, CLI::Option* option, OptionTraits traits = {}) {
    Declared entry{flag, variable_of(traits.is_per_tool ? "--" + section() + flag.substr(1) : flag), key_of(flag, traits.section), option, traits};
    option->envname(entry.variable);
    declared.push_back(std::move(entry));
  }

  bool is_given(const std::string& flag) const {
    return std::any_of(given.begin(), given.end(), [&](const std::string& text) { return text == flag || text.starts_with(flag + "="); });
  }

  std::string section() const { return name.starts_with("safety-") ? name.substr(7) : name; }

  bool reads_section(const std::string& part) const {
    return part == section() ||
           std::any_of(declared.begin(), declared.end(), [&](const auto& one) { return one.traits.section == part; });
  }

  /// Before flags are read: a file's values become defaults, so flags and environment win over them.
  void load_config() {
    for (std::size_t at = 1; at < given.size(); ++at) {
      if (given[at] == "--config" && at + 1 < given.size()) config = given[at + 1];
      if (given[at].starts_with("--config=")) config = given[at].substr(9);
    }
    if (config.empty())
      if (const char* variable = std::getenv("SAFETY_CONFIG")) config = variable;
    if (config.empty()) {
      if (!std::filesystem::exists("safety.toml")) return;
      config = "safety.toml";
    }
    if (!std::filesystem::exists(config))
      throw Error(Code::config, "there is no configuration file \"" + config + "\"", "Check --config or SAFETY_CONFIG.");
    file = read_config_file(config);
    for (const auto& [key, value] : file.values) {
      const auto dot = key.find('.');
      const auto part = dot == std::string::npos ? "" : key.substr(0, dot), bare = dot == std::string::npos ? key : key.substr(dot + 1);
      if (!part.empty() && !reads_section(part)) continue;  // another tool's section
      const auto entry = std::find_if(declared.begin(), declared.end(), [&](const auto& one) {
        return one.key == bare && (one.traits.section.empty() ? part.empty() || part == section() : one.traits.section == part);
      });
      const bool is_elsewhere = (part.empty() && (entry == declared.end() || entry->traits.is_per_tool)) || known.contains(key);
      if (is_elsewhere) continue;  // top-level keys may be other tools'
      if (entry == declared.end()) {
        throw Error(Code::config, fmt::format("\"{}\": [{}] has no setting \"{}\"", config, part, bare),
                    fmt::format("`{} --show-config` lists the settings.", name));
      }
      if (part.empty() && file.values.contains(section() + "." + bare)) continue;  // the section says more
      if (entry->traits.names_command && file.is_writable_by_others)
        throw Error(Code::config, fmt::format("\"{}\" can be written by others, so it may not set {}", config, bare),
                    fmt::format("Run `chmod go-w {}` and check who owns it.", config));
      try {
        entry->set_default(value);
      } catch (const CLI::Error& error) {
        throw Error(Code::config, fmt::format("\"{}\": {} = {}: {}", config, bare, entry->traits.is_secret ? "**redacted**" : value, error.what()),
                    fmt::format("`{} --help` shows what it takes.", name));
      }
    }
  }

  /// A secret may lie in a file that <VARIABLE>_FILE names, as container images do it.
  void read_secret_files() {
    for (const auto& entry : declared) {
      if (!entry.traits.is_secret || is_given(entry.flag) || std::getenv(entry.variable.c_str()) != nullptr) continue;
      if (const char* path = std::getenv((entry.variable + "_FILE").c_str()))
        entry.set_default(std::string(trim(os::read_file(path))));
    }
  }

  void show_config() const {
    for (const auto& entry : declared) {
      std::string origin = "default", value = entry.option->get_default_str();
      if (value.empty() && entry.option->get_expected_min() == 0) value = "false";  // a flag
      const auto& shared = entry.traits.section;
      const std::string inside = (shared.empty() ? section() : shared) + "." + entry.key;
      if (file.values.contains(inside) || (shared.empty() && file.values.contains(entry.key))) origin = file.path.string();
      if (entry.traits.is_secret && std::getenv((entry.variable + "_FILE").c_str()) != nullptr) origin = "file named by " + entry.variable + "_FILE";
      if (std::getenv(entry.variable.c_str()) != nullptr) origin = "environment " + entry.variable;
      if (is_given(entry.flag)) origin = "flag " + entry.flag;
      if (entry.option->count() > 0) value = join(entry.option->results(), ",");
      if (entry.traits.is_secret && !value.empty()) value = "**redacted**";
      fmt::print("{} = {}  # {}\n", shared.empty() ? entry.key : inside, nlohmann::json(value).dump(), origin);
    }
  }
};

Tool::Tool(std::string name, std::string description, std::string examples) : state_(std::make_unique<State>()) {
  auto& app = state_->app;
  state_->name = name;
  app.name(name);
  app.description(description);
  app.footer("\nExamples:\n" + examples + "\n" + exit_code_help() +
             "\nEach option --some-name is also the variable SAFETY_SOME_NAME and the key some_name in safety.toml\n"
             "(top level, or in a section named for the tool). Order: flag, environment, file, default.");
  app.set_version_flag("--version", name + " " + kVersion);
  option("--database-url", state_->database_url,
         "the database as postgresql://USER:PASSWORD@HOST:PORT/DATABASE; libpq's variables (PGHOST ...) fill what it leaves out",
         {.is_secret = true});
  option("--container", state_->container,
         "container or Compose service of the database, where the address does not tell: its pg_dump is run there when none here fits");
  option("--backup-dir", state_->backup_dir, "folder of archives, records and journals");
  app.add_option("--config", state_->config, "configuration file (default: safety.toml in the current folder when there is one)");
  flag("--json", state_->is_json, "one JSON object a line on stdout; the last is the result");
  flag("--quiet", state_->is_quiet, "no progress: beside the result only warnings and errors");
  app.add_flag("--show-config", state_->shows_config, "print every setting with where it came from, and end");
}

Tool::~Tool() = default;

void Tool::option(const std::string& flag, std::string& value, const std::string& help, OptionTraits traits) {
  state_->declare(flag, traits.is_secret ? state_->app.add_option(flag, value, help) : state_->app.add_option(flag, value, help)->capture_default_str(),
                  traits);
}
void Tool::option(const std::string& flag, std::vector<std::string>& values, const std::string& help, OptionTraits traits) {
  auto* option = state_->app.add_option(flag, values, help + "; may be given several times");
  option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->delimiter('\n')->allow_extra_args(false);
  state_->declare(flag, option, std::move(traits));
}
void Tool::option(const std::string& flag, unsigned& value, const std::string& help, OptionTraits traits) {
  state_->declare(flag, state_->app.add_option(flag, value, help)->capture_default_str(), std::move(traits));
}
void Tool::option(const std::string& flag, int& value, const std::string& help) {
  state_->declare(flag, state_->app.add_option(flag, value, help)->capture_default_str());
}
void Tool::option(const std::string& flag, std::chrono::milliseconds& value, const std::string& help, OptionTraits traits) {
  auto* option = state_->app.add_option_function<std::string>(
      flag, [&value](const std::string& text) { value = require_duration(text); }, help);
  option->default_str(value.count() % 1000 == 0 ? fmt::format("{}s", value.count() / 1000) : fmt::format("{}ms", value.count()));
  option->type_name("DURATION");
  state_->declare(flag, option, std::move(traits));
}
void Tool::flag(const std::string& name, bool& value, const std::string& help, OptionTraits traits) {
  state_->declare(name, state_->app.add_flag(name, value, help), std::move(traits));
}
void Tool::action(const std::string& name, bool& value, const std::string& help) { state_->app.add_flag(name, value, help); }
void Tool::argument(const std::string& name, std::string& value, const std::string& help) {
  state_->app.add_option(name, value, help);
}
void Tool::arguments(const std::string& name, std::vector<std::string>& values, const std::string& help) {
  state_->app.add_option(name, values, help);
}
void Tool::knows(const std::string& section, const std::vector<std::string>& keys) {
  for (const auto& key : keys) state_->known.insert(section + "." + key);
}
void Tool::with_confirmation() { state_->app.add_flag("--yes,-y", state_->is_confirmed, "do not ask before something is replaced"); }
void Tool::with_dry_run() { state_->app.add_flag("--dry-run", state_->is_dry_run, "say what would be done, and why, and do nothing"); }

void Tool::with_identity() {
  // Whoever may write the file must not choose what we read as a key.
  option("--identity", state_->identities, "file with an age identity or SSH key, without a passphrase, that opens encrypted archives", {.names_command = true});
  option("--temporary-dir", state_->temporary_dir, "where content of encrypted archives takes disk in clear, in files without a name that are gone with the process (default: --backup-dir)");
}
void Tool::with_encryption() {
  option("--encrypt-to", state_->recipients, "encrypt archives to this age recipient (age1...), SSH public key, or file of them; they stay restorable by `age -d`", {.names_command = true});
  with_identity();
}

void Tool::with_services() { flag("--no-services", state_->leaves_services, "leave the services of [services] in safety.toml alone"); }

services::Services Tool::services(const Context& context) const {
  const auto& file = state_->file;
  if (state_->leaves_services || file.services.empty()) return {};
  if (file.is_writable_by_others)
    throw Error(Code::config, fmt::format("\"{}\" can be written by others, so it may not name the commands of [services]", file.path.string()),
                fmt::format("Run `chmod go-w {}` and check who owns it; or use --no-services.", file.path.string()));
  return services::expand(context, file.services);
}

migrations::Project Tool::project() const {
  auto configuration = state_->file.migrations;
  if (state_->file.is_writable_by_others && configuration.settings.contains("commands"))
    throw Error(Code::config, fmt::format("\"{}\" can be written by others, so it may not name the commands of [migrations]", state_->file.path.string()),
                fmt::format("Run `chmod go-w {}` and check who owns it.", state_->file.path.string()));
  if (configuration.folder.empty()) configuration.folder = std::filesystem::current_path();
  return migrations::read_project(configuration);
}

pg::ConnectionInfo Tool::connection() const {
  return services::reach(*state_->context, pg::ConnectionInfo::parse(state_->database_url), state_->container);
}
const std::string& Tool::container() const { return state_->container; }
std::string Tool::database_name() const {
  const auto info = pg::ConnectionInfo::parse(state_->database_url);
  return info.parameters().empty() ? "" : info.database();
}
std::string Tool::backup_dir() const { return std::filesystem::absolute(state_->backup_dir).lexically_normal().string(); }
const std::string& Tool::temporary_dir() const { return state_->temporary_dir; }
std::filesystem::path Tool::config_file() const { return state_->file.path.empty() ? "" : std::filesystem::absolute(state_->file.path).lexically_normal(); }
bool Tool::is_in_config_file(const std::string& key) const {
  return state_->file.values.contains(key) || state_->file.values.contains(state_->section() + "." + key);
}
bool Tool::was_given(const std::string& flag) const { return state_->is_given(flag); }
std::vector<std::string> Tool::flags() const {
  std::vector<std::string> flags;
  for (const auto& entry : state_->declared) flags.push_back(entry.flag);
  return flags;
}
std::string Tool::variable_in_use(const std::string& flag) const {
  const auto entry = std::find_if(state_->declared.begin(), state_->declared.end(), [&](const auto& one) { return one.flag == flag; });
  if (entry == state_->declared.end()) return "";
  for (const auto& name : {entry->variable, entry->variable + "_FILE"})
    if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') return name;
  return "";
}
const std::vector<std::string>& Tool::recipients() const { return state_->recipients; }
const std::vector<std::string>& Tool::identities() const { return state_->identities; }
bool Tool::is_dry_run() const { return state_->is_dry_run; }
bool Tool::is_confirmed() const { return state_->is_confirmed; }

void Tool::confirm(const std::string& question, const std::string& details) const {
  if (state_->is_confirmed) return;
  if (!has_terminal())
    throw Error(Code::confirmation_needed, "not done without a confirmation: " + question, "Run it again with --yes, or on a terminal.");
  if (!ask(details + question + "\nGo on?")) throw Error(Code::confirmation_needed, "nothing was done", "Answer y to go on.");
}

bool Tool::ask(const std::string& question) const {
  if (!has_terminal()) return false;
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int Tool::run(int argc, char** argv, const std::function<Result(const Context&)>& body) {
  // Never taken down: a signal between the result and the end of the process must not turn success into 130.
  static const auto& signals = *new os::SignalWatch;
  state_->given.assign(argv, argv + argc);
  const auto& tool = state_->name;
  const auto report = [&](const Error& error, Code code) {
    fmt::print(stderr, "{}: error: {}\n", tool, one_line(error.message()));
    if (!error.detail().empty()) fmt::print(stderr, "  detail: {}\n", one_line(error.detail()));
    if (!error.hint().empty()) fmt::print(stderr, "  hint: {}\n", one_line(error.hint()));
    if (state_->is_json) {
      const nlohmann::ordered_json line{{"schema", 1}, {"kind", "result"}, {"tool", tool}, {"outcome", std::string(name_of(code))},
                                        {"exit_code", static_cast<int>(code)}, {"message", error.message()},
                                        {"detail", error.detail()}, {"hint", error.hint()}};
      fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    return static_cast<int>(code);
  };
  try {
    state_->load_config();
    state_->read_secret_files();
    try {
      state_->app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) return state_->app.exit(error);
      std::string message = error.what();
      if (!message.empty()) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
      throw Error(Code::usage, message, fmt::format("`{} --help` lists the options.", tool));
    }
    if (state_->shows_config) {
      state_->show_config();
      return 0;
    }
    const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
    const auto sink = make_sink(state_->is_quiet  ? SinkKind::quiet
                                : state_->is_json ? SinkKind::json
                                : is_terminal      ? SinkKind::terminal
                                                   : SinkKind::log,
                                tool);
    const auto& folder = state_->temporary_dir.empty() ? state_->backup_dir : state_->temporary_dir;
    archive::Encryption encryption({state_->recipients, {state_->identities.begin(), state_->identities.end()}, std::filesystem::absolute(folder).lexically_normal(), !state_->temporary_dir.empty()});
    const Context context{*sink, signals.token(), &encryption};
    state_->context = &context;
    const Result result = body(context);
    if (state_->is_json) {
      nlohmann::ordered_json line{{"schema", 1}, {"kind", "result"}, {"tool", tool}, {"outcome", std::string(name_of(result.code))}};
      line.update(nlohmann::ordered_json::parse(result.fields_json));
      fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else if (!result.text.empty()) {
      fmt::print("{}{}", result.text, result.text.ends_with('\n') ? "" : "\n");
    }
    return static_cast<int>(result.code);
  } catch (const Interrupted& error) {
    return report(error, signals.received() == SIGTERM ? Code::terminated : Code::interrupted);
  } catch (const Error& error) {
    return report(error, error.code());
  } catch (const std::exception& error) {
    return report(Error(Code::internal, error.what(), "This is a defect: please report it with the command line."), Code::internal);
  }
}

}  // namespace safety::tools

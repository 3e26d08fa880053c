#include "libsafety/migrations/command_line.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"
#include "libsafety/os/file.hpp"

namespace safety::migrations {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;
constexpr int kMostDepth = 8;  // scripts that start each other

struct Simple {
  Words words;
  std::string next;
};

/// Into simple commands: quotes and backslashes as the shell takes them, brackets and $( ) as borders.
std::vector<Simple> split_commands(const std::string& line) {
  std::vector<Simple> commands(1);
  std::string word;
  bool is_word = false, is_target = false;  // is_target: the file of a redirection comes
  const auto end_word = [&] {
    const auto arrow = word.find_first_of("<>");
    const bool is_redirection = is_word && arrow != std::string::npos && word.find_first_not_of("0123456789&") == arrow;
    if (is_word && !is_redirection && !is_target) commands.back().words.push_back(word);
    if (is_word) is_target = is_redirection && word.find_last_of("<>") + 1 == word.size();
    word.clear();
    is_word = false;
  };
  const auto end_command = [&](const std::string& sign) {
    end_word();
    if (commands.back().words.empty()) return;
    commands.back().next = sign;
    commands.emplace_back();
  };
  char quote = '\0';
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
      else if (quote == '"' && c == '\\' && at + 1 < line.size()) word += line[++at];
      else word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      is_word = true;
    } else if (c == '\\' && at + 1 < line.size()) {
      if (line[++at] != '\n') word += line[at], is_word = true;
    } else if (c == '#' && !is_word) {
      at = std::min(line.find('\n', at), line.size()) - 1;
    } else if (line.compare(at, 2, "&&") == 0 || line.compare(at, 2, "||") == 0) {
      end_command(line.substr(at++, 2));
    } else if ((c == '>' || c == '<') || (c == '&' && !word.empty() && word.back() == '>')) {
      // A redirection, 2>&1 with it, is a word that nobody asks for. It ends the word before it, unless that is its number.
      if (c != '&' && word.find_first_not_of("0123456789&<>") != std::string::npos) end_word();
      word += c;
      is_word = true;
    } else if (c == ';' || c == '|' || c == '&' || c == '\n' || c == '(' || c == ')' || c == '`') {
      end_command(c == '\n' || c == '(' || c == ')' || c == '`' ? ";" : std::string(1, c));
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      end_word();
    } else {
      word += c;
      is_word = true;
    }
  }
  end_word();
  if (commands.back().words.empty()) commands.pop_back();
  // What only closes the line has nothing after it.
  if (!commands.empty() && (commands.back().next == ";" || commands.back().next == "|")) commands.back().next.clear();
  return commands;
}

bool is_assignment(const std::string& word) {
  const auto equals = word.find('=');
  return equals != std::string::npos && equals > 0 && std::isdigit(static_cast<unsigned char>(word[0])) == 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string base_name(const std::string& word) {
  if (word.find("/prisma/build/") != std::string::npos) return "prisma";
  if (word.find("/drizzle-kit/bin") != std::string::npos) return "drizzle-kit";
  return fs::path(word).filename().string();
}

/// prisma@6.19.0 -> prisma, @scope/name stays.
std::string without_version(const std::string& word) {
  const auto at = word.find('@', 1);
  return at == std::string::npos ? word : word.substr(0, at);
}

class Unwrapper {
 public:
  Unwrapper(std::vector<Invocation>& found, int depth) : found_(found), depth_(depth) {}

  void unwrap(Words words, Invocation so_far) {
    words_ = std::move(words);
    at_ = 0;
    result_ = std::move(so_far);
    while (at_ < words_.size() && step()) {}
    if (at_ >= words_.size()) return;
    result_.words.assign(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end());
    result_.words[0] = without_version(base_name(result_.words[0]));
    found_.push_back(result_);
  }

 private:
  bool is_at(std::initializer_list<const char*> names) const {
    return at_ < words_.size() && std::any_of(names.begin(), names.end(), [&](const char* name) { return base_name(words_[at_]) == name; });
  }
  bool word_is(std::size_t ahead, std::initializer_list<const char*> names) const {
    return at_ + ahead < words_.size() && std::any_of(names.begin(), names.end(), [&](const char* name) { return words_[at_ + ahead] == name; });
  }

  /// Skips options; those of `with_value` take the next word along.
  void skip_options(const std::set<std::string>& with_value) {
    while (at_ < words_.size() && words_[at_].size() > 1 && words_[at_][0] == '-' && words_[at_] != "--") {
      const auto& option = words_[at_++];
      if ((option == "-e" || option == "--env") && at_ < words_.size()) note_environment(words_[at_]);
      if (option.starts_with("--env=")) note_environment(option.substr(6));
      if (option.starts_with("-e") && option.size() > 2) note_environment(option.substr(2));
      if (with_value.contains(option)) ++at_;
    }
    if (word_is(0, {"--"})) ++at_;
  }
  void note_environment(const std::string& text) {
    if (text == "DATABASE_URL" || text == "DATABASE_URL=$DATABASE_URL" || text == "DATABASE_URL=${DATABASE_URL}") hands_on_ = true;
    else if (is_assignment(text)) result_.environment[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }

  /// One wrapper off; false when there is none.
  bool step() {
    if (is_assignment(words_[at_])) {
      note_environment(words_[at_++]);
      return true;
    }
    if (is_at({"env", "cross-env", "sudo", "nice", "nohup", "time", "exec", "command", "stdbuf", "ionice", "setsid"})) {
      ++at_;
      skip_options({"-u", "-n", "-c", "-C", "-g", "-o", "-e", "-i"});
      return true;
    }
    if (is_at({"timeout"})) {
      ++at_;
      skip_options({"-k", "-s", "--signal", "--kill-after"});
      ++at_;
      return true;
    }
    if (is_at({"dotenv", "dotenvx", "doppler", "op", "infisical", "env-cmd", "chamber", "aws-vault"})) return skip_past_dashes();
    if (is_at({"sh", "bash", "dash", "zsh", "ash"})) return shell();
    if (is_at({"npx", "bunx", "pnpx"})) {
      ++at_;
      skip_options({"-p", "--package"});
      return true;
    }
    if (is_at({"npm", "pnpm", "yarn", "bun"})) return package_manager();
    if (is_at({"node", "tsx", "ts-node"}) && at_ + 1 < words_.size()) {
      ++at_;
      skip_options({"-r", "--require", "--import", "--loader"});
      return true;
    }
    if (is_at({"docker", "docker-compose", "podman", "podman-compose", "kubectl", "ssh"})) return elsewhere();
    return false;
  }

  bool skip_past_dashes() {
    const auto dashes = std::find(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end(), "--");
    if (dashes != words_.end()) {
      at_ = static_cast<std::size_t>(dashes - words_.begin()) + 1;
      return true;
    }
    ++at_;
    skip_options({"-e", "-f", "-c", "-p"});
    if (word_is(0, {"run", "exec"})) ++at_;
    return true;
  }

  /// sh -c "line": read as a line of its own.
  bool shell() {
    for (auto at = at_ + 1; at < words_.size() && words_[at].starts_with("-"); ++at)
      if (words_[at].find('c') != std::string::npos && !words_[at].starts_with("--") && at + 1 < words_.size()) return inner_line(words_[at + 1]);
    return false;
  }
  bool inner_line(const std::string& line);

  bool package_manager() {
    const auto program = base_name(words_[at_++]);
    skip_options({"--filter", "-F", "-C", "--dir", "--prefix", "--cwd", "-w", "--workspace"});
    if (program == "yarn" && word_is(0, {"workspace"})) at_ += 2;
    if (word_is(0, {"exec", "dlx", "x"})) {
      ++at_;
      skip_options({"-p", "--package", "-w", "--workspace"});
      return true;
    }
    const bool runs = word_is(0, {"run", "run-script"});
    if (runs) ++at_;
    if (program == "npm" && !runs) return true;  // npm prisma is no command of npm's
    skip_options({"-w", "--workspace", "--filter"});
    if (at_ < words_.size()) {
      const auto script = script_of(words_[at_]);
      if (!script.empty()) {
        auto line = script;
        for (auto at = at_ + 1; at < words_.size(); ++at)
          if (words_[at] != "--") line += " '" + words_[at] + "'";
        return inner_line(line);
      }
    }
    return true;
  }

  /// Of package.json in the folder.
  std::string script_of(const std::string& name) const {
    try {
      const auto text = os::read_file_if_exists(result_.folder / "package.json");
      const auto package = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
      if (package.is_object() && package.contains("scripts") && package["scripts"].is_object() && package["scripts"].contains(name) &&
          package["scripts"][name].is_string())
        return package["scripts"][name];
    } catch (const Error&) {  // it may not be read: then the script is not known, and its name is what is run
    }
    return "";
  }

  bool elsewhere() {
    static const std::set<std::string> kWithValue{"-f", "--file", "-p", "--project-name", "--profile", "--env-file", "-e", "--env", "-u", "--user", "-w", "--workdir", "--name", "-v",
                                                  "--volume", "--entrypoint", "--index", "-c", "--container", "-n", "--namespace", "--context", "-i", "-l", "-o", "-H", "--host",
                                                  "--network", "--project-directory", "-h", "--add-host", "--mount", "--platform", "--label"};
    const auto begin = at_;
    const auto program = base_name(words_[at_++]);
    hands_on_ = false;
    // A flag alone to ssh and docker's -i, which take none there.
    auto with_value = kWithValue;
    if (program != "ssh") with_value.erase("-i"), with_value.erase("-l");
    skip_options(with_value);
    std::string verb = program;
    if (program == "docker" || program == "podman") {
      if (word_is(0, {"compose"})) {
        verb += " compose";
        ++at_;
        skip_options(with_value);
      } else if (word_is(0, {"container"})) {
        ++at_;
      }
    }
    if (program != "ssh") {
      if (!word_is(0, {"exec", "run"})) return at_ = begin, false;
      verb += " " + words_[at_++];
      skip_options(with_value);
    }
    if (at_ >= words_.size()) return at_ = begin, false;
    result_.elsewhere = verb + " " + words_[at_++];
    skip_options(with_value);
    result_.gets_address = hands_on_;
    if (program == "ssh" && at_ < words_.size()) return inner_line(join({words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end()}, " "));
    return true;
  }

  std::vector<Invocation>& found_;
  int depth_;
  Words words_;
  std::size_t at_ = 0;
  Invocation result_;
  bool hands_on_ = false;
};

void read_line(const std::string& line, const Invocation& around, int depth, std::vector<Invocation>& found) {
  if (depth > kMostDepth) return;
  auto here = around;
  for (const auto& command : split_commands(line)) {
    if (command.words[0] == "cd" && command.words.size() > 1) {
      here.folder = (here.folder / command.words[1]).lexically_normal();
      continue;
    }
    auto words = command.words;
    while (!words.empty() && (words[0] == "if" || words[0] == "then" || words[0] == "while" || words[0] == "!" || words[0] == "do" || words[0] == "{" || words[0] == "else"))
      words.erase(words.begin());
    if (words.empty()) continue;
    if (words[0] == "export" && words.size() > 1 && is_assignment(words[1])) {
      const auto equals = words[1].find('=');
      here.environment[words[1].substr(0, equals)] = words[1].substr(equals + 1);
      continue;
    }
    auto so_far = here;
    so_far.next = command.next.empty() ? around.next : command.next;
    Unwrapper(found, depth).unwrap(words, so_far);
  }
}

bool Unwrapper::inner_line(const std::string& line) {
  read_line(line, result_, depth_ + 1, found_);
  at_ = words_.size();
  return true;
}

}  // namespace

bool Invocation::has(const std::string& option) const {
  return std::any_of(words.begin(), words.end(), [&](const auto& word) { return word == option || word.starts_with(option + "="); });
}

std::string Invocation::value_of(const std::string& option) const {
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (words[at].starts_with(option + "=")) return words[at].substr(option.size() + 1);
    if (words[at] == option && at + 1 < words.size()) return words[at + 1];
  }
  return "";
}

std::vector<std::string> Invocation::plain_words() const {
  std::vector<std::string> plain;
  for (const auto& word : words)
    if (!word.starts_with("-")) plain.push_back(word);
  return plain;
}

bool Invocation::is(const std::string& program, const std::string& first, const std::string& second) const {
  const auto plain = plain_words();
  return plain.size() >= 2 && plain[0] == program && plain[1] == first && (second.empty() || (plain.size() >= 3 && plain[2] == second));
}

std::vector<Invocation> invocations_of(const std::string& line, const fs::path& folder) {
  std::vector<Invocation> found;
  Invocation around;
  around.folder = folder;
  read_line(line, around, 0, found);
  return found;
}

}  // namespace safety::migrations

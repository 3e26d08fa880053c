#include "libsafety/rehearsal/command_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "libsafety/base/text.hpp"
#include "libsafety/pg/connection_info.hpp"

namespace safety::rehearsal {
namespace {

constexpr std::size_t kKeptBytes = 64 * 1024;
// A secret that the cut went through would not be recognised: the cut is made after the secrets are out.
constexpr std::size_t kMargin = 4 * 1024;
constexpr std::size_t kLineBytes = 300;

constexpr std::string_view kTerminalWords[] = {
    "Interactive prompts require a TTY",                    // drizzle-kit
    "environment is non-interactive, which is not supported",  // Prisma migrate dev, reset, db push
    "requires an interactive terminal", "the input device is not a TTY", "stdin is not a TTY", "stdin is not a tty", "not a terminal",
};

std::string shortened(std::string_view text) {
  auto line = one_line(trim(text));
  if (line.size() <= kLineBytes) return line;
  std::size_t end = kLineBytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return line.substr(0, end) + " ...";
}

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0 || std::isupper(c) != 0; });
}

/// code: '42P01' as node-postgres' errors are printed.
bool shows_sqlstate(const std::vector<std::string>& lines, std::size_t from) {
  for (std::size_t at = from; at < lines.size() && at < from + 60; ++at) {
    std::string_view line = lines[at];
    const auto code = line.find("code: '");
    if (code != std::string_view::npos && line.size() >= code + 12 && is_sqlstate(line.substr(code + 7, 5))) return true;
  }
  return false;
}

bool is_stack_of_drizzle(const std::vector<std::string>& lines, std::size_t from) {
  bool is_stack = false;
  for (std::size_t at = from + 1; at < lines.size() && at < from + 30; ++at) {
    if (lines[at].starts_with("at ")) is_stack = true;
    if (lines[at].starts_with("at ") && lines[at].find("drizzle-kit") != std::string::npos) return true;
  }
  return is_stack && std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.find("drizzle") != std::string::npos; });
}

/// "error: column ... " of node-postgres, thrown through drizzle-kit 0.31, which then ends with 0.
std::string drizzle_trouble(const std::vector<std::string>& lines, std::string& statement) {
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view line = lines[at];
    if (line.starts_with("Failed query: ") || line.starts_with("DrizzleQueryError: Failed query: ")) {
      statement = shortened(line.substr(line.find("query: ") + 7));
      for (auto cause = at + 1; cause < lines.size(); ++cause)
        for (const std::string_view word : {"cause: error: ", "[cause]: error: ", "error: "})
          if (lines[cause].starts_with(word)) return shortened(std::string_view(lines[cause]).substr(word.size()));
      return "failed query: " + statement;
    }
    const bool is_servers = line.starts_with("error: ") && shows_sqlstate(lines, at);
    const bool is_thrown = line.find("rror: ") != std::string_view::npos && line.find("rror: ") < 40 && line.substr(0, line.find(':')).find(' ') == std::string_view::npos &&
                           is_stack_of_drizzle(lines, at);
    if (is_servers || is_thrown) return shortened(line.starts_with("error: ") ? line.substr(7) : line);
  }
  return "";
}

/// The text behind "name: ", here or in the lines below it until an empty one.
std::string value_of(const std::vector<std::string>& lines, std::size_t from, std::string_view name) {
  for (auto at = from; at < lines.size(); ++at) {
    if (!lines[at].starts_with(name)) continue;
    const auto rest = trim(std::string_view(lines[at]).substr(name.size()));
    if (!rest.empty()) return std::string(rest);
    return at + 1 < lines.size() ? lines[at + 1] : "";
  }
  return "";
}

/// "Error: P3018", then paragraphs: what, the migration's name, the server's words.
std::string prisma_trouble(const std::vector<std::string>& lines) {
  for (std::size_t at = 0; at < lines.size(); ++at) {
    std::string_view line = lines[at];
    const auto begin = line.find("Error: ");
    if (begin == std::string_view::npos || begin > 2) continue;
    const auto code = line.substr(begin + 7, 5);
    if (code.size() != 5 || code[0] != 'P' || !std::all_of(code.begin() + 1, code.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
    const auto migration = value_of(lines, at, "Migration name:"), state = value_of(lines, at, "Database error code:"), words = value_of(lines, at, "Database error:");
    if (!migration.empty())
      return shortened(fmt::format("{}: migration {} failed: {}{}", code, migration, words.empty() ? "see its output" : words, state.empty() ? "" : " (" + state + ")"));
    std::string text(code);
    text += ":";
    if (line.size() > begin + 12) text += " " + std::string(trim(line.substr(std::min(line.size(), begin + 13))));
    for (auto more = at + 1; more < lines.size() && text.size() < kLineBytes; ++more) text += " " + lines[more];
    return shortened(text);
  }
  return "";
}

/// Prisma's WebAssembly engine has no codes: "Error querying the database: ERROR: ...", and the migration in a trace below.
std::string prisma_adapter_trouble(const std::vector<std::string>& lines) {
  constexpr std::string_view kWords = "Error querying the database: ", kName = "with migration_name=\"";
  for (std::size_t at = 0; at < lines.size(); ++at) {
    if (!lines[at].starts_with(kWords)) continue;
    const auto words = lines[at].substr(kWords.size());
    for (auto more = at + 1; more < lines.size(); ++more)
      if (lines[more].starts_with(kName)) {
        const auto name = lines[more].substr(kName.size());
        return shortened(fmt::format("migration {} failed: {}", name.substr(0, name.find('"')), words));
      }
    return shortened(words);
  }
  return "";
}

/// psql goes on after an error, and ends with 0, unless ON_ERROR_STOP is set.
std::string psql_trouble(const std::vector<std::string>& lines, std::string& statement) {
  for (std::size_t at = 0; at < lines.size(); ++at) {
    const std::string_view line = lines[at];
    for (const std::string_view word : {"ERROR:  ", "FATAL:  "}) {
      const auto begin = line.find(word);
      if (begin == std::string_view::npos || (begin != 0 && !line.starts_with("psql:"))) continue;
      if (at + 1 < lines.size() && lines[at + 1].starts_with("LINE ")) statement = shortened(std::string_view(lines[at + 1]).substr(lines[at + 1].find(':') + 1));
      return shortened(line.substr(begin + word.size()));
    }
  }
  return "";
}

std::string any_trouble(const std::vector<std::string>& lines) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string lower = *line;
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    // npm's own lines tell that a script failed, and not why.
    if (lower.find("error") != std::string::npos && !lower.starts_with("npm ")) return shortened(*line);
  }
  return lines.empty() ? "" : shortened(lines.back());
}

}  // namespace

void OutputTail::add(std::string_view piece) {
  kept_.append(piece);
  if (kept_.size() <= 2 * (kKeptBytes + kMargin)) return;
  kept_.erase(0, kept_.size() - kKeptBytes - kMargin);
  is_cut_ = true;
}

std::string OutputTail::text(const std::vector<std::string>& secrets) const {
  std::string text = kept_;
  for (const auto& secret : secrets)
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 12)) text.replace(at, secret.size(), "**redacted**");
  if (!is_cut_ && text.size() <= kKeptBytes) return text;
  auto begin = text.size() > kKeptBytes ? text.size() - kKeptBytes : std::min(text.size(), kMargin);
  if (const auto line = text.find('\n', begin); line != std::string::npos && line + 1 < text.size()) begin = line + 1;
  return text.substr(begin);
}

std::string plain_text(std::string_view output) {
  std::string plain;
  for (std::size_t at = 0; at < output.size(); ++at) {
    if (output[at] == '\x1b') {
      if (at + 1 < output.size() && output[at + 1] == '[') {
        at += 2;
        while (at < output.size() && (output[at] < '@' || output[at] > '~')) ++at;
      } else {
        ++at;
      }
    } else if (output[at] == '\r') {
      if (at + 1 < output.size() && output[at + 1] != '\n') plain += '\n';
    } else {
      plain += output[at];
    }
  }
  return plain;
}

OutputVerdict judge_output(const std::string& output, bool has_failed) {
  OutputVerdict verdict;
  const auto lines = split_lines(plain_text(output));
  for (const auto& line : lines)
    for (const auto words : kTerminalWords)
      if (!verdict.wanted_terminal && line.find(words) != std::string::npos) {
        verdict.wanted_terminal = true;
        verdict.trouble = "it asks a question and nobody is there to answer: " + shortened(line);
      }
  if (verdict.trouble.empty()) verdict.trouble = prisma_trouble(lines);
  if (verdict.trouble.empty()) verdict.trouble = prisma_adapter_trouble(lines);
  if (verdict.trouble.empty()) verdict.trouble = drizzle_trouble(lines, verdict.statement);
  if (verdict.trouble.empty()) verdict.trouble = psql_trouble(lines, verdict.statement);
  if (verdict.trouble.empty() && has_failed) verdict.trouble = any_trouble(lines);
  return verdict;
}

std::vector<std::string> secrets_of(const std::string& password) {
  if (password.empty()) return {};
  std::vector<std::string> secrets{password};
  const auto url = pg::ConnectionInfo::parse("").with("user", "u").with("password", password).url();
  const auto begin = url.find("u:") + 2;
  if (const auto encoded = url.substr(begin, url.find('@', begin) - begin); encoded != password) secrets.push_back(encoded);
  // The longer one first, or what is left of it would stay.
  std::sort(secrets.begin(), secrets.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return secrets;
}

}  // namespace safety::rehearsal

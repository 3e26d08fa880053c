// Where a Drizzle schema names what was undone. Read by its quoted names: a file is a program, and what it computes is not known here.
#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/script_tokens.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/rollback/advice.hpp"

namespace safety::rollback {
namespace {

using migrations::Token;
using FileTokens = std::vector<Token>;
using What = schema::Change::What;

/// "photo_url" as a key of the schema has it: "photoUrl".
std::string camel_case(const std::string& name) {
  std::string camel;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool is_upper = name[at] == '_' && at + 1 < name.size() && !camel.empty();
    if (is_upper) ++at;
    camel += is_upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(name[at]))) : name[at];
  }
  return camel;
}

/// pgTable("media", {...}): from the name's token to the end of the call.
struct Call {
  std::size_t file = 0, begin = 0, end = 0;
};

class DrizzleAdvice {
 public:
  explicit DrizzleAdvice(const migrations::DrizzleProject& project) : project_(project) {
    for (const auto& file : project.schema_files) files_.push_back(migrations::read_tokens(os::read_file_if_exists(file).value_or("")));
  }

  std::vector<AdviceLine> run(const std::vector<schema::Change>& changes) {
    for (const auto& change : changes) {
      const auto subject = subject_of(change);
      if (subject.kind == "table" || subject.kind == "enum") whole(change, subject);
      else if (!subject.kind.empty()) part(change, subject);
    }
    return std::move(lines_);
  }

 private:
  void add(std::size_t file, int line, const std::string& text, const std::string& more = "") {
    const auto place = shown_path(project_.schema_files[file]) + (line > 0 ? fmt::format(":{}", line) : "");
    lines_.push_back({file, fmt::format("{} ({}){}", text, place, more.empty() ? "" : ": " + one_line(more))});
  }

  std::optional<Call> find_call(const std::string& name) const {
    for (std::size_t file = 0; file < files_.size(); ++file) {
      const auto& tokens = files_[file];
      for (std::size_t at = 2; at < tokens.size(); ++at)
        if (tokens[at].kind == Token::Kind::text && tokens[at].value == name && tokens[at - 1].is_sign("(") && tokens[at - 2].kind == Token::Kind::name)
          return Call{file, at, migrations::after_closing(tokens, at - 1)};
    }
    return std::nullopt;
  }

  /// The line on which the call names it: as a quoted name, else as a key.
  int line_within(const Call& call, const std::string& name) const {
    const auto& tokens = files_[call.file];
    for (auto at = call.begin + 1; at < call.end; ++at)
      if (tokens[at].kind == Token::Kind::text && tokens[at].value == name && tokens[at - 1].is_sign("(") && !tokens[at - 2].is_name("default")) return tokens[at].line;
    for (auto at = call.begin + 1; at + 1 < call.end; ++at)
      if (tokens[at + 1].is_sign(":") && (tokens[at].value == name || tokens[at].value == camel_case(name))) return tokens[at].line;
    return 0;
  }

  void whole(const schema::Change& change, const Subject& subject) {
    const auto call = find_call(subject.name);
    const auto title = fmt::format("{} `{}`", subject.kind, subject.name);
    const int line = call ? files_[call->file][call->begin].line : 0;
    if (change.what == What::added && call) add(call->file, line, "remove " + title);
    if (change.what == What::changed && call && subject.kind == "enum") add(call->file, line, "take back the change of " + title, words_after_name(change));
    if (change.what == What::dropped && !call && !files_.empty()) add(0, 0, "bring back " + title, subject.kind == "enum" ? subject.text : "");
  }

  void part(const schema::Change& change, const Subject& subject) {
    const auto call = find_call(subject.table);
    if (!call) return;
    const int line = line_within(*call, subject.name), line_of_table = files_[call->file][call->begin].line;
    const auto title = fmt::format("{} `{}` of table `{}`", subject.kind, subject.name, subject.table);
    if (change.what == What::added && line > 0) return add(call->file, line, "remove " + title);
    if (change.what == What::changed && line > 0) return add(call->file, line, "take back the change of " + title, words_after_name(change));
    if (change.what == What::dropped && line == 0) return add(call->file, line_of_table, "bring back " + title, subject.text);
    // Constraints and indexes mostly have no name there: .unique(), .references(() => users.id)
    if (change.what != What::dropped && subject.kind != "column") add(call->file, line_of_table, "take back " + title, subject.text);
  }

  const migrations::DrizzleProject& project_;
  std::vector<FileTokens> files_;
  std::vector<AdviceLine> lines_;
};

}  // namespace

std::vector<AdviceLine> lines_of_drizzle(const migrations::DrizzleProject& project, const std::vector<schema::Change>& changes) { return DrizzleAdvice(project).run(changes); }

}  // namespace safety::rollback

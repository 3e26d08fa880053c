#include "libsafety/rollback/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "libsafety/base/text.hpp"
#include "libsafety/migrations/ownership.hpp"
#include "libsafety/rollback/bookkeeping.hpp"
#include "libsafety/rollback/git.hpp"
#include "libsafety/services/control.hpp"

namespace safety::rollback {
namespace {

namespace fs = std::filesystem;
using migrations::Owner;

/// public."User"."createdAt" as its three names.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names(1);
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"' && is_quoted && text.substr(at + 1).starts_with('"')) names.back() += text[at++];
    else if (text[at] == '"') is_quoted = !is_quoted;
    else if (text[at] == '.' && !is_quoted) names.emplace_back();
    else names.back() += text[at];
  }
  return names;
}

/// Also what the last of them dropped.
bool is_named_by_prisma(const migrations::PrismaProject& prisma, const std::string& name) {
  const auto quoted = "\"" + name + "\"";
  return std::any_of(prisma.migrations.begin(), prisma.migrations.end(), [&](const auto& file) { return file.sql.find(quoted) != std::string::npos; });
}

/// Which tool's schema files say it: its own, or the only one's.
Owner tool_of(const schema::Change& change, const migrations::Project& project, const migrations::Ownership& ownership) {
  const auto subject = subject_of(change);
  if (subject.kind.empty()) return Owner::nobody;
  if (!project.drizzle) return Owner::prisma;
  if (!project.prisma) return Owner::drizzle;
  if (subject.kind != "enum") {
    const auto owner = ownership.owner_of(subject.schema, subject.table);
    if (owner != Owner::nobody) return owner;
    // Prisma's migrations tell its tables even when its schema does not any more.
    return is_named_by_prisma(*project.prisma, subject.table) ? Owner::prisma : Owner::drizzle;
  }
  const auto& enums = project.drizzle->enums;
  const auto full_name = subject.schema == "public" ? subject.name : subject.schema + "." + subject.name;
  if (std::find(enums.begin(), enums.end(), full_name) != enums.end()) return Owner::drizzle;
  return is_named_by_prisma(*project.prisma, subject.name) ? Owner::prisma : Owner::drizzle;
}

/// What git has of a file: the difference since the revision, and how to take it back.
void ask_git_for(const Context& context, const std::string& commit, SchemaFileAdvice& advice) {
  const bool is_name = commit.size() >= 7 && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  const auto folder = fs::absolute(advice.file).lexically_normal().parent_path();
  const auto name = advice.file.filename().string();
  if (!is_name || !is_tracked(context, folder / name)) return;
  const auto short_name = ask_git(context, folder, {"rev-parse", "--short", "--verify", commit + "^{commit}"});
  const auto diff = ask_git(context, folder, {"diff", "--no-color", "--no-ext-diff", "--no-textconv", commit, "--", name});
  // Without a difference the checkpoint was taken with the code of the migration there already: going to its revision changes nothing.
  if (!short_name || !diff || diff->empty()) return;
  advice.revision = commit;
  advice.diff = *diff;
  const auto shown = shown_path(advice.file);
  os::Command command{"git", {}, {}};
  if (fs::path(shown).is_absolute()) command.arguments = {"-C", folder.string()};
  const auto path = fs::path(shown).is_absolute() ? name : shown;
  const bool was_there = ask_git(context, folder, {"cat-file", "-e", commit + ":./" + name}).has_value();
  const std::vector<std::string> words = was_there ? std::vector<std::string>{"checkout", std::string(trim(*short_name)), "--", path} : std::vector<std::string>{"rm", "--", path};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  advice.command = services::display(command);
}

/// "correct_locations_province"
std::string name_of_correction(const std::vector<schema::Change>& changes) {
  const auto subject = subject_of(changes.front());
  std::string name = "correct_";
  for (const char c : subject.kind == "column" ? subject.table + "_" + subject.name : subject.name)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : '_';
  return name;
}

}  // namespace

Subject subject_of(const schema::Change& change) {
  const auto& one = change.what == schema::Change::What::dropped ? change.before : change.after;
  Subject subject;
  subject.text = one.text;
  const auto relation = names_in(one.table), names = names_in(one.name);
  if (one.kind == "column" && names.size() == 3) {
    subject = {"column", names[0], names[1], names[2], one.text};
  } else if ((one.kind == "table" || one.kind == "partitioned table") && names.size() == 2) {
    subject = {"table", names[0], names[1], names[1], one.text};
  } else if (one.kind == "type" && one.text.find(" AS ENUM ") != std::string::npos && names.size() == 2) {
    subject = {"enum", names[0], "", names[1], one.text};
  } else if (one.kind == "index" && relation.size() == 2) {
    subject = {"index", relation[0], relation[1], names.back(), one.text};
  } else if (one.kind == "constraint" && relation.size() == 2 && one.name.starts_with(one.table + " ")) {
    subject = {"constraint", relation[0], relation[1], names_in(std::string_view(one.name).substr(one.table.size() + 1)).back(), one.text};
  }
  return subject;
}

std::string words_after_name(const schema::Change& change) {
  const auto colon = change.words.find(": ");
  return colon == std::string::npos ? change.words : change.words.substr(colon + 2);
}

std::string shown_path(const fs::path& path) {
  std::error_code error;
  const auto whole = fs::absolute(path, error).lexically_normal();
  const auto below = whole.lexically_relative(fs::current_path(error));
  return error || below.empty() || *below.begin() == ".." ? whole.string() : below.string();
}

std::vector<SchemaFileAdvice> advise(const Context& context, const migrations::Project& project, const std::vector<schema::Change>& changes, const std::string& git_commit) {
  std::vector<SchemaFileAdvice> list;
  const auto ownership = migrations::Ownership::of(project);
  const auto add = [&](Owner tool, const std::vector<fs::path>& files, const auto& lines_of, const std::string& correction) {
    std::vector<schema::Change> own;
    std::copy_if(changes.begin(), changes.end(), std::back_inserter(own), [&](const auto& change) { return tool_of(change, project, ownership) == tool; });
    if (own.empty()) return;
    const std::vector<AdviceLine> lines = lines_of(own);
    for (std::size_t file = 0; file < files.size(); ++file) {
      SchemaFileAdvice advice{tool == Owner::prisma ? "prisma" : "drizzle", files[file], "", "", {}, correction.empty() ? "" : correction + " --name " + name_of_correction(own)};
      for (const auto& line : lines)
        if (line.file == file) advice.lines.push_back(line.text);
      if (!git_commit.empty()) ask_git_for(context, git_commit, advice);
      if (!advice.lines.empty() || !advice.diff.empty()) list.push_back(std::move(advice));
    }
  };
  if (project.prisma) add(Owner::prisma, project.prisma->schema_files, [&](const auto& own) { return lines_of_prisma(*project.prisma, own); }, "npx prisma migrate dev");
  if (project.drizzle)
    add(Owner::drizzle, project.drizzle->schema_files, [&](const auto& own) { return lines_of_drizzle(*project.drizzle, own); },
        project.drizzle->migrations.empty() ? "" : "npx drizzle-kit generate");
  return list;
}

}  // namespace safety::rollback

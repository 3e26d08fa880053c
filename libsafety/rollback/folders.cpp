// Folders of migrations out of the way of `prisma migrate deploy`, and back.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "libsafety/os/fault_point.hpp"
#include "libsafety/os/file.hpp"
#include "libsafety/rollback/bookkeeping.hpp"
#include "libsafety/rollback/git.hpp"
#include "libsafety/services/control.hpp"

namespace safety::rollback {
namespace {

namespace fs = std::filesystem;

// A sibling of migrations/: Prisma takes every folder in there for a migration, and looks at none beside it.
constexpr const char* kSibling = "migrations_rolled_back";

constexpr const char* kReadme =
    "# Migrations that were rolled back\n\n"
    "Each was undone in a database by `safety-rollback`, which moved its folder out of `migrations/`, where the next\n"
    "`prisma migrate deploy` would have applied it again. Prisma does not look here. The SQL is kept to be read and corrected: put\n"
    "what is still wanted into a new migration, and remove a folder when nobody needs it any more.\n\n";

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

fs::path migrations_folder(const migrations::PrismaProject& prisma) {
  for (const auto& migration : prisma.migrations)
    if (!migration.path.empty()) return fs::absolute(migration.path).lexically_normal().parent_path().parent_path();
  return fs::absolute(prisma.folder / "migrations").lexically_normal();
}

/// True when it has to be moved still. What a kill left is either before or after: both are one rename.
bool is_to_be_moved(const fs::path& from, const fs::path& to) {
  if (is_there(from) && is_there(to))
    throw Error(Code::storage, fmt::format("both \"{}\" and \"{}\" are there, and one was to become the other", from.string(), to.string()),
                fmt::format("See with `{}` which of them is right, move the other one elsewhere, and run it again.", services::display({"diff", {"-r", from.string(), to.string()}, {}})));
  if (!is_there(from) && !is_there(to))
    throw Error(Code::storage, fmt::format("neither \"{}\" nor \"{}\" is there", from.string(), to.string()),
                fmt::format("Take the folder back from version control (`git log -- {}` shows where it was), and run it again.", services::display({from, {}, {}})));
  return is_there(from);
}

void move_by_git(const Context& context, const fs::path& from, const fs::path& to) {
  const auto command = git_command(from.parent_path(), {"mv", "--", from.filename().string(), to.lexically_relative(from.parent_path()).string()});
  try {
    os::run_for_output(context, command);
  } catch (Error& error) {
    if (error.code() != Code::command_failed) throw;
    throw error.in(fmt::format("moving \"{}\" to \"{}\"", from.string(), to.string()))
        .with_hint(fmt::format("See what `{}` says, and run it again.", services::display({"git", {"-C", from.parent_path().string(), "status"}, {}})));
  }
}

void move_folder(const Context& context, const fs::path& from, const fs::path& to, bool is_by_git) {
  context.throw_if_stopped();
  if (!is_to_be_moved(from, to)) return;
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (error)
    throw Error(Code::storage, fmt::format("cannot move \"{}\" to \"{}\": cannot make its folder: {}", from.string(), to.string(), error.message()),
                fmt::format("See with `{}` what is in the way or who may write there, and run it again.", services::display({"ls", {"-ld", to.parent_path().string()}, {}})));
  if (is_by_git && is_tracked(context, from)) move_by_git(context, from, to);
  else os::rename_durably(from, to);
  os::fault_point("rollback.folder_moved");
}

/// "* `20260213120000_add_province`, 2026-11-26, by rollback_20261126_101500"
std::string line_begin(const Move& move) { return fmt::format("* `{}`, ", one_line(move.to.filename().string())); }
std::string line_end(const std::string& operation) { return ", by " + one_line(operation); }

void write_readme(const fs::path& path, const std::string& text) {
  os::write_file_atomically(path, text);
  // It goes into version control: everybody may read it.
  std::error_code error;
  fs::permissions(path, fs::perms::group_read | fs::perms::others_read, fs::perm_options::add, error);
}

void add_to_readme(const Move& move, const std::string& operation) {
  const auto path = move.to.parent_path() / "README.md";
  auto text = os::read_file_if_exists(path).value_or(kReadme);
  for (const auto& line : split_lines(text))
    if (line.starts_with(line_begin(move)) && line.ends_with(line_end(operation))) return;
  if (!text.ends_with('\n')) text += '\n';
  write_readme(path, text + line_begin(move) + format_rfc3339(std::chrono::system_clock::now()).substr(0, 10) + line_end(operation) + "\n");
}

/// Takes the line out; the last one takes README.md, as we wrote it, and the folder along.
void remove_from_readme(const Move& move, const std::string& operation) {
  const auto folder = move.to.parent_path(), path = folder / "README.md";
  const auto text = os::read_file_if_exists(path).value_or(kReadme);
  std::string rest;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = std::string_view(text).substr(at, end - at);
    if (!line.starts_with(line_begin(move)) || !line.ends_with(line_end(operation))) rest += text.substr(at, end + 1 - at);
    at = end + 1;
  }
  if (rest != kReadme) {
    if (rest != text) write_readme(path, rest);
    return;
  }
  std::error_code error;
  fs::remove(path, error);
  fs::remove(path.string() + ".partial", error);  // of a kill
  fs::remove(folder, error);  // not when something is left in it
}

}  // namespace

std::vector<Move> plan_moves(const Context& context, const std::vector<HistoryRow>& rows, const migrations::Project& project) {
  std::vector<Move> moves;
  if (!project.prisma) return moves;
  const auto folder = migrations_folder(*project.prisma), sibling = folder.parent_path() / kSibling;
  std::set<std::string> seen;  // one that failed and was tried again has several rows
  for (const auto& row : rows) {
    const auto& files = project.prisma->migrations;
    const bool is_in_code = std::any_of(files.begin(), files.end(), [&](const auto& file) { return file.name == row.name; });
    if (row.tool != "prisma" || !is_in_code || !seen.insert(row.name).second || !is_there(folder / row.name)) continue;
    Move move{folder / row.name, sibling / row.name, false};
    for (int number = 2; is_there(move.to); ++number) move.to = sibling / fmt::format("{}-{}", row.name, number);
    move.is_by_git = is_tracked_and_clean(context, move.from);
    moves.push_back(std::move(move));
  }
  return moves;
}

void move_aside(const Context& context, const std::vector<Move>& moves, const std::string& operation) {
  for (const auto& move : moves) {
    move_folder(context, move.from, move.to, move.is_by_git);
    add_to_readme(move, operation);
  }
}

void move_back(const Context& context, const std::vector<Move>& moves, const std::string& operation) {
  for (const auto& move : moves) {
    move_folder(context, move.to, move.from, move.is_by_git);
    remove_from_readme(move, operation);
  }
}

}  // namespace safety::rollback

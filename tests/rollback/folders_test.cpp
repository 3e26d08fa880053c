#include "libsafety/rollback/bookkeeping.hpp"

#include <cstdlib>
#include <optional>
#include <sstream>

#include "tests/rollback/repository.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::quiet_context;
using testing::read_text;
using testing::write_text;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kOperation = "rollback_20261126_101500";
constexpr const char* kOdd = "3_it's \"odd\" [x]* : here";

/// A Prisma project with these migrations.
struct FolderStage {
  explicit FolderStage(const std::vector<std::string>& names = {"1_first", "2_province", kOdd}) {
    project.prisma.emplace();
    project.prisma->folder = folder / "prisma";
    for (const auto& name : names) {
      const auto path = folder / "prisma/migrations" / name / "migration.sql";
      testing::write_text(path, "SELECT 1;\n");
      project.prisma->migrations.push_back({name, path, "SELECT 1;\n"});
    }
  }
  std::vector<Move> plan(const std::vector<std::string>& names) const {
    std::vector<HistoryRow> rows;
    for (const auto& name : names) rows.push_back({"prisma", "public", "_prisma_migrations", name, "applied", "", "{}", "1"});
    return plan_moves(quiet_context(), rows, project);
  }
  fs::path here(const std::string& name) const { return folder / "prisma/migrations" / name; }
  fs::path aside(const std::string& name) const { return folder / "prisma/migrations_rolled_back" / name; }
  fs::path readme() const { return aside("README.md"); }
  /// Lines of README.md that name a migration.
  std::vector<std::string> listed() const {
    std::vector<std::string> lines;
    std::istringstream text(read_text(readme()));
    for (std::string line; std::getline(text, line);)
      if (line.starts_with("* ")) lines.push_back(line);
    return lines;
  }
  std::vector<std::string> everything() const {
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
      if (entry.path().string().find("/.git") == std::string::npos) paths.push_back(entry.path().lexically_relative(folder.path()));
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  testing::TempFolder folder;
  migrations::Project project;
};

TEST(Folders, AreMovedBesideMigrationsAndBack) {
  const FolderStage stage;
  const auto before = stage.everything();
  const auto moves = stage.plan({"2_province", kOdd, "2_province", "9_not_in_the_code"});
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_EQ(stage.everything(), before);  // a plan is no act
  EXPECT_FALSE(moves[0].is_by_git);
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_FALSE(fs::exists(stage.here("2_province")));
  EXPECT_EQ(read_text(stage.aside("2_province") / "migration.sql"), "SELECT 1;\n");
  EXPECT_TRUE(fs::exists(stage.aside(kOdd) / "migration.sql"));
  EXPECT_TRUE(fs::exists(stage.here("1_first")));
  ASSERT_EQ(stage.listed().size(), 2U);
  EXPECT_THAT(stage.listed()[0], ::testing::MatchesRegex(".*`2_province`, 20[0-9]{2}-[0-9]{2}-[0-9]{2}, by rollback_20261126_101500"));
  EXPECT_THAT(read_text(stage.readme()), HasSubstr("Prisma does not look here"));
  EXPECT_EQ(fs::status(stage.readme()).permissions() & fs::perms::others_read, fs::perms::others_read);
  move_back(quiet_context(), moves, kOperation);
  EXPECT_EQ(stage.everything(), before);
}

TEST(Folders, OfOtherToolsAndOfCodeThatIsNotHereStay) {
  const FolderStage stage;
  EXPECT_THAT(stage.plan({"9_not_in_the_code", "../../etc", ""}), IsEmpty());
  EXPECT_THAT(plan_moves(quiet_context(), {{"drizzle", "drizzle", "__drizzle_migrations", "1_first", "applied", "", "{}", "1"}}, stage.project), IsEmpty());
  EXPECT_THAT(plan_moves(quiet_context(), {{"prisma", "public", "_prisma_migrations", "1_first", "applied", "", "{}", "1"}}, {}), IsEmpty());
  move_aside(quiet_context(), {}, kOperation);
  EXPECT_FALSE(fs::exists(stage.folder / "prisma/migrations_rolled_back"));
}

TEST(Folders, WithoutSqlAreMovedToo) {
  FolderStage stage;
  fs::create_directory(stage.here("4_empty"));
  stage.project.prisma->migrations.push_back({"4_empty", {}, ""});
  move_aside(quiet_context(), stage.plan({"4_empty"}), kOperation);
  EXPECT_TRUE(fs::exists(stage.aside("4_empty")));
}

TEST(Folders, GetANumberWhereTheirNameIsTaken) {
  const FolderStage stage;
  testing::write_text(stage.aside("2_province") / "migration.sql", "of an earlier rollback");
  const auto moves = stage.plan({"2_province"});
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].to, stage.aside("2_province-2"));
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_THAT(stage.listed(), ElementsAre(HasSubstr("`2_province-2`")));
  move_back(quiet_context(), moves, kOperation);
  EXPECT_EQ(read_text(stage.aside("2_province") / "migration.sql"), "of an earlier rollback");
  EXPECT_TRUE(fs::exists(stage.here("2_province")));
}

TEST(Folders, AreMovedToTheEndAfterAKillAtAnyPlace) {
  const FolderStage stage;
  const auto before = stage.everything();
  const auto moves = stage.plan({"2_province", kOdd});
  fs::create_directory(stage.folder / "prisma/migrations_rolled_back");
  fs::rename(moves[0].from, moves[0].to);  // killed between the move and the line of README.md
  move_aside(quiet_context(), moves, kOperation);
  const auto after = stage.everything();
  EXPECT_EQ(stage.listed().size(), 2U);
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_EQ(stage.everything(), after);
  EXPECT_EQ(stage.listed().size(), 2U);
  fs::rename(moves[1].to, moves[1].from);  // killed on the way back
  move_back(quiet_context(), moves, kOperation);
  EXPECT_EQ(stage.everything(), before);
  move_back(quiet_context(), moves, kOperation);
  EXPECT_EQ(stage.everything(), before);
}

// The fault loop: killed at each durable act, on the way there and on the way back, with git and without.

std::vector<Move> moves_below(const fs::path& folder) {
  std::vector<Move> moves;
  for (const char* name : {"2_province", kOdd})
    moves.push_back({folder / "prisma/migrations" / name, folder / "prisma/migrations_rolled_back" / name, fs::exists(folder / ".git")});
  return moves;
}
const testing::ChildProgram aside_run("move_aside", [] {
  move_aside(quiet_context(), moves_below(std::getenv("SAFETY_TEST_FOLDER")), kOperation);
  return 0;
});
const testing::ChildProgram back_run("move_back", [] {
  move_back(quiet_context(), moves_below(std::getenv("SAFETY_TEST_FOLDER")), kOperation);
  return 0;
});

class KilledMoves : public ::testing::TestWithParam<bool> {};

TEST_P(KilledMoves, ComeToTheirEndOrGoBack) {
  constexpr int kKilled = 128 + 9;
  const auto expect_fault_loop = [](const testing::ChildProgram& child, bool is_back) {
    for (int point = 1;; ++point) {
      SCOPED_TRACE((is_back ? "back, point " : "aside, point ") + std::to_string(point));
      const FolderStage stage;
      std::optional<Repository> repository;
      if (GetParam()) repository.emplace(stage.folder.path()).commit();
      const auto before = stage.everything();
      const auto moves = moves_below(stage.folder.path());
      if (is_back) move_aside(quiet_context(), moves, kOperation);
      const int code = child.run({{"SAFETY_TEST_FOLDER", stage.folder.path().string()}, {"SAFETY_FAULT", "kill:" + std::to_string(point)}}).exit_code;
      ASSERT_TRUE(code == kKilled || code == 0) << code;
      if (point % 2 == 0) {  // it may be gone on with, or given up
        move_aside(quiet_context(), moves, kOperation);
        EXPECT_EQ(stage.listed().size(), 2U);
        EXPECT_FALSE(fs::exists(moves[0].from) || fs::exists(moves[1].from));
      }
      move_back(quiet_context(), moves, kOperation);
      EXPECT_EQ(stage.everything(), before);
      EXPECT_EQ(repository ? repository->git({"status", "--porcelain"}) : "", "");
      if (code == 0) {
        EXPECT_GT(point, 4);
        return;
      }
    }
  };
  expect_fault_loop(aside_run, false);
  expect_fault_loop(back_run, true);
}

INSTANTIATE_TEST_SUITE_P(WithGitAndWithout, KilledMoves, ::testing::Bool());

TEST(Folders, KeepWhatOthersWroteIntoTheReadme) {
  const FolderStage stage;
  testing::write_text(stage.readme(), "our own words, without a line end");
  const auto moves = stage.plan({"2_province"});
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_THAT(read_text(stage.readme()), HasSubstr("our own words, without a line end\n* `2_province`"));
  move_back(quiet_context(), moves, kOperation);
  EXPECT_EQ(read_text(stage.readme()), "our own words, without a line end\n");
}

TEST(Folders, ThatAreInBothPlacesOrNoneAreNamed) {
  const FolderStage stage;
  const auto moves = stage.plan({"2_province"});
  fs::create_directories(moves[0].to);
  auto error = error_of([&] { move_aside(quiet_context(), moves, kOperation); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr("\"" + moves[0].from.string() + "\" and \"" + moves[0].to.string() + "\""));
  EXPECT_THAT(error.hint(), HasSubstr("diff -r "));
  fs::remove_all(moves[0].from);
  fs::remove_all(moves[0].to);
  error = error_of([&] { move_back(quiet_context(), moves, kOperation); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr("neither"));
  EXPECT_FALSE(error.hint().empty());
}

TEST(Folders, SayWhatIsInTheWay) {
  const FolderStage stage;
  const auto moves = stage.plan({"2_province"});
  write_text(stage.folder / "prisma/migrations_rolled_back", "a file, not a folder");
  const auto error = error_of([&] { move_aside(quiet_context(), moves, kOperation); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), HasSubstr(moves[0].from.string()));
  EXPECT_THAT(error.message(), HasSubstr(moves[0].to.string()));
  EXPECT_FALSE(error.hint().empty());
  EXPECT_TRUE(fs::exists(stage.here("2_province")));
}

TEST(Folders, ThatGitKnowsAreMovedByGit) {
  const FolderStage stage;
  const Repository repository(stage.folder.path());
  repository.commit();
  const auto moves = stage.plan({"2_province", kOdd});
  ASSERT_EQ(moves.size(), 2U);
  EXPECT_TRUE(moves[0].is_by_git);
  EXPECT_TRUE(moves[1].is_by_git);
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_THAT(repository.git({"status", "--porcelain"}), HasSubstr("R  prisma/migrations/2_province/migration.sql -> prisma/migrations_rolled_back/2_province/migration.sql"));
  move_aside(quiet_context(), moves, kOperation);
  move_back(quiet_context(), moves, kOperation);
  EXPECT_EQ(repository.git({"status", "--porcelain"}), "");
}

TEST(Folders, ComeBackByGitAfterTheMoveWasCommitted) {
  const FolderStage stage;
  const Repository repository(stage.folder.path());
  repository.commit();
  const auto moves = stage.plan({"2_province"});
  move_aside(quiet_context(), moves, kOperation);
  repository.commit();
  move_back(quiet_context(), moves, kOperation);
  EXPECT_THAT(repository.git({"status", "--porcelain"}), HasSubstr("R  prisma/migrations_rolled_back/2_province/migration.sql -> prisma/migrations/2_province/migration.sql"));
}

TEST(Folders, ThatGitDoesNotKnowAsTheyAreAreRenamed) {
  const FolderStage stage({"1_first", "2_changed", "3_with_more", "4_new"});
  const Repository repository(stage.folder.path());
  fs::rename(stage.here("4_new"), stage.folder / "away");
  repository.commit();
  fs::rename(stage.folder / "away", stage.here("4_new"));
  write_text(stage.here("2_changed") / "migration.sql", "SELECT 2;\n");
  write_text(stage.here("3_with_more") / "notes.txt", "mine");
  const auto moves = stage.plan({"1_first", "2_changed", "3_with_more", "4_new"});
  ASSERT_EQ(moves.size(), 4U);
  EXPECT_TRUE(moves[0].is_by_git);
  for (const int number : {1, 2, 3}) EXPECT_FALSE(moves[static_cast<std::size_t>(number)].is_by_git) << number;
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_EQ(read_text(stage.aside("2_changed") / "migration.sql"), "SELECT 2;\n");
  EXPECT_EQ(read_text(stage.aside("3_with_more") / "notes.txt"), "mine");
  EXPECT_TRUE(fs::exists(stage.aside("4_new")));
}

TEST(Folders, AreRenamedWhereGitIsNotInstalledAnyMore) {
  const FolderStage stage;
  const Repository repository(stage.folder.path());
  repository.commit();
  const auto moves = stage.plan({"2_province"});
  ASSERT_TRUE(moves.at(0).is_by_git);
  const testing::TempFolder empty;
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", empty.path().c_str(), 1);
  EXPECT_FALSE(stage.plan({"2_province"}).at(0).is_by_git);
  move_aside(quiet_context(), moves, kOperation);
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(fs::exists(stage.aside("2_province")));
}

TEST(Folders, SayWhatGitSaidWhenItRefuses) {
  const FolderStage stage;
  const Repository repository(stage.folder.path());
  repository.commit();
  const auto moves = stage.plan({"2_province"});
  write_text(stage.folder / ".git/index.lock", "");  // somebody is at it
  const auto error = error_of([&] { move_aside(quiet_context(), moves, kOperation); });
  EXPECT_EQ(error.code(), Code::command_failed);
  EXPECT_THAT(error.message(), HasSubstr(moves[0].from.string()));
  EXPECT_THAT(error.message(), HasSubstr(moves[0].to.string()));
  EXPECT_THAT(error.hint(), HasSubstr("git -C "));
  EXPECT_FALSE(error.detail().empty());
  fs::remove(stage.folder / ".git/index.lock");
  move_aside(quiet_context(), moves, kOperation);
  EXPECT_TRUE(fs::exists(stage.aside("2_province")));
}

}  // namespace
}  // namespace safety::rollback

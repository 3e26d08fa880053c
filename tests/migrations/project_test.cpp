#include "libsafety/migrations/project.hpp"

#include <cstdlib>

#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::error_of;
using testing::quiet_context;
using testing::TempFolder;
using testing::write_text;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(ReadProject, FindsBothToolsInTheFolderByThemselves) {
  const TempFolder folder;
  write_text(folder / "prisma/schema.prisma", "model User { id Int @id }\n");
  write_text(folder / "drizzle.config.ts", "export default { schema: './schema.ts' }");
  const auto project = read_project({{}, folder.path()});
  EXPECT_TRUE(project.prisma && project.drizzle);
  EXPECT_EQ(project.directory, folder.path());
  EXPECT_TRUE(project.is_production);
  EXPECT_EQ(project.timeout, std::chrono::minutes(10));
}

TEST(ReadProject, IsEmptyWhereNothingIs) {
  const TempFolder folder;
  EXPECT_TRUE(read_project({{}, folder.path()}).empty());
  std::filesystem::create_directories(folder / "prisma");  // some other folder of that name
  EXPECT_TRUE(read_project({{}, folder.path()}).empty());
}

TEST(ReadProject, TakesEverySetting) {
  const TempFolder folder;
  write_text(folder / "api/db/migrations/1_a/migration.sql", "SELECT 1");
  write_text(folder / "api/media/dk.ts", "export default {}");
  const auto project = read_project({{{"directory", {"api"}},
                                      {"commands", {"npx prisma migrate deploy", "npx drizzle-kit push"}},
                                      {"timeout", {"90s"}},
                                      {"prisma", {"db/"}},
                                      {"drizzle", {"media/dk.ts"}},
                                      {"production", {"false"}},
                                      {"smoke", {"SELECT true"}},
                                      {"allow", {"drop-table"}}},
                                     folder.path()});
  EXPECT_EQ(project.directory, folder / "api");
  EXPECT_THAT(project.commands, ElementsAre("npx prisma migrate deploy", "npx drizzle-kit push"));
  EXPECT_EQ(project.timeout, std::chrono::seconds(90));
  EXPECT_EQ(project.prisma->folder, folder / "api/db");
  EXPECT_EQ(project.prisma->migrations.size(), 1U);
  EXPECT_EQ(project.drizzle->config, folder / "api/media/dk.ts");
  EXPECT_FALSE(project.is_production);
  EXPECT_THAT(project.smoke, ElementsAre("SELECT true"));
  EXPECT_THAT(project.allow, ElementsAre("drop-table"));
}

struct Refused {
  std::string setting;
  std::vector<std::string> value;
  std::string words;
};

TEST(ReadProject, RefusesWhatItDoesNotTakeNamingTheSetting) {
  const TempFolder folder;
  for (const auto& [setting, value, words] : std::vector<Refused>{{"command", {"x"}, "has no setting \"command\""},
                                                                  {"directory", {"nowhere"}, "directory = \"nowhere\": there is no"},
                                                                  {"directory", {"a", "b"}, "directory takes one value"},
                                                                  {"commands", {"a", " "}, "commands holds an empty text"},
                                                                  {"timeout", {"soon"}, "timeout = \"soon\" is not a duration"},
                                                                  {"timeout", {"0s"}, "timeout = \"0s\" is not a duration"},
                                                                  {"prisma", {"gone"}, "prisma = \"gone\": there is no"},
                                                                  {"drizzle", {"."}, "drizzle = \".\" is a folder"},
                                                                  {"production", {"maybe"}, "production = \"maybe\" is not true or false"}}) {
    const auto error = error_of([&] { read_project({{{setting, value}}, folder.path()}); });
    EXPECT_EQ(error.code(), Code::config) << setting;
    EXPECT_THAT(error.message(), HasSubstr("[migrations] " + words));
    EXPECT_FALSE(error.hint().empty()) << setting;
  }
}

TEST(CommandOf, RunsTheLineInTheProjectsFolderWithTheAddress) {
  const TempFolder folder;
  write_text(folder / "drizzle.config.ts", "export default { dbCredentials: { url: process.env.MEDIA_DATABASE_URL! } }");
  auto project = read_project({{}, folder.path()});
  const auto command = command_of(project, "pwd; echo \"$DATABASE_URL $MEDIA_DATABASE_URL $CHECKPOINT_DISABLE\"", "postgresql:///x");
  EXPECT_EQ(os::run_for_output(quiet_context(), command), folder.path().string() + "\npostgresql:///x postgresql:///x 1\n");
  EXPECT_EQ(command.time_limit, project.timeout);
  EXPECT_THAT(command.environment, Contains(Pair("PRISMA_HIDE_UPDATE_MESSAGE", "1")));
}

TEST(CommandOf, TheAddressIsNeverInTheArguments) {
  const TempFolder folder;
  const auto command = command_of(read_project({{}, folder.path()}), "true", "postgresql://u:hidden@h/x");
  for (const auto& argument : command.arguments) EXPECT_EQ(argument.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace safety::migrations

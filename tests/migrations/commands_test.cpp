#include "libsafety/migrations/command_line.hpp"
#include "libsafety/migrations/drizzle_scope.hpp"
#include "libsafety/migrations/history.hpp"
#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::TempFolder;
using testing::write_text;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Severity = Problem::Severity;

std::vector<std::string> started_by(const std::string& line, const std::filesystem::path& folder = "/nowhere") {
  std::vector<std::string> found;
  for (const auto& one : invocations_of(line, folder)) {
    std::string text;
    for (const auto& word : one.words) text += (text.empty() ? "" : " ") + word;
    found.push_back(text);
  }
  return found;
}

TEST(CommandLine, SeesThroughWhatStartsATool) {
  for (const char* line : {"prisma migrate deploy", "npx prisma migrate deploy", "npx --yes prisma@6.19.0 migrate deploy", "npx -p prisma prisma migrate deploy", "pnpm prisma migrate deploy",
                           "pnpm --filter api exec prisma migrate deploy", "pnpm dlx prisma migrate deploy", "yarn prisma migrate deploy", "yarn workspace api prisma migrate deploy",
                           "bunx prisma migrate deploy", "bun x prisma migrate deploy", "npm exec -- prisma migrate deploy", "./node_modules/.bin/prisma migrate deploy",
                           "node node_modules/prisma/build/index.js migrate deploy", "DATABASE_URL=x NODE_ENV=production npx prisma migrate deploy", "env -u X A=b npx prisma migrate deploy",
                           "sudo -u app npx prisma migrate deploy", "timeout -k 5 60 npx prisma migrate deploy", "dotenv -e .env.production -- npx prisma migrate deploy",
                           "sh -c 'npx prisma migrate deploy'", "bash -lc \"npx prisma migrate deploy\"", "docker compose exec -T api npx prisma migrate deploy",
                           "docker-compose -f a.yml run --rm -e X=y api npx prisma migrate deploy", "docker exec -it -w /app shop_api_1 npx prisma migrate deploy",
                           "docker compose exec api sh -c 'npx prisma migrate deploy'", "kubectl -n shop exec deploy/api -c app -- npx prisma migrate deploy", "ssh -p 22 host npx prisma migrate deploy",
                           "cross-env NODE_ENV=production prisma migrate deploy", "npx prisma migrate deploy # and nothing else", "npx \\\n prisma migrate 'deploy'"})
    EXPECT_THAT(started_by(line), ElementsAre("prisma migrate deploy")) << line;
}

TEST(CommandLine, TellsTheCommandsOfAChainApart) {
  EXPECT_THAT(started_by("cd api && (npx prisma generate; npx prisma migrate deploy) 2>&1 | tee log || echo \"a && b\""),
              ElementsAre("prisma generate", "prisma migrate deploy", "tee log", "echo a && b"));
  const auto found = invocations_of("cd media && npx drizzle-kit push --config=x.ts && echo done", "/srv");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].folder, "/srv/media");
  EXPECT_EQ(found[0].next, "&&");
  EXPECT_EQ(found[0].value_of("--config"), "x.ts");
  EXPECT_EQ(found[1].next, "");
}

TEST(CommandLine, LeavesRedirectionsOut) {
  EXPECT_THAT(started_by("npx drizzle-kit push >log 2>&1 --force < /dev/null"), ElementsAre("drizzle-kit push --force"));
  EXPECT_THAT(started_by("npx drizzle-kit push>>log"), ElementsAre("drizzle-kit push"));
}

TEST(CommandLine, ReadsTheScriptsOfPackageJson) {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "media");
  write_text(folder / "media/package.json", R"({"scripts":{"db:push":"drizzle-kit push","all":"npm run db:push -- --force && echo","loop":"npm run loop"}})");
  EXPECT_THAT(started_by("cd media && npm run db:push -- --force", folder.path()), ElementsAre("drizzle-kit push --force"));
  EXPECT_THAT(started_by("cd media; yarn all", folder.path()), ElementsAre("drizzle-kit push --force", "echo"));
  EXPECT_THAT(started_by("cd media; pnpm loop", folder.path()), IsEmpty());  // and ends
}

TEST(CommandLine, KnowsWhatRunsElsewhereAndWhetherTheAddressGoesAlong) {
  const auto one = [](const std::string& line) { return invocations_of(line, "/").at(0); };
  EXPECT_EQ(one("docker compose exec api npx prisma migrate deploy").elsewhere, "docker compose exec api");
  EXPECT_FALSE(one("docker compose exec api npx prisma migrate deploy").gets_address);
  EXPECT_TRUE(one("docker compose exec -e DATABASE_URL api npx prisma migrate deploy").gets_address);
  EXPECT_TRUE(one("docker run --env=DATABASE_URL image prisma migrate deploy").gets_address);
  EXPECT_TRUE(one("npx prisma migrate deploy").gets_address);
  EXPECT_EQ(one("docker compose exec -e DATABASE_URL=postgresql://prod/x api npx prisma migrate deploy").environment.at("DATABASE_URL"), "postgresql://prod/x");
}

TEST(CommandLine, HoldsItselfAgainstAnyText) {
  for (const char* line : {"", " ", "'", "\"", "\\", "&&", "(((", ";;;|&", "npx", "npm run", "docker", "docker compose", "docker exec", "sh -c", "env", "cd", "timeout", "ssh", "dotenv --", "$(", "# x", "a=b", "kubectl exec x --", "yarn workspace"})
    EXPECT_LE(invocations_of(line, "/nowhere").size(), 1U) << line;
}

// ---- what must not run

Project project_of(const std::string& command) {
  Project project;
  project.directory = "/nowhere";
  project.commands = {command};
  return project;
}

std::vector<std::string> problems_of(const Project& project) {
  std::vector<std::string> found;
  for (const auto& problem : check_commands(project)) {
    found.push_back(name_of(problem.severity) + " " + problem.code);
    EXPECT_FALSE(problem.message.empty() || problem.hint.empty()) << problem.code;
  }
  return found;
}

Project drizzle_project(const std::string& command) {
  auto project = project_of(command);
  project.drizzle.emplace();
  project.drizzle->config = "/nowhere/drizzle.config.ts";
  project.drizzle->tables = {"media", "media_tag"};
  project.drizzle->schema_filter = {"public"};
  project.drizzle->tables_filter = {"media", "media_tag"};
  project.drizzle->version = "0.31.10";
  project.prisma.emplace();
  project.prisma->tables = {"users", "billing.plans"};
  return project;
}

TEST(CheckCommands, RefusesInProductionWhatIsForDevelopment) {
  EXPECT_THAT(problems_of(project_of("npx prisma db push --accept-data-loss")), ElementsAre("error prisma-db-push"));
  EXPECT_THAT(problems_of(project_of("cd api && yarn prisma migrate reset --force")), ElementsAre("error prisma-migrate-reset"));
  EXPECT_THAT(problems_of(project_of("npx prisma migrate dev")), ElementsAre("error prisma-migrate-dev"));
  EXPECT_THAT(problems_of(project_of("npx drizzle-kit drop")), ElementsAre("error drizzle-drop"));
  auto elsewhere = project_of("npx prisma db push");
  elsewhere.is_production = false;
  EXPECT_THAT(problems_of(elsewhere), ElementsAre("warning prisma-db-push"));
}

TEST(CheckCommands, SaysWhatTheFlagsOfDbPushDo) {
  EXPECT_THAT(check_commands(project_of("npx prisma db push --accept-data-loss")).at(0).message, HasSubstr("drops columns and tables that hold rows"));
  EXPECT_THAT(check_commands(project_of("npx prisma db push --force-reset")).at(0).message, HasSubstr("empties the database"));
}

TEST(CheckCommands, HasNothingAgainstOrdinaryDeploys) {
  auto project = drizzle_project("npx prisma migrate deploy");
  project.commands.push_back("npx drizzle-kit push --force");
  project.commands.push_back("npm run seed && npx prisma generate");
  project.commands.push_back("docker compose exec -e DATABASE_URL api npx prisma migrate deploy");
  project.commands.push_back("npx drizzle-kit migrate");
  EXPECT_THAT(problems_of(project), IsEmpty());
}

TEST(CheckCommands, StopsAForcedPushWithoutScope) {
  for (const bool has_schemas : {false, true}) {
    auto project = drizzle_project("npx drizzle-kit push --force");
    if (!has_schemas) project.drizzle->schema_filter.reset();
    if (has_schemas) project.drizzle->tables_filter.reset();
    const auto problems = check_commands(project);
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_EQ(problems[0].code, "drizzle-push-scope");
    EXPECT_EQ(problems[0].severity, Severity::error);
    EXPECT_THAT(problems[0].message, HasSubstr(has_schemas ? "without tablesFilter" : "without schemaFilter"));
    EXPECT_THAT(problems[0].hint, HasSubstr("tablesFilter: [\"media\", \"media_tag\"]"));
  }
  auto empty = drizzle_project("npx drizzle-kit push --force");
  empty.drizzle->tables_filter = std::vector<std::string>{};
  EXPECT_THAT(problems_of(empty), ElementsAre("error drizzle-push-scope"));
  EXPECT_THAT(problems_of(project_of("npx drizzle-kit push --force")), ElementsAre("error drizzle-push-scope"));  // no config found
}

TEST(CheckCommands, LooksWhetherTheFiltersReachTablesOfPrisma) {
  auto project = drizzle_project("npx drizzle-kit push --force");
  for (const std::vector<std::string>& filter : {std::vector<std::string>{"*"}, {"!nothing"}, {"media", "us*"}, {"{users,media}"}}) {
    project.drizzle->tables_filter = filter;
    const auto problems = check_commands(project);
    ASSERT_EQ(problems.size(), 1U) << filter.front();
    EXPECT_EQ(problems[0].code, "drizzle-push-scope");
    EXPECT_THAT(problems[0].message, HasSubstr("users"));
  }
  project.drizzle->tables_filter = {"media*"};
  EXPECT_THAT(problems_of(project), IsEmpty());
  project.drizzle->tables_filter = {"media", "plans"};  // plans is in a schema that the push does not look at
  EXPECT_THAT(problems_of(project), IsEmpty());
}

TEST(CheckCommands, OnlyWarnsOfFiltersThatItCouldNotRead) {
  auto project = drizzle_project("npx drizzle-kit push --force");
  project.drizzle->tables_filter.reset();
  project.drizzle->not_understood = {"tablesFilter: tables()"};
  EXPECT_THAT(problems_of(project), ElementsAre("warning drizzle-push-scope"));
}

TEST(CheckCommands, TakesFiltersFromFlagsAndFromTheConfigThatIsNamed) {
  auto project = drizzle_project("npx drizzle-kit push --force --schemaFilters=public --tablesFilter=media,media_tag");
  project.drizzle.reset();
  EXPECT_THAT(problems_of(project), IsEmpty());
  const TempFolder folder;
  write_text(folder / "other.config.ts", "export default { schema: './s.ts' }");
  project = drizzle_project("npx drizzle-kit push --force --config other.config.ts");
  project.directory = folder.path();
  EXPECT_THAT(problems_of(project), ElementsAre("error drizzle-push-scope"));
}

TEST(CheckCommands, KnowsThePromptsAndExitCodesOfPush) {
  EXPECT_THAT(problems_of(drizzle_project("npx drizzle-kit push")), ElementsAre("warning drizzle-push-no-terminal"));
  EXPECT_THAT(problems_of(drizzle_project("npx drizzle-kit push --force && npm run seed")), ElementsAre("warning drizzle-push-exit-code"));
  EXPECT_THAT(problems_of(drizzle_project("npx drizzle-kit push:pg --force || exit 1")), ElementsAre("warning drizzle-push-exit-code"));
  auto newer = drizzle_project("npx drizzle-kit push --force && npm run seed");
  newer.drizzle->version = "1.0.0-rc.4";
  EXPECT_THAT(problems_of(newer), IsEmpty());
}

TEST(CheckCommands, SeesWhatHidesAFailure) {
  for (const char* line : {"npx prisma migrate deploy; npm start", "npx prisma migrate deploy || true", "npx prisma migrate deploy | tee log", "npx prisma migrate deploy & wait",
                           "sh -c 'npx prisma migrate deploy || :'"})
    EXPECT_THAT(problems_of(project_of(line)), ElementsAre("warning command-hides-failure")) << line;
  for (const char* line : {"npx prisma migrate deploy;", "npx prisma migrate deploy || exit 1", "set -euo pipefail; npx prisma migrate deploy | tee log", "set -e; npx prisma migrate deploy; npm start",
                           "npx prisma migrate deploy && npm start"})
    EXPECT_THAT(problems_of(project_of(line)), IsEmpty()) << line;
}

TEST(CheckCommands, DoesNotTakeMigrateStatusForAGate) {
  EXPECT_THAT(problems_of(project_of("npx prisma migrate status && npx prisma migrate deploy")), ElementsAre("warning prisma-status-gate"));
}

TEST(CheckCommands, StopsWhatWouldReachTheRealDatabaseInARehearsal) {
  EXPECT_THAT(problems_of(project_of("docker compose exec api npx prisma migrate deploy")), ElementsAre("error command-elsewhere"));
  EXPECT_THAT(problems_of(project_of("DATABASE_URL=postgresql://prod/x npx prisma migrate deploy")), ElementsAre("error command-sets-url"));
  EXPECT_THAT(problems_of(project_of("export DATABASE_URL=postgresql://prod/x; npx prisma migrate deploy")), ElementsAre("error command-sets-url"));
  EXPECT_THAT(problems_of(project_of("DATABASE_URL=$DATABASE_URL npx prisma migrate deploy")), IsEmpty());
  EXPECT_THAT(problems_of(drizzle_project("npx drizzle-kit push --force --url=postgresql://prod/x")), ElementsAre("error command-sets-url"));
  auto fixed = drizzle_project("npx drizzle-kit push --force");
  fixed.drizzle->has_fixed_url = fixed.prisma->has_fixed_url = true;
  fixed.commands.push_back("npx prisma migrate deploy");
  EXPECT_THAT(problems_of(fixed), UnorderedElementsAre("error drizzle-fixed-url", "error prisma-fixed-url"));
  const auto problems = check_commands(project_of("DATABASE_URL=postgresql://u:hidden@h/x npx prisma db push"));
  EXPECT_EQ(problems.size(), 2U);
  for (const auto& problem : problems) EXPECT_EQ((problem.message + problem.hint).find("hidden"), std::string::npos) << problem.message;
}

TEST(Filters, LetThroughAsDrizzleKitDoes) {
  EXPECT_TRUE(is_let_through({}, "anything"));
  EXPECT_TRUE(is_let_through({"media*"}, "media_tag"));
  EXPECT_FALSE(is_let_through({"media*"}, "users"));
  EXPECT_FALSE(is_let_through({"*", "!users"}, "users"));
  EXPECT_TRUE(is_let_through({"!_prisma_migrations"}, "users"));
  EXPECT_TRUE(is_let_through({"{a,b}?"}, "b1"));
}

}  // namespace
}  // namespace safety::migrations

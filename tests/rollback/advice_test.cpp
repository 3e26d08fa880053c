#include <cstdlib>

#include "libsafety/migrations/prisma_project.hpp"
#include "libsafety/rollback/bookkeeping.hpp"
#include "tests/rollback/repository.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

namespace fs = std::filesystem;
using testing::quiet_context;
using testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// What a migration really changes, as the server tells it.
std::vector<schema::Change> changes_by(const std::string& before, const std::string& migration) {
  const TestDatabase database;
  database.execute(before);
  auto session = database.connect();
  pg::use_dump_settings(session);
  session.execute("SET search_path = ''");
  const auto then = schema::read_definitions(session);
  database.execute(migration);
  return schema::compare(then, schema::read_definitions(session));
}

/// Project files in a folder; `shown` is how advice names the folder.
struct AdviceStage {
  void add_prisma(const std::string& schema, const std::string& name = "schema.prisma") {
    testing::write_text(folder / "prisma" / name, schema);
    if (!project.prisma) project.prisma.emplace();
    project.prisma->folder = folder / "prisma";
    project.prisma->schema_files.push_back(folder / "prisma" / name);
    std::string all;
    for (const auto& file : project.prisma->schema_files) all += testing::read_text(file) + "\n";
    project.prisma->tables = migrations::tables_of_schema(all);
  }
  void add_drizzle(const std::string& schema, const std::vector<std::string>& tables) {
    testing::write_text(folder / "src/schema.ts", schema);
    project.drizzle.emplace();
    project.drizzle->schema_files = {folder / "src/schema.ts"};
    project.drizzle->tables = tables;
  }
  /// Its lines, with the folder's path cut off.
  std::vector<std::string> lines(const std::vector<schema::Change>& changes) const {
    std::vector<std::string> all;
    for (const auto& advice : advise(quiet_context(), project, changes, ""))
      for (auto line : advice.lines) {
        const auto at = line.find(folder.path().string() + "/");
        EXPECT_NE(at, std::string::npos) << line;
        all.push_back(line.erase(at, folder.path().string().size() + 1));
      }
    return all;
  }

  testing::TempFolder folder;
  migrations::Project project;
};

constexpr const char* kUsers = "CREATE TABLE \"User\" (id int PRIMARY KEY, email text NOT NULL); CREATE TABLE locations (id int PRIMARY KEY, city_name text);";

TEST(PrismaAdvice, NamesFieldsThatCameWithAllThatStandsOnThem) {
  AdviceStage stage;
  stage.add_prisma(R"(model User {
  id        Int        @id
  email     String     @unique
  locations Location[]
}

model Location {
  id       Int     @id
  city     String? @map("city_name")
  province String? @map("Province Code") // "of Canada"
  /* the owner
     may be gone */
  ownerId  Int?    @map("owner_id")
  owner    User?   @relation(fields: [ownerId], references: [id])
  @@index([province,
           city(sort: Desc)])
  @@map("locations")
}
)");
  const auto changes = changes_by(kUsers,
                                  "ALTER TABLE locations ADD \"Province Code\" text, ADD owner_id int; CREATE UNIQUE INDEX \"User_email_key\" ON \"User\" (email); "
                                  "CREATE INDEX \"locations_Province Code_city_name_idx\" ON locations (\"Province Code\", city_name DESC); "
                                  "ALTER TABLE locations ADD CONSTRAINT locations_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES \"User\" (id)");
  EXPECT_THAT(stage.lines(changes),
              ::testing::UnorderedElementsAre(
                  "remove field `province` of model Location (prisma/schema.prisma:10)", "remove field `ownerId` of model Location (prisma/schema.prisma:13)",
                  "remove relation field `owner` of model Location (prisma/schema.prisma:14)", "remove relation field `locations` of model User (prisma/schema.prisma:4)",
                  "remove @unique of field `email` of model User (prisma/schema.prisma:3)",
                  "remove `@@index([province, city(sort: Desc)])` of model Location (prisma/schema.prisma:15)"));
  const auto advice = advise(quiet_context(), stage.project, changes, "");
  ASSERT_EQ(advice.size(), 1U);
  EXPECT_EQ(advice[0].tool, "prisma");
  EXPECT_EQ(advice[0].file, stage.folder / "prisma/schema.prisma");
  EXPECT_THAT(advice[0].command, ::testing::StartsWith("npx prisma migrate dev --name correct_"));
  EXPECT_EQ(advice[0].revision + advice[0].diff, "");
}

TEST(PrismaAdvice, SaysNothingOfWhatGoesWithItsField) {
  AdviceStage stage;
  stage.add_prisma("model Location {\n  id Int @id\n  code String? @unique\n  @@map(\"locations\")\n}\n");
  EXPECT_THAT(stage.lines(changes_by(kUsers, "ALTER TABLE locations ADD code text; CREATE UNIQUE INDEX locations_code_key ON locations (code)")),
              ElementsAre("remove field `code` of model Location (prisma/schema.prisma:3)"));
}

TEST(PrismaAdvice, NamesWhatWentAndWhatChanged) {
  AdviceStage stage;
  stage.add_prisma("model User {\n  id Int @id\n  email Int\n}\nenum Role {\n  ADMIN\n}\nmodel Location {\n  id Int @id\n  @@map(\"locations\")\n}\n");
  const auto changes = changes_by(std::string(kUsers) + "CREATE TYPE \"Role\" AS ENUM ('ADMIN'); CREATE TYPE mood AS ENUM ('good'); CREATE TABLE tags (x int); CREATE INDEX by_city ON locations (city_name)",
                                  "ALTER TABLE \"User\" ALTER email TYPE int USING 1; ALTER TABLE \"User\" ALTER email DROP NOT NULL; ALTER TYPE \"Role\" ADD VALUE 'USER'; DROP TYPE mood; "
                                  "DROP TABLE tags; DROP INDEX by_city; ALTER TABLE locations DROP city_name");
  EXPECT_THAT(stage.lines(changes),
              ::testing::UnorderedElementsAre(
                  ::testing::MatchesRegex("take back the change of field `email` of model User \\(prisma/schema.prisma:3\\): type changed from text to integer.*"),
                  ::testing::StartsWith("take back the change of enum Role (prisma/schema.prisma:5): "), ::testing::StartsWith("bring back the enum of type `mood` (prisma/schema.prisma): "),
                  "bring back the model of table `tags` (prisma/schema.prisma)", "bring back the field of column `city_name` in model Location (prisma/schema.prisma:8): text",
                  ::testing::StartsWith("bring back index `by_city` of model Location (prisma/schema.prisma:8): CREATE INDEX by_city")));
}

TEST(PrismaAdvice, NamesModelsWithTheRelationsToThemInEveryFile) {
  AdviceStage stage;
  stage.add_prisma("model User {\n  id Int @id\n  posts Post[]\n  tags Tag[]\n}\n", "user.prisma");
  stage.add_prisma("model Post {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n}\nmodel Tag {\n  id Int @id\n  users User[]\n}\nenum Mood {\n  GOOD\n}\n", "post.prisma");
  const auto changes = changes_by("CREATE TABLE \"User\" (id int PRIMARY KEY); CREATE TABLE \"Tag\" (id int PRIMARY KEY)",
                                  "CREATE TABLE \"Post\" (id int PRIMARY KEY, \"userId\" int REFERENCES \"User\" (id)); CREATE TYPE \"Mood\" AS ENUM ('GOOD'); "
                                  "CREATE TABLE \"_TagToUser\" (\"A\" int REFERENCES \"Tag\" (id), \"B\" int REFERENCES \"User\" (id))");
  EXPECT_THAT(stage.lines(changes), ::testing::UnorderedElementsAre(
                                        "remove model Post (prisma/post.prisma:1)", "remove relation field `posts` of model User (prisma/user.prisma:3)", "remove enum Mood (prisma/post.prisma:10)",
                                        "remove relation field `tags` of model User (prisma/user.prisma:4)", "remove relation field `users` of model Tag (prisma/post.prisma:8)"));
  EXPECT_EQ(advise(quiet_context(), stage.project, changes, "").size(), 2U);
}

TEST(PrismaAdvice, KnowsForeignKeysAndIndexesByTheirNamesAndKeys) {
  AdviceStage stage;
  const std::string column(70, 'c');
  stage.add_prisma("model User {\n  id Int @id\n  email String\n  locations Location[]\n  @@unique([email], map: \"one email\")\n}\nmodel Location {\n  id Int @id\n  city_name String?\n  " + column +
                   " Int?\n  owner User? @relation(fields: [id], references: [id], map: \"owned by\")\n  @@index([" + column + "])\n  @@map(\"locations\")\n}\n");
  const auto changes = changes_by(std::string(kUsers) + "ALTER TABLE locations ADD CONSTRAINT \"owned by\" FOREIGN KEY (id) REFERENCES \"User\" (id)",
                                  "CREATE UNIQUE INDEX \"one email\" ON \"User\" (email); ALTER TABLE locations DROP CONSTRAINT \"owned by\"; CREATE INDEX \"by hand\" ON locations (city_name); "
                                  "ALTER TABLE locations ADD CONSTRAINT \"owned by\" FOREIGN KEY (id) REFERENCES \"User\" (id) ON DELETE CASCADE; CREATE INDEX \"locations_" +
                                      std::string(49, 'c') + "_idx\" ON locations (id); ALTER TABLE locations DROP CONSTRAINT locations_pkey; ALTER TABLE locations ADD PRIMARY KEY (id, city_name)");
  EXPECT_THAT(stage.lines(changes),
              ::testing::IsSupersetOf({::testing::Matcher<std::string>("remove `@@unique([email], map: \"one email\")` of model User (prisma/schema.prisma:5)"),
                                       ::testing::Matcher<std::string>(::testing::StartsWith("take back the change of relation field `owner` of model Location (prisma/schema.prisma:11): ")),
                                       ::testing::Matcher<std::string>("remove `@@index([" + column + "])` of model Location (prisma/schema.prisma:12)"),
                                       ::testing::Matcher<std::string>(::testing::StartsWith("take back the change of the key of model Location (prisma/schema.prisma:7): "))}));
  EXPECT_THAT(stage.lines(changes), Not(::testing::Contains(HasSubstr("by hand"))));
}

TEST(PrismaAdvice, IsSilentAboutWhatIsTakenBackAlreadyAndWhatNoSchemaSays) {
  AdviceStage stage;
  stage.add_prisma("model Location {\n  id Int @id\n  city_name String?\n  @@map(\"locations\")\n}\n");
  EXPECT_THAT(advise(quiet_context(), stage.project,
                     changes_by(kUsers, "ALTER TABLE locations ADD province text; CREATE VIEW v AS SELECT 1; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
                                        "ALTER TABLE locations ADD CHECK (id > 0); CREATE TABLE gone_again (x int)"),
                     ""),
              IsEmpty());
  EXPECT_THAT(advise(quiet_context(), stage.project, {}, ""), IsEmpty());
  EXPECT_THAT(advise(quiet_context(), {}, changes_by(kUsers, "DROP TABLE locations"), ""), IsEmpty());
}

TEST(PrismaAdvice, GoesBySchemasWhereTheFileDoes) {
  AdviceStage stage;
  stage.add_prisma("model A {\n  id Int @id\n  x Int\n  @@map(\"t\")\n  @@schema(\"one\")\n}\nmodel B {\n  id Int @id\n  x Int\n  @@map(\"t\")\n  @@schema(\"two\")\n}\n");
  EXPECT_THAT(stage.lines(changes_by("CREATE SCHEMA one; CREATE SCHEMA two; CREATE TABLE one.t (id int); CREATE TABLE two.t (id int)", "ALTER TABLE two.t ADD x int")),
              ElementsAre("remove field `x` of model B (prisma/schema.prisma:9)"));
}

TEST(DrizzleAdvice, NamesTablesColumnsAndEnumsByTheirLines) {
  AdviceStage stage;
  stage.add_drizzle(R"(import { pgTable, pgEnum, text, integer } from "drizzle-orm/pg-core";
export const kind = pgEnum("media_kind", ["photo", "video"]);
export const media = pgTable("media", {
  id: integer().primaryKey(),
  url: text("the_url").notNull(),
  altText: text().default("alt_text"),
  size: integer("size").unique(),
});
// pgTable("albums", {})
export const albums = pgTable("albums", { id: integer().primaryKey() });
)",
                    {"media", "albums"});
  const auto changes = changes_by("CREATE TABLE media (id int PRIMARY KEY, size int, old text)",
                                  "ALTER TABLE media ADD the_url text, ADD alt_text text, ALTER size TYPE bigint, DROP old; CREATE TABLE albums (id int PRIMARY KEY); "
                                  "CREATE TYPE media_kind AS ENUM ('photo', 'video'); ALTER TABLE media ADD CONSTRAINT media_size_unique UNIQUE (size)");
  EXPECT_THAT(stage.lines(changes),
              ::testing::UnorderedElementsAre("remove enum `media_kind` (src/schema.ts:2)", "remove table `albums` (src/schema.ts:10)", "remove column `the_url` of table `media` (src/schema.ts:5)",
                                              "remove column `alt_text` of table `media` (src/schema.ts:6)", "bring back column `old` of table `media` (src/schema.ts:3): text",
                                              ::testing::StartsWith("take back the change of column `size` of table `media` (src/schema.ts:7): type changed"),
                                              "take back constraint `media_size_unique` of table `media` (src/schema.ts:3): UNIQUE (size)"));
  EXPECT_EQ(advise(quiet_context(), stage.project, changes, "")[0].command, "");  // what is pushed has no migrations
  stage.project.drizzle->migrations.push_back({"0000_first", "", ""});
  EXPECT_THAT(advise(quiet_context(), stage.project, changes, "")[0].command, ::testing::StartsWith("npx drizzle-kit generate --name correct_"));
}

TEST(Advice, KeepsTheToolsApart) {
  AdviceStage stage;
  stage.add_prisma("model User {\n  id Int @id\n  name String\n}\n");
  stage.add_drizzle("export const media = pgTable(\"media\", {\n  name: text(),\n});\n", {"media"});
  stage.project.prisma->migrations.push_back({"1_first", "/code/1_first/migration.sql", "CREATE TABLE \"Old\" (id int); CREATE TYPE \"Mood\" AS ENUM ('good');"});
  const std::string before = "CREATE TABLE \"User\" (id int); CREATE TABLE media (id int); CREATE TABLE \"Old\" (id int); CREATE TABLE clips (id int); CREATE TYPE \"Mood\" AS ENUM ('good');";
  EXPECT_THAT(stage.lines(changes_by(before, "ALTER TABLE \"User\" ADD name text")), ElementsAre("remove field `name` of model User (prisma/schema.prisma:3)"));
  EXPECT_THAT(stage.lines(changes_by(before, "ALTER TABLE media ADD name text; DROP TABLE clips")),
              ::testing::UnorderedElementsAre("remove column `name` of table `media` (src/schema.ts:2)", "bring back table `clips` (src/schema.ts)"));
  EXPECT_THAT(stage.lines(changes_by(before, "DROP TABLE \"Old\"; DROP TYPE \"Mood\"")),
              ::testing::UnorderedElementsAre("bring back the model of table `Old` (prisma/schema.prisma)", ::testing::StartsWith("bring back the enum of type `Mood` (prisma/schema.prisma)")));
}

TEST(Advice, ShowsGitsDifferenceAndTheWayBackToIt) {
  AdviceStage stage;
  const std::string then = "model Location {\n  id Int @id\n  @@map(\"locations\")\n}\n";
  stage.add_prisma(then, "it's a schema.prisma");
  const Repository repository(stage.folder.path());
  const auto commit = repository.commit();
  testing::write_text(stage.folder / "prisma/it's a schema.prisma", "model Location {\n  id Int @id\n  province String?\n  @@map(\"locations\")\n}\n");
  const auto changes = changes_by(kUsers, "ALTER TABLE locations ADD province text");
  auto advice = advise(quiet_context(), stage.project, changes, commit);
  ASSERT_EQ(advice.size(), 1U);
  EXPECT_EQ(advice[0].revision, commit);
  EXPECT_THAT(advice[0].diff, HasSubstr("\n+  province String?\n"));
  EXPECT_THAT(advice[0].lines, ElementsAre(HasSubstr("remove field `province`")));
  EXPECT_THAT(advice[0].command, HasSubstr("checkout " + commit.substr(0, 7)));
  repository.commit();  // the migration's commit
  EXPECT_EQ(advise(quiet_context(), stage.project, changes, commit)[0].command, advice[0].command);
  // The command does what it says, as a person would run it.
  const auto run = testing::run_program("/bin/sh", {"-c", advice[0].command});
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(testing::read_text(stage.folder / "prisma/it's a schema.prisma"), then);
  EXPECT_THAT(advise(quiet_context(), stage.project, changes, commit), IsEmpty());
}

TEST(Advice, RemovesAFileThatTheRevisionDoesNotHave) {
  AdviceStage stage;
  stage.add_prisma("model A {\n  id Int @id\n}\n", "a.prisma");
  const Repository repository(stage.folder.path());
  const auto commit = repository.commit();
  stage.add_prisma("model Tag {\n  id Int @id\n}\n", "tag.prisma");
  const auto changes = changes_by("CREATE TABLE \"A\" (id int)", "CREATE TABLE \"Tag\" (id int)");
  EXPECT_THAT(advise(quiet_context(), stage.project, changes, commit).at(0).command, HasSubstr("npx prisma"));  // git does not know it
  repository.commit();
  const auto advice = advise(quiet_context(), stage.project, changes, commit);
  ASSERT_EQ(advice.size(), 1U);
  EXPECT_THAT(advice[0].diff, HasSubstr("+model Tag {"));
  ASSERT_EQ(testing::run_program("/bin/sh", {"-c", advice[0].command}).exit_code, 0) << advice[0].command;
  EXPECT_FALSE(fs::exists(stage.folder / "prisma/tag.prisma"));
}

TEST(Advice, GoesWithoutGitWhereGitCannotHelp) {
  AdviceStage stage;
  stage.add_prisma("model Location {\n  id Int @id\n  province String?\n  @@map(\"locations\")\n}\n");
  const auto changes = changes_by(kUsers, "ALTER TABLE locations ADD province text");
  const std::string unknown(40, 'a');
  const auto expect_plain = [&](const std::string& commit) {
    const auto advice = advise(quiet_context(), stage.project, changes, commit);
    ASSERT_EQ(advice.size(), 1U);
    EXPECT_EQ(advice[0].command, "npx prisma migrate dev --name correct_locations_province") << commit;
    EXPECT_EQ(advice[0].revision + advice[0].diff, "");
    EXPECT_EQ(advice[0].lines.size(), 1U);
  };
  expect_plain(unknown);  // no repository
  const Repository repository(stage.folder.path());
  const auto commit = repository.commit();
  expect_plain(unknown);
  expect_plain("--output=/tmp/x");
  expect_plain("HEAD");
  expect_plain(commit);  // the checkpoint was taken with the migration's code there
  const std::string path = std::getenv("PATH");
  testing::write_text(stage.folder / "prisma/schema.prisma", "\n" + testing::read_text(stage.folder / "prisma/schema.prisma"));
  ::setenv("PATH", stage.folder.path().c_str(), 1);
  expect_plain(commit);  // no git
  ::setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace safety::rollback

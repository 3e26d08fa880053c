#include "libsafety/migrations/prisma_project.hpp"

#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::TempFolder;
using testing::write_text;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<MigrationFile>& migrations) {
  std::vector<std::string> names;
  for (const auto& migration : migrations) names.push_back(migration.name);
  return names;
}

TEST(TablesOfSchema, FollowsMapAndSchema) {
  EXPECT_THAT(tables_of_schema(R"(
datasource db { provider = "postgresql" }
model User {
  id    Int    @id @default(autoincrement())
  email String @unique @map("e_mail")   // @@map("not_me")
  /// @@map("nor_me")
  @@map("users")
}
model Plan {
  id Int @id
  @@map(name: "plans")
  @@schema("billing")
}
model Session { id Int @id }
/* model Gone { id Int @id } */
enum Role { ADMIN
  USER
}
view Report { id Int @unique }
type Address { street String }
)"),
              ElementsAre("Session", "billing.plans", "users"));
}

TEST(TablesOfSchema, KnowsTheTablesOfRelationsOfManyToMany) {
  EXPECT_THAT(tables_of_schema(R"(
model Post {
  id         Int        @id
  categories Category[]
  author     User       @relation(fields: [authorId], references: [id])
  authorId   Int
  tags       Tag[]      @relation("PostTags")
}
model Category {
  id    Int    @id
  posts Post[]
}
model Tag {
  id    Int    @id
  posts Post[] @relation(name: "PostTags")
}
model User {
  id        Int    @id
  posts     Post[]
  follows   User[] @relation("Follows")
  followers User[] @relation("Follows")
}
)"),
              ElementsAre("Category", "Post", "Tag", "User", "_CategoryToPost", "_Follows", "_PostTags"));
}

TEST(TablesOfSchema, HoldsItselfAgainstTextThatIsNoSchema) {
  for (const char* text : {"", "}", "model", "model {", "model X {", "model X {\n@@map(\"", "{{{", "\"\n", "/*"}) EXPECT_LE(tables_of_schema(text).size(), 1U) << text;
}

TEST(PrismaProject, ReadsMigrationsInTheOrderOfTheirNames) {
  const TempFolder folder;
  write_text(folder / "prisma/migrations/20260102000000_b/migration.sql", "B");
  write_text(folder / "prisma/migrations/20260101000000_a/migration.sql", "A\r\n");
  write_text(folder / "prisma/migrations/20260103000000_empty/notes.md", "");
  write_text(folder / "prisma/migrations/migration_lock.toml", "# do not edit\nprovider = \"postgresql\"\n");
  const auto project = read_prisma_project(folder.path(), folder / "prisma");
  EXPECT_THAT(names_of(project.migrations), ElementsAre("20260101000000_a", "20260102000000_b", "20260103000000_empty"));
  EXPECT_EQ(project.migrations[0].sql, "A\r\n");
  EXPECT_EQ(project.migrations[1].path, folder / "prisma/migrations/20260102000000_b/migration.sql");
  EXPECT_TRUE(project.migrations[2].path.empty());
  EXPECT_EQ(project.provider, "postgresql");
}

TEST(PrismaProject, ReadsASchemaOfSeveralFiles) {
  const TempFolder folder;
  write_text(folder / "prisma/schema/schema.prisma", "datasource db { provider = \"postgresql\" }\n");
  write_text(folder / "prisma/schema/user.prisma", "model User {\n id Int @id\n teams Team[]\n}\n");
  write_text(folder / "prisma/schema/team.prisma", "model Team {\n id Int @id\n users User[]\n}\n");
  write_text(folder / "prisma/schema/migrations/1_a/migration.sql", "A");
  const auto project = read_prisma_project(folder.path(), folder / "prisma");
  EXPECT_EQ(project.schema_files.size(), 3U);
  EXPECT_THAT(project.tables, ElementsAre("Team", "User", "_TeamToUser"));
  EXPECT_THAT(names_of(project.migrations), ElementsAre("1_a"));
}

TEST(PrismaProject, KnowsWhereTheAddressComesFrom) {
  const TempFolder folder;
  write_text(folder / "prisma/schema.prisma", R"(
datasource db {
  provider = "postgresql"
  url = env("POOLED_URL")
  directUrl = env("DIRECT_URL")
  shadowDatabaseUrl = env("SHADOW_URL")
}
model Link { url String }
)");
  write_text(folder / "prisma.config.ts", "export default defineConfig({ datasource: { url: env('CONFIG_URL'), shadowDatabaseUrl: env('SHADOW_DATABASE_URL') } }) // env('COMMENT_URL')");
  auto project = read_prisma_project(folder.path(), folder / "prisma");
  EXPECT_THAT(project.url_variables, ElementsAre("POOLED_URL", "DIRECT_URL", "CONFIG_URL"));
  EXPECT_FALSE(project.has_fixed_url);

  write_text(folder / "prisma/schema.prisma", "datasource db {\n url = \"postgresql://prod/x\"\n}\n");
  std::filesystem::remove(folder / "prisma.config.ts");
  project = read_prisma_project(folder.path(), folder / "prisma");
  EXPECT_THAT(project.url_variables, IsEmpty());
  EXPECT_TRUE(project.has_fixed_url);
}

TEST(PrismaProject, IsFoundWherePrismaLooks) {
  const TempFolder folder;
  EXPECT_EQ(find_prisma_folder(folder.path()), std::nullopt);
  write_text(folder / "schema.prisma", "model C {\n id Int @id\n}\n");
  write_text(folder / "src/other.prisma", "model D {\n id Int @id\n}\n");
  EXPECT_EQ(find_prisma_folder(folder.path()), folder.path());
  EXPECT_THAT(read_prisma_project(folder.path(), folder.path()).tables, ElementsAre("C"));
  write_text(folder / "prisma/schema.prisma", "");
  EXPECT_EQ(find_prisma_folder(folder.path()), folder / "prisma");
  write_text(folder / "db/main.prisma", "model A { id Int @id }");
  write_text(folder / "package.json", R"({"prisma":{"schema":"db/main.prisma"}})");
  EXPECT_EQ(find_prisma_folder(folder.path()), folder / "db");
  write_text(folder / "models/a.prisma", "model B {\n id Int @id\n}\n");
  write_text(folder / "sql/1_a/migration.sql", "A");
  write_text(folder / "prisma.config.ts", "export default defineConfig({ schema: path.join(__dirname, 'models'), migrations: { path: './sql' } })");
  EXPECT_EQ(find_prisma_folder(folder.path()), folder / "models");
  const auto project = read_prisma_project(folder.path(), folder / "models");
  EXPECT_THAT(project.tables, ElementsAre("B"));
  EXPECT_THAT(names_of(project.migrations), ElementsAre("1_a"));
}

TEST(PrismaProject, SaysWhichFolderCannotBeRead) {
  const TempFolder folder;
  const auto error = testing::error_of([&] { read_prisma_project(folder.path(), folder / "nowhere"); });
  EXPECT_EQ(error.code(), Code::storage);
  EXPECT_THAT(error.message(), ::testing::HasSubstr("nowhere"));
}

}  // namespace
}  // namespace safety::migrations

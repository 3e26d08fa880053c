#include "libsafety/migrations/ownership.hpp"

#include "libsafety/migrations/create_table.hpp"
#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using ::testing::ElementsAre;

TEST(TablesLeftBy, FollowsWhatMigrationsMakeRenameAndDrop) {
  EXPECT_THAT(tables_left_by({{"1", "1.sql", R"(
-- CREATE TABLE "commented" (id int);
CREATE TABLE "User" ("id" SERIAL NOT NULL, "note" TEXT DEFAULT 'CREATE TABLE x (', CONSTRAINT "User_pkey" PRIMARY KEY ("id"));
create unlogged table if not exists billing.plans (id int);
CREATE TABLE "public"."_CategoryToPost" ("A" int);
CREATE TABLE old (id int); CREATE TABLE gone (id int); CREATE TABLE "we""ird" (id int);
DO $$ BEGIN CREATE TABLE in_a_body (id int); END $$;
/* CREATE TABLE block (id int) */
CREATE INDEX "x" ON "User" ("id");
)"},
                              {"2", "2.sql", "ALTER TABLE old RENAME TO \"New\";\nDROP TABLE IF EXISTS gone, other;\nALTER TABLE \"User\" RENAME COLUMN id TO pk;"}}),
              ElementsAre("New", "User", "_CategoryToPost", "billing.plans", "we\"ird"));
}

TEST(TablesLeftBy, HoldsItselfAgainstTextThatIsCutOff) {
  for (const char* sql : {"", "CREATE TABLE", "CREATE TABLE \"", "DROP TABLE a,", "$$", "$x$ a", "'", "/*", "ALTER TABLE a RENAME TO", "CREATE TABLE a."})
    EXPECT_LE(tables_left_by({{"1", "1.sql", sql}}).size(), 1U) << sql;
}

TEST(Ownership, IsWhatTheCodeSays) {
  Project project;
  project.prisma.emplace();
  project.prisma->tables = {"users", "billing.plans"};
  project.prisma->migrations = {{"1", "1.sql", "CREATE TABLE _RoleToUser (a int); CREATE TABLE media (id int);"}};
  project.drizzle.emplace();
  project.drizzle->tables = {"media", "assets.video"};
  const auto ownership = Ownership::of(project);
  EXPECT_EQ(ownership.owner_of("public", "users"), Owner::prisma);
  EXPECT_EQ(ownership.owner_of("", "users"), Owner::prisma);
  EXPECT_EQ(ownership.owner_of("billing", "plans"), Owner::prisma);
  EXPECT_EQ(ownership.owner_of("public", "_roletouser"), Owner::prisma);
  EXPECT_EQ(ownership.owner_of("public", "media"), Owner::drizzle);  // declared there now, though a migration once made it
  EXPECT_EQ(ownership.owner_of("assets", "video"), Owner::drizzle);
  EXPECT_EQ(ownership.owner_of("public", "video"), Owner::nobody);
  EXPECT_EQ(ownership.owner_of("public", "stranger"), Owner::nobody);
}

TEST(Ownership, KnowsTheToolsOwnTables) {
  const auto ownership = Ownership::of({});
  EXPECT_EQ(ownership.owner_of("any", "_prisma_migrations"), Owner::prisma);
  EXPECT_EQ(ownership.owner_of("drizzle", "__drizzle_migrations"), Owner::drizzle);
  EXPECT_EQ(ownership.owner_of("prisma_contract", "marker"), Owner::prisma);
  EXPECT_EQ(ownership.owner_of("safety", "checkpoints"), Owner::safety);
  EXPECT_EQ(name_of(Owner::safety), "safety");
}

}  // namespace
}  // namespace safety::migrations

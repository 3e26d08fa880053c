#include "libsafety/migrations/drizzle_project.hpp"

#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::error_of;
using testing::TempFolder;
using testing::write_text;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

DrizzleProject read_config(const TempFolder& folder, std::string_view config) {
  write_text(folder / "drizzle.config.ts", config);
  return read_drizzle_project(folder.path(), folder / "drizzle.config.ts");
}

TEST(DrizzleConfig, ReadsItsScopeThroughCommentsConstantsAndTypes) {
  const TempFolder folder;
  const auto project = read_config(folder, R"(
import 'dotenv/config'
import { defineConfig, type Config } from "drizzle-kit";
// schemaFilter: ["everything"]
const OURS: string[] = ["media", `video`] as const
const base = { out: './migrations', dialect: "postgresql" as const, verbose: true }
const http = /["'`]/.test("x") ? 1 : 2
export default defineConfig({
  ...base,
  schema: "./src/schema.ts", /* tablesFilter: ["*"] */
  schemaFilter: ["public"],
  "tablesFilter": [...OURS, "media_tag"],
  dbCredentials: { url: process.env.DATABASE_URL!, ssl: helper() },
}) satisfies Config;
)");
  EXPECT_THAT(project.schema_filter, Optional(ElementsAre("public")));
  EXPECT_THAT(project.tables_filter, Optional(ElementsAre("media", "video", "media_tag")));
  EXPECT_EQ(project.out, "./migrations");
  EXPECT_THAT(project.url_variables, ElementsAre("DATABASE_URL"));
  EXPECT_FALSE(project.has_fixed_url);
  EXPECT_THAT(project.not_understood, ElementsAre("schema: nothing is there under \"./src/schema.ts\""));
}

TEST(DrizzleConfig, ReadsOtherWaysOfWritingIt) {
  const TempFolder folder;
  for (const char* text : {"module.exports = { tablesFilter: 'media' }", "const c = { tablesFilter: ['media'] }\nexport default c",
                           "export default ({ tablesFilter: ['media'] } as Config)", R"({"tablesFilter": ["media"]})",
                           "const tablesFilter = ['media'];\nexport default defineConfig({ tablesFilter })",
                           "export default { tablesFilter: [path.join('media')] }"})
    EXPECT_THAT(read_config(folder, text).tables_filter, Optional(ElementsAre("media"))) << text;
}

TEST(DrizzleConfig, NeverGuessesWhatWouldHaveToBeRun) {
  const TempFolder folder;
  auto project = read_config(folder, "export default { tablesFilter: tables(), schemaFilter: process.env.S ? ['a'] : ['b'] }");
  EXPECT_FALSE(project.tables_filter || project.schema_filter);
  EXPECT_THAT(project.not_understood, UnorderedElementsAre("tablesFilter: tables()", HasSubstr("schemaFilter: process.env.S?")));

  project = read_config(folder, "const t = ['media']; t.push(more); export default { tablesFilter: t }");
  EXPECT_FALSE(project.tables_filter);
  EXPECT_THAT(project.not_understood, ElementsAre("tablesFilter: t"));

  project = read_config(folder, "import base from './base'; export default { ...base, tablesFilter: ['media'] }");
  EXPECT_TRUE(project.tables_filter);
  EXPECT_THAT(project.not_understood, Contains(HasSubstr("schemaFilter: may come from what the config takes over")));

  project = read_config(folder, "export default await makeConfig()");
  EXPECT_THAT(project.not_understood, ElementsAre(HasSubstr("not one object that is written down: await makeConfig()")));

  project = read_config(folder, "export default { dialect: 'mysql' }");
  EXPECT_THAT(project.not_understood, ElementsAre(HasSubstr("\"mysql\", not postgresql")));
}

TEST(DrizzleConfig, SeesAnAddressThatIsWrittenDown) {
  const TempFolder folder;
  EXPECT_TRUE(read_config(folder, "export default { dbCredentials: { url: 'postgresql://prod/x' } }").has_fixed_url);
  EXPECT_TRUE(read_config(folder, "export default { dbCredentials: { host: process.env.DB_HOST, database: 'x' } }").has_fixed_url);
  EXPECT_FALSE(read_config(folder, "export default { dbCredentials: { url: env['MEDIA_DATABASE_URL'] } }").has_fixed_url);
}

TEST(DrizzleConfig, FindsSchemaFilesByPatternFolderAndList) {
  const TempFolder folder;
  write_text(folder / "src/a.schema.ts", "export const a = pgTable('a', {})");
  write_text(folder / "src/deep/er/b.schema.ts", "export const b = pgTable('b', {})");
  write_text(folder / "src/node_modules/x/c.schema.ts", "export const c = pgTable('c', {})");
  write_text(folder / "src/other.ts", "export const o = pgTable('o', {})");
  write_text(folder / "src/types.d.ts", "export const d = pgTable('d', {})");
  EXPECT_THAT(read_config(folder, "export default { schema: './src/**/*.schema.ts' }").tables, UnorderedElementsAre("a", "b"));
  EXPECT_THAT(read_config(folder, "export default { schema: 'src/*.schema.{ts,js}' }").tables, ElementsAre("a"));
  EXPECT_THAT(read_config(folder, "export default { schema: './src' }").tables, UnorderedElementsAre("a", "o"));
  EXPECT_THAT(read_config(folder, "export default { schema: ['./src/other.ts', './src/a.schema.ts'] }").tables, UnorderedElementsAre("o", "a"));
}

TEST(DrizzleConfig, FollowsWhatASchemaFileExportsFromOthers) {
  const TempFolder folder;
  write_text(folder / "db/index.ts", "export * from './users'\nexport { media } from \"./media.js\"\nexport * from './index'\nexport * from './gone'");
  write_text(folder / "db/users/index.ts", "export const u = pgTable('users', {})");
  write_text(folder / "db/media.ts", "export const media = pgTable('media', {})");
  const auto project = read_config(folder, "export default { schema: './db/index.ts' }");
  EXPECT_THAT(project.tables, UnorderedElementsAre("users", "media"));
  EXPECT_EQ(read_config(folder, "export default { schema: path.join(__dirname, 'db', 'index.ts'), migrations: { table: 'history', schema: 'public' } }").tables.size(), 2U);
  EXPECT_THAT(project.not_understood, ElementsAre(HasSubstr("exports from \"./gone\" was not found")));
}

TEST(DrizzleDeclarations, KnowsTablesSchemasEnumsAndCreators) {
  const auto found = read_declarations(R"(
import { pgTable, pgSchema, pgEnum, pgTableCreator, pgTable as table, uuid } from 'drizzle-orm/pg-core'
import * as pg from "drizzle-orm/pg-core"
// export const no = pgTable("in_a_comment", {})
const text = 'pgTable("in_a_text", {})'
export const media = pgTable("media", { id: uuid('id').primaryKey(), note: text("pgTable") }, (t) => [index('i').on(t.id)])
export const tag = pg.pgTable('media_tag', {})
export const aliased = table("aliased", {})
export const secured = pgTable.withRLS("secured", {})
const NAME = "by_constant"
export const named = pgTable(NAME, {})
const billing = pgSchema("billing")
export const plan = billing.table("plan", {})
export const kind = billing.enum("kind", ["a"])
export const inline = pgSchema('audit').table('log', {})
export const mood = pgEnum("mood", ["a", "b"])
const createTable = pgTableCreator((name) => `app_${name}`);
export const post = createTable("post", {})
)");
  EXPECT_THAT(found.tables, ElementsAre("media", "media_tag", "aliased", "secured", "by_constant", "billing.plan", "audit.log", "app_post"));
  EXPECT_THAT(found.enums, ElementsAre("billing.kind", "mood"));
  EXPECT_THAT(found.not_understood, IsEmpty());
}

TEST(DrizzleDeclarations, NotesNamesThatAreNotWrittenDown) {
  const auto found = read_declarations("export const a = pgTable(prefix + 'a', {})\nconst make = pgTableCreator(rename)\nexport const b = make('b', {})\n");
  EXPECT_THAT(found.tables, IsEmpty());
  EXPECT_THAT(found.not_understood, UnorderedElementsAre(HasSubstr("line 1: the name in pgTable"), HasSubstr("line 2: the name in pgTableCreator"), HasSubstr("line 3")));
}

TEST(DrizzleDeclarations, HoldsItselfAgainstTextThatIsNoScript) {
  for (const char* text : {"", "pgTable(", "`${`${", "pgTable(`a${", "'", "/*", "/[", "export * from", "}", "pgSchema(\"x\").", "const x: = pgTable", "\xEF\xBB\xBF#!"})
    EXPECT_THAT(read_declarations(text).tables, IsEmpty()) << text;
  std::string deep(3000, '[');
  EXPECT_THAT(read_declarations("pgTable(" + deep).tables, IsEmpty());
}

TEST(DrizzleMigrations, AreReadInTheOrderOfTheJournal) {
  const TempFolder folder;
  write_text(folder / "drizzle/meta/_journal.json", R"({"version":"7","entries":[{"idx":0,"when":1700000000000,"tag":"0000_b"},{"idx":1,"when":1700000000001,"tag":"0001_a"},{"idx":2,"when":3,"tag":"0002_gone"}]})");
  write_text(folder / "drizzle/0000_b.sql", "B");
  write_text(folder / "drizzle/0001_a.sql", "A");
  const auto project = read_config(folder, "export default {}");
  ASSERT_EQ(project.migrations.size(), 3U);
  EXPECT_EQ(project.migrations[0].name, "0000_b");
  EXPECT_EQ(project.migrations[0].when, 1700000000000);
  EXPECT_EQ(project.migrations[1].sql, "A");
  EXPECT_TRUE(project.migrations[2].path.empty());
}

TEST(DrizzleMigrations, AreFoldersSinceVersionOne) {
  const TempFolder folder;
  write_text(folder / "drizzle/20260102000000_b/migration.sql", "B");
  write_text(folder / "drizzle/20260101000000_a/migration.sql", "A");
  const auto project = read_config(folder, "export default {}");
  ASSERT_EQ(project.migrations.size(), 2U);
  EXPECT_EQ(project.migrations[0].name, "20260101000000_a");
}

TEST(DrizzleMigrations, RefusesAJournalThatIsNone) {
  const TempFolder folder;
  write_text(folder / "drizzle/meta/_journal.json", "<<<<<<< HEAD");
  const auto error = error_of([&] { read_config(folder, "export default {}"); });
  EXPECT_EQ(error.code(), Code::config);
  EXPECT_THAT(error.message(), HasSubstr("_journal.json"));
}

TEST(DrizzleProject, FindsTheInstalledVersionInAFolderAbove) {
  const TempFolder folder;
  write_text(folder / "node_modules/drizzle-kit/package.json", R"({"name":"drizzle-kit","version":"0.31.10"})");
  write_text(folder / "apps/media/drizzle.config.ts", "export default {}");
  EXPECT_EQ(read_drizzle_project(folder / "apps/media", folder / "apps/media/drizzle.config.ts").version, "0.31.10");
}

}  // namespace
}  // namespace safety::migrations

// safety-list --changes: the schema's history, from one checkpoint to the next.
#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr const char* kConfig = "export default { schema: './schema.ts', schemaFilter: ['public'], tablesFilter: ['media'] }";

std::vector<std::string> lines_of(const ToolRun& run) {
  EXPECT_EQ(run.exit_code, 0) << run;
  std::vector<std::string> lines;
  for (const auto& change : run.last_json["changes"])
    lines.push_back(change["change"].get<std::string>() + " " + change["kind"].get<std::string>() + " " + change["name"].get<std::string>());
  return lines;
}

TEST(Changes, AreToldBetweenCheckpoints) {
  const TestDatabase database;
  const Workbench bench;
  database.execute("CREATE TABLE media (id int); CREATE TABLE old (id int); CREATE INDEX media_id ON media (id)");
  bench.backup(database.url(), {"--label", "first"});
  const auto alone = bench.run("safety-list", database.url(), {"--changes", "latest"});
  EXPECT_EQ(alone.exit_code, static_cast<int>(Code::no_such_checkpoint)) << alone;

  database.execute("INSERT INTO media VALUES (1); DROP INDEX media_id; ALTER TABLE media ADD COLUMN x int; CREATE VIEW v AS SELECT 1");
  bench.backup(database.url(), {"--label", "second"});
  database.execute("DROP TABLE old");
  bench.backup(database.url(), {"--label", "third"});

  EXPECT_THAT(lines_of(bench.run("safety-list", database.url(), {"--changes", "second"})),
              ::testing::IsSupersetOf({"dropped index public.media_id", "changed table public.media", "added view public.v"}));
  const auto last = lines_of(bench.run("safety-list", database.url(), {"--changes", "latest"}));
  EXPECT_THAT(last, Contains("dropped table public.old"));
  EXPECT_THAT(last, ::testing::Not(Contains("added view public.v")));
  const auto all = bench.run("safety-list", database.url(), {"--changes", "first", "third"});
  EXPECT_THAT(lines_of(all), ::testing::IsSupersetOf({"added view public.v", "dropped table public.old"}));
  EXPECT_THAT(lines_of(bench.run("safety-list", database.url(), {"--changes", "third", "first"})), Contains("added table public.old"));
  EXPECT_THAT(all.last_json["from"].get<std::string>(), HasSubstr(database.name()));

  const auto text = run_tool("safety-list", {"--changes", "third", "third"}, bench.environment(database.url()));
  EXPECT_THAT(text.out, HasSubstr("the schemas are equal"));
  EXPECT_EQ(bench.run("safety-list", database.url(), {"third"}).exit_code, static_cast<int>(Code::usage));
  EXPECT_EQ(bench.run("safety-list", database.url(), {"--changes", "nothing"}).exit_code, static_cast<int>(Code::no_such_checkpoint));
}

TEST(Changes, CarryTheHeadsOfTheToolsWhoseFilesAreFound) {
  const TestDatabase database;
  const Workbench bench;
  const TempFolder project;
  write_text(project / "drizzle.config.ts", kConfig);
  write_text(project / "schema.ts", "export const media = pgTable('media', {})");
  RunOptions options;
  options.folder = project.path();
  database.execute("CREATE TABLE media (id int); CREATE TABLE users (id int)");
  const auto back_up = [&] {
    const auto run = run_tool("safety-backup", {"--json"}, bench.environment(database.url()), options);
    EXPECT_EQ(run.exit_code, 0) << run;
  };
  back_up();
  database.execute("ALTER TABLE users ADD COLUMN x int");
  back_up();
  const auto unrelated = bench.run("safety-list", database.url(), {"--changes", "latest"});
  EXPECT_EQ(unrelated.last_json["facts"].size(), 0U) << unrelated;
  database.execute("ALTER TABLE media ADD COLUMN x int");
  back_up();
  const auto run = bench.run("safety-list", database.url(), {"--changes", "latest"});
  ASSERT_EQ(run.last_json["facts"].size(), 1U) << run;
  EXPECT_EQ(run.last_json["facts"][0]["fact"], "drizzle_fingerprint");
}

TEST(Changes, ABackupDoesNotFailForMigrationsThatCannotBeRead) {
  const TestDatabase database;
  const Workbench bench;
  const TempFolder project;
  write_text(project / "safety.toml", "[migrations]\nprisma = \"nowhere\"\n");
  RunOptions options;
  options.folder = project.path();
  const auto run = run_tool("safety-backup", {}, bench.environment(database.url()), options);
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.err, HasSubstr("pending migrations are not noted: [migrations] prisma = \"nowhere\""));
}

}  // namespace
}  // namespace safety::testing

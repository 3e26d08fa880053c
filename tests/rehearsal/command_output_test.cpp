#include "libsafety/rehearsal/command_output.hpp"

#include "tests/testing/testing.hpp"

namespace safety::rehearsal {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// As drizzle-kit 0.31 prints it, ending with 0.
constexpr const char* kDrizzleError =
    "No config path provided, using default 'drizzle.config.ts'\nReading config file '/app/drizzle.config.ts'\nUsing 'pg' driver for database querying\n"
    "[\xe2\xa3\xb7] Pulling schema from database...\n\x1b[2K\x1b[1G[\xe2\x9c\x93] Pulling schema from database...\n"
    "error: column \"size\" cannot be cast automatically to type integer\n    at /app/node_modules/pg-pool/index.js:45:11\n"
    "    at async pgPush (/app/node_modules/drizzle-kit/bin.cjs:82768:13) {\n  length: 179,\n  severity: 'ERROR',\n  code: '42804',\n  detail: undefined,\n}\n";

constexpr const char* kDrizzlePrompt =
    "\xc2\xb7 You're about to add media_size_unique unique constraint to the table, which contains 2 items.\n\n"
    "Error: Interactive prompts require a TTY terminal (process.stdin.isTTY or process.stdout.isTTY is false). This can happen when running in CI, piped input, or "
    "non-interactive shells.\n    at render10 (/app/node_modules/drizzle-kit/bin.cjs:1450:31)\n";

constexpr const char* kPrismaFailed =
    "1 migration found in prisma/migrations\n\nApplying migration `20260211120000_unique_email`\nError: P3018\n\nA migration failed to apply. New migrations cannot be applied "
    "before the error is recovered from.\n\nMigration name: 20260211120000_unique_email\n\nDatabase error code: 23505\n\nDatabase error:\nERROR: could not create unique index "
    "\"users_email_key\"\nDETAIL: Key (email)=(a@b) is duplicated.\n";

constexpr const char* kPrismaLeft =
    "Error: P3009\n\nmigrate found failed migrations in the target database, new migrations will not be applied. Read more about how to resolve migration issues.\n"
    "The `20260211120000_unique_email` migration started at 2026-02-11 12:00:00.000000 UTC failed\n";

TEST(JudgeOutput, FindsDrizzlesErrorThoughItEndedWithZero) {
  const auto verdict = judge_output(kDrizzleError, false);
  EXPECT_EQ(verdict.trouble, "column \"size\" cannot be cast automatically to type integer");
  EXPECT_FALSE(verdict.wanted_terminal);
}

TEST(JudgeOutput, FindsTheStatementThatDrizzleSays) {
  const auto verdict = judge_output(
      "DrizzleQueryError: Failed query: ALTER TABLE \"media\" ADD COLUMN \"x\" integer NOT NULL\nparams: \n    at NodePgPreparedQuery (/app/node_modules/drizzle-orm/x.js:1:2) {\n"
      "  query: '...',\n  [cause]: error: column \"x\" contains null values\n      at y {\n    code: '23502',\n", false);
  EXPECT_EQ(verdict.statement, "ALTER TABLE \"media\" ADD COLUMN \"x\" integer NOT NULL");
  EXPECT_EQ(verdict.trouble, "column \"x\" contains null values");
}

TEST(JudgeOutput, FindsAnErrorOfDrizzleItself) {
  EXPECT_EQ(judge_output("Reading config file\nTypeError: Cannot read properties of undefined (reading 'name')\n    at x (/app/node_modules/drizzle-kit/bin.cjs:1:1)\n", false).trouble,
            "TypeError: Cannot read properties of undefined (reading 'name')");
}

TEST(JudgeOutput, SeesThatATerminalWasWanted) {
  const auto verdict = judge_output(kDrizzlePrompt, false);
  EXPECT_TRUE(verdict.wanted_terminal);
  EXPECT_THAT(verdict.trouble, StartsWith("it asks a question and nobody is there to answer: Error: Interactive prompts require a TTY"));
  EXPECT_TRUE(judge_output("Error: \nPrisma Migrate has detected that the environment is non-interactive, which is not supported.\n", true).wanted_terminal);
}

TEST(JudgeOutput, TellsPrismasCodeMigrationAndTheServersWords) {
  EXPECT_EQ(judge_output(kPrismaFailed, true).trouble,
            "P3018: migration 20260211120000_unique_email failed: ERROR: could not create unique index \"users_email_key\" (23505)");
  EXPECT_THAT(judge_output(kPrismaLeft, true).trouble, StartsWith("P3009: migrate found failed migrations"));
  EXPECT_THAT(judge_output(kPrismaLeft, true).trouble, HasSubstr("`20260211120000_unique_email` migration started"));
}

TEST(JudgeOutput, TellsTheMigrationOfPrismasEngineWithoutCodes) {
  EXPECT_EQ(judge_output("1 migration found in prisma/migrations\n\nError: external connector error\nError querying the database: ERROR: relation \"media\" already exists\n"
                         "   0: sql_schema_connector::apply_migration::apply_script\n           with migration_name=\"20260101000000_a\"\n             at x.rs:113\n", true).trouble,
            "migration 20260101000000_a failed: ERROR: relation \"media\" already exists");
}

TEST(JudgeOutput, FindsWhatPsqlWentOnAfter) {
  const auto verdict = judge_output("CREATE TABLE\npsql:up.sql:3: ERROR:  relation \"nix\" does not exist\nLINE 1: SELECT * FROM nix;\n                      ^\nCREATE TABLE\n", false);
  EXPECT_EQ(verdict.trouble, "relation \"nix\" does not exist");
  EXPECT_EQ(verdict.statement, "SELECT * FROM nix;");
}

TEST(JudgeOutput, ShowsTheLastErrorLineOfAnythingElseThatFailed) {
  EXPECT_EQ(judge_output("starting\nError: no such file up.sql\nbye\nnpm ERR! code 1\nnpm error path /app\n", true).trouble, "Error: no such file up.sql");
  EXPECT_EQ(judge_output("one\ntwo\n", true).trouble, "two");
  EXPECT_THAT(judge_output("", true).trouble, IsEmpty());
}

TEST(JudgeOutput, IsSilentAboutWhatSucceeded) {
  for (const char* output : {"", "[i] No changes detected\n", "[\xe2\x9c\x93] Changes applied\n", "error: none, all fine\n", "0 errors\nApplying migration `20260101_error_codes`\nAll migrations have been successfully applied.\n",
                             "CREATE TABLE\nNOTICE:  ERROR: is a word here\n", "code: '12345' is no state\n", "The following migration(s) have been applied:\nmigrations/\n  20260101_P3018/\n"})
    EXPECT_THAT(judge_output(output, false).trouble, IsEmpty()) << output;
}

TEST(PlainText, IsWithoutEscapesAndOverwrittenLines) {
  EXPECT_EQ(plain_text("a\x1b[2K\x1b[1Gb\x1b[31mred\x1b[0m\r\nnext\rover"), "abred\nnext\nover");
  EXPECT_EQ(plain_text("cut \x1b["), "cut ");
  EXPECT_EQ(plain_text("cut \x1b"), "cut ");
}

TEST(OutputTail, KeepsTheEndFromALinesBeginning) {
  OutputTail tail;
  for (int line = 0; line < 60000; ++line) tail.add("line " + std::to_string(line) + "\n");
  const auto text = tail.text({});
  EXPECT_LE(text.size(), 64U * 1024);
  EXPECT_GT(text.size(), 60U * 1024);
  EXPECT_THAT(text, StartsWith("line "));
  EXPECT_THAT(text, ::testing::EndsWith("line 59999\n"));
}

TEST(OutputTail, HasNoSecretInItWhereverItIsCut) {
  const std::string secret = "p@ss/word:12345";
  const auto secrets = secrets_of(secret);
  for (int shift = 0; shift < 40; ++shift) {
    OutputTail tail;
    tail.add(std::string(static_cast<std::size_t>(shift), 'x'));
    for (int at = 0; at < 12000; ++at) tail.add(secret + " p%40ss%2Fword%3A12345 ");
    const auto text = tail.text(secrets);
    EXPECT_THAT(text, Not(HasSubstr("word")));
    EXPECT_THAT(text, HasSubstr("**redacted**"));
  }
  EXPECT_THAT(secrets_of(""), IsEmpty());
}

}  // namespace
}  // namespace safety::rehearsal

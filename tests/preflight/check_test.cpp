#include "libsafety/preflight/check.hpp"

#include <algorithm>

#include "libsafety/preflight/rules.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using migrations::Owner;
using QuestionKind = Question::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Checked check_sql(const std::string& sql, const std::string& tool = "", const CheckOptions& options = {}) {
  return check({{"20260101_m", "m.sql", sql, tool}}, options);
}

const Finding* find(const Checked& checked, const std::string& rule) {
  const auto found = std::find_if(checked.findings.begin(), checked.findings.end(), [&](const Finding& finding) { return finding.rule == rule; });
  return found == checked.findings.end() ? nullptr : &*found;
}

/// The questions of the only finding of a rule.
std::vector<Question> questions_of(const Checked& checked, const std::string& rule) {
  std::vector<Question> questions;
  for (const auto& question : checked.questions)
    if (checked.findings.at(question.finding).rule == rule) questions.push_back(question);
  return questions;
}

Question question_of(const Checked& checked, const std::string& rule) {
  const auto questions = questions_of(checked, rule);
  EXPECT_EQ(questions.size(), 1U) << rule;
  return questions.empty() ? Question() : questions.front();
}

TEST(Check, SaysWhatWhereAndToWhat) {
  const auto checked = check({{"20260101_first", "prisma/a.sql", "SELECT 1;", "prisma"},
                              {"20260102_second", "prisma/b.sql", "-- DropTable\nALTER TABLE shop.\"User\"\n  DROP COLUMN   \"nick name\"; -- now\n", "prisma"}},
                             {});
  EXPECT_EQ(checked.statements, 2U);
  const auto* finding = find(checked, "drop-column");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::error);
  EXPECT_EQ(finding->location.file, "prisma/b.sql");
  EXPECT_EQ(finding->location.line, 3);
  EXPECT_EQ(finding->migration, "20260102_second");
  EXPECT_EQ(finding->object, "shop.User.nick name");
  EXPECT_EQ(finding->message, "drops column shop.User.nick name with its values");
  EXPECT_EQ(finding->statement, "ALTER TABLE shop.\"User\" DROP COLUMN \"nick name\"");
  EXPECT_EQ(finding->evidence.state, Evidence::State::not_asked);
  const auto question = question_of(checked, "drop-column");
  EXPECT_EQ(question.kind, QuestionKind::lost_column);
  EXPECT_EQ(question.table.schema, "shop");
  EXPECT_EQ(question.table.name, "User");
  EXPECT_THAT(question.columns, ElementsAre("nick name"));
}

TEST(Check, LeavesNoControlCharactersInMessages) {
  const auto checked = check_sql("ALTER TABLE \"a\nb\x1b[31m\" DROP COLUMN \"c\rd\";");
  const auto* finding = find(checked, "drop-column");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->message, "drops column a b [31m.c d with its values");
  EXPECT_EQ(question_of(checked, "drop-column").table.name, "a\nb\x1b[31m");
}

TEST(Check, GivesTheSameForTheSame) {
  const std::string sql = "DROP TABLE a; ALTER TABLE b ADD COLUMN c int NOT NULL; SELEC;";
  const auto first = check_sql(sql), second = check_sql(sql);
  ASSERT_EQ(first.findings.size(), second.findings.size());
  for (std::size_t i = 0; i < first.findings.size(); ++i) EXPECT_EQ(first.findings[i].message, second.findings[i].message);
}

TEST(Check, FindsNothingInNothing) {
  const auto checked = check({}, {});
  EXPECT_THAT(checked.findings, IsEmpty());
  EXPECT_EQ(checked.statements, 0U);
}

TEST(Check, ShortensStatementsAtACharacter) {
  std::string sql = "DROP TABLE a";
  for (int i = 0; i < 100; ++i) sql += ", \"ä" + std::to_string(i) + "\"";
  const auto checked = check_sql(sql);
  const auto* finding = find(checked, "drop-table");
  ASSERT_NE(finding, nullptr);
  EXPECT_LT(finding->statement.size(), 200U);
  EXPECT_THAT(finding->statement, ::testing::EndsWith("..."));
  EXPECT_EQ(finding->statement.find('?'), std::string::npos);
}

TEST(Check, KnowsWhatEarlierFilesHaveMade) {
  const auto checked = check({{"1", "1.sql", "CREATE TABLE t (id int PRIMARY KEY, a int);", "prisma"},
                              {"2", "2.sql", "CREATE UNIQUE INDEX t_a ON public.t (a);\nALTER TABLE \"t\" ADD COLUMN b int NOT NULL;\nDROP TABLE t;", "prisma"}},
                             {});
  EXPECT_THAT(checked.findings, IsEmpty());
}

TEST(Check, AsksAboutTablesAndColumnsByTheirNamesBefore) {
  const auto checked = check_sql(
      "ALTER TABLE users RENAME TO accounts;\nALTER TABLE accounts RENAME COLUMN mail TO email;\nCREATE UNIQUE INDEX i ON accounts (email);\n"
      "ALTER TABLE accounts ALTER COLUMN email SET NOT NULL;");
  const auto unique = question_of(checked, "add-unique");
  EXPECT_EQ(unique.table.name, "users");
  EXPECT_THAT(unique.expressions, ElementsAre("mail"));
  const auto nulls = question_of(checked, "set-not-null");
  EXPECT_EQ(nulls.table.name, "users");
  EXPECT_THAT(nulls.columns, ElementsAre("mail"));
}

TEST(Check, AsksNothingAboutRowsThatTheMigrationChangesFirst) {
  const auto checked = check_sql(
      "DELETE FROM users a USING users b WHERE a.id < b.id AND a.email = b.email;\nCREATE UNIQUE INDEX i ON users (email);\n"
      "UPDATE posts SET author = NULL WHERE author = 0;\nALTER TABLE posts ADD FOREIGN KEY (author) REFERENCES people (id);");
  EXPECT_NE(find(checked, "add-unique"), nullptr);
  EXPECT_NE(find(checked, "add-foreign-key"), nullptr);
  EXPECT_THAT(questions_of(checked, "add-unique"), IsEmpty());
  EXPECT_THAT(questions_of(checked, "add-foreign-key"), IsEmpty());
}

TEST(Questions, OfAUniqueIndexHaveItsKeysAndCondition) {
  const auto question = question_of(
      check_sql("CREATE UNIQUE INDEX CONCURRENTLY i ON shop.t USING btree (lower(\"eMail\" /* , x */), (a || 'x,)') COLLATE \"de_DE\" DESC, \"B\" text_ops)\n"
                "  NULLS NOT DISTINCT WHERE deleted IS NULL AND (a, b) <> (1, 2);"),
      "add-unique");
  EXPECT_EQ(question.kind, QuestionKind::duplicates);
  EXPECT_EQ(question.table.schema, "shop");
  EXPECT_THAT(question.expressions, ElementsAre("lower(\"eMail\" )", "(a || 'x,)') COLLATE \"de_DE\"", "\"B\""));
  EXPECT_EQ(question.predicate, "deleted IS NULL AND (a, b) <> (1, 2)");
  EXPECT_TRUE(question.nulls_are_equal);
}

TEST(Questions, OfAPrimaryKeyAskForDuplicatesAndForEachMissingValue) {
  const auto questions = questions_of(check_sql("ALTER TABLE t ADD PRIMARY KEY (a, \"B\");"), "add-primary-key");
  ASSERT_EQ(questions.size(), 3U);
  EXPECT_EQ(questions[0].kind, QuestionKind::duplicates);
  EXPECT_THAT(questions[0].expressions, ElementsAre("a", "\"B\""));
  EXPECT_EQ(questions[1].kind, QuestionKind::nulls);
  EXPECT_THAT(questions[2].columns, ElementsAre("B"));
}

TEST(Questions, OfAForeignKeyNameBothSides) {
  const auto question = question_of(check_sql("ALTER TABLE a.t ADD FOREIGN KEY (x, y) REFERENCES b.u (p, q);"), "add-foreign-key");
  EXPECT_EQ(question.kind, QuestionKind::orphans);
  EXPECT_THAT(question.columns, ElementsAre("x", "y"));
  EXPECT_EQ(question.other.schema, "b");
  EXPECT_EQ(question.other.name, "u");
  EXPECT_THAT(question.other_columns, ElementsAre("p", "q"));
  EXPECT_THAT(question_of(check_sql("ALTER TABLE t ADD FOREIGN KEY (x) REFERENCES u;"), "add-foreign-key").other_columns, IsEmpty());
}

TEST(Questions, OfACastHaveTypeAndUsing) {
  const auto question = question_of(check_sql("ALTER TABLE t ALTER a TYPE numeric(10, 2) USING (replace(a, ',', '.'))::numeric, ALTER b SET DEFAULT 1;"), "risky-cast");
  EXPECT_EQ(question.kind, QuestionKind::casts);
  EXPECT_EQ(question.type, "numeric(10, 2)");
  EXPECT_EQ(question.expression, "(replace(a, ',', '.'))::numeric");
  EXPECT_THAT(question.columns, ElementsAre("a"));
  const auto array = question_of(check_sql("ALTER TABLE t ALTER COLUMN a SET DATA TYPE timestamp(3) with time zone[] COLLATE \"C\";"), "scalar-to-array");
  EXPECT_EQ(array.type, "timestamp(3) with time zone[]");
  EXPECT_EQ(array.expression, "");
}

TEST(Questions, OfAnEnumMadeAnewAskForTheValuesThatStay) {
  const auto checked = check_sql(
      "CREATE TYPE \"R_new\" AS ENUM ('a', 'it''s');\nALTER TABLE t ALTER COLUMN \"Role\" TYPE \"R_new\" USING (\"Role\"::text::\"R_new\"),\n"
      "  ALTER COLUMN roles TYPE \"R_new\"[] USING (roles::text::\"R_new\"[]);\n"
      "ALTER TYPE \"R\" RENAME TO \"R_old\"; ALTER TYPE \"R_new\" RENAME TO \"R\"; DROP TYPE \"R_old\";");
  const auto questions = questions_of(checked, "enum-value-removal");
  ASSERT_EQ(questions.size(), 2U);
  EXPECT_EQ(questions[0].kind, QuestionKind::check_violations);
  EXPECT_EQ(questions[0].expression, "\"Role\"::text IN ('a', 'it''s')");
  EXPECT_EQ(questions[1].expression, "roles::text[] <@ ARRAY['a', 'it''s']::text[]");
  EXPECT_EQ(find(checked, "rename-type"), nullptr);
  EXPECT_EQ(find(checked, "risky-cast"), nullptr);
}

TEST(Questions, OfAnUpdateCountTheRowsByItsCondition) {
  const auto condition = [](const std::string& sql) { return question_of(check_sql(sql), "many-rows-changed").expression; };
  EXPECT_EQ(condition("DELETE FROM t WHERE a = 'WHERE' -- old\n AND b > 0 RETURNING id;"), "a = 'WHERE' AND b > 0");
  EXPECT_EQ(condition("UPDATE s.t AS x SET a = 1 WHERE x.b IS DISTINCT FROM 2;"), "ctid IN (SELECT x.ctid FROM s.t AS x WHERE x.b IS DISTINCT FROM 2)");
  EXPECT_EQ(condition("UPDATE t SET a = (b IS DISTINCT FROM c), d = b IS NOT DISTINCT FROM c FROM o JOIN p USING (id) WHERE o.id = t.id;"),
            "ctid IN (SELECT t.ctid FROM t, o JOIN p USING (id) WHERE o.id = t.id)");
  EXPECT_EQ(condition("DELETE FROM t USING o WHERE o.id = t.id;"), "ctid IN (SELECT t.ctid FROM t, o WHERE o.id = t.id)");
  EXPECT_THAT(questions_of(check_sql("WITH o AS (SELECT 1 AS id) DELETE FROM t USING o WHERE o.id = t.id;"), "many-rows-changed"), IsEmpty());
}

TEST(Questions, OfAnExclusionHaveItsDefinition) {
  const auto question = question_of(check_sql("ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (a WITH =, b WITH &&) WHERE (c), ADD COLUMN d int;"), "add-exclusion");
  EXPECT_EQ(question.kind, QuestionKind::overlaps);
  EXPECT_EQ(question.expression, "EXCLUDE USING gist (a WITH =, b WITH &&) WHERE (c)");
}

TEST(Questions, OfLocksNameEachTableOnce) {
  const auto checked = check_sql("ALTER TABLE a ADD COLUMN x int; ALTER TABLE a ADD COLUMN y int; ALTER TABLE b ADD FOREIGN KEY (z) REFERENCES c NOT VALID;");
  const auto questions = questions_of(checked, "no-lock-timeout");
  std::vector<std::string> tables;
  for (const auto& question : questions) {
    EXPECT_EQ(question.kind, QuestionKind::blockers);
    tables.push_back(question.table.name);
  }
  EXPECT_THAT(tables, ElementsAre("a", "b", "c"));
  EXPECT_EQ(question_of(check_sql("CREATE TABLE n (id int REFERENCES old (id));"), "no-lock-timeout").table.name, "old");
}

TEST(Questions, PointAtTheirFindings) {
  const auto checked = check_sql("DROP TABLE a; CREATE UNIQUE INDEX i ON b (c); ALTER TABLE d ADD COLUMN e int NOT NULL;");
  for (const auto& question : checked.questions) EXPECT_LT(question.finding, checked.findings.size());
  EXPECT_EQ(question_of(checked, "drop-table").table.name, "a");
  EXPECT_EQ(question_of(checked, "add-required-column").kind, QuestionKind::has_rows);
}

TEST(Timeouts, HoldForTheSessionUnlessTheyAreLocal) {
  const auto says = [](const std::string& first, const std::string& second) {
    return find(check({{"1", "1.sql", first, "prisma"}, {"2", "2.sql", second, "prisma"}}, {}), "no-lock-timeout") != nullptr;
  };
  const std::string alter = "ALTER TABLE t ADD COLUMN a int;";
  EXPECT_TRUE(says("SELECT 1;", alter));
  EXPECT_FALSE(says("SET lock_timeout = '2s';", alter));
  EXPECT_FALSE(says("SELECT set_config('lock_timeout', '2s', false);", alter));
  EXPECT_TRUE(says("SET LOCAL lock_timeout = '2s';", alter));
  EXPECT_FALSE(says("SELECT 1;", "SET LOCAL lock_timeout = 2000; " + alter));
  EXPECT_TRUE(says("SET lock_timeout = '2s'; RESET lock_timeout;", alter));
}

TEST(Transactions, DependOnHowTheToolSendsAFile) {
  const std::string sql = "ALTER TABLE t ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON t (a);";
  CheckOptions split;
  split.may_be_split = true;
  EXPECT_NE(find(check_sql(sql, "prisma"), "concurrently-in-transaction"), nullptr);
  EXPECT_EQ(find(check_sql(sql, "prisma", split), "concurrently-in-transaction"), nullptr);
  EXPECT_NE(find(check_sql(sql, "prisma", split), "multi-statement-not-atomic"), nullptr);
  EXPECT_EQ(find(check_sql(sql, "prisma"), "multi-statement-not-atomic"), nullptr);
  EXPECT_NE(find(check_sql("CREATE INDEX CONCURRENTLY i ON t (a);", "drizzle"), "concurrently-in-transaction"), nullptr);
  EXPECT_EQ(find(check_sql("CREATE INDEX CONCURRENTLY i ON t (a);", "prisma"), "concurrently-in-transaction"), nullptr);
  EXPECT_EQ(find(check_sql(sql), "concurrently-in-transaction"), nullptr);
  EXPECT_NE(find(check_sql(sql), "mixed-non-transactional"), nullptr);
  EXPECT_EQ(find(check_sql("BEGIN;\n" + sql.substr(0, 31) + "\nCOMMIT;", "prisma", split), "multi-statement-not-atomic"), nullptr);
}

TEST(Owners, DecideWhatIsForeign) {
  CheckOptions options;
  options.ownership.set("public", "users", Owner::prisma);
  options.ownership.set("public", "media", Owner::drizzle);
  const auto is_foreign = [&](const std::string& sql, const std::string& tool) { return find(check_sql(sql, tool, options), "foreign-object-drop") != nullptr; };
  EXPECT_TRUE(is_foreign("DROP TABLE media;", "prisma"));
  EXPECT_TRUE(is_foreign("TRUNCATE public.users;", "drizzle"));
  EXPECT_TRUE(is_foreign("DROP TABLE IF EXISTS safety.checkpoints;", ""));
  EXPECT_FALSE(is_foreign("DROP TABLE users;", "prisma"));
  EXPECT_FALSE(is_foreign("DROP TABLE users;", ""));
  EXPECT_FALSE(is_foreign("DROP TABLE other;", "prisma"));
  EXPECT_FALSE(is_foreign("DROP TABLE elsewhere.media;", "prisma"));
  EXPECT_FALSE(is_foreign("DELETE FROM media WHERE id = 1;", "prisma"));
  EXPECT_NE(find(check_sql("TRUNCATE users CASCADE;", "prisma", options), "cascade-across-owners"), nullptr);
  EXPECT_EQ(find(check_sql("TRUNCATE users CASCADE;", "prisma"), "cascade-across-owners"), nullptr);
}

TEST(DoesNotParse, IsAnErrorUnlessANewerServerMayKnowIt) {
  const auto severity = [](const std::string& sql, int version) {
    CheckOptions options;
    options.server_version_num = version;
    const auto checked = check_sql(sql, "", options);
    const auto* finding = find(checked, "does-not-parse");
    return finding == nullptr ? "none" : name_of(finding->severity);
  };
  const std::string newer = "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED;";
  EXPECT_EQ(severity(newer, 0), "warning");
  EXPECT_EQ(severity(newer, 180000), "warning");
  EXPECT_EQ(severity(newer, 150018), "error");
  EXPECT_EQ(severity("ALTER TABEL t ADD x int;", 180000), "error");
  EXPECT_EQ(severity("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE RETURNING a.id;", 170002), "warning");
  EXPECT_EQ(severity("ALTER TABLE t ADD CONSTRAINT n NOT NULL a;", 180001), "warning");
  EXPECT_EQ(severity("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2));", 180001), "warning");
}

TEST(DoesNotParse, SaysWhatTheParserSays) {
  const auto checked = check_sql("SELECT 1;\nCREATE TABLE a (\n  id int\n  name text\n);");
  const auto* finding = find(checked, "does-not-parse");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->location.line, 4);
  EXPECT_THAT(finding->message, HasSubstr("syntax error at or near \"name\""));
}

TEST(Psql, CommandsFailThroughTheToolsAndMayBeMeantElsewhere) {
  const auto severity = [](const std::string& tool) {
    const auto checked = check_sql("\\set x 1\nSELECT 1;", tool);
    const auto* finding = find(checked, "psql-command");
    return finding == nullptr ? "none" : name_of(finding->severity);
  };
  EXPECT_EQ(severity("prisma"), "error");
  EXPECT_EQ(severity(""), "warning");
}

}  // namespace
}  // namespace safety::preflight

// What drops, truncates and CASCADE take away; enum values in use; what a lock costs.
#include "tests/preflight/ask_stage.hpp"

namespace safety::preflight {
namespace {

using migrations::Owner;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = Question::Kind;

class AskLoss : public Ask {
 protected:
  AskLoss() {
    database.execute(
        "CREATE TABLE users (id int PRIMARY KEY, phone text, fax text); INSERT INTO users SELECT i, CASE WHEN i < 8 "
        "THEN '+' || i % 2 END FROM generate_series(1, 10) i;"
        "CREATE TABLE posts (id int PRIMARY KEY, user_id int REFERENCES users); INSERT INTO posts SELECT i, i FROM "
        "generate_series(1, 4) i;"
        "CREATE TABLE videos (id int PRIMARY KEY, post_id int REFERENCES posts); INSERT INTO videos SELECT i, i FROM "
        "generate_series(1, 3) i;"
        "CREATE TABLE empty (id int); CREATE VIEW phones AS SELECT phone FROM users; CREATE VIEW phones_too AS SELECT "
        "* FROM phones");
    options.ownership.set("public", "users", Owner::prisma);
    options.ownership.set("public", "posts", Owner::prisma);
  }
  Finding cascade(const std::string& table, const std::string& statement) {
    return ask_one(about(Kind::cascade_reach, table), statement, options);
  }
  Finding in_use(const std::string& type, std::vector<std::string> labels) {
    Question question;
    question.kind = Kind::enum_in_use;
    question.type = type;
    question.labels = std::move(labels);
    return ask_one(question);
  }

  AskOptions options;
};

TEST_F(AskLoss, CountsTheRowsOfADroppedTableAndNamesWhatDependsOnIt) {
  auto finding = ask_one(about(Kind::lost_table, "users"), "DROP TABLE users", options);
  expect(finding, State::confirmed, Severity::error, 10);
  EXPECT_THAT(finding.evidence.text, AllOf(HasSubstr("10 rows are lost, "), HasSubstr("view public.phones"),
                                           HasSubstr("foreign key public.posts.posts_user_id_fkey"),
                                           HasSubstr("belongs to Prisma"), Not(HasSubstr("phones_too"))));
  EXPECT_THAT(finding.evidence.text, HasSubstr("statistics go"));
  expect(ask_one(about(Kind::lost_table, "empty")), State::refuted, Severity::note, 0);
  finding = ask_one(about(Kind::lost_table, "nothing"));
  expect(finding, State::not_asked, Severity::note, 0);
  EXPECT_THAT(finding.evidence.text, HasSubstr("nothing is lost"));
}

TEST_F(AskLoss, CountsTheValuesOfADroppedColumn) {
  auto finding = ask_one(about(Kind::lost_column, "users", {"phone"}));
  expect(finding, State::confirmed, Severity::error, 7);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("+0", "+1"));
  EXPECT_THAT(finding.evidence.text,
              AllOf(HasSubstr("7 rows with a value in \"phone\""), HasSubstr("view public.phones")));
  expect(ask_one(about(Kind::lost_column, "users", {"fax"})), State::refuted, Severity::note, 0);
  expect(ask_one(about(Kind::lost_column, "users", {"pager"})), State::not_asked, Severity::note, 0);
}

TEST_F(AskLoss, ShowsNoDataWhenNoSamplesAreWanted) {
  options.samples = 0;
  for (auto question : {about(Kind::lost_column, "users", {"phone"}), about(Kind::nulls, "users", {"phone"}),
                        about(Kind::duplicates, "users", {"phone"})})
    EXPECT_THAT(ask_one(question, "", options).evidence.samples, IsEmpty());
  auto question = about(Kind::orphans, "users", {"id"});
  question.other = {"public", "videos"};
  EXPECT_THAT(ask_one(question, "", options).evidence.samples, IsEmpty());
}

TEST_F(AskLoss, FollowsTruncateCascadeToOtherOwners) {
  auto finding = cascade("users", "TRUNCATE users CASCADE");
  expect(finding, State::confirmed, Severity::error, 7);
  EXPECT_THAT(finding.evidence.text, AllOf(HasSubstr("2 more objects"), HasSubstr("public.posts (Prisma, 4 rows)"),
                                           HasSubstr("public.videos (3 rows)"), Not(HasSubstr("among them"))));
  options.ownership.set("public", "videos", Owner::drizzle);
  finding = cascade("users", "TRUNCATE users CASCADE");
  EXPECT_THAT(finding.evidence.text, HasSubstr("among them Drizzle's public.videos"));
  expect(cascade("videos", "TRUNCATE videos CASCADE"), State::refuted, Severity::note, 0);
  database.execute("TRUNCATE videos");
  expect(cascade("posts", "TRUNCATE posts CASCADE"), State::confirmed, Severity::error,
         0);  // another owner's, although empty
}

TEST_F(AskLoss, FollowsDropCascadeToViewsAndKeys) {
  auto finding = cascade("users", "DROP TABLE users CASCADE");
  expect(finding, State::confirmed, Severity::warning, 0);
  EXPECT_THAT(finding.evidence.text,
              AllOf(HasSubstr("view public.phones_too"), HasSubstr("foreign key posts_user_id_fkey of public.posts")));
  options.ownership.set("public", "posts", Owner::drizzle);
  expect(cascade("users", "DROP TABLE users CASCADE"), State::confirmed, Severity::error, 0);
}

TEST_F(AskLoss, FollowsDropSchemaToEveryTableInIt) {
  Question question;
  question.kind = Kind::cascade_reach;
  question.table = {"public", ""};
  const auto finding = ask_one(question, "DROP SCHEMA public CASCADE", options);
  expect(finding, State::confirmed, Severity::error, 17);
  EXPECT_THAT(finding.evidence.text, HasSubstr("Prisma's public.users"));
  question.table.schema = "nowhere";
  expect(ask_one(question, "DROP SCHEMA nowhere CASCADE", options), State::not_asked, Severity::warning, 0);
}

TEST_F(AskLoss, FindsEnumValuesInColumnsArraysAndDefaults) {
  database.execute(
      "CREATE TYPE \"Role\" AS ENUM ('USER', 'ADMIN', 'GUEST', 'OLD'); CREATE DOMAIN strict_role AS \"Role\";"
      "CREATE TABLE members (id int PRIMARY KEY, role \"Role\" DEFAULT 'GUEST', past \"Role\"[]); INSERT INTO members "
      "VALUES (1, 'USER', '{ADMIN,USER}'), (2, 'USER', NULL);"
      "CREATE TABLE strict (role strict_role); INSERT INTO strict VALUES ('ADMIN')");
  auto finding = in_use("Role", {"ADMIN"});
  expect(finding, State::confirmed, Severity::error, 2);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("public.members.past: 1 row", "public.strict.role: 1 row"));
  expect(in_use("\"Role\"", {"USER"}), State::confirmed, Severity::error, 3);
  expect(in_use("\"Role\"", {"OLD"}), State::refuted, Severity::note, 0);
  finding = in_use("public.\"Role\"", {"GUEST"});
  expect(finding, State::refuted, Severity::warning, 0);
  EXPECT_THAT(finding.evidence.text, HasSubstr("the default of public.members.role"));
  expect(in_use("Role", {}), State::confirmed, Severity::error, 4);
  expect(in_use("Rule", {"X"}), State::not_asked, Severity::warning, 0);
}

TEST_F(AskLoss, MeasuresWhatARewriteTakes) {
  expect(ask_one(about(Kind::rewrite, "users")), State::refuted, Severity::note, 0);
  database.execute(
      "CREATE UNLOGGED TABLE big (id int PRIMARY KEY, note text); INSERT INTO big SELECT i, repeat('x', 900) FROM "
      "generate_series(1, 20000) i; ANALYZE big");
  const auto finding = ask_one(about(Kind::rewrite, "big"));
  expect(finding, State::confirmed, Severity::warning, 20000);
  EXPECT_THAT(finding.evidence.text,
              AllOf(HasSubstr("MB and "), HasSubstr("of indexes, about 20,000 rows"),
                    HasSubstr("rewriting it with its indexes about"), HasSubstr("/s just now"), HasSubstr("free")));
  EXPECT_THAT(asked.not_looked_at, IsEmpty());
}

TEST_F(AskLoss, MeasuresARewriteAlsoForARoleThatMayNotSeeTheDisk) {
  const testing::TestRole role;
  database.execute(
      "CREATE UNLOGGED TABLE big (note text); INSERT INTO big SELECT repeat('x', 900) FROM generate_series(1, 20000) "
      "i; "
      "GRANT SELECT ON big TO PUBLIC");
  std::vector<Finding> findings(1);
  asked = ask(testing::quiet_context(), testing::connection_info(database.name(), role.name()),
              {about(Kind::rewrite, "big")}, findings, {});
  expect(findings[0], State::confirmed, Severity::warning, 0);
  EXPECT_THAT(findings[0].evidence.text, AllOf(HasSubstr("/s just now"), Not(HasSubstr("free"))));
  EXPECT_THAT(asked.not_looked_at, IsEmpty());
}

TEST_F(AskLoss, TellsAWideningFromARewrite) {
  database.execute(
      "CREATE UNLOGGED TABLE big (v varchar(10), n numeric(6,2), i int, c char(3), at timestamp(3), filler text);"
      "INSERT INTO big (filler) SELECT repeat('x', 900) FROM generate_series(1, 20000) i");
  const auto changed = [&](const std::string& column, const std::string& type, const std::string& rest = "") {
    auto question = about(Kind::rewrite, "big", {column});
    question.type = type;
    const auto before = database.value("SELECT pg_relation_filenode('big')");
    const auto statement = "ALTER TABLE big ALTER " + column + " TYPE " + type + rest;
    const bool is_confirmed = ask_one(question, statement).evidence.state == State::confirmed;
    // The server itself is the judge.
    auto session = database.connect();
    session.execute("BEGIN; " + statement);
    EXPECT_EQ(is_confirmed, session.value_of("SELECT pg_relation_filenode('big')") != before) << statement;
    return is_confirmed;
  };
  for (const auto& [column, type] : {std::pair{"v", "varchar(20)"},
                                     {"v", "text"},
                                     {"v", "varchar"},
                                     {"n", "numeric(10,2)"},
                                     {"n", "numeric"},
                                     {"at", "timestamp(6)"},
                                     {"filler", "varchar"}})
    EXPECT_FALSE(changed(column, type)) << column << " to " << type;
  for (const auto& [column, type] : {std::pair{"v", "varchar(5)"},
                                     {"n", "numeric(10,3)"},
                                     {"i", "bigint"},
                                     {"c", "char(5)"},
                                     {"at", "timestamp(0)"},
                                     {"filler", "varchar(9000)"}})
    EXPECT_TRUE(changed(column, type)) << column << " to " << type;
  EXPECT_TRUE(changed("v", "text", " USING v || ''"));
  database.execute("ALTER DATABASE \"" + database.name() + "\" SET timezone = 'UTC'");
  EXPECT_FALSE(changed("at", "timestamptz"));
  database.execute("ALTER DATABASE \"" + database.name() + "\" SET timezone = 'Europe/Berlin'");
  EXPECT_TRUE(changed("at", "timestamptz"));
}

TEST_F(AskLoss, NamesTransactionsThatALockWouldWaitFor) {
  auto finding = ask_one(about(Kind::blockers, "users"));
  expect(finding, State::refuted, Severity::warning, 0);
  auto other = database.connect();
  other.execute("BEGIN; SELECT count(*) FROM users");
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  finding = ask_one(about(Kind::blockers, "users"));
  expect(finding, State::confirmed, Severity::warning, 1);
  EXPECT_THAT(finding.evidence.samples,
              ElementsAre(AllOf(HasSubstr("session " + std::to_string(other.backend_pid())),
                                HasSubstr("idle in transaction for"), HasSubstr("SELECT count(*) FROM users"))));
  EXPECT_EQ(ask_one(about(Kind::blockers, "posts")).evidence.state, State::refuted);
}

TEST_F(AskLoss, FindsAnInvalidIndexThatWasLeftOver) {
  database.execute("INSERT INTO empty VALUES (1), (1)");
  auto session = database.connect();
  EXPECT_EQ(
      testing::error_of([&] { session.execute("CREATE UNIQUE INDEX CONCURRENTLY empty_id ON empty (id)"); }).sqlstate(),
      "23505");
  auto question = about(Kind::invalid_index, "empty");
  question.expression = "empty_id";
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.text, HasSubstr("public.empty_id of empty"));
  question.expression = "users_pkey";
  expect(ask_one(question), State::refuted, Severity::note, 0);
}

}  // namespace
}  // namespace safety::preflight

// Questions about rows, each with data that confirms and data that refutes.
#include "tests/preflight/ask_stage.hpp"

namespace safety::preflight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Question::Kind;

class AskRows : public Ask {
 protected:
  AskRows() {
    database.execute(
        "CREATE TABLE users (id int PRIMARY KEY, email text, phone text, age int, is_gone bool NOT NULL DEFAULT false);"
        "INSERT INTO users SELECT i, 'u' || i || '@x.io', CASE WHEN i > 3 THEN '+' || i END, i FROM generate_series(1, "
        "20) i;"
        "INSERT INTO users VALUES (21, 'u1@x.io', NULL, 5, false), (22, 'U2@x.io', NULL, 5, true), (23, NULL, NULL, 5, "
        "true), (24, NULL, NULL, -1, true);"
        "CREATE TABLE empty (id int PRIMARY KEY, email text, user_id int)");
  }
  Question duplicates(std::vector<std::string> expressions) {
    auto question = about(Kind::duplicates, "users");
    question.expressions = std::move(expressions);
    return question;
  }
};

TEST_F(AskRows, FindsDuplicatesWithTheirKeysAndCounts) {
  auto question = duplicates({"\"email\""});
  question.columns = {"email"};
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 2);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("email=u1@x.io (2 times)"));
  EXPECT_EQ(finding.evidence.text, "1 value occurs more than once, in 2 rows");
  EXPECT_THAT(asked.not_looked_at, IsEmpty());
  EXPECT_EQ(asked.answered, 1u);
}

TEST_F(AskRows, HonoursExpressionsAndPredicatesOfAUniqueIndex) {
  expect(ask_one(duplicates({"lower(email)"})), State::confirmed, Severity::error, 4);
  expect(ask_one(duplicates({"email", "age"})), State::refuted, Severity::note, 0);
  auto partial = duplicates({"age"});
  partial.predicate = "NOT is_gone";
  expect(ask_one(partial), State::confirmed, Severity::error, 2);
  partial.predicate = "is_gone AND age > 5";
  expect(ask_one(partial), State::refuted, Severity::note, 0);
  expect(ask_one(duplicates({"1"})), State::confirmed, Severity::error, 24);
}

TEST_F(AskRows, TakesNullsForDistinctUnlessTheIndexDoesNot) {
  database.execute("DELETE FROM users WHERE id IN (21, 22)");
  auto question = duplicates({"email"});
  expect(ask_one(question), State::refuted, Severity::note, 0);
  question.nulls_are_equal = true;
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 2);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("email=NULL (2 times)"));
}

TEST_F(AskRows, KnowsThatAUniqueIndexIsThereAlready) {
  auto question = duplicates({"\"age\"", "\"id\""});
  question.columns = {"age", "id"};
  EXPECT_THAT(ask_one(question).evidence.text, HasSubstr("users_pkey"));
  question.columns = {"age", "email"};
  question.expressions = {"\"age\"", "\"email\""};
  EXPECT_THAT(ask_one(question).evidence.text, HasSubstr("no value occurs twice"));
}

TEST_F(AskRows, SaysUnknownOfATypeWithoutEquality) {
  database.execute("ALTER TABLE users ADD data json");
  const auto finding = ask_one(duplicates({"data"}));
  expect(finding, State::unknown, Severity::warning, 0);
  EXPECT_THAT(finding.evidence.text, HasSubstr("equality operator"));
  EXPECT_THAT(asked.not_looked_at, ElementsAre(HasSubstr("public.users: duplicates: ")));
}

TEST_F(AskRows, FindsNulls) {
  const auto finding = ask_one(about(Kind::nulls, "users", {"email"}));
  expect(finding, State::confirmed, Severity::error, 2);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("id=23", "id=24"));
  const auto many = ask_one(about(Kind::nulls, "users", {"phone"}));
  expect(many, State::confirmed, Severity::error, 7);
  EXPECT_THAT(many.evidence.samples, SizeIs(5));
  expect(ask_one(about(Kind::nulls, "users", {"age"})), State::refuted, Severity::note, 0);
  EXPECT_THAT(ask_one(about(Kind::nulls, "users", {"is_gone"})).evidence.text, HasSubstr("NOT NULL already"));
  const auto missing = ask_one(about(Kind::nulls, "users", {"nickname"}));
  expect(missing, State::unknown, Severity::warning, 0);
  EXPECT_THAT(missing.evidence.text, HasSubstr("no column \"nickname\" yet"));
}

TEST_F(AskRows, FindsAnyRowAtAll) {
  const auto finding = ask_one(about(Kind::has_rows, "users"));
  expect(finding, State::confirmed, Severity::error, 24);
  EXPECT_EQ(finding.evidence.text, "public.users has 24 rows");
  expect(ask_one(about(Kind::has_rows, "empty")), State::refuted, Severity::note, 0);
}

TEST_F(AskRows, AsksNothingOfATableThatIsNotThereYet) {
  const auto finding = ask_one(about(Kind::has_rows, "posts"));
  expect(finding, State::not_asked, Severity::warning, 0);
  EXPECT_THAT(asked.not_looked_at, IsEmpty());
}

TEST_F(AskRows, FindsATableThatIsOnNoSearchPath) {
  database.execute(
      "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('sad'); CREATE TABLE app.\"Order\" (id int, mood app.mood); "
      "INSERT INTO app.\"Order\" VALUES (1, 'sad')");
  auto question = about(Kind::check_violations, "");
  question.table = {"", "Order"};
  question.expression = "mood <> 'sad'::mood";  // the type is found with the table
  expect(ask_one(question), State::confirmed, Severity::error, 1);
  database.execute("CREATE SCHEMA other; CREATE TABLE other.\"Order\" (id int)");
  const auto finding = ask_one(question);
  expect(finding, State::unknown, Severity::warning, 0);
  EXPECT_THAT(finding.evidence.text, HasSubstr("app and other"));
}

TEST_F(AskRows, FindsOrphansByTheKeyThatIsMissing) {
  database.execute(
      "CREATE TABLE posts (id int PRIMARY KEY, author int); INSERT INTO posts VALUES (1, 1), (2, NULL), (3, 99), (4, "
      "99), (5, 98)");
  auto question = about(Kind::orphans, "posts", {"author"});
  question.other = {"public", "users"};
  auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 3);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("author=99 (2 rows)", "author=98 (1 row)"));
  database.execute("DELETE FROM posts WHERE author > 90");
  expect(ask_one(question), State::refuted, Severity::note, 0);

  question.other = {"public", "authors"};
  finding = ask_one(question);
  expect(finding, State::unknown, Severity::warning, 0);
  EXPECT_THAT(finding.evidence.text, HasSubstr("public.authors is not there yet"));
  database.execute("UPDATE posts SET author = NULL");
  expect(ask_one(question), State::refuted, Severity::note, 0);
}

TEST_F(AskRows, MatchesKeysOfSeveralColumnsAsMatchSimpleDoes) {
  database.execute(
      "CREATE TABLE rooms (house int, number int, PRIMARY KEY (house, number)); INSERT INTO rooms VALUES (1, 1), (1, "
      "2);"
      "CREATE TABLE beds (id int PRIMARY KEY, room int, house int); INSERT INTO beds VALUES (1, 1, 1), (2, NULL, 7), "
      "(3, 7, NULL), (4, 2, 2)");
  auto question = about(Kind::orphans, "beds", {"house", "room"});
  question.other = {"", "rooms"};
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("house=2, room=2 (1 row)"));
  question.columns = {"room"};
  expect(ask_one(question), State::unknown, Severity::warning, 0);
}

TEST_F(AskRows, FindsRowsAgainstACheck) {
  auto question = about(Kind::check_violations, "users");
  question.expression = "users.age > 0";
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("id=24"));
  question.expression = "length(phone) < 10";  // NULL passes
  expect(ask_one(question), State::refuted, Severity::note, 0);
  question.expression = "nickname IS NOT NULL";
  expect(ask_one(question), State::unknown, Severity::warning, 0);
  question.expression = "100 / (age - 5) < 1000";
  const auto failing = ask_one(question);
  expect(failing, State::confirmed, Severity::error, 1);
  EXPECT_THAT(failing.evidence.samples, ElementsAre("division by zero"));
}

TEST_F(AskRows, FindsRowsThatAnExclusionConstraintForbids) {
  database.execute(
      "CREATE TABLE stays (id int PRIMARY KEY, room int4range, during daterange, is_open bool);"
      "INSERT INTO stays VALUES (1, '[1,2)', '[2026-01-01,2026-01-10)', true), (2, '[1,2)', '[2026-01-09,2026-01-12)', "
      "true), (3, '[2,3)', '[2026-01-01,2026-02-01)', true), "
      "(4, '[2,3)', '[2026-01-01,2026-02-01)', false)");
  auto question = about(Kind::overlaps, "stays");
  question.expression =
      "EXCLUDE USING gist (room WITH =, during range_ops WITH OPERATOR(pg_catalog.&&)) WHERE (is_open)";
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("id=1 and id=2"));
  question.predicate = "is_open AND id <> 2";
  expect(ask_one(question), State::refuted, Severity::note, 0);
  question.expression = "EXCLUDE";
  expect(ask_one(question), State::unknown, Severity::warning, 0);
}

TEST_F(AskRows, CountsTheRowsThatAStatementTouches) {
  auto question = about(Kind::affected_rows, "users");
  question.expression = "users.age = 5";
  auto finding = ask_one(question, "UPDATE users SET age = 6 WHERE users.age = 5");
  expect(finding, State::confirmed, Severity::warning, 4);
  EXPECT_EQ(finding.evidence.text, "4 rows changed");
  question.expression = "age > 1000";
  expect(ask_one(question, "DELETE FROM users WHERE age > 1000"), State::refuted, Severity::note, 0);
  question.expression = "";
  expect(ask_one(question, "UPDATE users SET age = 1"), State::confirmed, Severity::warning, 24);
  finding = ask_one(question, "delete from users");
  expect(finding, State::confirmed, Severity::error, 24);
  EXPECT_EQ(finding.evidence.text, "24 rows deleted");
}

TEST_F(AskRows, LooksIntoPartitionsAndChildren) {
  database.execute(
      "CREATE TABLE logs (id int, at date, note text) PARTITION BY RANGE (at); CREATE TABLE logs_1 PARTITION OF logs "
      "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');"
      "INSERT INTO logs VALUES (1, '2026-01-05', NULL), (1, '2026-01-05', NULL);"
      "CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent); INSERT INTO parent VALUES (1); INSERT "
      "INTO child VALUES (1)");
  auto question = about(Kind::nulls, "logs", {"note"});
  expect(ask_one(question), State::confirmed, Severity::error, 2);
  question = about(Kind::duplicates, "logs", {"id", "at"});
  expect(ask_one(question), State::confirmed, Severity::error, 2);
  question = about(Kind::duplicates, "parent", {"id"});
  expect(ask_one(question), State::refuted, Severity::note, 0);  // an index does not cover children
  expect(ask_one(about(Kind::has_rows, "parent")), State::confirmed, Severity::error, 2);
}

}  // namespace
}  // namespace safety::preflight

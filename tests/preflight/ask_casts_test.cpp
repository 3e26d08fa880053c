// Changes of a column's type: values that do not fit, and those that fit only cut or rounded.
#include "tests/preflight/ask_stage.hpp"

namespace safety::preflight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class AskCasts : public Ask {
 protected:
  /// The answer of a table t (id, v) with these values.
  Finding cast(const std::string& column_type, const std::string& values, const std::string& type,
               const std::string& using_expression = "") {
    database.execute("DROP TABLE IF EXISTS t; CREATE TABLE t (id serial PRIMARY KEY, v " + column_type +
                     ", w text); INSERT INTO t (v) VALUES " + values);
    auto question = about(Question::Kind::casts, "t", {"v"});
    question.type = type;
    question.expression = using_expression;
    return ask_one(question);
  }
};

TEST_F(AskCasts, FindsTextThatIsNoNumber) {
  const auto finding = cast("text", "('1'), (' 2 '), ('three'), (NULL), ('four'), ('three')", "integer", "v::integer");
  expect(finding, State::confirmed, Severity::error, 3);
  EXPECT_EQ(finding.evidence.text, "2 values do not become integer, in 3 rows");
  EXPECT_THAT(finding.evidence.samples,
              ElementsAre("\"three\" (id=3): invalid input syntax for type integer: \"three\"",
                          "\"four\" (id=5): invalid input syntax for type integer: \"four\""));
  expect(cast("text", "('1'), (NULL)", "integer", "v::integer"), State::refuted, Severity::note, 0);
}

TEST_F(AskCasts, HonoursUsing) {
  expect(cast("text", "('1'), (''), ('n/a')", "integer", "NULLIF(NULLIF(v, ''), 'n/a')::integer"), State::refuted,
         Severity::note, 0);
  expect(cast("text", "('1,5'), ('x,y')", "numeric(4,2)", "replace(v, ',', '.')::numeric"), State::confirmed,
         Severity::error, 1);
  expect(cast("text", "('x')", "integer", "COALESCE(w, t.v)::integer"), State::confirmed, Severity::error, 1);
  expect(cast("text", "('x')", "integer", "no_such_column::integer"), State::unknown, Severity::warning, 0);
}

TEST_F(AskCasts, KnowsWhichCastsNeedUsing) {
  const auto finding = cast("text", "('1')", "integer");
  expect(finding, State::confirmed, Severity::error, 0);
  EXPECT_THAT(finding.evidence.text, HasSubstr("USING"));
  database.execute("CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN small AS int CHECK (VALUE < 100)");
  expect(cast("text", "('sad')", "mood"), State::confirmed, Severity::error, 0);
  expect(cast("mood", "('sad')", "text"), State::refuted, Severity::note, 0);
  expect(cast("int", "(5)", "bigint"), State::refuted, Severity::note, 0);
  expect(cast("int[]", "('{1}')", "bigint[]"), State::refuted, Severity::note, 0);
  expect(cast("small", "(5)", "bigint"), State::refuted, Severity::note, 0);
  expect(cast("int", "(5), (200)", "small"), State::confirmed, Severity::error, 1);
}

TEST_F(AskCasts, FindsValuesOfAnEnumThatAreNoMore) {
  database.execute("CREATE TYPE \"Mood_new\" AS ENUM ('sad', 'ok')");
  const auto finding = cast("text", "('sad'), ('angry'), ('angry')", "\"Mood_new\"", "v::text::\"Mood_new\"");
  expect(finding, State::confirmed, Severity::error, 2);
  EXPECT_THAT(finding.evidence.samples, ElementsAre(HasSubstr("\"angry\" (id=2)")));
  const auto missing = cast("text", "('sad')", "\"Mood_newer\"", "v::text::\"Mood_newer\"");
  expect(missing, State::unknown, Severity::warning, 0);
  EXPECT_THAT(missing.evidence.text, HasSubstr("not there yet"));
}

TEST_F(AskCasts, FindsTextThatIsTooLong) {
  const auto finding = cast("text", "('abcd'), ('abcde'), ('abcd   '), ('äöüß')", "varchar(4)");
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("abcde (id=2)"));
  EXPECT_EQ(finding.evidence.text, "1 row too long for varchar(4)");
  expect(cast("text", "('abc')", "char(2)"), State::confirmed, Severity::error, 1);
  expect(cast("varchar(10)", "('abc')", "varchar(3)"), State::refuted, Severity::note, 0);
  expect(cast("varchar(3)", "('abc')", "text"), State::refuted, Severity::note, 0);
}

TEST_F(AskCasts, FindsTextThatUsingCutsOffWithoutAWord) {
  const auto finding = cast("text", "('abcd'), ('abcde')", "varchar(4)", "\"v\"::varchar(4)");
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.text, HasSubstr("without an error"));
  EXPECT_THAT(finding.evidence.samples, ElementsAre("abcde (id=2) -> abcd"));
}

TEST_F(AskCasts, FindsNumbersOutsideOfTheNewRange) {
  auto finding = cast("bigint", "(1), (3000000000), (-3000000000), (2147483647)", "integer");
  expect(finding, State::confirmed, Severity::error, 2);
  EXPECT_EQ(finding.evidence.text, "2 rows outside of integer");
  EXPECT_THAT(finding.evidence.samples, ElementsAre("3000000000 (id=2)", "-3000000000 (id=3)"));
  expect(cast("int", "(32767), (32768)", "smallint"), State::confirmed, Severity::error, 1);
  finding = cast("numeric", "(99.994), (99.996), (100), (-100)", "numeric(4,2)");
  expect(finding, State::confirmed, Severity::error, 3);
}

TEST_F(AskCasts, ReportsSilentRoundingApart) {
  auto finding = cast("numeric(10,4)", "(1.2345), (1.5), (2)", "numeric(10,2)");
  expect(finding, State::confirmed, Severity::warning, 1);
  EXPECT_THAT(finding.evidence.samples, ElementsAre("1.2345 (id=1) -> 1.23"));
  EXPECT_THAT(finding.evidence.text, HasSubstr("without an error"));
  expect(cast("double precision", "(0.5), (1.5)", "real"), State::refuted, Severity::note, 0);
  expect(cast("double precision", "(0.1)", "real"), State::confirmed, Severity::warning, 1);
  expect(cast("numeric", "(1.5)", "integer"), State::confirmed, Severity::warning, 1);
  expect(cast("timestamp", "('2026-01-01 12:00:00')", "date"), State::confirmed, Severity::warning, 1);
  expect(cast("timestamp", "('2026-01-01 12:00:00.123')", "timestamp(3)"), State::refuted, Severity::note, 0);
  expect(cast("jsonb", "('{}')", "json"), State::refuted, Severity::note, 0);
}

TEST_F(AskCasts, FindsEveryUnfitValueOfAManyPagedTable) {
  const auto finding = cast("text",
                            "('seed'); INSERT INTO t (v, w) SELECT CASE i WHEN 7 THEN 'seven' WHEN 4321 THEN 'late' "
                            "ELSE i::text END, repeat('x', 200) FROM generate_series(1, 5000) i",
                            "integer", "v::integer");
  expect(finding, State::confirmed, Severity::error, 3);
  EXPECT_THAT(finding.evidence.samples, ElementsAre(HasSubstr("\"seed\" (id=1)"), HasSubstr("\"seven\" (id=8)"),
                                                    HasSubstr("\"late\" (id=4322)")));
}

TEST_F(AskCasts, StopsSearchingAfterAFewAndSaysSo) {
  const auto finding =
      cast("text", "('x'); INSERT INTO t (v) SELECT 'x' || i FROM generate_series(1, 300) i", "integer", "v::integer");
  EXPECT_THAT(finding.evidence.text, HasSubstr("at least 20 values"));
  EXPECT_THAT(finding.evidence.samples, SizeIs(5));
}

TEST_F(AskCasts, LooksIntoPartitions) {
  database.execute(
      "CREATE TABLE p (id int, v text) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO "
      "(10); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);"
      "INSERT INTO p VALUES (1, '1'), (11, 'eleven')");
  auto question = about(Question::Kind::casts, "p", {"v"});
  question.type = "integer";
  question.expression = "p.v::integer";
  const auto finding = ask_one(question);
  expect(finding, State::confirmed, Severity::error, 1);
  EXPECT_THAT(finding.evidence.samples, ElementsAre(HasSubstr("eleven")));
}

}  // namespace
}  // namespace safety::preflight

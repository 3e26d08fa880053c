// Questions bound in time, harmless, and honest about what they could not see.
#include <thread>

#include "tests/preflight/ask_stage.hpp"

namespace safety::preflight {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Question::Kind;
using std::chrono::milliseconds;

class AskLimits : public Ask {
 protected:
  AskLimits() {
    database.execute(
        "CREATE TABLE users (id int PRIMARY KEY, email text); INSERT INTO users VALUES (1, 'a'), (2, NULL);"
        "CREATE TABLE posts (id int PRIMARY KEY, title text); INSERT INTO posts VALUES (1, NULL);"
        // Slow, and harmless to look at: a trusted language.
        "CREATE FUNCTION slow(seconds float8) RETURNS bool LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(seconds); "
        "RETURN true; END'");
  }
  Question slow_check(const std::string& table, double seconds) {
    auto question = about(Kind::check_violations, table);
    question.expression = "slow(" + std::to_string(seconds) + ")";
    return question;
  }
  std::vector<Finding> ask_all(std::vector<Question> questions, const AskOptions& options = {}) {
    std::vector<Finding> findings(questions.size());
    for (std::size_t at = 0; at < questions.size(); ++at) questions[at].finding = at;
    asked = ask(testing::quiet_context(), database.info(), questions, findings, options);
    return findings;
  }
};

TEST_F(AskLimits, OneQuestionThatTakesTooLongLeavesTheOthers) {
  AskOptions options;
  options.statement_timeout = milliseconds(300);
  const auto findings = ask_all({slow_check("users", 30), about(Kind::nulls, "users", {"email"})}, options);
  expect(findings[0], State::unknown, Severity::warning, 0);
  EXPECT_THAT(findings[0].evidence.text, HasSubstr("no answer within 0.300 s"));
  expect(findings[1], State::confirmed, Severity::error, 1);
  EXPECT_THAT(asked.not_looked_at, ElementsAre(HasSubstr("public.users: rows against the check: no answer within")));
  EXPECT_EQ(asked.answered, 1u);
}

TEST_F(AskLimits, TheBudgetBoundsAllOfThemAndTheWorstComeFirst) {
  AskOptions options;
  options.time_budget = milliseconds(800);
  const auto findings =
      ask_all({slow_check("posts", 30), slow_check("users", 30), about(Kind::lost_table, "users")}, options);
  EXPECT_LT(asked.seconds, 3);
  EXPECT_EQ(findings[2].evidence.state, State::confirmed);
  expect(findings[0], State::unknown, Severity::warning, 0);
  expect(findings[1], State::unknown, Severity::warning, 0);
  EXPECT_THAT(asked.not_looked_at, AllOf(SizeIs(3), Each(HasSubstr("out of time"))));
  EXPECT_THAT(
      asked.not_looked_at,
      ::testing::Contains(HasSubstr("public.users: rows that are lost were found, but not counted to the end")));
}

TEST_F(AskLimits, NoTimeAtAllIsSaidOfEachQuestion) {
  AskOptions options;
  options.time_budget = milliseconds(0);
  const auto findings = ask_all({about(Kind::nulls, "users", {"email"}), about(Kind::lost_table, "posts")}, options);
  for (const auto& finding : findings) expect(finding, State::unknown, Severity::warning, 0);
  EXPECT_THAT(asked.not_looked_at, AllOf(SizeIs(2), Each(HasSubstr("out of time"))));
}

TEST_F(AskLimits, SuppressedFindingsComeLast) {
  AskOptions options;
  options.time_budget = milliseconds(500);
  std::vector<Finding> findings(2);
  findings[0].allowed = "known";
  auto first = slow_check("users", 30), second = about(Kind::nulls, "users", {"email"});
  first.kind = Kind::check_violations, first.finding = 0, second.finding = 1;
  asked = ask(testing::quiet_context(), database.info(), {first, second}, findings, options);
  EXPECT_EQ(findings[1].evidence.state, State::confirmed);
  EXPECT_EQ(findings[0].evidence.state, State::unknown);
}

TEST_F(AskLimits, AnExclusiveLockOfAnotherMakesItUnknownAndNotHang) {
  auto other = database.connect();
  other.execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
  const auto findings = ask_all({about(Kind::nulls, "users", {"email"}), about(Kind::nulls, "posts", {"title"})});
  EXPECT_LT(asked.seconds, 3);
  expect(findings[0], State::unknown, Severity::warning, 0);
  EXPECT_THAT(findings[0].evidence.text, HasSubstr("holds or waits for a lock"));
  expect(findings[1], State::confirmed, Severity::error, 1);
}

TEST_F(AskLimits, AWriterIsNotBlocked) {
  std::jthread asking([&] {
    AskOptions options;
    options.statement_timeout = milliseconds(1500);
    ask_all({slow_check("users", 0.6)}, options);
  });
  auto writer = database.connect();
  for (int tries = 0;
       tries < 100 &&
       writer.value_of(
           "SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND pid <> pg_backend_pid()") == "0";
       ++tries)
    std::this_thread::sleep_for(milliseconds(10));
  ASSERT_NE(
      writer.value_of("SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND pid <> pg_backend_pid()"),
      "0")
      << "the question is being asked";
  writer.execute(
      "SET lock_timeout = 200; UPDATE users SET email = 'b'; INSERT INTO users VALUES (3, 'c'); DELETE FROM users "
      "WHERE id = 2");
}

TEST_F(AskLimits, NoLockOutlivesItsQuestion) {
  std::jthread asking([&] { ask_all({about(Kind::lost_table, "users"), slow_check("posts", 1)}); });
  auto other = database.connect();
  for (int tries = 0;
       tries < 300 &&
       other.value_of("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%slow(%' AND pid <> pg_backend_pid()") ==
           "0";
       ++tries)
    std::this_thread::sleep_for(milliseconds(5));
  other.execute("SET lock_timeout = 200; ALTER TABLE users ADD nickname text");
}

TEST_F(AskLimits, ATableThatIsEmptiedMeanwhileIsNotCalledEmpty) {
  std::vector<Finding> findings;
  std::jthread asking([&] {
    findings = ask_all({slow_check("users", 0.5), about(Kind::duplicates, "posts", {"title"})});
  });
  auto other = database.connect();
  for (int tries = 0;
       tries < 300 &&
       other.value_of("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%slow(%' AND pid <> pg_backend_pid()") ==
           "0";
       ++tries)
    std::this_thread::sleep_for(milliseconds(5));
  other.execute("TRUNCATE posts");
  asking.join();
  expect(findings.at(1), State::unknown, Severity::warning, 0);
  EXPECT_THAT(findings[1].evidence.text, HasSubstr("posts was emptied or rewritten"));
}

TEST_F(AskLimits, WhatMayNotBeReadIsUnknown) {
  const testing::TestRole role;
  database.execute(
      "GRANT SELECT ON posts TO PUBLIC; CREATE SCHEMA closed; CREATE TABLE closed.t (id int);"
      "CREATE TABLE hidden (id int); ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; INSERT INTO hidden VALUES (1); "
      "GRANT SELECT ON hidden TO PUBLIC");
  std::vector<Question> questions{about(Kind::nulls, "users", {"email"}), about(Kind::nulls, "posts", {"title"}),
                                  about(Kind::has_rows, "hidden"), about(Kind::has_rows, "t")};
  questions[3].table.schema = "closed";
  std::vector<Finding> findings(4);
  for (std::size_t at = 0; at < 4; ++at) questions[at].finding = at;
  asked =
      ask(testing::quiet_context(), testing::connection_info(database.name(), role.name()), questions, findings, {});
  EXPECT_THAT(findings[0].evidence.text, HasSubstr("permission denied for table users"));
  expect(findings[0], State::unknown, Severity::warning, 0);
  expect(findings[1], State::confirmed, Severity::error, 1);
  expect(findings[2], State::unknown, Severity::warning, 0);  // row security would show it as empty
  expect(findings[3], State::unknown, Severity::warning, 0);
  EXPECT_THAT(asked.not_looked_at, SizeIs(3));
}

TEST_F(AskLimits, NothingOfAnExpressionActs) {
  database.execute(
      "CREATE SEQUENCE numbers; CREATE FUNCTION writes() RETURNS bool LANGUAGE plpgsql AS 'BEGIN DELETE FROM users; "
      "RETURN true; END'");
  for (const char* expression :
       {"writes()", "nextval('numbers') > 0", "pg_terminate_backend(pg_backend_pid())",
        "\"pg_advisory_lock\" (7) IS NULL", "PG_SLEEP(1) IS NULL", "true); DELETE FROM users; SELECT (true"}) {
    auto question = about(Kind::check_violations, "users");
    question.expression = expression;
    expect(ask_one(question), State::unknown, Severity::warning, 0);
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM users"), "2");
  auto question = about(Kind::check_violations, "users");
  question.expression = "random() >= 0 AND lower(email) = email";
  expect(ask_one(question), State::refuted, Severity::note, 0);
}

TEST_F(AskLimits, AFindingTakesTheWorstOfItsQuestions) {
  std::vector<Finding> findings(1);
  auto nulls = about(Kind::nulls, "users", {"email"}), size = about(Kind::rewrite, "users"),
       blockers = about(Kind::blockers, "users");
  asked = ask(testing::quiet_context(), database.info(), {size, blockers, nulls}, findings, {});
  expect(findings[0], State::confirmed, Severity::error, 1);
  EXPECT_THAT(findings[0].evidence.text, AllOf(HasSubstr("1 row with NULL"), HasSubstr("is small")));
  findings = std::vector<Finding>(1);
  nulls.columns = {"id"};
  asked = ask(testing::quiet_context(), database.info(), {size, blockers, nulls}, findings, {});
  expect(findings[0], State::refuted, Severity::note, 0);
}

TEST_F(AskLimits, TheSameQuestionIsPutOnce) {
  database.execute(
      "CREATE FUNCTION counted() RETURNS bool LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN true; END'");
  auto question = about(Kind::check_violations, "users"), other = about(Kind::check_violations, "posts");
  question.expression = other.expression = "counted()";
  const auto findings = ask_all({question, question, question, other});
  EXPECT_EQ(asked.answered, 2u);
  EXPECT_LT(asked.seconds, 1.0);  // twice for users, once for posts
  for (const auto& finding : findings) expect(finding, State::refuted, Severity::note, 0);
}

TEST_F(AskLimits, AServerThatGoesAwayIsAnError) {
  const auto gone = testing::error_of([&] {
    std::vector<Finding> findings(1);
    std::jthread killer([&] {
      auto admin = database.connect();
      for (int tries = 0;
           tries < 300 && admin.value_of("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query "
                                         "LIKE '%slow(%' AND pid <> pg_backend_pid()") == "0";
           ++tries)
        std::this_thread::sleep_for(milliseconds(5));
    });
    ask(testing::quiet_context(), database.info(), {slow_check("users", 5)}, findings, {});
  });
  EXPECT_EQ(gone.code(), Code::connection);
}

}  // namespace
}  // namespace safety::preflight

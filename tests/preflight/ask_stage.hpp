#pragma once
// One question put to a database, as the rules would put it.

#include <string>
#include <vector>

#include "libsafety/preflight/ask.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {

using State = Evidence::State;

inline void PrintTo(State state, std::ostream* out) {
  *out << name_of(state);
}
inline void PrintTo(Severity severity, std::ostream* out) {
  *out << name_of(severity);
}

class Ask : public ::testing::Test {
 protected:
  /// The answer to one question: the finding that it is about, a warning before.
  Finding ask_one(Question question, const std::string& statement = "", const AskOptions& options = {}) {
    std::vector<Finding> findings(1);
    findings[0].statement = statement;
    question.finding = 0;
    asked = ask(testing::quiet_context(), database.info(), {std::move(question)}, findings, options);
    return findings[0];
  }
  static Question about(Question::Kind kind, const std::string& table, std::vector<std::string> columns = {}) {
    Question question;
    question.kind = kind;
    question.table = {"public", table};
    question.columns = std::move(columns);
    return question;
  }

  testing::TestDatabase database;
  Asked asked;
};

/// State, severity and number of rows at once, with all that was said when it is another.
inline void expect(const Finding& finding, State state, Severity severity, std::uint64_t rows) {
  EXPECT_EQ(finding.evidence.state, state) << finding.evidence.text;
  EXPECT_EQ(finding.severity, severity) << finding.evidence.text;
  EXPECT_EQ(finding.evidence.rows, rows) << finding.evidence.text;
}

}  // namespace safety::preflight

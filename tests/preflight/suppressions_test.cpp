#include "libsafety/preflight/suppressions.hpp"

#include <algorithm>

#include "libsafety/preflight/check.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string reason_of(const std::string& sql, const std::string& rule, const CheckOptions& options = {}) {
  const auto checked = check({{"m", "m.sql", sql, ""}}, options);
  for (const auto& finding : checked.findings)
    if (finding.rule == rule) return finding.allowed;
  return "not found";
}

std::vector<std::string> complaints(const std::string& sql) {
  std::vector<std::string> found;
  const auto checked = check({{"m", "m.sql", sql, ""}}, {});
  for (const auto& finding : checked.findings)
    if (finding.rule.starts_with("suppression-")) found.push_back(finding.rule + ":" + std::to_string(finding.location.line));
  return found;
}

TEST(Suppressions, StandAboveInsideOrBehindAStatement) {
  for (const auto* sql : {"-- safety:allow drop-table why not\nDROP TABLE a;", "-- safety:allow drop-table why not\n-- and more\nDROP TABLE a;",
                          "DROP TABLE a; -- safety:allow drop-table why not", "DROP TABLE\n  a -- safety:allow drop-table why not\n;",
                          "SELECT 1;\n--safety:allow   drop-table\twhy not  \r\nDROP TABLE a;", "DROP\nTABLE a; -- safety:allow drop-table why not\nDROP TABLE b;"}) {
    EXPECT_EQ(reason_of(sql, "drop-table"), "why not") << sql;
    EXPECT_THAT(complaints(sql), IsEmpty()) << sql;
  }
}

TEST(Suppressions, SayNothingOfOtherStatementsOrRules) {
  for (const auto* sql : {"-- safety:allow drop-table why not\n\nDROP TABLE a;", "-- safety:allow drop-table why not\nSELECT 1;\nDROP TABLE a;",
                          "DROP TABLE a;\n-- safety:allow drop-table why not", "-- safety:allow drop-column why not\nDROP TABLE a;"}) {
    EXPECT_EQ(reason_of(sql, "drop-table"), "") << sql;
    EXPECT_EQ(complaints(sql).size(), 1U) << sql;
  }
}

TEST(Suppressions, AreNotReadFromStrings) {
  EXPECT_EQ(reason_of("SELECT 'safety:allow-file drop-table x'; DROP TABLE a;", "drop-table"), "");
  EXPECT_THAT(complaints("SELECT 'safety:allow-file nothing x';"), IsEmpty());
}

TEST(Suppressions, OfAFileHoldForAllOfIt) {
  const std::string sql = "DROP TABLE a;\nDROP TABLE b;\n-- safety:allow-file drop-table moved to the archive\n";
  const auto checked = check({{"m", "m.sql", sql, ""}, {"n", "n.sql", "DROP TABLE c;", ""}}, {});
  std::vector<std::string> allowed;
  for (const auto& finding : checked.findings)
    if (finding.rule == "drop-table") allowed.push_back(finding.allowed);
  EXPECT_THAT(allowed, ElementsAre("moved to the archive", "moved to the archive", ""));
}

TEST(Suppressions, OfABlockHoldForWhatIsInIt) {
  EXPECT_EQ(reason_of("-- safety:allow drop-table why not\nDO $$ BEGIN\n  DROP TABLE a;\nEND $$;", "drop-table"), "why not");
  EXPECT_EQ(reason_of("DO $$ BEGIN\n  -- safety:allow drop-table why not\n  DROP TABLE a;\nEND $$;", "drop-table"), "why not");
}

TEST(Suppressions, WithoutReasonOrOfNoRuleAreFindingsThemselves) {
  EXPECT_THAT(complaints("-- safety:allow drop-table\nDROP TABLE a;"), ElementsAre("suppression-without-reason:1"));
  EXPECT_EQ(reason_of("-- safety:allow drop-table\nDROP TABLE a;", "drop-table"), "");
  EXPECT_THAT(complaints("SELECT 1;\n-- safety:allow drop-tabel why\nDROP TABLE a;"), ElementsAre("suppression-of-unknown-rule:2"));
  EXPECT_THAT(complaints("-- safety:allow\nDROP TABLE a;"), ElementsAre("suppression-of-unknown-rule:1"));
  EXPECT_THAT(complaints("-- safety:allow drop-table why\nSELECT 1;"), ElementsAre("suppression-unused:1"));
}

TEST(Suppressions, OfTheConfigurationHoldEverywhere) {
  CheckOptions options;
  options.allow = {"drop-table", "prisma-failed-migration"};
  EXPECT_EQ(reason_of("DROP TABLE a;", "drop-table", options), "allowed by the configuration");
  EXPECT_EQ(reason_of("ALTER TABLE a DROP COLUMN b;", "drop-column", options), "");
  // Codes of histories may be among them: whether there is such a rule is for others to say.
  EXPECT_THAT(check({}, options).findings, IsEmpty());
}

}  // namespace
}  // namespace safety::preflight

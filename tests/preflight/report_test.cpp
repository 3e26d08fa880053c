// The three reports over one small set of findings.
#include "libsafety/preflight/preflight.hpp"
#include "libsafety/preflight/rules.hpp"
#include "tests/testing/testing.hpp"

namespace safety::preflight {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Report small_report() {
  Report report;
  report.database = "shop";
  report.files = 2;
  report.statements = 7;
  report.questions = 3;
  report.static_seconds = 0.25;
  report.data_seconds = 0.5;
  Finding lost;
  lost.rule = "drop-column";
  lost.severity = Severity::error;
  lost.location = {"prisma/migrations/1 drop/migration.sql", 3};
  lost.migration = "1 drop";
  lost.object = "public.users.phone";
  lost.message = "drops column public.users.phone with its values";
  lost.statement = "ALTER TABLE \"users\" DROP COLUMN \"phone\"";
  lost.evidence = {Evidence::State::confirmed, 2, {"+1", "+2\x1b[31m"}, "2 rows with a value in \"phone\""};
  auto again = lost;
  again.location.line = 9;
  again.object = "public.users.fax";
  again.message = "drops column public.users.fax with its values";
  again.statement = "ALTER TABLE \"users\" DROP COLUMN \"fax\"";
  again.evidence = {Evidence::State::unknown, 0, {}, "not looked at: out of time"};
  Finding history;
  history.rule = "prisma-lock-held";
  history.severity = Severity::warning;
  history.message = "session 7 holds Prisma's advisory lock";
  history.advice = "Wait for it.";
  Finding note;
  note.rule = "no-lock-timeout";
  note.severity = Severity::note;
  note.location = {"prisma/migrations/1 drop/migration.sql", 0};
  note.message = "waits for a lock";
  Finding allowed;
  allowed.rule = "truncate";
  allowed.severity = Severity::error;
  allowed.location = {"prisma/migrations/1 drop/migration.sql", 5};
  allowed.message = "empties table logs";
  allowed.allowed = "it is empty anyway";
  report.findings = {lost, again, history, note, allowed};
  report.not_looked_at = {"public.users (fax): values that are lost: out of time"};
  migrations::History one;
  one.tool = "prisma";
  one.schema = "public";
  one.head = "0 init";
  one.pending.push_back({"1 drop", "x", "", 0});
  one.entries.resize(1);
  one.entries[0].name = "0 init";
  one.entries[0].state = migrations::State::applied;
  report.histories = {one};
  return report;
}

TEST(ReportText, ReadsWorstFirstWithEachReasonOnce) {
  const auto* rule = find_rule("drop-column");
  ASSERT_NE(rule, nullptr);
  EXPECT_EQ(format_text(small_report(), false),
            "error    drop-column  prisma/migrations/1 drop/migration.sql:3  public.users.phone\n"
            "         drops column public.users.phone with its values\n"
            "         SQL:     ALTER TABLE \"users\" DROP COLUMN \"phone\"\n"
            "         data:    2 rows with a value in \"phone\"\n"
            "                    +1\n"
            "                    +2 [31m\n"
            "         why:     " +
                std::string(rule->why) +
                "\n"
                "         instead: " +
                std::string(rule->safe_way) +
                "\n"
                "\n"
                "error    drop-column  prisma/migrations/1 drop/migration.sql:9  public.users.fax\n"
                "         drops column public.users.fax with its values\n"
                "         SQL:     ALTER TABLE \"users\" DROP COLUMN \"fax\"\n"
                "         data:    not looked at: out of time\n"
                "\n"
                "warning  prisma-lock-held\n"
                "         session 7 holds Prisma's advisory lock\n"
                "         do:      Wait for it.\n"
                "\n"
                "note     no-lock-timeout  prisma/migrations/1 drop/migration.sql: waits for a lock\n"
                "accepted: truncate\n"
                "not looked at:\n"
                "  public.users (fax): values that are lost: out of time\n"
                "2 errors, 1 warning, 1 note in 2 files (7 statements, 3 questions to database \"shop\") in 0.750 s; 1 "
                "thing not looked at, see above\n");
}

TEST(ReportText, TellsEverythingWhenVerbose) {
  const auto text = format_text(small_report(), true);
  EXPECT_THAT(text, HasSubstr("allowed: it is empty anyway"));
  const std::string why(find_rule("drop-column")->why);
  EXPECT_NE(text.find(why, text.find(why) + 1), std::string::npos) << "twice";
}

TEST(ReportText, SaysThatNobodyWasAsked) {
  auto report = small_report();
  report.database.clear();
  report.not_looked_at.clear();
  EXPECT_THAT(format_text(report, false), HasSubstr("3 questions to the data not asked)"));
  EXPECT_EQ(format_text(Report{}, false),
            "0 errors, 0 warnings, 0 notes in 0 files (0 statements; no database was asked)\n");
}

TEST(Report, CountsWhatIsNotAccepted) {
  auto report = small_report();
  EXPECT_EQ(report.count(Severity::error), 2u);
  EXPECT_EQ(report.worst(), Severity::error);
  report.findings.erase(report.findings.begin(), report.findings.begin() + 2);
  EXPECT_EQ(report.worst(), Severity::warning);
  report.findings.erase(report.findings.begin(), report.findings.begin() + 2);
  EXPECT_EQ(report.worst(), std::nullopt) << "the accepted error is none";
}

TEST(ReportJson, HoldsAllOfIt) {
  const auto json = nlohmann::json::parse(format_json(small_report()));
  EXPECT_EQ(json["counts"], (nlohmann::json{{"error", 2}, {"warning", 1}, {"note", 1}, {"allowed", 1}}));
  EXPECT_EQ(json["worst"], "error");
  EXPECT_EQ(json["database"], "shop");
  ASSERT_THAT(json["findings"], SizeIs(5));
  const auto& first = json["findings"][0];
  EXPECT_EQ(first["rule"], "drop-column");
  EXPECT_EQ(first["line"], 3);
  EXPECT_EQ(first["evidence"]["state"], "confirmed");
  EXPECT_EQ(first["evidence"]["rows"], 2);
  EXPECT_EQ(first["evidence"]["samples"][0], "+1");
  EXPECT_EQ(first["why"], find_rule("drop-column")->why);
  EXPECT_EQ(json["findings"][2]["safe_way"], "Wait for it.");
  EXPECT_EQ(json["histories"][0]["pending"], nlohmann::json::array({"1 drop"}));
  EXPECT_EQ(json["histories"][0]["entries"][0]["state"], "applied");
  EXPECT_THAT(json["not_looked_at"], SizeIs(1));
  EXPECT_TRUE(nlohmann::json::parse(format_json(Report{}))["worst"].is_null());
}

TEST(ReportSarif, IsWhatCodeHostsTake) {
  const auto text = format_sarif(small_report(), "1.2.3");
  EXPECT_THAT(text, Not(HasSubstr("+1"))) << "no data in it";
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["version"], "2.1.0");
  const auto& run = json["runs"][0];
  const auto& driver = run["tool"]["driver"];
  EXPECT_EQ(driver["name"], "safety-preflight");
  ASSERT_THAT(driver["rules"], SizeIs(rules().size() + 1));  // and the history's
  for (const auto& rule : driver["rules"]) {
    for (const char* part : {"shortDescription", "fullDescription", "help"})
      EXPECT_FALSE(rule[part]["text"].get<std::string>().empty()) << rule;
    EXPECT_THAT((std::set<std::string>{"note", "warning", "error"}),
                ::testing::Contains(rule["defaultConfiguration"]["level"].get<std::string>()));
  }
  ASSERT_THAT(run["results"], SizeIs(5));
  std::set<std::string> fingerprints;
  for (const auto& result : run["results"]) {
    EXPECT_EQ(driver["rules"][result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
    EXPECT_GE(result["locations"][0]["physicalLocation"]["region"]["startLine"].get<int>(), 1);
    EXPECT_FALSE(result["message"]["text"].get<std::string>().empty());
    fingerprints.insert(result["partialFingerprints"]["safetyFinding/v1"]);
  }
  EXPECT_THAT(fingerprints, SizeIs(5));
  const auto& place = run["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "prisma/migrations/1%20drop/migration.sql");
  EXPECT_EQ(place["region"]["startLine"], 3);
  EXPECT_EQ(run["results"][2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "safety.toml");
  EXPECT_FALSE(run["results"][0].contains("suppressions"));
  EXPECT_EQ(run["results"][4]["suppressions"][0]["justification"], "it is empty anyway");
  EXPECT_EQ(run["results"][4]["suppressions"][0]["kind"], "inSource");
  EXPECT_THAT(run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].get<std::string>(),
              HasSubstr("(fax)"));
}

TEST(ReportSarif, KeepsAFingerprintWhenLinesMove) {
  auto report = small_report();
  const auto before = nlohmann::json::parse(format_sarif(report, "1"))["runs"][0]["results"][0]["partialFingerprints"];
  report.findings[0].location.line = 40;
  EXPECT_EQ(nlohmann::json::parse(format_sarif(report, "1"))["runs"][0]["results"][0]["partialFingerprints"], before);
}

}  // namespace
}  // namespace safety::preflight

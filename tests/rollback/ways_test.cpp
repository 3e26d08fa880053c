// Which way is recommended, and how it is told: golden files for people's eyes, and properties over all combinations.
#include "libsafety/rollback/ways.hpp"

#include "libsafety/base/text.hpp"
#include "tests/rollback/situations.hpp"
#include "tests/testing/golden.hpp"
#include "tests/testing/testing.hpp"

namespace safety::rollback {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// ---- golden files

class Ways : public ::testing::TestWithParam<std::pair<std::string, Situation>> {};

TEST_P(Ways, AreToldAsTheGoldenFilesSay) {
  const auto& [name, situation] = GetParam();
  const auto proposal = propose(situation);
  testing::expect_golden("rollback", name + ".txt", format_text(situation, proposal));
  testing::expect_golden("rollback", name + ".json", nlohmann::ordered_json::parse(format_json(situation, proposal)).dump(1) + "\n");
}

INSTANTIATE_TEST_SUITE_P(Golden, Ways, ::testing::ValuesIn(all_situations()), [](const auto& named) { return named.param.first; });

// ---- rules

const Way& way_of(const Proposal& proposal, Strategy strategy) {
  for (const auto& way : proposal.ways)
    if (way.strategy == strategy) return way;
  throw std::runtime_error("there is no way " + name_of(strategy));
}

std::vector<std::string> names_of(const Proposal& proposal) {
  std::vector<std::string> names;
  for (const auto& way : proposal.ways) names.push_back(name_of(way.strategy));
  return names;
}

TEST(Propose, HasNothingToUndoWhenNothingIsDifferent) {
  const auto proposal = propose(quiet());
  EXPECT_THAT(names_of(proposal), ElementsAre("nothing"));
  EXPECT_TRUE(proposal.has_recommendation);
  EXPECT_EQ(proposal.recommended, Strategy::nothing);
}

TEST(Propose, RecommendsNothingAndListsTheOtherWaysWhenOnlyRowsDiffer) {
  auto situation = quiet();
  situation.written = {{"public.users", Owner::prisma, 1, 2, 1, true}};
  const auto proposal = propose(situation);
  EXPECT_THAT(names_of(proposal), ElementsAre("nothing", "swap", "restore"));
  EXPECT_EQ(proposal.recommended, Strategy::nothing);
  EXPECT_EQ(proposal.why, "the schema is the checkpoint's; rows written since stay");
}

TEST(Propose, UndoesAMigrationThatLeftNothingButItsRowInTheHistory) {
  auto situation = quiet();
  situation.migrations = {{"prisma", "1_empty", "failed", ""}};
  const auto proposal = propose(situation);
  EXPECT_THAT(names_of(proposal), ElementsAre("undo", "swap", "restore"));
  EXPECT_EQ(proposal.recommended, Strategy::undo);
}

TEST(Propose, PrefersALossyUndoToASwapThatLosesRows) {
  const auto situation = lossy({{"public.users", Owner::prisma, 1, 2, 1, true}});
  const auto proposal = propose(situation);
  EXPECT_EQ(proposal.recommended, Strategy::undo);
  EXPECT_EQ(way_of(proposal, Strategy::undo).rows_lost, 0U);
  EXPECT_EQ(way_of(proposal, Strategy::undo).loses.front(), "12 rows of public.users written since get NULL in phone");
  EXPECT_EQ(way_of(proposal, Strategy::swap).rows_lost, 1U);
}

TEST(Propose, PrefersASwapToALossyUndoWhenNothingWasWritten) { EXPECT_EQ(propose(lossy({})).recommended, Strategy::swap); }

TEST(Propose, TakesAStatisticThatSaysZeroForRowsThatMayBeThere) {
  EXPECT_EQ(propose(lossy({{"public.users", Owner::nobody, 5, 5, 0, false}})).recommended, Strategy::undo);
  EXPECT_EQ(propose(lossy({{"public.users", Owner::nobody, 5, 5, std::nullopt, true}})).recommended, Strategy::undo);
  EXPECT_EQ(propose(lossy({{"public.users", Owner::nobody, 5, 5, 0, true}})).recommended, Strategy::swap);
}

TEST(Propose, TellsEachReasonAndHintOfAnImpossibleUndoOnce) {
  auto situation = impossible();
  situation.undo->effects.push_back(situation.undo->effects.back());
  const auto proposal = propose(situation);
  const auto& undo = way_of(proposal, Strategy::undo);
  EXPECT_FALSE(undo.is_possible);
  EXPECT_THAT(split_lines(undo.why_not), ElementsAre("table public.audit has no key and lost column actor: its rows cannot be told apart",
                                                     "extension hstore was dropped: it is not available on this server"));
  EXPECT_THAT(split_lines(undo.hint), ElementsAre("Go back with `--strategy swap`.", "Install it: `apt-get install postgresql-contrib`."));
  EXPECT_EQ(proposal.recommended, Strategy::swap);
}

TEST(Propose, RefusesAnUndoThatWouldKeepWhatTheMigrationDidToRowsUnlessThatIsAccepted) {
  auto situation = data_changes();
  auto undo = way_of(propose(situation), Strategy::undo);
  EXPECT_FALSE(undo.is_possible);
  EXPECT_EQ(undo.why_not, "the migration itself changed rows that stay: UPDATE \"locations\" SET \"name\" = upper(\"name\"); DELETE FROM calls WHERE shift_id IS NULL");
  EXPECT_EQ(undo.hint, "Run it with `--keep-data-changes` to keep what it did, or with `--strategy swap`.");
  situation.has_clone = false;
  EXPECT_THAT(way_of(propose(situation), Strategy::undo).hint, HasSubstr("`--strategy restore`"));
  situation.keeps_data_changes = true;
  undo = way_of(propose(situation), Strategy::undo);
  EXPECT_TRUE(undo.is_possible);
  EXPECT_THAT(undo.loses, ElementsAre(HasSubstr("UPDATE \"locations\""), HasSubstr("DELETE FROM calls")));
  const auto fields = json::parse(format_json(situation, propose(situation)));
  EXPECT_EQ(fields["command"], "safety-rollback --strategy undo --keep-data-changes --yes");
}

TEST(Propose, TakesTimesFromThePrices) {
  const auto proposal = propose(with_services());
  EXPECT_EQ(way_of(proposal, Strategy::undo).total_seconds, 16.4);
  EXPECT_EQ(way_of(proposal, Strategy::swap).total_seconds, 15.1);
  EXPECT_EQ(way_of(proposal, Strategy::restore).downtime.seconds, 15.1);
  EXPECT_EQ(way_of(proposal, Strategy::restore).total_seconds, 260);
}

TEST(Propose, KnowsTheRowsThatAreLostWhenItKnowsThemOfEveryTable) {
  const auto some = way_of(propose(unknown_counts()), Strategy::swap);
  EXPECT_FALSE(some.is_rows_lost_known);
  EXPECT_EQ(sum_of(unknown_counts().written).text(), "12 and more");
  const auto all = way_of(propose(impossible()), Strategy::restore);
  EXPECT_TRUE(all.is_rows_lost_known);
  EXPECT_EQ(all.rows_lost, 20012U);
  EXPECT_EQ(sum_of(impossible().written).text(), "about 20,012");
}

TEST(Strategies, AreParsedByTheirNamesAndNothingElse) {
  for (const auto strategy : {Strategy::undo, Strategy::swap, Strategy::restore}) EXPECT_EQ(parse_strategy(name_of(strategy)), strategy);
  for (const auto* text : {"nothing", "", "Undo", "swap ", "clone"}) EXPECT_FALSE(parse_strategy(text)) << text;
}

// ---- properties

std::vector<Situation> all_combinations() {
  const undo::Effect free{"a", undo::Loss::lossless, "", ""}, costs{"b", undo::Loss::lossy, "c", ""}, cannot{"d", undo::Loss::impossible, "e", "F."};
  const std::vector<std::optional<std::vector<undo::Effect>>> assessments{std::nullopt, {{}}, {{free}}, {{free, costs}}, {{cannot}}, {{free, costs, cannot}}};
  const Written exact{"public.a", Owner::nobody, 1, 2, 1, true}, about{"public.b", Owner::nobody, 1, 2, 0, false}, unknown{"public.c", Owner::nobody, {}, {}, {}, true};
  const std::vector<std::vector<Written>> written{{}, {exact}, {about}, {unknown}, {exact, about, unknown}};
  std::vector<Situation> all;
  for (const auto& effects : assessments)
    for (const auto& rows : written)
      for (unsigned bits = 0; bits < 64; ++bits) {
        Situation one;
        one.written = rows;
        if (effects) one.undo.emplace().effects = *effects;
        if (bits & 1U) one.has_clone = true;
        if (bits & 2U) one.has_archive = true;
        if (bits & 4U) one.changes = {change("table public.x added", "")};
        if (bits & 8U) one.data_changes = {"UPDATE a SET b = 1"};
        if (bits & 16U) one.keeps_data_changes = true;
        if (bits & 32U) one.no_undo = "it is not to be";
        all.push_back(one);
      }
  return all;
}

TEST(Propose, NeverRecommendsWhatIsNotPossible) {
  for (const auto& situation : all_combinations()) {
    const auto proposal = propose(situation);
    EXPECT_FALSE(proposal.why.empty());
    bool any = false;
    for (const auto& way : proposal.ways) {
      any = any || way.is_possible;
      EXPECT_EQ(way.is_possible, way.why_not.empty());
    }
    EXPECT_EQ(proposal.has_recommendation, any);
    if (proposal.has_recommendation) {
      EXPECT_TRUE(way_of(proposal, proposal.recommended).is_possible);
    }
    if (situation.undo && !situation.undo->is_possible()) {
      EXPECT_NE(proposal.recommended, Strategy::undo);
    }
    if (!situation.no_undo.empty()) {
      EXPECT_NE(proposal.recommended, Strategy::undo);
    }
    if (!situation.data_changes.empty() && !situation.keeps_data_changes) {
      EXPECT_NE(proposal.recommended, Strategy::undo);
    }
  }
}

TEST(Propose, NeverRecommendsToLoseRowsWhenAnUndoIsPossible) {
  std::size_t looked_at = 0;
  for (const auto& situation : all_combinations()) {
    const auto proposal = propose(situation);
    if (proposal.ways.front().strategy != Strategy::undo || !proposal.ways.front().is_possible) continue;
    ++looked_at;
    const auto& chosen = way_of(proposal, proposal.recommended);
    EXPECT_EQ(chosen.rows_lost, 0U);
    EXPECT_TRUE(chosen.is_rows_lost_known);
    if (proposal.ways.front().loses.empty()) {
      EXPECT_EQ(proposal.recommended, Strategy::undo);
    }
  }
  EXPECT_GT(looked_at, 100U);
}

TEST(Propose, ListsTheWaysInOneOrderPossibleOrNot) {
  for (const auto& situation : all_combinations()) {
    const auto names = join(names_of(propose(situation)), " ");
    EXPECT_TRUE(names == "undo swap restore" || names == "nothing" || names == "nothing swap restore") << names;
    if (!situation.changes.empty()) {
      EXPECT_EQ(names, "undo swap restore");
    }
  }
}

// ---- reports

constexpr const char* kHostile = "</pre><script>alert(1)</script>\"'\n# `x` | \x1b[31m\xff\\";

Situation hostile() {
  auto one = impossible();
  one.database = one.checkpoint = one.label = one.taken = one.clone = one.archive = one.no_undo = kHostile;
  one.services = {kHostile};
  one.migrations = {{kHostile, kHostile, kHostile, kHostile}};
  one.changes = {change(kHostile, kHostile)};
  one.written = {{kHostile, Owner::prisma, 1, 2, 1, true}};
  one.data_changes = {kHostile};
  one.undo->effects = {{kHostile, undo::Loss::impossible, kHostile, kHostile}};
  one.undo_price.basis = one.swap_price.basis = kHostile;
  return one;
}

TEST(WaysReport, KeepsHostileTextOnItsLineAndOffTheTerminal) {
  const auto text = format_text(hostile(), propose(hostile()));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(find_no_utf8(text), std::string::npos);
  EXPECT_THAT(text, Not(HasSubstr("\n#")));
  EXPECT_THAT(text, HasSubstr("<script>alert(1)</script>\"' # `x` |  [31m?"));
}

TEST(WaysReport, HasTheDocumentedFieldsAsJsonWhateverTheTexts) {
  for (const auto& situation : {quiet(), lossless(), hostile(), no_way(), unknown_counts()}) {
    const auto text = format_json(situation, propose(situation));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
    const auto fields = json::parse(text);
    for (const auto* name : {"database", "checkpoint", "label", "taken", "age_seconds", "migrations", "changes", "written", "data_changes", "keeps_data_changes", "clone", "archive", "proof",
                             "services", "undo", "ways", "recommended", "why", "command"})
      EXPECT_TRUE(fields.contains(name)) << name;
    EXPECT_EQ(fields.size(), 19U);
    for (const auto& way : fields["ways"])
      for (const auto* name : {"strategy", "possible", "why_not", "hints", "downtime_seconds", "measured", "basis", "total_seconds", "rows_lost", "loses"}) EXPECT_TRUE(way.contains(name)) << name;
  }
  EXPECT_TRUE(json::parse(format_json(no_way(), propose(no_way())))["recommended"].is_null());
  EXPECT_TRUE(json::parse(format_json(unknown_counts(), propose(unknown_counts())))["ways"][1]["rows_lost"].is_null());
}

TEST(WaysReport, EndsWithTheCommandOfTheRecommendation) {
  const auto last_line = [](const Situation& situation) { return split_lines(format_text(situation, propose(situation))).back(); };
  EXPECT_THAT(last_line(lossless()), HasSubstr("`safety-rollback --strategy undo --yes`"));
  EXPECT_THAT(last_line(impossible()), HasSubstr("`safety-rollback --strategy swap --yes`"));
  EXPECT_THAT(last_line(only_archive()), HasSubstr("`safety-rollback --strategy restore --yes`"));
  EXPECT_THAT(last_line(quiet()), "there is nothing to undo");
  EXPECT_THAT(last_line(no_way()), Not(HasSubstr("--yes")));
}

TEST(WaysReport, SaysWhichPriceIsAnEstimate) {
  auto situation = lossless();
  situation.undo_price = {1, false, ""};
  situation.swap_price = {1, true, ""};
  situation.restore_price = {1, false, "estimated from 3 GB"};
  const auto lines = split_lines(format_text(situation, propose(situation)));
  std::vector<std::string> ends;
  for (const auto& line : lines)
    if (parse_strategy(line.substr(0, line.find(' ')))) ends.push_back(line.substr(line.rfind("  ") + 2));
  EXPECT_THAT(ends, ElementsAre("estimated", "measured", "estimated from 3 GB"));
}

TEST(WaysReport, CutsLongLists) {
  const auto text = format_text(long_lists(), propose(long_lists()));
  EXPECT_THAT(text, HasSubstr("table public.t20 dropped\n  and 5 more"));
  EXPECT_THAT(text, Not(HasSubstr("table public.t21 dropped")));
  EXPECT_THAT(json::parse(format_json(long_lists(), propose(long_lists())))["changes"], SizeIs(25));
}

TEST(Assessment, IsPossibleAndLosslessByItsWorstEffect) {
  undo::Assessment assessment;
  EXPECT_TRUE(assessment.is_empty() && assessment.is_possible() && assessment.is_lossless());
  assessment.effects = {{"a", undo::Loss::lossless, "", ""}, {"b", undo::Loss::lossy, "", ""}};
  EXPECT_TRUE(assessment.is_possible());
  EXPECT_FALSE(assessment.is_lossless());
  assessment.effects.push_back({"c", undo::Loss::impossible, "", ""});
  EXPECT_FALSE(assessment.is_possible());
  EXPECT_EQ(undo::name_of(undo::Loss::lossless) + undo::name_of(undo::Loss::lossy) + undo::name_of(undo::Loss::impossible), "losslesslossyimpossible");
}

}  // namespace
}  // namespace safety::rollback

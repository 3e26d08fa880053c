#include "libsafety/beside/prune.hpp"

#include "tests/testing/testing.hpp"

namespace safety::beside {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Instant kNow = *parse_rfc3339("2026-01-31T12:00:00.000Z");

/// Made so many days ago.
Database made(Kind kind, const std::string& name, int days, const std::string& checkpoint = "") {
  Database one;
  one.kind = kind;
  one.name = name;
  one.made = kNow - std::chrono::hours(24 * days);
  one.checkpoint = checkpoint;
  return one;
}

std::vector<std::string> chosen(const std::vector<Database>& databases, const PruneOptions& options) {
  std::vector<std::string> names;
  for (const auto& choice : choose(databases, options, kNow)) {
    EXPECT_FALSE(choice.why.empty()) << choice.database.name;
    if (choice.is_chosen) names.push_back(choice.database.name);
  }
  return names;
}

const std::vector<Database> kSome{made(Kind::clone, "c9", 9, "cp9"), made(Kind::previous, "p8", 8),
                                  made(Kind::staging, "s7", 7),      made(Kind::clone, "left6", 6),
                                  made(Kind::clone, "c3", 3, "cp3"), made(Kind::previous, "p2", 2)};

TEST(PruneChoice, IsEverythingUnlessSomethingSpeaksAgainstIt) {
  EXPECT_THAT(chosen(kSome, {}), ElementsAre("c9", "p8", "s7", "left6", "c3", "p2"));
  EXPECT_THAT(chosen({}, {}), IsEmpty());
}

TEST(PruneChoice, KeepsTheNewestOfEachKindButNoLeftOver) {
  EXPECT_THAT(chosen(kSome, {std::nullopt, 1, {}}), ElementsAre("c9", "p8", "s7", "left6"));
  EXPECT_THAT(chosen(kSome, {std::nullopt, 2, {}}), ElementsAre("s7", "left6"));
}

TEST(PruneChoice, KeepsTheYoungLeftOversIncluded) {
  EXPECT_THAT(chosen(kSome, {std::chrono::hours(24 * 7), 0, {}}), ElementsAre("c9", "p8", "s7"));
  EXPECT_THAT(chosen(kSome, {std::chrono::hours(24 * 5), 1, {}}), ElementsAre("c9", "p8", "s7", "left6"))
      << "both must allow it";
}

TEST(PruneChoice, TakesNamesAndCheckpointsOfClones) {
  EXPECT_THAT(chosen(kSome, {std::nullopt, 0, {"cp3", "p8"}}), ElementsAre("p8", "c3"));
  EXPECT_EQ(error_of([] { choose(kSome, {std::nullopt, 0, {"shop"}}, kNow); }).code(), Code::usage);
  EXPECT_EQ(error_of([] {
              choose(kSome, {std::nullopt, 0, {""}}, kNow);
            }).code(),
            Code::usage)
      << "no checkpoint is no name";
}

TEST(PruneChoice, IsNeverWhatAnUnfinishedRunNeedsOrASubscriptionWorksIn) {
  auto needed = made(Kind::staging, "s", 9), fed = made(Kind::previous, "p", 9);
  needed.needed_by = "restore_20260122_120000";
  fed.subscriptions = {"feed"};
  EXPECT_THAT(chosen({needed, fed}, {}), IsEmpty());
  const auto resumable = error_of([&] { choose({needed, fed}, {std::nullopt, 0, {"s"}}, kNow); });
  EXPECT_EQ(resumable.code(), Code::resumable);
  EXPECT_THAT(resumable.message(), HasSubstr("restore_20260122_120000"));
  EXPECT_EQ(error_of([&] { choose({needed, fed}, {std::nullopt, 0, {"p"}}, kNow); }).code(), Code::locked);
}

TEST(PruneChoice, IsWhatIsPinnedOrInUseOnlyWhenItIsNamed) {
  auto pinned = made(Kind::clone, "c", 9, "cp"), used = made(Kind::previous, "p", 9);
  pinned.is_pinned = true;
  used.sessions = 2;
  EXPECT_THAT(chosen({pinned, used}, {}), IsEmpty());
  EXPECT_THAT(chosen({pinned, used}, {std::nullopt, 0, {"cp", "p"}}), ElementsAre("c", "p"));
}

TEST(Database, IsLeftOverWhenNobodyWantsIt) {
  EXPECT_TRUE(made(Kind::clone, "c", 1).is_leftover());
  EXPECT_FALSE(made(Kind::clone, "c", 1, "cp").is_leftover());
  EXPECT_FALSE(made(Kind::previous, "p", 1).is_leftover());
  auto staging = made(Kind::staging, "s", 1);
  EXPECT_TRUE(staging.is_leftover());
  staging.needed_by = "restore_20260122_120000";
  EXPECT_FALSE(staging.is_leftover());
}

}  // namespace
}  // namespace safety::beside

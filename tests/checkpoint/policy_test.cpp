#include "libsafety/checkpoint/policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace safety::checkpoint {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Instant kFriday = *parse_rfc3339("2026-02-13T12:00:00.000Z");

Record taken(const std::string& snapshot_time, Proof proof) {
  Record record;
  record.snapshot_time = snapshot_time;
  if (proof != Proof::none) record.proofs.push_back({proof, snapshot_time, 1, true, ""});
  return record;
}

TEST(Policy, IsMetByAFreshProvenCheckpoint) {
  EXPECT_THAT(unmet({Proof::restored, minutes(30)}, taken("2026-02-13T11:45:00.000Z", Proof::content), kFriday), IsEmpty());
}

TEST(Policy, NamesTheProofThatIsMissing) {
  EXPECT_THAT(unmet({Proof::restored, std::nullopt}, taken("2026-02-13T11:45:00.000Z", Proof::digest), kFriday),
              ElementsAre("its proof is L1 and L3 is required"));
}

TEST(Policy, DoesNotCountAProofBeforeAFailedOne) {
  auto record = taken("2026-02-13T11:45:00.000Z", Proof::content);
  record.proofs.push_back({Proof::digest, "2026-02-13T11:50:00.000Z", 1, false, "its SHA-256 differs"});
  EXPECT_THAT(unmet({Proof::digest, std::nullopt}, record, kFriday), ElementsAre(HasSubstr("the last proof failed: its SHA-256 differs")));
}

TEST(Policy, KnowsTheAgeToTheMillisecond) {
  EXPECT_THAT(unmet({Proof::none, minutes(30)}, taken("2026-02-13T11:30:00.000Z", Proof::none), kFriday), IsEmpty());
  EXPECT_THAT(unmet({Proof::none, minutes(30)}, taken("2026-02-13T11:29:59.999Z", Proof::none), kFriday), ElementsAre(HasSubstr("old and")));
}

TEST(Policy, IsNotMetByATimeThatNobodyCanTrust) {
  EXPECT_THAT(unmet({Proof::none, minutes(30)}, taken("2026-02-13T12:06:00.000Z", Proof::none), kFriday), ElementsAre(HasSubstr("in the future")));
  EXPECT_THAT(unmet({Proof::none, minutes(30)}, taken("yesterday", Proof::none), kFriday), ElementsAre(HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace safety::checkpoint

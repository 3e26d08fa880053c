// What safety-preflight and safety-deploy make of the cases of tests/stack/migrations, with the real Prisma Migrate and the
// real Drizzle Kit: what is harmless goes through, what is not is stopped before production is touched, and what is forced
// through is taken back with every table and row.
#include <signal.h>

#include <chrono>
#include <thread>

#include "libsafety/base/text.hpp"
#include "libsafety/base/time.hpp"
#include "tests/deploy/project_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::vector<std::string> kCommands{"npx prisma migrate deploy", "npx drizzle-kit push --force"};

class Guarded {
 public:
  explicit Guarded(const std::string& name) : stage(name) {
    stage.configure(kCommands);
    before_ = content();
  }
  ToolRun preflight(std::vector<std::string> more = {}) const { return run("safety-preflight", std::move(more)); }
  ToolRun deploy(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), "--yes");
    return run("safety-deploy", std::move(more));
  }
  std::string content() const { return stage.prisma_content() + stage.drizzle_content(); }
  void expect_untouched(const ToolRun& after) const { EXPECT_EQ(content(), before_) << after; }
  /// Rules of the findings that count as errors.
  static std::vector<std::string> errors_of(const ToolRun& run) {
    std::vector<std::string> rules;
    for (const auto& finding : run.last_json["findings"])
      if (finding["severity"] == "error") rules.push_back(finding["rule"]);
    return rules;
  }
  std::vector<std::string> beside(const std::string& kind) const { return list_databases(stage.database().name() + "__" + kind); }

  ProjectStage stage;

 private:
  ToolRun run(const std::string& tool, std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return stage.run(tool, arguments);
  }
  std::string before_;
};

TEST(Guarded, CarriesTheEverydayScenariosThrough) {
  Guarded guarded("add_enum");
  // Of the others the migrations alone: a deploy reads nothing else of them.
  for (const char* name : {"add_nullable_field", "add_required_field_with_default", "add_relation", "add_index"})
    std::filesystem::copy(source_path("tests/stack/migrations/cases") / name / "prisma/migrations", guarded.stage.project() / "prisma/migrations",
                          std::filesystem::copy_options::recursive);
  guarded.stage.configure(kCommands, "smoke = [\"SELECT count(*) > 0 FROM users\"]\n");
  const auto looked = guarded.preflight();
  EXPECT_EQ(looked.exit_code, 0) << looked;
  EXPECT_THAT(Guarded::errors_of(looked), IsEmpty());
  const auto drizzle = guarded.stage.drizzle_content();
  const auto run = guarded.deploy();
  ASSERT_EQ(run.exit_code, 0) << run;
  for (const char* name : {"20260213121000_add_priority_to_campaign", "20260213124000_add_contact_method"}) EXPECT_EQ(guarded.stage.state_of(name), "applied");
  EXPECT_EQ(guarded.stage.drizzle_content(), drizzle);
  std::string changes;
  for (const auto& change : run.last_json["changes"]) changes += std::string(change["words"]) + "\n";
  EXPECT_THAT(changes, AllOf(HasSubstr("public.campaigns.priority"), HasSubstr("ContactMethod"), HasSubstr("_fkey"), HasSubstr("_idx")));
  const auto again = guarded.preflight();
  EXPECT_EQ(again.exit_code, 0) << again;
  EXPECT_EQ(again.last_json["statements"], 0) << "nothing is pending any more";
}

TEST(Guarded, LetsATypeChangeThroughWhenItsLossIsMeant) {
  Guarded guarded("change_field_type");
  const auto looked = guarded.preflight();
  EXPECT_EQ(looked.exit_code, 1) << looked;
  EXPECT_THAT(looked.last_json.dump(), HasSubstr("locations.geocode_confidence"));
  const auto refused = guarded.deploy();
  EXPECT_EQ(refused.exit_code, 1) << refused;
  guarded.expect_untouched(refused);
  std::vector<std::string> meant{"--allow-loss"};
  for (const auto& rule : Guarded::errors_of(looked)) meant.insert(meant.end(), {"--allow", rule});
  const auto run = guarded.deploy(meant);
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(guarded.stage.value("SELECT data_type FROM information_schema.columns WHERE table_name = 'locations' AND column_name = 'geocode_confidence'"), "integer");
}

struct KnownFailure {
  const char* name;
  const char* rule;    // of preflight
  const char* object;  // it names
};

class GuardedFailures : public ::testing::TestWithParam<KnownFailure> {};

TEST_P(GuardedFailures, AreKnownBeforeProductionIsTouched) {
  Guarded guarded(GetParam().name);
  const auto looked = guarded.preflight();
  EXPECT_EQ(looked.exit_code, 1) << looked;
  EXPECT_THAT(Guarded::errors_of(looked), Contains(GetParam().rule)) << looked;
  EXPECT_THAT(looked.last_json.dump(), HasSubstr(GetParam().object));
  const auto refused = guarded.deploy();
  EXPECT_EQ(refused.exit_code, 1) << refused;
  EXPECT_THAT(refused.err, HasSubstr(GetParam().rule));
  guarded.expect_untouched(refused);
  // Who insists meets the same on the copy.
  std::vector<std::string> insisting;
  for (const auto& rule : Guarded::errors_of(looked)) insisting.insert(insisting.end(), {"--allow", rule});
  const auto rehearsed = guarded.deploy(insisting);
  EXPECT_EQ(rehearsed.exit_code, 10) << rehearsed;
  EXPECT_THAT(rehearsed.err, HasSubstr("production was not touched"));
  guarded.expect_untouched(rehearsed);
  EXPECT_THAT(guarded.beside("rehearsal"), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(, GuardedFailures,
                         ::testing::Values(KnownFailure{"unique_violation", "add-unique", "shift_signups"}, KnownFailure{"not_null_violation", "add-required-column", "campaigns"},
                                           KnownFailure{"foreign_key_violation", "add-foreign-key", "representatives"}, KnownFailure{"fails_on_data", "risky-cast", "campaign_emails"}),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Guarded, StopsAMigrationThatMeetsADatabaseThatDrifted) {
  Guarded guarded("drifted_database");
  const auto run = guarded.deploy();
  EXPECT_THAT(run.exit_code, ::testing::AnyOf(1, 10)) << run;
  EXPECT_THAT(run.err, HasSubstr("province"));
  guarded.expect_untouched(run);
}

TEST(Guarded, StopsWhatFailsHalfWayOnTheCopy) {
  Guarded guarded("fails_half_way");
  std::vector<std::string> insisting{"--allow-loss"};
  for (const auto& rule : Guarded::errors_of(guarded.preflight())) insisting.insert(insisting.end(), {"--allow", rule});
  const auto run = guarded.deploy(insisting);
  EXPECT_EQ(run.exit_code, 10) << run;
  EXPECT_THAT(run.err, HasSubstr("20260213140000_geocode_score"));
  guarded.expect_untouched(run);
}

TEST(Guarded, TakesAHalfAppliedMigrationBackWithItsHistory) {
  Guarded guarded("fails_half_way");
  std::vector<std::string> insisting{"--no-rehearsal"};
  for (const auto& rule : Guarded::errors_of(guarded.preflight())) insisting.insert(insisting.end(), {"--allow", rule});
  const auto run = guarded.deploy(insisting);
  EXPECT_EQ(run.exit_code, 17) << run;
  guarded.expect_untouched(run);
  EXPECT_EQ(guarded.stage.state_of("20260213140000_geocode_score"), "") << "no failed row stays behind";
  EXPECT_THAT(guarded.beside("previous"), ::testing::SizeIs(1));
}

TEST(Guarded, SaysWhichStatementsOfAHalfAppliedMigrationTookEffect) {
  Guarded guarded("fails_half_way");
  std::vector<std::string> insisting{"--no-rehearsal", "--on-failure", "stop"};
  for (const auto& rule : Guarded::errors_of(guarded.preflight())) insisting.insert(insisting.end(), {"--allow", rule});
  const auto run = guarded.deploy(insisting);
  EXPECT_EQ(run.exit_code, 18) << run;
  const std::string detail = run.last_json["detail"];
  EXPECT_THAT(detail, AllOf(HasSubstr("it is half there"), HasSubstr("took effect: ALTER TABLE \"locations\" ADD COLUMN \"geocode_score\""),
                            HasSubstr("did not: ALTER TABLE \"locations\" DROP COLUMN"), HasSubstr("migrate resolve --rolled-back 20260213140000_geocode_score")));
  EXPECT_EQ(guarded.stage.state_of("20260213140000_geocode_score"), "failed");
  // Another deploy is refused by what the history says, not tried.
  const auto again = guarded.deploy();
  EXPECT_EQ(again.exit_code, 12) << again;
  EXPECT_THAT(again.err, HasSubstr("failed"));
}

TEST(Guarded, TakesBackWhatPassesOnACopyWithoutRowsAndFailsOnTheData) {
  Guarded guarded("fails_on_data");
  std::vector<std::string> insisting{"--schema-only"};
  for (const auto& rule : Guarded::errors_of(guarded.preflight())) insisting.insert(insisting.end(), {"--allow", rule});
  const auto run = guarded.deploy(insisting);
  EXPECT_EQ(run.exit_code, 17) << run;
  EXPECT_THAT(run.err, HasSubstr("20260213141000_limit_subject"));
  guarded.expect_untouched(run);
}

TEST(Guarded, StopsAPushWithoutScopeTwiceAndTakesItBackWhenForcedThrough) {
  Guarded guarded("drizzle_without_scope");
  const auto looked = guarded.preflight();
  EXPECT_EQ(looked.exit_code, 1) << looked;
  EXPECT_THAT(Guarded::errors_of(looked), Contains("drizzle-push-scope"));
  const auto refused = guarded.deploy();
  EXPECT_EQ(refused.exit_code, 1) << refused;
  guarded.expect_untouched(refused);

  const auto rehearsed = guarded.deploy({"--allow", "drizzle-push-scope", "--allow-loss"});
  EXPECT_EQ(rehearsed.exit_code, 1) << rehearsed;
  EXPECT_THAT(rehearsed.err, AllOf(HasSubstr("dropped table public._prisma_migrations of Prisma"), HasSubstr("production was not touched")));
  guarded.expect_untouched(rehearsed);

  const auto forced = guarded.deploy({"--allow", "drizzle-push-scope", "--no-rehearsal"});
  EXPECT_EQ(forced.exit_code, 17) << forced;
  guarded.expect_untouched(forced);
  const auto previous = guarded.beside("previous");
  ASSERT_THAT(previous, ::testing::SizeIs(1));
  pg::Connection ruin(quiet_context(), connection_info(previous[0]));
  EXPECT_EQ(ruin.value_of("SELECT to_regclass('public.users') IS NULL"), "t") << "it was real";
}

TEST(Guarded, StopsAPushThatEmptiesTables) {
  Guarded guarded("drizzle_required_field");
  const auto run = guarded.deploy();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(run.err, AllOf(HasSubstr("production was not touched"), HasSubstr("public.videos")));
  guarded.expect_untouched(run);
}

TEST(Guarded, DoesNotBelieveAPushThatFailedAndEndsWithZero) {
  Guarded guarded("drizzle_fails_half_way");
  const auto run = guarded.deploy();
  EXPECT_EQ(run.exit_code, 10) << run;
  guarded.expect_untouched(run);
}

TEST(Guarded, AKilledDeployIsTakenBackAndAKilledPrismaIsNamed) {
  Guarded guarded("slow_deploy");
  auto deploy = guarded.stage.start("safety-deploy", {"--yes", "--no-rehearsal"});
  auto admin = admin_connection();
  const auto is_sleeping = [&] {
    return admin.value_of("SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query LIKE '%pg_sleep%' AND state = 'active'",
                          {guarded.stage.database().name()}) != "0";
  };
  for (const Stopwatch watch; !is_sleeping() && watch.seconds() < 60;) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(is_sleeping()) << deploy.err_so_far();
  deploy.send_signal(SIGKILL);
  deploy.wait();
  const auto aborted = guarded.stage.run("safety-deploy", {"--abort"});
  EXPECT_EQ(aborted.exit_code, 0) << aborted;
  guarded.expect_untouched(aborted);
  EXPECT_EQ(guarded.stage.state_of("20260213142000_slow_province"), "");

  // The client dies, its session goes on: the lock stays, and the history has a row without end.
  auto prisma = guarded.stage.start_prisma({"migrate", "deploy"});
  for (const Stopwatch watch; !is_sleeping() && watch.seconds() < 60;) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  ASSERT_TRUE(is_sleeping());
  prisma.send_signal(SIGKILL);
  prisma.wait();
  const auto looked = guarded.preflight();
  EXPECT_EQ(looked.exit_code, 1) << looked;
  EXPECT_THAT(Guarded::errors_of(looked), AllOf(Contains("prisma-lock-held"), Contains("prisma-unfinished-migration")));
  EXPECT_THAT(looked.last_json.dump(), HasSubstr("pg_terminate_backend"));
}

TEST(Guarded, RefusesCommandsThatAreNotForProduction) {
  Guarded guarded("");
  guarded.stage.configure({"npx prisma db push --accept-data-loss", "npx prisma migrate reset --force"});
  const auto run = guarded.deploy();
  EXPECT_EQ(run.exit_code, 1) << run;
  EXPECT_THAT(Guarded::errors_of(guarded.preflight()), AllOf(Contains("prisma-db-push"), Contains("prisma-migrate-reset")));
  guarded.expect_untouched(run);
}

}  // namespace
}  // namespace safety::testing

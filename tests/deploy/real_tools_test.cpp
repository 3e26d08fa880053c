// The project of tests/stack/migrations against the demo database, run by the real tools alone: it agrees with the
// database, and each of its cases does what its README says. What safety's tools make of the cases is tested beside
// this.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/deploy/project_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Waits until the statement gives "t"; false after half a minute.
bool wait_for(const ProjectStage& stage, const std::string& sql) {
  for (int i = 0; i < 300; ++i) {
    if (stage.value(sql) == "t") return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return false;
}

std::string has_column(const std::string& table, const std::string& column) {
  return "SELECT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '" +
         table + "' AND column_name = '" + column + "')";
}

void expect_up_to_date(const ProjectStage& stage) {
  const auto status = stage.prisma({"migrate", "status"});
  EXPECT_EQ(status.exit_code, 0) << status;
  EXPECT_THAT(status.out, HasSubstr("Database schema is up to date!"));
  const auto push = stage.drizzle({"push"});
  EXPECT_THAT(push.out, HasSubstr("No changes detected")) << push;
  EXPECT_EQ(push.err, "");
}

// ---- the project and the database agree

TEST(DemoProject, ItsMigrationsHaveTheChecksumsOfTheDemoData) {
  const ProjectStage stage;
  auto connection = stage.database().connect();
  const auto history = connection.execute("SELECT migration_name, checksum FROM _prisma_migrations ORDER BY 1");
  ASSERT_EQ(history.rows(), 4);
  for (int row = 0; row < history.rows(); ++row) {
    const auto file = stage.project() / "prisma/migrations" / history.text(row, 0) / "migration.sql";
    EXPECT_EQ(run_program("sha256sum", {file.string()}).out.substr(0, 64), history.value(row, 1)) << file;
  }
}

TEST(DemoProject, HasNothingToDoInTheDemoDatabase) {
  const ProjectStage stage;
  const auto prisma = stage.prisma_content(), drizzle = stage.drizzle_content();
  const auto deploy = stage.prisma({"migrate", "deploy"});
  EXPECT_EQ(deploy.exit_code, 0) << deploy;
  EXPECT_THAT(deploy.out, HasSubstr("No pending migrations to apply"));
  expect_up_to_date(stage);
  EXPECT_EQ(stage.prisma_content(), prisma);
  EXPECT_EQ(stage.drizzle_content(), drizzle);
}

TEST(DemoProject, MakesTheDemoSchemaInAnEmptyDatabase) {
  const ProjectStage demo, stage({}, {.has_demo = false});
  const auto deploy = stage.prisma({"migrate", "deploy"});
  EXPECT_EQ(deploy.exit_code, 0) << deploy;
  EXPECT_THAT(deploy.out, HasSubstr("All migrations have been successfully applied."));
  const auto push = stage.drizzle({"push"});
  EXPECT_THAT(push.out, HasSubstr("Changes applied")) << push;
  EXPECT_EQ(stage.schema(), demo.schema());
}

TEST(DemoProject, RunsAsAPipelineRunsIt) {
  const ProjectStage stage;
  const auto run = stage.shell("npx prisma migrate deploy && npx drizzle-kit push");
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_THAT(run.out, HasSubstr("No pending migrations to apply"));
  EXPECT_THAT(run.out, HasSubstr("No changes detected"));
}

// ---- scenarios that go through

struct Scenario {
  const char* name;
  const char* migration;  // empty: Drizzle's
  const char* proof;      // gives true afterwards, and not before
};
void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.name;
}

class Scenarios : public ::testing::TestWithParam<Scenario> {};

TEST_P(Scenarios, GoesThroughAndLeavesNothingToDo) {
  const auto& scenario = GetParam();
  const ProjectStage stage(scenario.name);
  ASSERT_EQ(stage.value(scenario.proof), "f");
  if (*scenario.migration != '\0') {
    const auto deploy = stage.prisma({"migrate", "deploy"});
    EXPECT_EQ(deploy.exit_code, 0) << deploy;
    EXPECT_THAT(deploy.out, HasSubstr(scenario.migration));
    EXPECT_EQ(stage.state_of(scenario.migration), "applied");
  } else {
    const auto push = stage.drizzle({"push"});
    EXPECT_THAT(push.out, HasSubstr("Changes applied")) << push;
    EXPECT_EQ(push.err, "");
  }
  EXPECT_EQ(stage.value(scenario.proof), "t");
  expect_up_to_date(stage);
}

const std::string kHasProvince = has_column("locations", "province"), kDescription = has_column("videos", "description"),
                  kShift = has_column("calls", "shift_id");
INSTANTIATE_TEST_SUITE_P(
    SeedPage, Scenarios,
    ::testing::Values(
        Scenario{"add_nullable_field", "20260213120000_add_province_to_location", kHasProvince.c_str()},
        Scenario{"add_required_field_with_default", "20260213121000_add_priority_to_campaign",
                 "SELECT coalesce(bool_and(to_jsonb(c)->>'priority' = '0'), false) FROM campaigns c"},
        Scenario{"add_relation", "20260213122000_add_shift_to_call", kShift.c_str()},
        Scenario{"change_field_type", "20260213123000_geocode_confidence_as_integer",
                 "SELECT data_type = 'integer' FROM information_schema.columns WHERE table_name = 'locations' AND "
                 "column_name = 'geocode_confidence'"},
        Scenario{"add_enum", "20260213124000_add_contact_method", "SELECT to_regtype('\"ContactMethod\"') IS NOT NULL"},
        Scenario{"add_index", "20260213125000_index_calls_by_outcome",
                 "SELECT to_regclass('calls_outcome_created_at_idx') IS NOT NULL"},
        Scenario{"drop_table", "20260213143000_drop_email_logs", "SELECT to_regclass('email_logs') IS NULL"},
        Scenario{"drizzle_add_field", "", kDescription.c_str()}),
    [](const ::testing::TestParamInfo<Scenario>& one) { return std::string(one.param.name); });

TEST(Cases, ChangingATypeLosesTheValuesThatAreNoNumbers) {
  const ProjectStage stage("change_field_type");
  ASSERT_EQ(stage.value("SELECT count(*) FROM locations WHERE geocode_confidence = 'rooftop'"), "10");
  ASSERT_EQ(stage.value("SELECT count(geocode_confidence) FROM locations"), "190");
  ASSERT_EQ(stage.prisma({"migrate", "deploy"}).exit_code, 0);
  EXPECT_EQ(stage.value("SELECT count(geocode_confidence) FROM locations"), "180");
}

// ---- errors

struct Failure {
  const char* name;
  const char* migration;
  const char* words;
  const char* left_over;  // gives true only when a part stayed; empty: nothing did
};
void PrintTo(const Failure& failure, std::ostream* out) {
  *out << failure.name;
}

class Failures : public ::testing::TestWithParam<Failure> {};

TEST_P(Failures, FailsOnWhatTheDatabaseHolds) {
  const auto& failure = GetParam();
  const ProjectStage stage(failure.name);
  const auto schema = stage.schema();
  const auto drizzle = stage.drizzle_content();
  const auto deploy = stage.prisma({"migrate", "deploy"});
  EXPECT_EQ(deploy.exit_code, 1) << deploy;
  EXPECT_THAT(deploy.err, HasSubstr(failure.words));
  EXPECT_EQ(stage.state_of(failure.migration), "failed");
  EXPECT_THAT(stage.value("SELECT logs FROM _prisma_migrations WHERE finished_at IS NULL"), HasSubstr(failure.words));
  if (*failure.left_over == '\0') {
    EXPECT_EQ(stage.schema(), schema);
  } else {
    EXPECT_EQ(stage.value(failure.left_over), "t");
  }
  EXPECT_EQ(stage.drizzle_content(), drizzle);
}

const std::string kHalfDone = "SELECT (" + has_column("locations", "geocode_score") + ") AND (" +
                          has_column("locations", "geocode_confidence") + ")";
const Failure kFailures[] = {
    {"drifted_database", "20260213120000_add_province_to_location",
     "column \"province\" of relation \"locations\" already exists", ""},
    {"unique_violation", "20260213130000_unique_email_of_signup", "Unique constraint failed: (user_email)", ""},
    {"not_null_violation", "20260213131000_add_region_to_campaign", "Null constraint failed", ""},
    {"foreign_key_violation", "20260213132000_representative_of_postal_code",
     "Foreign key constraint failed: representatives_postal_code_fkey", ""},
    {"fails_on_data", "20260213141000_limit_subject", "too long", ""},
    {"fails_half_way", "20260213140000_geocode_score", "invalid input syntax for type integer: \"rooftop\"",
     kHalfDone.c_str()},
};
INSTANTIATE_TEST_SUITE_P(SeedPage, Failures, ::testing::ValuesIn(kFailures),
                         [](const ::testing::TestParamInfo<Failure>& one) { return std::string(one.param.name); });

TEST(Cases, AFailedMigrationBlocksTheOnesAfterIt) {
  ProjectStage stage("fails_half_way");
  ASSERT_EQ(stage.prisma({"migrate", "deploy"}).exit_code, 1);
  stage.lay_over("slow_deploy");
  const auto again = stage.prisma({"migrate", "deploy"});
  EXPECT_EQ(again.exit_code, 1) << again;
  EXPECT_THAT(again.err, HasSubstr("P3009"));
  EXPECT_EQ(stage.state_of("20260213142000_slow_province"), "");
}

TEST(Cases, WhatFailsOnRowsPassesWithoutAny) {
  ProjectStage stage({}, {.has_demo = false});
  for (const auto& failure : kFailures)
    if (failure.name != std::string("drifted_database")) stage.lay_over(failure.name);
  const auto deploy = stage.prisma({"migrate", "deploy"});
  EXPECT_EQ(deploy.exit_code, 0) << deploy;
  EXPECT_EQ(stage.value("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL"), "9");
}

TEST(Cases, AKilledDeployLeavesItsSessionAtWorkAndARowWithoutEnd) {
  const std::string migration = "20260213142000_slow_province";
  const ProjectStage stage("slow_deploy");
  const std::string at_work =
      "FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '-- A statement "
      "that takes its time%'";
  auto deploy = stage.start_prisma({"migrate", "deploy"});
  ASSERT_TRUE(wait_for(stage, "SELECT count(*) = 1 " + at_work)) << deploy.out_so_far() << deploy.err_so_far();
  deploy.send_signal(SIGKILL);
  EXPECT_EQ(deploy.wait().exit_code, 128 + SIGKILL);

  // Its session does not notice, and keeps Prisma's lock.
  EXPECT_EQ(stage.value("SELECT count(*) " + at_work), "1");
  EXPECT_EQ(stage.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 72707369 AND granted "
                        "AND pid IN (SELECT pid " +
                        at_work + ")"),
            "1");
  EXPECT_EQ(stage.state_of(migration), "unfinished");
  EXPECT_EQ(stage.value(has_column("locations", "province")), "t");
  const auto status = stage.prisma({"migrate", "status"});
  EXPECT_EQ(status.exit_code, 1);
  EXPECT_THAT(status.out + status.err, HasSubstr("have failed"));
  stage.value("SELECT count(pg_terminate_backend(pid)) " + at_work);
}

// ---- Drizzle Kit: exit code 0, whatever happens

TEST(Cases, APushWithoutScopeDropsEveryTableOfPrisma) {
  const ProjectStage stage("drizzle_without_scope");
  const auto drizzle = stage.drizzle_content();
  const auto asked = stage.drizzle({"push"});
  EXPECT_EQ(asked.exit_code, 0) << asked;
  EXPECT_THAT(asked.out, HasSubstr("You're about to delete _prisma_migrations table with 4 items"));
  EXPECT_EQ(stage.rows().size(), 34u);

  const auto forced = stage.drizzle({"push", "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced;
  EXPECT_THAT(forced.out, HasSubstr("Changes applied"));
  EXPECT_EQ(stage.rows().size(), 3u);
  EXPECT_EQ(stage.value("SELECT count(*) FROM pg_type WHERE typtype = 'e'"), "0");
  EXPECT_EQ(stage.drizzle_content(), drizzle);
}

TEST(Cases, APushOfARequiredFieldEmptiesItsTableAndThoseThatReferToIt) {
  const ProjectStage stage("drizzle_required_field");
  const auto prisma = stage.prisma_content();
  const auto asked = stage.drizzle({"push"});
  EXPECT_EQ(asked.exit_code, 0) << asked;  // it cannot ask without a terminal
  EXPECT_THAT(asked.out,
              HasSubstr("You're about to add not-null license column without default value, which contains 8 items"));
  EXPECT_EQ(stage.rows().at("videos"), 8);

  const auto forced = stage.drizzle({"push", "--force"});
  EXPECT_EQ(forced.exit_code, 0) << forced;
  EXPECT_THAT(forced.out, HasSubstr("Changes applied"));
  const auto rows = stage.rows();
  EXPECT_EQ(rows.at("videos"), 0);
  EXPECT_EQ(rows.at("compilations"), 0);
  EXPECT_EQ(rows.at("jobs"), 0);
  EXPECT_EQ(stage.prisma_content(), prisma);
}

TEST(Cases, APushThatForgetsThePrismaTypesDropsTheUnusedAndFailsAtTheNext) {
  const ProjectStage stage("drizzle_forgotten_types");
  ASSERT_EQ(stage.value("SELECT to_regtype('\"AlertLevel\"') IS NOT NULL"), "t");
  const auto push = stage.drizzle({"push"});
  EXPECT_EQ(push.exit_code, 0) << push;
  EXPECT_THAT(push.err, HasSubstr("cannot drop type \"CallOutcome\""));
  EXPECT_EQ(stage.value(kDescription), "t");
  EXPECT_EQ(stage.value("SELECT to_regtype('\"AlertLevel\"') IS NULL"), "t");
}

TEST(Cases, APushThatFailsHalfWayKeepsWhatCameBefore) {
  const ProjectStage stage("drizzle_fails_half_way");
  const auto push = stage.drizzle({"push"});
  EXPECT_EQ(push.exit_code, 0) << push;
  EXPECT_THAT(push.err, HasSubstr("column \"finished_at\" of relation \"jobs\" contains null values"));
  EXPECT_EQ(stage.value("SELECT column_default IS NOT NULL FROM information_schema.columns WHERE table_name = "
                        "'compilations' AND column_name = 'name'"),
            "t");
  EXPECT_EQ(stage.value(kDescription), "f");
}

TEST(Cases, APushOfAUniqueFieldAsksAndChangesNothingEvenWithForce) {
  const ProjectStage stage("drizzle_unique_violation");
  const auto drizzle = stage.drizzle_content();
  const auto push = stage.drizzle({"push", "--force"});
  EXPECT_EQ(push.exit_code, 0) << push;
  EXPECT_THAT(
      push.out,
      HasSubstr("You're about to add jobs_type_unique unique constraint to the table, which contains 25 items"));
  EXPECT_THAT(push.out, Not(HasSubstr("Changes applied")));
  EXPECT_EQ(stage.drizzle_content(), drizzle);
}

}  // namespace
}  // namespace safety::testing

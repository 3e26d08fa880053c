// What a rollback's bookkeeping leaves, judged by the real Prisma Migrate: nothing to apply again, nothing that blocks.
#include <gtest/gtest.h>

#include "libsafety/checkpoint/registry.hpp"
#include "libsafety/rollback/bookkeeping.hpp"
#include "tests/deploy/project_stage.hpp"

namespace safety::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kOperation = "rollback_20261126_101500";

/// The demo project with a case's migration deployed, and what was known before.
struct Deployed {
  explicit Deployed(const std::string& name) : stage(name) {
    auto session = stage.database().connect();
    const auto rows = session.execute("SELECT migration_name FROM _prisma_migrations");
    for (int row = 0; row < rows.rows(); ++row) names_then.push_back(rows.text(row, 0));
    definitions = read_definitions();
    deploy = stage.prisma({"migrate", "deploy"});
    checkpoint::Registry(quiet_context(), stage.database().info()).prepare();
  }
  std::vector<schema::Definition> read_definitions() const {
    auto session = stage.database().connect();
    pg::use_dump_settings(session);
    session.execute("SET search_path = ''");
    return schema::read_definitions(session);
  }
  migrations::Project project() const { return migrations::read_project({{{"directory", {"api"}}}, stage.folder()}); }
  std::vector<rollback::HistoryRow> since() const {
    auto session = stage.database().connect();
    return rollback::rows_since(session, names_then, project());
  }
  /// The schema by `undo`, the history and the folders.
  std::vector<rollback::Move> roll_back(const std::string& undo) const {
    const auto rows = since();
    const auto code = project();
    const auto moves = rollback::plan_moves(quiet_context(), rows, code);
    auto session = stage.database().connect();
    pg::Transaction transaction(session);
    session.execute(undo);
    rollback::take_rows_back(session, kOperation, rows, code);
    transaction.commit();
    rollback::move_aside(quiet_context(), moves, kOperation);
    return moves;
  }
  void expect_nothing_pending() const {
    const auto status = stage.prisma({"migrate", "status"});
    EXPECT_EQ(status.exit_code, 0) << status;
    EXPECT_THAT(status.out, HasSubstr("Database schema is up to date!"));
    const auto again = stage.prisma({"migrate", "deploy"});
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(again.out, HasSubstr("No pending migrations to apply"));
  }

  ProjectStage stage;
  std::vector<std::string> names_then;
  std::vector<schema::Definition> definitions;
  ToolRun deploy;
};

TEST(Bookkeeping, OfAnAppliedMigrationLeavesPrismaNothingToApply) {
  const Deployed deployed("add_nullable_field");
  ASSERT_EQ(deployed.deploy.exit_code, 0) << deployed.deploy;
  const auto schema_text = read_text(deployed.stage.project() / "prisma/schema.prisma");
  const auto field = schema_text.find(" province ", schema_text.find("model Location {"));
  ASSERT_NE(field, std::string::npos);
  const auto line = 1 + std::count(schema_text.begin(), schema_text.begin() + static_cast<std::ptrdiff_t>(field), '\n');
  const auto advice = rollback::advise(quiet_context(), deployed.project(), schema::compare(deployed.definitions, deployed.read_definitions()), "");
  ASSERT_EQ(advice.size(), 1U);
  EXPECT_THAT(advice[0].lines, ElementsAre("remove field `province` of model Location (" + (deployed.stage.project() / "prisma/schema.prisma").string() + ":" + std::to_string(line) + ")"));

  const auto migrated = deployed.stage.prisma_content();
  const auto moves = deployed.roll_back("ALTER TABLE locations DROP province");
  ASSERT_EQ(moves.size(), 1U);
  deployed.expect_nothing_pending();
  EXPECT_EQ(deployed.stage.state_of(moves[0].from.filename()), "");
  EXPECT_EQ(deployed.since().size(), 0U);

  // And the other way: the rollback rolled back.
  auto session = deployed.stage.database().connect();
  pg::Transaction transaction(session);
  session.execute("ALTER TABLE locations ADD province text");
  rollback::put_rows_again(session, kOperation);
  transaction.commit();
  rollback::move_back(quiet_context(), moves, kOperation);
  deployed.expect_nothing_pending();
  EXPECT_EQ(deployed.stage.prisma_content(), migrated);
}

TEST(Bookkeeping, WithoutTheMoveOfTheFolderPrismaWouldApplyItAgainAndSaysSo) {
  const Deployed deployed("add_nullable_field");
  const auto moves = deployed.roll_back("ALTER TABLE locations DROP province");
  rollback::move_back(quiet_context(), moves, kOperation);
  const auto status = deployed.stage.prisma({"migrate", "status"});
  EXPECT_EQ(status.exit_code, 1);
  EXPECT_THAT(status.out + status.err, HasSubstr("have not yet been applied"));
}

TEST(Bookkeeping, OfAFailedMigrationLetsTheNextOneThrough) {
  Deployed deployed("fails_half_way");
  ASSERT_EQ(deployed.deploy.exit_code, 1) << deployed.deploy;
  std::string undo;
  for (const auto& change : schema::compare(deployed.read_definitions(), deployed.definitions)) undo += change.sql;
  ASSERT_FALSE(undo.empty());
  const auto rows = deployed.since();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0].state, ::testing::AnyOf("failed", "unfinished"));
  const auto moves = deployed.roll_back(undo);
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(deployed.stage.state_of(rows[0].name), "rolled back");
  EXPECT_EQ(schema::compare(deployed.definitions, deployed.read_definitions()).size(), 0U);
  deployed.expect_nothing_pending();
  deployed.stage.lay_over("add_nullable_field");
  const auto next = deployed.stage.prisma({"migrate", "deploy"});
  EXPECT_EQ(next.exit_code, 0) << next;
  EXPECT_EQ(deployed.stage.state_of("20260213120000_add_province_to_location"), "applied");
  deployed.expect_nothing_pending();
}

}  // namespace
}  // namespace safety::testing

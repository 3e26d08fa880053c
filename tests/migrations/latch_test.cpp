#include <thread>

#include "libsafety/base/time.hpp"
#include "libsafety/migrations/history.hpp"
#include "libsafety/migrations/prisma_lock.hpp"
#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::error_of;
using testing::quiet_context;
using testing::TestDatabase;
using ::testing::HasSubstr;

constexpr const char* kTry = "SELECT pg_try_advisory_lock(72707369)";

TEST(PrismaLatch, KeepsDeploysOutUntilItIsLetGo) {
  const TestDatabase database;
  {
    PrismaLatch latch(quiet_context(), database.info());
    EXPECT_EQ(database.value(kTry), "f");
    EXPECT_EQ(database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'safety: Prisma''s lock'"), "1");
    latch.let_go();
    EXPECT_EQ(database.value(kTry), "t");
    latch.take_again();
    EXPECT_EQ(database.value(kTry), "f");
    latch.take_again();  // it has it
    EXPECT_EQ(database.value(kTry), "f");
  }
  EXPECT_EQ(database.value(kTry), "t");
}

TEST(PrismaLatch, LeavesTheDatabaseWithoutItsSession) {
  const TestDatabase database;
  PrismaLatch latch(quiet_context(), database.info());
  latch.let_go();
  latch.let_go();
  auto admin = testing::admin_connection();
  admin.execute("ALTER DATABASE " + database.name() + " RENAME TO " + database.name() + "__aside");
  admin.execute("ALTER DATABASE " + database.name() + "__aside RENAME TO " + database.name());
}

TEST(PrismaLatch, NamesWhoHoldsTheLockAndHowToEndIt) {
  const TestDatabase database;
  auto holder = database.connect();
  holder.execute("SET application_name = 'orphan'; SELECT pg_advisory_lock(72707369)");
  const Stopwatch watch;
  const auto error = error_of([&] { PrismaLatch latch(quiet_context(), database.info(), 0.3); });
  EXPECT_GE(watch.seconds(), 0.3);
  EXPECT_EQ(error.code(), Code::locked);
  EXPECT_THAT(error.message(), HasSubstr("program \"orphan\""));
  EXPECT_THAT(error.hint(), HasSubstr("SELECT pg_terminate_backend(" + std::to_string(holder.backend_pid()) + ");"));
  EXPECT_FALSE(error.detail().empty());
}

TEST(PrismaLatch, TellsAnotherRunOfOursFromADeploy) {
  const TestDatabase database;
  const PrismaLatch first(quiet_context(), database.info());
  const auto error = error_of([&] { PrismaLatch second(quiet_context(), database.info(), 0); });
  EXPECT_THAT(error.message(), HasSubstr("another run of this toolkit"));
  auto connection = database.connect();
  EXPECT_TRUE(find_lock_holder(connection)->is_ours);
}

TEST(PrismaLatch, IsNoProblemOfTheHistory) {
  const TestDatabase database;
  Project project;
  project.prisma.emplace();
  auto connection = database.connect();
  {
    const PrismaLatch latch(quiet_context(), database.info());
    EXPECT_EQ(read_histories(quiet_context(), connection, project).at(0).problems.size(), 0U);
  }
  connection.execute(kTry);
  EXPECT_EQ(read_histories(quiet_context(), connection, project).at(0).problems.at(0).code, "prisma-lock-held");
}

TEST(PrismaLatch, WaitsForADeployThatIsAboutToEnd) {
  const TestDatabase database;
  std::jthread deploy([&] { database.execute("SELECT pg_advisory_lock(72707369); SELECT pg_sleep(0.5)"); });
  while (database.value("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database() AND l.objid = 72707369") == "0")
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  PrismaLatch latch(quiet_context(), database.info(), 20);
  EXPECT_EQ(database.value(kTry), "f");
}

TEST(PrismaLatch, StopsWaitingWhenAStopIsRequested) {
  const TestDatabase database;
  auto holder = database.connect();
  holder.execute("SELECT pg_advisory_lock(72707369)");
  testing::TestContext context;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    context.stop.request_stop();
  });
  EXPECT_EQ(error_of([&] { PrismaLatch latch(context, database.info(), 60); }).code(), Code::interrupted);
}

TEST(PrismaLatch, IsTakenAgainAfterItsSessionWasEnded) {
  const TestDatabase database;
  PrismaLatch latch(quiet_context(), database.info());
  database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'safety: %'");
  latch.let_go();
  latch.take_again();
  EXPECT_EQ(database.value(kTry), "f");
}

}  // namespace
}  // namespace safety::migrations

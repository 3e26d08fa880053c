#include "libsafety/archive/sha256.hpp"
#include "libsafety/migrations/history.hpp"
#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

using testing::quiet_context;
using testing::TestDatabase;
using testing::TestRole;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr const char* kPrisma =
    "CREATE TABLE _prisma_migrations (id text, checksum text, finished_at timestamptz, migration_name text, logs text, rolled_back_at timestamptz, started_at timestamptz DEFAULT now());"
    "INSERT INTO _prisma_migrations VALUES ('1', 'aa', now(), '1_a', NULL, NULL), ('2', 'bb', now(), '2_b', NULL, NULL), ('3', 'cc', now(), '3_c', NULL, now()), ('4', 'dd', NULL, '4_d', 'failed', NULL)";

std::map<std::string, std::string> heads_of(const TestDatabase& database, const Project& project = {}) {
  auto connection = database.connect();
  return read_heads(quiet_context(), connection, project);
}

TEST(ReadHeads, NotesWhatIsAppliedAndWhatIsNotFinished) {
  const TestDatabase database;
  EXPECT_THAT(heads_of(database), IsEmpty());
  database.execute(std::string(kPrisma) + "; CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (hash text, created_at bigint); "
                                          "INSERT INTO drizzle.__drizzle_migrations VALUES ('new', 2), ('old', 1)");
  EXPECT_THAT(heads_of(database), ElementsAre(Pair("drizzle_head drizzle", "new"), Pair("prisma_head public", "2_b bb"), Pair("prisma_unfinished public", "4_d")));
}

TEST(ReadHeads, NotesWhatTheCodeWouldHaveAppliedNext) {
  const TestDatabase database;
  database.execute(kPrisma);
  Project project;
  project.prisma.emplace();
  for (const char* name : {"1_a", "2_b", "5_e", "6_f"}) project.prisma->migrations.push_back({name, "x", ""});
  EXPECT_THAT(heads_of(database, project), Contains(Pair("prisma_pending", "5_e 6_f")));
}

Project drizzle_project() {
  Project project;
  project.drizzle.emplace();
  project.drizzle->tables = {"media"};
  project.drizzle->enums = {"media_kind"};
  return project;
}

TEST(ReadHeads, FingerprintsTheTablesOfDrizzleAndNoOthers) {
  const TestDatabase database;
  const auto project = drizzle_project();
  const auto fingerprint = [&] { return heads_of(database, project)["drizzle_fingerprint"]; };
  EXPECT_EQ(fingerprint(), "");
  database.execute("CREATE TYPE media_kind AS ENUM ('a'); CREATE TABLE media (id serial PRIMARY KEY, kind media_kind, n int); CREATE TABLE users (id int); CREATE TABLE media_two (id int)");
  const auto first = fingerprint();
  EXPECT_EQ(first.size(), 64U);
  database.execute("INSERT INTO media (n) VALUES (1); ALTER TABLE users ADD COLUMN x int; CREATE INDEX users_x ON users (x); ALTER TABLE media_two ADD PRIMARY KEY (id); CREATE TYPE other AS ENUM ()");
  EXPECT_EQ(fingerprint(), first);
  auto last = first;
  for (const char* change : {"ALTER TABLE media ADD COLUMN x int", "CREATE INDEX media_x ON media (x)", "ALTER TABLE media ADD CHECK (n > 0)", "ALTER TYPE media_kind ADD VALUE 'b'",
                             "ALTER SEQUENCE media_id_seq CACHE 5"}) {
    database.execute(change);
    const auto next = fingerprint();
    EXPECT_NE(next, last) << change;
    last = next;
  }
}

TEST(ReadHeads, GivesOneFingerprintWhateverTheSearchPathAndKeepsIt) {
  const TestDatabase database;
  database.execute("CREATE SCHEMA other; CREATE TABLE media (id serial PRIMARY KEY, n int DEFAULT length('x'))");
  auto connection = database.connect();
  const auto first = read_heads(quiet_context(), connection, drizzle_project());
  connection.execute("SET search_path = other, public");
  EXPECT_EQ(read_heads(quiet_context(), connection, drizzle_project()), first);
  EXPECT_EQ(connection.value_of("SHOW search_path"), "other, public");
}

TEST(ReadHeads, WarnsOfWhatItMayNotReadAndGoesOn) {
  const TestRole role;
  const TestDatabase database;
  database.execute(kPrisma);
  testing::TestContext context;
  pg::Connection connection(context, testing::connection_info(database.name(), role.name()));
  EXPECT_THAT(read_heads(context, connection, {}), IsEmpty());
  EXPECT_THAT(context.sink.texts(Event::Kind::warning), ElementsAre(HasSubstr("SELECT is not granted")));
}

}  // namespace
}  // namespace safety::migrations

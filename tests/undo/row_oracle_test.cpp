#include "tests/undo/row_oracle.hpp"

#include "tests/testing/testing.hpp"

namespace safety::undo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TestDatabase;

constexpr const char* kTable = "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE TABLE t (id int PRIMARY KEY, a text, b text, mood mood);"
                               "INSERT INTO t SELECT g, 'a' || g, 'b' || g, 'sad' FROM generate_series(1, 3) g;"
                               "CREATE TABLE n (x int); INSERT INTO n VALUES (1), (1)";

Snapshot snapshot_of(const TestDatabase& database, const std::string& sql) {
  auto connection = database.connect();
  if (!sql.empty()) connection.execute(sql);
  return read_snapshot(connection);
}

std::vector<std::string> wrong_after(const std::string& up, const std::string& later, const std::string& undo, const Allowances& allowances = {}) {
  const TestDatabase database;
  States states;
  states.before = snapshot_of(database, kTable);
  states.migrated = snapshot_of(database, up);
  states.written = snapshot_of(database, later);
  states.undone = snapshot_of(database, undo);
  return find_wrong_rows(states, allowances);
}

constexpr const char* kDrop = "ALTER TABLE t DROP COLUMN b";
constexpr const char* kWrite = "INSERT INTO t VALUES (4, 'new'); UPDATE t SET a = 'x' WHERE id = 1; DELETE FROM t WHERE id = 2";
// Column order counts, so that the table is made anew.
constexpr const char* kUndo = "ALTER TABLE t RENAME TO old; CREATE TABLE t (id int PRIMARY KEY, a text, b text, mood mood); ALTER TABLE old ADD b text;"
                              "INSERT INTO t SELECT id, a, CASE WHEN id < 4 THEN 'b' || id END, mood FROM old; DROP TABLE old";

TEST(RowOracle, FindsNothingWrongWithARightUndo) {
  EXPECT_THAT(wrong_after("", "", ""), IsEmpty());
  EXPECT_THAT(wrong_after(kDrop, kWrite, kUndo), IsEmpty());
}

TEST(RowOracle, SeesLostStaleAndStrangeRows) {
  const std::string undo = kUndo;
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; DELETE FROM t WHERE id = 4"), ElementsAre("public.t [4] is gone"));
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; INSERT INTO t VALUES (2, 'a2', 'b2')"), ElementsAre("public.t [2] is there again, which was deleted since"));
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; INSERT INTO t VALUES (9)"), ElementsAre("public.t [9] was never there"));
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; UPDATE t SET a = 'a1' WHERE id = 1"), ElementsAre(HasSubstr("[1].a is 'a1', not 'x'")));
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; UPDATE t SET b = NULL WHERE id = 3"), ElementsAre(HasSubstr("[3].b is NULL, not 'b3'")));
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; DELETE FROM n WHERE ctid = (SELECT min(ctid) FROM n)"), ElementsAre(HasSubstr("public.n has other rows")));
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; CREATE TABLE more ()"), IsEmpty()) << "a table without columns has no rows to judge";
  EXPECT_THAT(wrong_after(kDrop, kWrite, undo + "; CREATE TABLE more (x int)"), ElementsAre("public.more is still there"));
}

TEST(RowOracle, WantsRowsBackWhereThatIsAskedFor) {
  Allowances allowances;
  allowances.restores_rows_of = {"public.t"};
  EXPECT_THAT(wrong_after(kDrop, kWrite, kUndo, allowances), ElementsAre("public.t [2] did not come back"));
  EXPECT_THAT(wrong_after(kDrop, kWrite, std::string(kUndo) + "; INSERT INTO t VALUES (2, 'a2', 'b2', 'sad')", allowances), IsEmpty());
}

TEST(RowOracle, WantsTheCheckpointsValueOfAChangedTypeWhereNobodyWroteIt) {
  const std::string up = "ALTER TABLE t ALTER a TYPE int USING substr(a, 2)::int", back = "ALTER TABLE t ALTER a TYPE text USING ";
  EXPECT_THAT(wrong_after(up, "UPDATE t SET a = 7 WHERE id = 1", back + "CASE id WHEN 1 THEN '7' ELSE 'a' || a END"), IsEmpty());
  EXPECT_THAT(wrong_after(up, "UPDATE t SET a = 7 WHERE id = 1", back + "a::text"), ElementsAre(HasSubstr("[2].a is '2', not 'a2'"), HasSubstr("[3].a is '3'")));
}

TEST(RowOracle, FollowsRenamedTablesColumnsAndValues) {
  const std::string up = "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME a TO c; ALTER TABLE u RENAME b TO a; ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'";
  const std::string undo = "ALTER TYPE mood RENAME VALUE 'blue' TO 'sad'; ALTER TABLE u RENAME a TO b; ALTER TABLE u RENAME c TO a; ALTER TABLE u RENAME TO t";
  EXPECT_THAT(wrong_after(up, "UPDATE u SET c = 'x' WHERE id = 1", undo), IsEmpty());
  EXPECT_THAT(wrong_after(up, "UPDATE u SET c = 'x' WHERE id = 1", undo + "; UPDATE t SET a = 'a1' WHERE id = 1"), ElementsAre(HasSubstr("[1].a is 'a1', not 'x'")));
  EXPECT_THAT(wrong_after(up, "", undo + "; UPDATE t SET mood = 'glad' WHERE id = 1"), ElementsAre(HasSubstr("[1].mood is 'glad', not 'sad'")));
}

TEST(RowOracle, WantsADroppedTableAsItWas) {
  const std::string back = "CREATE TABLE t (id int PRIMARY KEY, a text, b text, mood mood); INSERT INTO t SELECT g, 'a' || g, 'b' || g, 'sad' FROM generate_series(1, ";
  EXPECT_THAT(wrong_after("DROP TABLE t", "", back + "3) g"), IsEmpty());
  EXPECT_THAT(wrong_after("DROP TABLE t", "", back + "2) g"), ElementsAre(HasSubstr("has 2 rows, not the checkpoint's 3")));
  EXPECT_THAT(wrong_after("DROP TABLE t", "", ""), ElementsAre("public.t is not there"));
}

}  // namespace
}  // namespace safety::undo

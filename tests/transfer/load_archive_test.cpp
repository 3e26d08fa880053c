#include "libsafety/transfer/load_archive.hpp"

#include "libsafety/archive/writer.hpp"
#include "libsafety/schema/fingerprint.hpp"
#include "libsafety/transfer/digests.hpp"
#include "libsafety/transfer/dump_rows.hpp"
#include "libsafety/transfer/dump_schema.hpp"
#include "tests/testing/testing.hpp"

namespace safety::transfer {
namespace {

using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::quiet_context;
using ::testing::SizeIs;
using testing::TempFolder;
using testing::TestContext;
using testing::TestDatabase;
namespace fs = std::filesystem;

/// The mechanism alone, without records and locks: what belongs to the operation is not under test here.
archive::Reader dump(const TestDatabase& database, const fs::path& path) {
  const auto& context = quiet_context();
  const auto lock_wait = std::chrono::milliseconds(5000);
  Snapshot snapshot(context, database.info(), lock_wait);
  auto& leader = snapshot.leader();
  const auto pg_dump = pg::choose_client_program(context, "pg_dump", leader.server_version_num());
  const SchemaDumpRequest request{pg_dump, database.info(), snapshot.name(), lock_wait, false};
  archive::Index index;
  index.id = path.stem().stem();
  index.database = database.name();
  index.server_version_num = leader.server_version_num();
  archive::Writer writer(path, archive::Codec::zstd, 1);
  writer.append(archive::Role::envelope, envelope_begin(leader.parameter_status("server_encoding"), "a test", true));
  writer.append(archive::Role::pre_data, dump_section(context, request, "pre-data"));
  auto tables = list_tables(leader);
  dump_rows(context, snapshot, tables, writer, {2, archive::Codec::zstd, 1});
  for (auto& source : tables) index.tables.push_back(std::move(source.table));
  index.large_objects = count_large_objects(leader);
  if (index.large_objects > 0) dump_large_objects(context, request, writer);
  writer.append(archive::Role::sequences, sequence_script(list_sequences(leader)));
  writer.append(archive::Role::post_data, dump_section(context, request, "post-data"));
  writer.append(archive::Role::envelope, envelope_end(true));
  writer.commit(index);
  return archive::Reader::open(quiet_context(), path);
}

LoadOptions with_jobs(unsigned jobs) {
  LoadOptions options;
  options.jobs = jobs;
  return options;
}

TEST(LoadArchive, MakesTheSameDemoDatabase) {
  const TestDatabase source;
  source.load_demo();
  TempFolder folder;
  const auto reader = dump(source, folder / "a.sql.zst");
  for (const unsigned jobs : {1U, 3U}) {
    const TestDatabase target;
    const auto result = load_archive(quiet_context(), reader, target.info(), with_jobs(jobs));
    EXPECT_EQ(result.rows, reader.index().total_rows());
    EXPECT_EQ(result.plain_bytes, reader.index().total_plain_bytes());
    testing::expect_equal_databases(source.url(), target.url());
    EXPECT_THAT(compare_digests(quiet_context(), target.info(), reader.index().tables, 2), IsEmpty());
  }
}

class OddDatabase : public ::testing::TestWithParam<const char*> {};

TEST_P(OddDatabase, ComesBackAsItWas) {
  const auto odd = testing::odd_file(GetParam());
  const TestDatabase source(odd.create_options), target(odd.create_options);
  source.run_psql_file(odd.path);
  TempFolder folder;
  load_archive(quiet_context(), dump(source, folder / "a.sql.zst"), target.info(), {});
  testing::expect_equal_databases(source.url(), target.url(), {"1-database"});
}

INSTANTIATE_TEST_SUITE_P(Odd, OddDatabase,
                         ::testing::Values("partitions", "inheritance", "circular", "zero_columns", "copy_text",
                                           "names", "views", "constraints", "indexes", "large_objects", "latin1",
                                           "sql_ascii"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(LoadArchive, LoadsWithinOneTransactionAsWell) {
  const TestDatabase source, target;
  source.load_demo();
  TempFolder folder;
  const auto reader = dump(source, folder / "a.sql.zst");
  auto connection = target.connect();
  pg::use_dump_settings(connection);
  {
    const pg::Transaction abandoned(connection);
    load_in_transaction(quiet_context(), reader, connection, {});
  }
  EXPECT_EQ(target.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0")
      << "a rollback takes all of it back";
  pg::Transaction transaction(connection);
  load_in_transaction(quiet_context(), reader, connection, {});
  transaction.commit();
  testing::expect_equal_databases(source.url(), target.url());
}

TEST(LoadArchive, BuildsAnIndexWhoseFunctionIsMadeLater) {
  // pg_dump writes an SQL-standard function that needs a primary key after that key, in post-data: the index on its
  // result cannot be made as soon as the rows are in.
  const TestDatabase source, target;
  source.execute(
      "CREATE TABLE grouped (id int PRIMARY KEY, name text); CREATE TABLE t (id int);"
      "CREATE FUNCTION late(n int) RETURNS bigint IMMUTABLE LANGUAGE sql BEGIN ATOMIC "
      "SELECT n + count(*) FROM (SELECT id, name FROM grouped GROUP BY id) x; END;"
      "CREATE INDEX by_late ON t (late(id));"
      "INSERT INTO t SELECT generate_series(1, 500)");
  TempFolder folder;
  const auto reader = dump(source, folder / "a.sql.zst");
  ASSERT_THAT(reader.read_all(archive::Role::post_data), HasSubstr("CREATE FUNCTION public.late"));
  load_archive(quiet_context(), reader, target.info(), with_jobs(2));
  testing::expect_equal_databases(source.url(), target.url());
}

TEST(LoadArchive, NamesTheTableThatLacksRows) {
  const TestDatabase target;
  TempFolder folder;
  // An index that promises more rows than there are.
  archive::Index index;
  index.id = "a";
  index.database = "x";
  index.server_version_num = 150000;
  archive::Table table;
  table.schema = "public";
  table.name = "t";
  table.columns = {"x"};
  table.rows = 12;
  {
    archive::Writer writer(folder / "a.sql", archive::Codec::plain, 0);
    writer.append(archive::Role::pre_data, "CREATE TABLE public.t (x integer);\n");
    writer.declare_table(0, copy_from_statement(table));
    writer.append_rows(0, "1\n2\n", 4, 12);
    table.plain_bytes = 4;
    index.tables.push_back(table);
    writer.commit(index);
  }
  const Error error =
      error_of([&] { load_archive(quiet_context(), archive::Reader::open(quiet_context(), folder / "a.sql"), target.info(), {}); });
  EXPECT_EQ(error.code(), Code::verification);
  EXPECT_THAT(error.message(), HasSubstr("\"public\".\"t\""));
  EXPECT_THAT(error.message(), HasSubstr("2 of 12"));
}

TEST(LoadArchive, NamesTheTableThatIsThereAlready) {
  const TestDatabase source, target;
  source.execute("CREATE TABLE t (x text)");
  target.execute("CREATE TABLE t (x int)");
  TempFolder folder;
  const auto reader = dump(source, folder / "a.sql.zst");
  const Error error = error_of([&] { load_archive(quiet_context(), reader, target.info(), {}); });
  EXPECT_EQ(error.code(), Code::database);
  EXPECT_EQ(error.sqlstate(), "42P07");
  EXPECT_THAT(error.message(), HasSubstr("table \"t\""));
}

TEST(LoadArchive, LoadsChosenTablesOnly) {
  const TestDatabase source, target;
  source.execute(
      "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a); "
      "INSERT INTO a SELECT generate_series(1, 5); INSERT INTO b SELECT g, g FROM generate_series(1, 5) g");
  TempFolder folder;
  const auto reader = dump(source, folder / "a.sql.zst");
  LoadOptions options;
  options.wants_table = [](const archive::Table& table) { return table.name == "b"; };
  const auto result = load_archive(quiet_context(), reader, target.info(), options);
  EXPECT_EQ(result.rows, 5U);
  EXPECT_EQ(target.value("SELECT count(*) FROM b"), "5");
}

TEST(LoadArchive, StopsWhenAsked) {
  const TestDatabase source, target;
  source.load_demo(0.02);
  TempFolder folder;
  const auto reader = dump(source, folder / "a.sql.zst");
  TestContext test;
  test.stop.request_stop();
  EXPECT_THROW(load_archive(test, reader, target.info(), {}), Interrupted);
}

TEST(CompareDigests, NamesEachTableThatDiffers) {
  const TestDatabase source;
  source.execute(
      "CREATE TABLE same (x int); CREATE TABLE fewer (x int); CREATE TABLE other (x int); CREATE TABLE gone (x int); "
      "INSERT INTO same SELECT generate_series(1, 9); INSERT INTO fewer SELECT generate_series(1, 9); "
      "INSERT INTO other SELECT generate_series(1, 9); INSERT INTO gone VALUES (1)");
  TempFolder folder;
  const auto tables = dump(source, folder / "a.sql.zst").index().tables;
  EXPECT_THAT(compare_digests(quiet_context(), source.info(), tables, 2), IsEmpty());
  source.execute(
      "DELETE FROM fewer WHERE x = 3; UPDATE other SET x = 10 WHERE x = 9; DROP TABLE gone; "
      "DELETE FROM same; INSERT INTO same SELECT generate_series(9, 1, -1)");  // order does not count
  const auto differences = compare_digests(quiet_context(), source.info(), tables, 2);
  ASSERT_THAT(differences, SizeIs(3));
  EXPECT_EQ(differences[0], "table \"public\".\"fewer\": 8 rows, expected 9");
  EXPECT_THAT(differences[1], HasSubstr("\"public\".\"gone\": "));
  EXPECT_THAT(differences[2], HasSubstr("\"public\".\"other\": same number of rows, other content"));
}

}  // namespace
}  // namespace safety::transfer

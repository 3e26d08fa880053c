// Odd databases: backed up, restored beside and restored in place of the damaged original. Nothing may differ, not even
// what pg_dump | psql cannot keep.
#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

/// Drops tables, and with them whatever hangs on them; event triggers first, because they may forbid it.
void damage(const TestDatabase& database) {
  auto connection = database.connect();
  connection.execute("SET default_transaction_read_only = off");
  const auto drops = connection.execute(R"(
SELECT format('DROP EVENT TRIGGER %I', evtname) FROM pg_catalog.pg_event_trigger
UNION ALL (
SELECT format('DROP %s IF EXISTS %I.%I CASCADE', CASE c.relkind WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'safety')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
 ORDER BY c.oid LIMIT 100)
UNION ALL
SELECT format('SELECT lo_unlink(%s)', oid) FROM pg_catalog.pg_largeobject_metadata)");
  for (int row = 0; row < drops.rows(); ++row) connection.execute(drops.text(row, 0));
}

/// A restore lays columns that a parent got later, or lost, in pg_dump's order: only a binary upgrade can do otherwise.
std::vector<std::string> exceptions_of(const OddFile& odd) {
  return odd.name == "inheritance_column_order" ? odd.stock_exceptions : std::vector<std::string>{};
}

class Fidelity : public ::testing::TestWithParam<std::string> {};

TEST_P(Fidelity, SurvivesBackupAndRestoreWhole) {
  const auto odd = odd_file(GetParam());
  const TestDatabase source(options_of(odd));
  load_odd(odd, source);
  const Workbench bench;
  bench.backup(source.url());

  const auto copy = source.name() + "__copy";
  const auto beside = bench.restore(source.url(), {"latest", "--to", copy});
  ASSERT_EQ(beside.exit_code, 0) << beside;
  expect_equal_databases(source.url(), connection_url(copy), exceptions_of(odd));

  damage(source);
  const auto swapped = bench.restore(source.url(), {"latest", "--yes", "--proof", "L4"});
  ASSERT_EQ(swapped.exit_code, 0) << swapped;
  expect_equal_databases(connection_url(copy), source.url());
  EXPECT_EQ(list_databases(source.name() + "__staging"), std::vector<std::string>{});
  EXPECT_EQ(list_databases(source.name() + "__previous"), std::vector<std::string>{swapped.last_json.value("previous", "")}) << swapped;
}

std::vector<std::string> files_that_are(bool slow) {
  std::vector<std::string> names;
  for (const auto& odd : odd_files())
    if (odd.is_slow == slow) names.push_back(odd.name);
  return names;
}

std::string name_of_file(const ::testing::TestParamInfo<std::string>& one) { return one.param; }

INSTANTIATE_TEST_SUITE_P(Odd, Fidelity, ::testing::ValuesIn(files_that_are(false)), name_of_file);
INSTANTIATE_TEST_SUITE_P(Slow, Fidelity, ::testing::ValuesIn(files_that_are(true)), name_of_file);

struct InFormat {
  std::string format, file;
  friend void PrintTo(const InFormat& one, std::ostream* out) { *out << one.file << " as " << one.format; }
};

class FidelityInFormat : public ::testing::TestWithParam<InFormat> {};

TEST_P(FidelityInFormat, SurvivesBackupAndRestoreWhole) {
  const auto odd = odd_file(GetParam().file);
  const TestDatabase source(options_of(odd));
  load_odd(odd, source);
  const Workbench bench;
  bench.backup(source.url(), {"--format", GetParam().format, "--proof", "L2"});
  const auto copy = source.name() + "__copy";
  const auto beside = bench.restore(source.url(), {"latest", "--to", copy, "--proof", "L4"});
  ASSERT_EQ(beside.exit_code, 0) << beside;
  expect_equal_databases(source.url(), connection_url(copy));
}

INSTANTIATE_TEST_SUITE_P(
    Odd, FidelityInFormat,
    ::testing::Values(InFormat{"gz", "values"}, InFormat{"gz", "copy_text"}, InFormat{"gz", "large_objects"}, InFormat{"gz", "sql_ascii"},
                      InFormat{"gz", "zero_columns"}, InFormat{"none", "values"}, InFormat{"none", "copy_text"}, InFormat{"none", "large_objects"},
                      InFormat{"none", "latin1"}, InFormat{"none", "empty"}),
    [](const ::testing::TestParamInfo<InFormat>& one) { return one.param.format + "_" + one.param.file; });

TEST(FidelityOfTheDemoStack, SurvivesInEveryFormat) {
  const TestDatabase source;
  source.load_demo(0.1);
  const Workbench bench;
  for (const std::string format : {"zst", "gz", "none"}) {
    bench.backup(source.url(), {"--format", format, "--jobs", "3"});
    const auto copy = source.name() + "__" + format;
    const auto beside = bench.restore(source.url(), {"latest", "--to", copy, "--proof", "L4", "--jobs", "3"});
    ASSERT_EQ(beside.exit_code, 0) << beside;
    expect_equal_databases(source.url(), connection_url(copy));
  }
}

TEST(FidelityOfProperties, KeepsWhatPeopleSetOnTheLiveDatabaseSinceTheBackup) {
  const TestRole role;
  const TestDatabase source;
  source.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)");
  const Workbench bench;
  bench.backup(source.url());
  auto admin = admin_connection();
  for (const auto& change : {"ALTER DATABASE " + source.name() + " SET work_mem = '7MB'", "ALTER DATABASE " + source.name() + " CONNECTION LIMIT 41",
                             "COMMENT ON DATABASE " + source.name() + " IS 'set after the backup'",
                             "GRANT TEMPORARY ON DATABASE " + source.name() + " TO " + role.name(),
                             "ALTER ROLE " + role.name() + " IN DATABASE " + source.name() + " SET lock_timeout = '3s'"})
    admin.execute(change);
  // Nothing else differs, so the database that was replaced says how it must be.
  const auto swapped = bench.restore(source.url(), {"latest", "--yes"});
  ASSERT_EQ(swapped.exit_code, 0) << swapped;
  expect_equal_databases(connection_url(swapped.last_json.value("previous", "")), source.url());
  EXPECT_EQ(source.value("SHOW work_mem"), "7MB");
}

TEST(FidelityOfProperties, RemakesThemFromTheArchiveWhenTheDatabaseIsGone) {
  const auto odd = odd_file("database_settings");
  const TestDatabase source;
  load_odd(odd, source);
  const Workbench bench;
  bench.backup(source.url());
  const TestDatabase original;
  auto admin = admin_connection();
  // The original survives under another name; renaming keeps every property.
  admin.execute("DROP DATABASE " + original.name());
  admin.execute("ALTER DATABASE " + source.name() + " RENAME TO " + original.name());
  const auto remade = bench.restore(source.url(), {"latest", "--yes", "--proof", "L4"});
  ASSERT_EQ(remade.exit_code, 0) << remade;
  EXPECT_EQ(remade.last_json.value("previous", "-"), "");
  expect_equal_databases(original.url(), source.url());
}

}  // namespace
}  // namespace safety::testing

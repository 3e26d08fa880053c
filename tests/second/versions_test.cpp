// Across major versions, with a real newer server: ctest starts it (scripts/second-server) in SAFETY_SECOND_SERVER.
#include <sstream>

#include "tests/testing/testing.hpp"

namespace safety {
namespace {

using testing::TempFolder;
using testing::TestDatabase;
using testing::ToolRun;

/// A database on the newer server, dropped at the end with what was derived from it.
class NewerDatabase {
 public:
  explicit NewerDatabase(std::string name) : name_(std::move(name)) {
    drop();
    psql("postgres", {"-c", "CREATE DATABASE \"" + name_ + "\""});
  }
  ~NewerDatabase() { drop(); }

  static std::filesystem::path folder() { return SAFETY_SECOND_SERVER; }
  static std::string host() {
    const auto text = testing::read_text(folder() / "env");
    const auto begin = text.find("PGHOST=") + 7;
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  static std::string url_of(const std::string& database) {
    return "postgresql:///" + database + "?host=" + testing::percent_encode(host()) + "&user=postgres";
  }
  std::string url() const { return url_of(name_); }
  const std::string& name() const { return name_; }

  static std::string psql(const std::string& database, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url_of(database)});
    const auto run = testing::run_program(folder() / "bin" / "psql", arguments);
    if (run.exit_code != 0) throw std::runtime_error(run.err);
    return run.out;
  }

 private:
  void drop() {
    const auto names = psql("postgres", {"-c", "SELECT datname FROM pg_database WHERE datname = '" + name_ + "' OR starts_with(datname, '" + name_ + "__')"});
    std::istringstream lines(names);
    for (std::string line; std::getline(lines, line);)
      psql("postgres", {"-c", "DROP DATABASE \"" + line + "\" WITH (FORCE)"});
  }
  std::string name_;
};

std::string newer_programs() { return (NewerDatabase::folder() / "bin").string(); }

TEST(NewerServer, IsRefusedByAnOlderPgDumpNamingBothVersions) {
  const NewerDatabase database("newer_refused");
  const TempFolder folder;
  const auto run = testing::run_tool("safety-backup", {"--quiet"}, {{"DATABASE_URL", database.url()}, {"SAFETY_BACKUP_DIR", folder.path()},
                                                                   {"SAFETY_PG_BIN", "/usr/lib/postgresql/15/bin"}});
  EXPECT_EQ(run.exit_code, static_cast<int>(Code::version)) << run;
  EXPECT_NE(run.err.find("PostgreSQL 17"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("postgresql-client-17"), std::string::npos) << run.err;
  EXPECT_TRUE(folder.names().empty());
}

class NewerServerOdd : public ::testing::TestWithParam<const char*> {};

TEST_P(NewerServerOdd, SchemaIsBackedUpAndSwappedBackWithEqualContent) {
  const NewerDatabase database(std::string("newer_") + GetParam());
  NewerDatabase::psql(database.name(), {"-f", testing::odd_file(GetParam()).path});
  const TempFolder folder;
  const testing::Environment environment{{"DATABASE_URL", database.url()}, {"SAFETY_BACKUP_DIR", folder.path()}, {"SAFETY_PG_BIN", newer_programs()}};
  auto run = testing::run_tool("safety-backup", {"--quiet"}, environment);
  ASSERT_EQ(run.exit_code, 0) << run;
  run = testing::run_tool("safety-restore", {"latest", "--yes", "--proof", "L4", "--json"}, environment);
  ASSERT_EQ(run.exit_code, 0) << run;
  EXPECT_NE(run.last_json.value("previous", ""), "");
}

INSTANTIATE_TEST_SUITE_P(Odd, NewerServerOdd, ::testing::Values("columns", "partitions", "constraints", "functions", "privileges", "event_triggers"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST(NewerServer, IsClonedWithItsContentAndProperties) {
  const NewerDatabase database("newer_cloned");
  NewerDatabase::psql(database.name(), {"-f", testing::odd_file("columns").path});
  NewerDatabase::psql("postgres", {"-c", "ALTER DATABASE newer_cloned SET work_mem = '9MB'", "-c", "REVOKE CONNECT ON DATABASE newer_cloned FROM PUBLIC"});
  const TempFolder folder;
  const testing::Environment environment{{"DATABASE_URL", database.url()}, {"SAFETY_BACKUP_DIR", folder.path()}, {"SAFETY_PG_BIN", newer_programs()}};
  auto run = testing::run_tool("safety-backup", {"--clone", "--json"}, environment);
  ASSERT_EQ(run.exit_code, 0) << run;
  const std::string clone = run.last_json["clone"]["database"];
  const auto properties = [](const std::string& name) {
    return NewerDatabase::psql("postgres", {"-c", "SELECT (SELECT array_agg(x ORDER BY x::text) FROM unnest(d.datacl) x), s.setconfig, d.datdba FROM pg_database d LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid "
                                                  "WHERE datname = '" + name + "'"});
  };
  EXPECT_EQ(properties(clone), properties(database.name()));
  NewerDatabase::psql("postgres", {"-c", "ALTER DATABASE \"" + clone + "\" ALLOW_CONNECTIONS true"});
  const auto dump = [](const std::string& url) {
    // Each dump has a key of its own in its restrict lines.
    return testing::run_program("sh", {"-c", "\"$0\"/pg_dump -d \"$1\" --exclude-schema=safety | grep -v restrict", newer_programs(), url}).out;
  };
  EXPECT_EQ(dump(NewerDatabase::url_of(clone)), dump(database.url()));
  EXPECT_GT(dump(database.url()).size(), 1000U);
  run = testing::run_tool("safety-verify", {"latest", "--proof", "L4"}, environment);
  EXPECT_EQ(run.exit_code, 0) << run;
  run = testing::run_tool("safety-prune", {"--databases", "--yes", "--json"}, environment);
  EXPECT_EQ(run.exit_code, 0) << run;
  EXPECT_EQ(run.last_json["dropped"][0]["database"], clone);
}

TEST(NewerServer, TakesAnArchiveOfAnOlderOne) {
  const TestDatabase older;
  older.load_demo(0.01);
  const NewerDatabase newer("newer_target");
  const TempFolder folder;
  auto run = testing::run_tool("safety-backup", {"--quiet", "--json"}, {{"DATABASE_URL", older.url()}, {"SAFETY_BACKUP_DIR", folder.path()}});
  ASSERT_EQ(run.exit_code, 0) << run;
  run = testing::run_tool("safety-restore", {run.last_json["path"], "--to", newer.name() + "__copy", "--proof", "L4"},
                          {{"DATABASE_URL", newer.url()}, {"SAFETY_BACKUP_DIR", folder.path()}});
  EXPECT_EQ(run.exit_code, 0) << run;
}

TEST(OlderServer, RefusesAnArchiveOfANewerOneBeforeAnythingIsTouched) {
  const NewerDatabase newer("newer_source");
  const TestDatabase older;
  const TempFolder folder;
  auto run = testing::run_tool("safety-backup", {"--quiet", "--json"},
                               {{"DATABASE_URL", newer.url()}, {"SAFETY_BACKUP_DIR", folder.path()}, {"SAFETY_PG_BIN", newer_programs()}});
  ASSERT_EQ(run.exit_code, 0) << run;
  run = testing::run_tool("safety-restore", {run.last_json["path"], "--to", older.name() + "__copy"},
                          {{"DATABASE_URL", older.url()}, {"SAFETY_BACKUP_DIR", folder.path()}});
  EXPECT_EQ(run.exit_code, static_cast<int>(Code::version)) << run;
  EXPECT_EQ(testing::list_databases(older.name() + "__"), std::vector<std::string>{});
}

TEST(OlderServer, DumpedByANewerPgDumpRestoresWithStockTools) {
  const TestDatabase older, copy;
  older.load_demo(0.01);
  const TempFolder folder;
  const auto run = testing::run_tool("safety-backup", {"--quiet", "--json", "--format", "none"},
                                     {{"DATABASE_URL", older.url()}, {"SAFETY_BACKUP_DIR", folder.path()}, {"SAFETY_PG_BIN", newer_programs()}});
  ASSERT_EQ(run.exit_code, 0) << run;
  // PostgreSQL 17's pg_dump writes SET transaction_timeout, which an older server refuses: it must not be in there.
  copy.run_psql_file(std::string(run.last_json["path"]));
  testing::expect_equal_databases(older.url(), copy.url());
}

}  // namespace
}  // namespace safety

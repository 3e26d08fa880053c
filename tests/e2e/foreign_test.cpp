// Backups that people already have: what pg_dump wrote restores, in every format; what was cut, or is something else, is
// refused, and the database in use stays as it is.
#include <unistd.h>

#include <algorithm>
#include <random>

#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

namespace fs = std::filesystem;

struct Dump {
  std::string name, command;  // "$0" is the database's URL, "$1" the file or folder to write
  friend void PrintTo(const Dump& dump, std::ostream* out) { *out << dump.name; }
};

const std::vector<Dump>& dumps() {
  static const std::vector<Dump> all{
      {"plain", "pg_dump -d \"$0\" > \"$1\""},
      {"plain_gz", "pg_dump -d \"$0\" | gzip > \"$1\""},
      {"plain_zst", "pg_dump -d \"$0\" | zstd -q > \"$1\""},
      {"custom", "pg_dump -Fc -d \"$0\" -f \"$1\""},
      {"directory", "pg_dump -Fd -d \"$0\" -f \"$1\""},
      {"tar", "pg_dump -Ft -d \"$0\" -f \"$1\""},
      {"create", "pg_dump --create -d \"$0\" > \"$1\""},
      {"clean", "pg_dump --clean -d \"$0\" > \"$1\""},
      {"clean_if_exists", "pg_dump --clean --if-exists -d \"$0\" | gzip > \"$1\""},
      {"create_clean_if_exists", "pg_dump --create --clean --if-exists -d \"$0\" > \"$1\""},
      {"inserts", "pg_dump --inserts -d \"$0\" > \"$1\""},
      {"column_inserts_gz", "pg_dump --column-inserts --rows-per-insert=7 -d \"$0\" | gzip > \"$1\""},
  };
  return all;
}

/// Every kind of thing that a plain script can hold, few rows.
void fill(const TestDatabase& database) {
  database.execute(R"(
CREATE SCHEMA "Other; schema";
CREATE TYPE mood AS ENUM ('good', 'it''s bad');
CREATE TABLE one (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text, m mood DEFAULT 'good', twice int GENERATED ALWAYS AS (length(note) * 2) STORED);
CREATE TABLE "Other; schema".two (id serial PRIMARY KEY, one int REFERENCES one ON DELETE CASCADE, body bytea);
CREATE INDEX ON one (lower(note));
CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN n; /* ; $x$ */ END; $body$;
CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note = NEW.note || ''!''; RETURN NEW; END';
INSERT INTO one (note, m) SELECT E'tab\t back\\slash \\. line\n; quote'' ' || n, CASE n % 2 WHEN 0 THEN 'good' ELSE 'it''s bad' END::mood
  FROM generate_series(1, 3000) n;
INSERT INTO "Other; schema".two (one, body) SELECT id, decode(md5(id::text), 'hex') FROM one WHERE id % 3 = 0;
CREATE TRIGGER later BEFORE INSERT ON one FOR EACH ROW EXECUTE FUNCTION g();
CREATE VIEW v AS SELECT id, note FROM one WHERE id > 10;
CREATE MATERIALIZED VIEW mv AS SELECT count(*) AS n FROM v;
COMMENT ON TABLE one IS 'semicolon ; in a comment';
SELECT lo_from_bytea(0, '\x010203');
)");
}

fs::path make_dump(const Dump& dump, const TestDatabase& source, const fs::path& target) {
  const auto made = run_program("bash", {"-c", "set -o pipefail; " + dump.command, source.url(), target.string()});
  if (made.exit_code != 0) throw std::runtime_error("no dump: " + made.err);
  return target;
}

/// A database that must not change, and the proof that it did not.
class Production {
 public:
  Production() {
    database_.execute("CREATE TABLE precious (id int PRIMARY KEY, note text); INSERT INTO precious SELECT n, 'row ' || n FROM generate_series(1, 100) n");
    oid_ = database_.value("SELECT oid FROM pg_database WHERE datname = current_database()");
  }
  std::string url() const { return database_.url(); }
  void expect_untouched(const std::string& when) const {
    EXPECT_EQ(database_.value("SELECT oid FROM pg_database WHERE datname = current_database()"), oid_) << when;
    EXPECT_EQ(database_.value("SELECT count(*) || md5(string_agg(note, ',' ORDER BY id)) FROM precious"),
              "100" + database_.value("SELECT md5(string_agg('row ' || n, ',' ORDER BY n)) FROM generate_series(1, 100) n")) << when;
    EXPECT_EQ(list_databases(database_.name()), std::vector<std::string>{database_.name()}) << when;
  }
  const TestDatabase& database() const { return database_; }

 private:
  TestDatabase database_;
  std::string oid_;
};

class ForeignDump : public ::testing::TestWithParam<Dump> {};

TEST_P(ForeignDump, RestoresBesideAndInPlaceOfADatabase) {
  const TestDatabase source;
  fill(source);
  const Workbench bench;
  const TempFolder scratch;
  const auto file = make_dump(GetParam(), source, scratch / "dump");
  const auto copy = source.name() + "__copy";
  const auto beside = bench.restore(source.url(), {file.string(), "--to", copy});
  ASSERT_EQ(beside.exit_code, 0) << beside;
  expect_equal_databases(source.url(), connection_url(copy));

  const Production production;
  const auto unconfirmed = bench.restore(production.url(), {file.string()});
  EXPECT_EQ(unconfirmed.exit_code, static_cast<int>(Code::confirmation_needed)) << unconfirmed;
  production.expect_untouched("without --yes");
  const auto swapped = bench.restore(production.url(), {file.string(), "--yes"});
  ASSERT_EQ(swapped.exit_code, 0) << swapped;
  expect_equal_databases(source.url(), production.url());
  const auto undone = bench.restore(production.url(), {"--undo", "--yes"});
  ASSERT_EQ(undone.exit_code, 0) << undone;
  EXPECT_EQ(production.database().value("SELECT count(*) FROM precious"), "100");
}

TEST_P(ForeignDump, IsRefusedWhenItWasCut) {
  const TestDatabase source;
  fill(source);
  const Workbench bench;
  const TempFolder scratch;
  const auto file = make_dump(GetParam(), source, scratch / "dump");
  const Production production;
  // Of a directory the largest file is cut: that of a table.
  auto victim = file;
  if (fs::is_directory(file)) {
    std::uintmax_t largest = 0;
    for (const auto& entry : fs::directory_iterator(file))
      if (entry.path().filename() != "toc.dat" && entry.file_size() > largest) largest = entry.file_size(), victim = entry.path();
  }
  const bool is_pg_restores = GetParam().name == "custom" || GetParam().name == "directory";
  const auto whole = read_text(victim);
  for (const double part : {0.05, 0.3, 0.5, 0.8, 0.97}) {
    const auto cut = static_cast<std::size_t>(static_cast<double>(whole.size()) * part);
    write_text(victim, whole.substr(0, cut));
    const auto when = GetParam().name + " cut at byte " + std::to_string(cut) + " of " + std::to_string(whole.size());
    const auto refused = bench.restore(production.url(), {file.string(), "--yes"});
    // pg_restore says what is wrong with its formats; for scripts it is us.
    const auto expected = is_pg_restores ? Code::command_failed : Code::archive_incomplete;
    EXPECT_EQ(refused.exit_code, static_cast<int>(expected)) << when << "\n" << refused;
    EXPECT_EQ(refused.last_json.value("outcome", ""), name_of(expected)) << when;
    EXPECT_NE(refused.last_json.value("hint", ""), "") << when;
    production.expect_untouched(when);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, ForeignDump, ::testing::ValuesIn(dumps()), [](const ::testing::TestParamInfo<Dump>& one) { return one.param.name; });

TEST(ForeignFile, OfAllDatabasesIsRefusedBeforeItMakesARole) {
  OwnCluster cluster;
  pg::Connection admin(quiet_context(), pg::ConnectionInfo::parse(cluster.url("postgres")));
  const auto role = "of_that_server_" + std::to_string(::getpid());
  admin.execute("CREATE ROLE " + role);
  admin.execute("CREATE DATABASE one");
  admin.execute("CREATE DATABASE two");
  const Workbench bench;
  for (const std::string packed : {"cat", "gzip"}) {
    const auto file = bench.file("all." + packed);
    const auto dumped = run_program("bash", {"-c", "set -o pipefail; pg_dumpall -d \"$0\" | " + packed + " > \"$1\"", cluster.url("postgres"), file.string()});
    ASSERT_EQ(dumped.exit_code, 0) << dumped;
    const Production production;
    const auto refused = bench.restore(production.url(), {file.string(), "--yes"});
    EXPECT_EQ(refused.exit_code, static_cast<int>(Code::usage)) << refused;
    EXPECT_NE(refused.err.find("pg_dumpall"), std::string::npos) << refused;
    production.expect_untouched("pg_dumpall");
    EXPECT_EQ(admin_connection().value_of("SELECT count(*) FROM pg_roles WHERE rolname = '" + role + "'"), "0");
  }
}

TEST(ForeignFile, ThatIsNoDumpIsRefused) {
  const Workbench bench;
  std::mt19937 random(4711);
  std::string junk(100000, '\0');
  std::generate(junk.begin(), junk.end(), [&] { return static_cast<char>(random()); });
  write_text(bench.file("junk"), junk);
  write_text(bench.file("empty.sql"), "");
  write_text(bench.file("picture.png"), std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + junk.substr(0, 5000));
  write_text(bench.file("short.sql.gz"), std::string("\x1f\x8b\x08\0\0", 5));
  write_text(bench.file("junk.sql.zst"), "\x28\xb5\x2f\xfd" + junk.substr(0, 3000));
  write_text(bench.file("zeros.sql"), std::string(5000, '\0'));
  fs::create_directory(bench.file("folder"));
  const Production production;
  for (const std::string name : {"junk", "empty.sql", "picture.png", "short.sql.gz", "junk.sql.zst", "zeros.sql", "folder"}) {
    const auto refused = bench.restore(production.url(), {bench.file(name).string(), "--yes"});
    EXPECT_TRUE(refused.exit_code == static_cast<int>(Code::archive_incomplete) || refused.exit_code == static_cast<int>(Code::archive_damaged))
        << name << "\n" << refused;
    EXPECT_NE(refused.err.find("hint: "), std::string::npos) << name << "\n" << refused;
    production.expect_untouched(name);
  }
  const auto missing = bench.restore(production.url(), {bench.file("not_there.sql").string(), "--yes"});
  EXPECT_EQ(missing.exit_code, static_cast<int>(Code::no_such_checkpoint)) << missing;
}

TEST(ForeignFile, WhoseStatementsFailIsRefusedWithTheLine) {
  const Workbench bench;
  write_text(bench.file("bad.sql"), "CREATE TABLE t (id int);\nINSERT INTO t VALUES (1);\nINSERT INTO nowhere VALUES (1);\n");
  const Production production;
  const auto refused = bench.restore(production.url(), {bench.file("bad.sql").string(), "--yes"});
  EXPECT_EQ(refused.exit_code, static_cast<int>(Code::database)) << refused;
  EXPECT_NE(refused.err.find("line 3"), std::string::npos) << refused;
  production.expect_untouched("bad.sql");
}

}  // namespace
}  // namespace safety::testing

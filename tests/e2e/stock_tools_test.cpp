// The archive without us: zstdcat, zcat or cat into psql gives the same database, and a part of the file gives nothing.
#include "libsafety/archive/reader.hpp"
#include "tests/e2e/workbench.hpp"

namespace safety::testing {
namespace {

using archive::Role;

struct StockCase {
  std::string file, format;
  friend void PrintTo(const StockCase& one, std::ostream* out) { *out << one.file << " as " << one.format; }
};

class StockTools : public ::testing::TestWithParam<StockCase> {};

TEST_P(StockTools, RestoreTheSameDatabase) {
  const auto odd = odd_file(GetParam().file);
  const TestDatabase source(options_of(odd)), target(options_of(odd));
  load_odd(odd, source);
  const Workbench bench;
  const auto archive = bench.backup(source.url(), {"--format", GetParam().format});
  const auto stock = restore_by_stock_tools(archive, target.url());
  ASSERT_EQ(stock.exit_code, 0) << stock;
  expect_equal_databases(source.url(), target.url(), odd.stock_exceptions);
}

/// Every odd file but the slow ones, the formats by turns.
std::vector<StockCase> stock_cases() {
  std::vector<StockCase> cases;
  for (const auto& odd : odd_files())
    if (!odd.is_slow) cases.push_back({odd.name, std::vector<std::string>{"zst", "gz", "none"}[cases.size() % 3]});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Odd, StockTools, ::testing::ValuesIn(stock_cases()), [](const ::testing::TestParamInfo<StockCase>& one) {
  return one.param.file + "_" + one.param.format;
});

TEST(StockToolsOnTheDemoStack, RestoreTheSameDatabaseFromEveryFormat) {
  const TestDatabase source;
  source.load_demo(0.1);
  const Workbench bench;
  for (const std::string format : {"zst", "gz", "none"}) {
    const TestDatabase target;
    const auto archive = bench.backup(source.url(), {"--format", format});
    const auto stock = restore_by_stock_tools(archive, target.url());
    ASSERT_EQ(stock.exit_code, 0) << stock;
    expect_equal_databases(source.url(), target.url());
  }
}

TEST(StockToolsOnManyTables, RestoreAnArchiveWithoutEnvelopeStatementByStatement) {
  const TestDatabase source, target;
  source.execute("DO $$ BEGIN FOR i IN 1..50 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, note text)', i); "
                 "EXECUTE format('INSERT INTO t%s VALUES (%s, ''note'')', i, i); END LOOP; END $$");
  const Workbench bench;
  const auto archive = bench.backup(source.url(), {"--no-envelope"});
  const auto text = run_program("zstdcat", {archive.string()}).out;
  EXPECT_EQ(text.find("\nBEGIN;"), std::string::npos);
  EXPECT_EQ(text.find("\nCOMMIT;"), std::string::npos);
  const auto stock = restore_by_stock_tools(archive, target.url());
  ASSERT_EQ(stock.exit_code, 0) << stock;
  expect_equal_databases(source.url(), target.url());
}

class CutArchive : public ::testing::TestWithParam<std::string> {
 protected:
  /// Several kinds of frame, several frames of rows, sequences, a large object, post-data; yet few frames.
  void fill(const TestDatabase& database) const {
    database.execute(R"(
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE one (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text, m mood DEFAULT 'good');
CREATE TABLE two (id int PRIMARY KEY REFERENCES one, note text);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE VIEW v AS SELECT * FROM one;
INSERT INTO one (note) SELECT repeat(md5(n::text), 8) FROM generate_series(1, 40000) n;
INSERT INTO two SELECT n, 'of two' FROM generate_series(1, 500) n;
SELECT lo_from_bytea(0, '\x0102');
)");
  }
};

TEST_P(CutArchive, RestoresNothingWhereverItIsCut) {
  const TestDatabase source, target;
  fill(source);
  const Workbench bench;
  const auto archive = bench.backup(source.url(), {"--format", GetParam()});
  const auto reader = archive::Reader::open(quiet_context(), archive);
  const auto& frames = reader.index().frames;
  const auto begin_of_commit = frames.back().offset, end_of_commit = begin_of_commit + frames.back().stored_bytes;
  ASSERT_EQ(frames.back().role, Role::envelope);

  std::vector<std::uint64_t> cuts;
  for (const auto& frame : frames) cuts.push_back(frame.offset);
  for (std::uint64_t place = 1; place <= 32; ++place) cuts.push_back(begin_of_commit * place / 33 + place);
  for (std::uint64_t before = 1; before <= 4; ++before) cuts.push_back(begin_of_commit - before);
  for (std::uint64_t inside = 1; inside <= 4; ++inside) cuts.push_back(begin_of_commit + inside);
  for (const auto cut : cuts) {
    const auto stock = restore_by_stock_tools(archive, target.url(), "head -c " + std::to_string(cut));
    ASSERT_EQ(user_objects(target.url()), kNoObjects) << "cut at byte " << cut << " of " << reader.bytes() << "; COMMIT is at " << begin_of_commit
                                                      << ".." << end_of_commit << "\n" << stock;
  }

  // From there on the whole content is in front of the cut: only what describes the archive is lost.
  const auto stock = restore_by_stock_tools(archive, target.url(), "head -c " + std::to_string(end_of_commit));
  EXPECT_EQ(stock.exit_code, 0) << stock;
  expect_equal_databases(source.url(), target.url());
}

INSTANTIATE_TEST_SUITE_P(Formats, CutArchive, ::testing::Values("zst", "gz", "none"),
                         [](const ::testing::TestParamInfo<std::string>& one) { return one.param; });

TEST(ChecksumFile, IsWhatSha256sumReads) {
  const TestDatabase source;
  source.execute("CREATE TABLE t (id int)");
  const Workbench bench;
  const auto archive = bench.backup(source.url());
  RunOptions options;
  options.folder = bench.folder();
  const auto checked = run_program("sha256sum", {"-c", archive.filename().string() + ".sha256"}, options);
  EXPECT_EQ(checked.exit_code, 0) << checked;
}

}  // namespace
}  // namespace safety::testing

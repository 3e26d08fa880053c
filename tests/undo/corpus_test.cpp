// Every migration of corpus/ is made, written after, and undone: with a clone and with an archive as the checkpoint. What the
// undo did is judged by pg_dump, by the rows (row_oracle.hpp) and by the case's own checks, not by what the engine says.

#include <memory>
#include <sstream>

#include "libsafety/backup/backup.hpp"
#include "libsafety/pg/dump_program.hpp"
#include "libsafety/pg/quote.hpp"
#include "libsafety/restore/restore.hpp"
#include "libsafety/undo/undo.hpp"
#include "tests/testing/testing.hpp"
#include "tests/undo/corpus_case.hpp"
#include "tests/undo/row_oracle.hpp"

namespace safety::undo {
namespace {

using testing::quiet_context;
using testing::TempFolder;
using testing::TestDatabase;

pg::ClientProgram pg_dump_of(const TestDatabase& database) {
  return pg::choose_client_program(quiet_context(), "pg_dump", database.connect().server_version_num());
}

/// The schema as pg_dump writes it, without what differs from run to run.
std::string dump_schema(const pg::ClientProgram& pg_dump, const std::string& database, const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments{"--schema-only", "-d", testing::connection_url(database)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  // A case may have changed the database's own settings, which no copy has.
  testing::RunOptions run_options;
  run_options.environment["PGOPTIONS"] = "-c quote_all_identifiers=off";
  const auto run = testing::run_program(pg_dump.path, arguments, run_options);
  if (run.exit_code != 0) throw std::runtime_error("pg_dump " + database + ": " + run.err);
  std::istringstream lines(run.out);
  std::string text;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ") && !line.starts_with("-- Dumped ")) text += line + "\n";
  return text;
}

/// The first lines that differ; empty when none do.
std::string difference_of(const std::string& expected, const std::string& found) {
  std::istringstream a(expected), b(found);
  std::string before, one, other;
  while (true) {
    const bool has_one = static_cast<bool>(std::getline(a, one)), has_other = static_cast<bool>(std::getline(b, other));
    if (!has_one && !has_other) return "";
    if (has_one == has_other && one == other) {
      before = one.empty() ? before : one;
      continue;
    }
    std::string text = "after: " + before + "\n";
    for (int line = 0; line < 5; ++line, std::getline(a, one), std::getline(b, other)) text += "expected: " + (a ? one : "(end)") + "\n   found: " + (b ? other : "(end)") + "\n";
    return text;
  }
}

const std::vector<std::string> kWithoutOurs{"--exclude-schema=safety_lost", "--exclude-schema=safety"};

std::string describe(const Assessment& assessment) {
  std::string text = "assessment:\n";
  for (const auto& effect : assessment.effects)
    text += "  " + name_of(effect.loss) + ": " + effect.words + " | " + effect.detail + " | " + effect.hint + "\n";
  for (const auto& rename : assessment.renames) text += "  renamed: " + rename + "\n";
  return text + "script:\n" + assessment.sql.substr(0, 6000);
}

/// One case under way.
class Stage {
 public:
  Stage(const Case& one, const std::string& base, bool is_clone)
      : case_(one), is_clone_(is_clone), database_("TEMPLATE " + pg::quote_identifier(base)), pg_dump_(pg_dump_of(database_)) {
    run(case_.before);
    schema_before_ = dump_schema(pg_dump_, database_.name(), kWithoutOurs);
    states_.before = snapshot();
    is_clone ? make_clone() : make_archive();
    EXPECT_EQ(schema_before_, dump_schema(pg_dump_, origin_, kWithoutOurs)) << "STAGE";
    run(case_.up);
    states_.migrated = snapshot();
    run(case_.after);
    states_.written = snapshot();
    schema_written_ = dump_schema(pg_dump_, database_.name());
    complete_request();
  }

  void expect_its_fate() {
    const auto assessment = assess(quiet_context(), request_);
    SCOPED_TRACE(describe(assessment));
    expect_assessment(assessment);
    if (case_.expected == Loss::impossible)
      expect_refusal();
    else
      expect_undo();
  }

 private:
  void run(const std::string& sql) const {
    if (sql.empty()) return;
    TempFolder folder;
    testing::write_text(folder / "section.sql", sql);
    database_.run_psql_file(folder / "section.sql");
  }

  Snapshot snapshot() const {
    auto connection = database_.connect();
    return read_snapshot(connection);
  }

  void make_clone() {
    origin_ = database_.name() + "__clone";
    testing::admin_connection().execute("CREATE DATABASE " + pg::quote_identifier(origin_) + " TEMPLATE " + pg::quote_identifier(database_.name()));
  }

  void make_archive() {
    backup::BackupOptions backup;
    backup.folder = folder_.path();
    backup.writes_registry = false;
    backup.tool_version = "0.1.0-test";
    request_.archive = backup::back_up(quiet_context(), database_.info(), backup).path;
    origin_ = database_.name() + "__origin";
    restore::RestoreOptions restore;
    restore.folder = folder_.path();
    restore.source = request_.archive;
    restore.mode = restore::Mode::new_database;
    restore.new_name = origin_;
    restore.is_schema_only = true;
    restore.analyzes = false;
    restore::restore(quiet_context(), database_.info(), restore);
  }

  void complete_request() {
    request_.target = database_.info();
    request_.origin = testing::connection_info(origin_);
    request_.is_clone = is_clone_;
    request_.pg_dump = pg_dump_;
    request_.fills = case_.fills;
    request_.restores_rows_of = case_.restores_rows_of;
    request_.cascades = case_.cascades;
    request_.made_by_migration = case_.made_by_migration;
    request_.stamp = "20260101_000000";
  }

  void expect_assessment(const Assessment& assessment) const {
    auto worst = Loss::lossless;
    std::string everything;
    for (const auto& effect : assessment.effects) {
      worst = std::max(worst, effect.loss);
      everything += effect.words + "\n" + effect.detail + "\n" + effect.hint + "\n";
      EXPECT_TRUE(effect.loss == Loss::lossless || !effect.detail.empty()) << effect.words;
      EXPECT_TRUE(effect.loss != Loss::impossible || !effect.hint.empty()) << effect.words;
    }
    EXPECT_EQ(name_of(worst), name_of(case_.expected));
    EXPECT_EQ(assessment.is_possible(), worst != Loss::impossible);
    EXPECT_EQ(assessment.is_lossless(), worst == Loss::lossless);
    for (const auto& text : case_.says) EXPECT_THAT(everything, ::testing::HasSubstr(text));
  }

  void expect_refusal() const {
    bool runs_its_own = false;
    const auto error = testing::error_of([&] { undo(quiet_context(), request_, [&](pg::Connection&) { runs_its_own = true; }); });
    EXPECT_EQ(error.code(), Code::not_reversible) << error.message() << "\n" << error.detail();
    EXPECT_FALSE(error.hint().empty());
    EXPECT_FALSE(runs_its_own);
    EXPECT_EQ(difference_of(schema_written_, dump_schema(pg_dump_, database_.name())), "");
    EXPECT_THAT(find_differences(states_.written, snapshot()), ::testing::IsEmpty());
  }

  void expect_undo() {
    const auto result = undo(quiet_context(), request_, [](pg::Connection&) {});
    EXPECT_TRUE(case_.expected == Loss::lossy || result.kept.empty()) << ::testing::PrintToString(result.kept);
    EXPECT_EQ(difference_of(schema_before_, dump_schema(pg_dump_, database_.name(), kWithoutOurs)), "");
    EXPECT_EQ(difference_of(schema_before_, dump_schema(pg_dump_, origin_, kWithoutOurs)), "") << "the checkpoint itself was changed";
    states_.undone = snapshot();
    expect_rows();
    for (const auto& check : case_.checks) expect_true(check);
    expect_nothing_left();
    expect_sequences_ahead();
  }

  void expect_rows() const {
    Allowances allowances;
    allowances.is_of_orphans = case_.is_of_orphans();
    allowances.restores_rows_of.insert(case_.restores_rows_of.begin(), case_.restores_rows_of.end());
    for (const auto& fill : case_.fills) allowances.fills.insert(fill.table + "." + fill.column);
    EXPECT_THAT(find_wrong_rows(states_, allowances), ::testing::IsEmpty());
  }

  void expect_true(const std::string& sql) const {
    try {
      EXPECT_EQ(database_.value(sql), "t") << sql;
    } catch (const Error& error) {
      ADD_FAILURE() << sql << ": " << error.message() << " " << error.detail();
    }
  }

  void expect_nothing_left() const {
    auto again = request_;
    again.fills.clear();
    again.restores_rows_of.clear();
    again.cascades = false;
    const auto assessment = assess(quiet_context(), again);
    EXPECT_TRUE(assessment.changes.empty() && assessment.renames.empty()) << "after the undo, the next one would do:\n" << describe(assessment);
  }

  void expect_sequences_ahead() const {
    auto connection = database_.connect();
    const auto columns = connection.execute(
        "SELECT format('SELECT coalesce(nextval(%L) > (SELECT max(%I) FROM %s), true)', s.sequence, a.attname, a.attrelid::regclass) "
        "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema|safety)', "
        "pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS s(sequence) "
        "WHERE a.attnum > 0 AND NOT a.attisdropped AND s.sequence IS NOT NULL AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)");
    for (int row = 0; row < columns.rows(); ++row) expect_true(columns.text(row, 0));
  }

  const Case& case_;
  const bool is_clone_;
  const TestDatabase database_;
  const pg::ClientProgram pg_dump_;
  const TempFolder folder_;
  std::string origin_;
  UndoRequest request_;
  std::string schema_before_, schema_written_;  // the first without our schemas
  States states_;
};

class UndoCorpus : public ::testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() {
    base_ = std::make_unique<TestDatabase>();
    base_->run_psql_file(testing::source_path("tests/undo/base.sql"));
  }
  static void TearDownTestSuite() { base_.reset(); }

  static void expect_fate(bool is_clone) {
    const auto one = read_case(testing::source_path("tests/undo/corpus/" + GetParam() + ".sql"));
    SCOPED_TRACE(one.name + ": " + one.title);
    Stage(one, base_->name(), is_clone).expect_its_fate();
  }

  inline static std::unique_ptr<TestDatabase> base_;
};

/// Names and oids of the checkpoint are known from a clone only: each such case says why it is not here.
class UndoCorpusOfArchives : public UndoCorpus {};

std::vector<std::string> archive_case_names() {
  auto names = case_names();
  std::erase_if(names, [](const std::string& name) { return !read_case(testing::source_path("tests/undo/corpus/" + name + ".sql")).not_in_archive_mode.empty(); });
  // What differs from a clone is where definitions and rows are read from, which is the same code for each: every third does.
  if (const char* wanted = std::getenv("SAFETY_CORPUS"); wanted == nullptr || std::string(wanted) != "all") {
    std::size_t number = 0;
    std::erase_if(names, [&](const std::string& name) { return number++ % 3 != 0 && !name.starts_with("seed_"); });
  }
  return names;
}

TEST_P(UndoCorpus, FromAClone) { expect_fate(true); }
TEST_P(UndoCorpusOfArchives, FromAnArchive) { expect_fate(false); }

INSTANTIATE_TEST_SUITE_P(Case, UndoCorpus, ::testing::ValuesIn(case_names()), [](const auto& one) { return one.param; });
INSTANTIATE_TEST_SUITE_P(Case, UndoCorpusOfArchives, ::testing::ValuesIn(archive_case_names()), [](const auto& one) { return one.param; });

TEST(UndoCorpusFiles, AreManyAndOfEachFate) {
  int of_fate[3] = {};
  for (const auto& name : case_names()) ++of_fate[static_cast<int>(read_case(testing::source_path("tests/undo/corpus/" + name + ".sql")).expected)];
  EXPECT_GE(of_fate[0] + of_fate[1] + of_fate[2], 95);
  for (const int count : of_fate) EXPECT_GE(count, 20);
}

}  // namespace
}  // namespace safety::undo

#pragma once
// The demo stack as a deploy finds it: a database with the demo's rows, and beside it the project of
// tests/stack/migrations with the real Prisma Migrate and the real Drizzle Kit, a case of its cases laid over it.
//
// The tools are those of scripts/migration-tools; ctest installs them. To run a test program by hand:
//   scripts/migration-tools && SAFETY_TEST_CLUSTER=... build/release/tests/test_deploy --gtest_filter=...

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/testing/testing.hpp"

namespace safety::testing {

struct StageOptions {
  double scale = 0.01;   // of scripts/demo-data
  bool has_demo = true;  // false: an empty database, which nothing was ever deployed to
};

/// Everything of it goes with the object, but for what a test copied elsewhere.
class ProjectStage {
 public:
  /// `name` is a folder of tests/stack/migrations/cases; empty: the project and the database as they agree.
  explicit ProjectStage(const std::string& name = {}, StageOptions options = {});

  // ---- what tools are pointed at
  /// Holds safety.toml, api/ and backups/. Safety tools run here.
  const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  /// "api", where the migration tools run.
  std::filesystem::path project() const { return folder_ / "api"; }
  std::filesystem::path backups() const { return folder_ / "backups"; }
  const TestDatabase& database() const noexcept { return database_; }
  std::string url() const { return database_.url(); }
  /// DATABASE_URL, and what keeps the tools from the network.
  Environment environment() const;

  // ---- changing the project
  /// Lays one more case over it: files, *.diff, and before.sql into the database.
  void lay_over(const std::string& name);
  /// Writes safety.toml: backup_dir, [migrations] with these commands, then `more` as it is.
  void configure(const std::vector<std::string>& commands, std::string_view more = {}) const;

  // ---- the migration tools, past the toolkit
  ToolRun prisma(const std::vector<std::string>& arguments, RunOptions options = {}) const;
  Background start_prisma(const std::vector<std::string>& arguments, RunOptions options = {}) const;
  ToolRun drizzle(const std::vector<std::string>& arguments, RunOptions options = {}) const;
  /// A line for /bin/sh in project(), as a pipeline has it: "npx prisma migrate deploy".
  ToolRun shell(const std::string& line, RunOptions options = {}) const;

  // ---- safety's tools, in folder() and with environment()
  ToolRun run(const std::string& tool, const std::vector<std::string>& arguments, Environment more = {}) const;
  Background start(const std::string& tool, const std::vector<std::string>& arguments, Environment more = {}) const;

  // ---- looking
  std::string value(const std::string& sql) const { return database_.value(sql); }
  /// Tables of schema public with their rows: {"users", 4}.
  std::map<std::string, long> rows() const;
  /// "applied", "failed", "unfinished", "rolled back", or "" without a row: of the newest row with that name.
  std::string state_of(const std::string& migration) const;
  /// Definitions and rows, a line an object: of the main API's tables with their sequences, of all enums and of the
  /// history; or of the media API's tables. Equal texts are equal content.
  std::string prisma_content() const { return content(false); }
  std::string drizzle_content() const { return content(true); }
  /// All definitions, as pg_dump writes them, but for the toolkit's own.
  std::string schema() const;

 private:
  std::string content(bool is_drizzle) const;
  RunOptions options_of(RunOptions options, const std::filesystem::path& folder) const;

  TempFolder folder_;
  TestDatabase database_;
};

}  // namespace safety::testing

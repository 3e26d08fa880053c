#pragma once
// What the suites of bad input share: each run is judged by its exit code, its message, its hint and what it left.

#include "tests/fault/fault_stage.hpp"

namespace safety::testing {

/// "tool: error: ..." with all of these words, and a hint that says what to do.
inline void expect_error(const ToolRun& run, int exit_code, const std::vector<std::string>& words) {
  EXPECT_EQ(run.exit_code, exit_code) << run;
  EXPECT_THAT(run.err, ::testing::HasSubstr(": error: ")) << run;
  EXPECT_THAT(run.err, ::testing::HasSubstr("\n  hint: ")) << run;
  for (const auto& word : words) EXPECT_THAT(run.err, ::testing::HasSubstr(word)) << run;
}

class BadInput : public ::testing::Test {
 protected:
  TestDatabase database;
  Stage stage{database};
  std::string content = stage.content();

  /// The archive file of the stage's first checkpoint.
  std::filesystem::path archive_path() const { return stage.folder() / (stage.checkpoint() + ".sql.zst"); }

  /// Nothing half-written, nothing beside, production untouched, and the tools still work.
  void expect_nothing_left(const std::string& production) const {
    EXPECT_EQ(stage.content(), production);
    EXPECT_THAT(stage.databases_beside("staging"), ::testing::IsEmpty());
    EXPECT_THAT(stage.databases_beside("proof"), ::testing::IsEmpty());
    EXPECT_THAT(stage.files_ending(".partial"), ::testing::IsEmpty());
    EXPECT_EQ(stage.half_done_work(), "");
  }
  void expect_no_backup_left() const {
    EXPECT_THAT(stage.files_ending(".sql.zst"), ::testing::IsEmpty());
    EXPECT_THAT(stage.files_ending(".json"), ::testing::IsEmpty());
    expect_nothing_left(content);
  }
};

}  // namespace safety::testing

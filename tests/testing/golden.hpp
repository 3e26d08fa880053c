#pragma once
// Texts against files of the source tree, byte for byte. SAFETY_GOLDEN_UPDATE=1 rewrites the files: look at the difference before it is committed.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace safety::testing {

/// `file` is a path of the source tree: "tests/checkpoint/retention/nightly.txt".
inline void expect_golden_file(const std::string& file, const std::string& text) {
  const auto path = std::filesystem::path(SAFETY_SOURCE_DIR) / file;
  if (const char* update = std::getenv("SAFETY_GOLDEN_UPDATE"); update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream stream(path, std::ios::binary);
  ASSERT_TRUE(stream) << path << " is missing: SAFETY_GOLDEN_UPDATE=1 makes it";
  std::ostringstream golden;
  golden << stream.rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path;
}

/// Of a suite's folder `golden`: expect_golden("rollback", "undo.txt", text).
inline void expect_golden(const std::string& suite, const std::string& name, const std::string& text) {
  expect_golden_file("tests/" + suite + "/golden/" + name, text);
}

}  // namespace safety::testing

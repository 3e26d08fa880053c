#pragma once
// Texts against files in tests/rollback/golden, byte for byte. SAFETY_GOLDEN_UPDATE=1 rewrites the files: look at the difference before it is committed.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace safety::testing {

inline void expect_golden(const std::string& name, const std::string& text) {
  const auto path = std::filesystem::path(SAFETY_SOURCE_DIR) / "tests/rollback/golden" / name;
  if (const char* update = std::getenv("SAFETY_GOLDEN_UPDATE"); update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing: SAFETY_GOLDEN_UPDATE=1 makes it";
  std::ostringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << path;
}

}  // namespace safety::testing

#pragma once
// tests/archive/fixtures: scripts as pg_dump wrote them.

#include "tests/testing/testing.hpp"

namespace safety::archive {

inline std::string read_fixture(const std::string& name) { return testing::read_text(testing::source_path("tests/archive/fixtures/" + name)); }

}  // namespace safety::archive

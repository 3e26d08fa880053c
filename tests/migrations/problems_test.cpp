// PROBLEMS.md and the sources name the same codes.
#include <set>

#include "tests/testing/testing.hpp"

namespace safety::migrations {
namespace {

/// What stands between two quotes and looks like a code.
std::set<std::string> codes_in(const std::string& text, char quote) {
  std::set<std::string> codes;
  for (const char* begin : {"prisma-", "drizzle-", "command-"}) {
    const auto opening = quote + std::string(begin);
    for (auto at = text.find(opening); at != std::string::npos; at = text.find(opening, at + 1)) {
      const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 1);
      if (end < text.size() && text[end] == quote && end > at + opening.size()) codes.insert(text.substr(at + 1, end - at - 1));
    }
  }
  codes.erase("drizzle-kit");
  return codes;
}

TEST(Problems, AreDocumentedUnderTheCodesThatTheSourcesGive) {
  std::string sources;
  for (const auto& entry : std::filesystem::directory_iterator(testing::source_path("libsafety/migrations")))
    if (entry.path().extension() == ".cpp") sources += testing::read_text(entry.path());
  auto given = codes_in(sources, '"');
  // Made of the tool's name and an ending.
  for (const char* ending : {"-no-permission", "-unknown-history", "-further-history"}) {
    EXPECT_NE(sources.find("history.tool + \"" + std::string(ending) + "\""), std::string::npos) << ending;
    for (const char* tool : {"prisma", "drizzle"}) given.insert(tool + std::string(ending));
  }
  EXPECT_EQ(codes_in(testing::read_text(testing::source_path("libsafety/migrations/PROBLEMS.md")), '`'), given);
}

}  // namespace
}  // namespace safety::migrations

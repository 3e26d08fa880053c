#include "libsafety/archive/script_text.hpp"

#include <gtest/gtest.h>

#include "libsafety/base/error.hpp"
#include "tests/archive/fixture.hpp"

namespace safety::archive {
namespace {

// Takes `line` out of `text`, `times` times from the left.
std::string without_line(std::string text, const std::string& line, int times = 1) {
  for (; times > 0; --times) {
    const auto at = text.find(line + "\n");
    EXPECT_NE(at, std::string::npos) << line;
    if (at != std::string::npos) text.erase(at, line.size() + 1);
  }
  return text;
}

constexpr const char* kHeader[] = {"SET statement_timeout = 0;",
                                   "SET lock_timeout = 0;",
                                   "SET idle_in_transaction_session_timeout = 0;",
                                   "SET client_encoding = 'UTF8';",
                                   "SET standard_conforming_strings = on;",
                                   "SELECT pg_catalog.set_config('search_path', '', false);",
                                   "SET check_function_bodies = false;",
                                   "SET xmloption = content;",
                                   "SET client_min_messages = warning;",
                                   "SET row_security = off;"};

TEST(ScriptText, TakesOnlyTheRestrictLinesOut) {
  for (const std::string file : {"odd_pre_data.sql", "odd_post_data.sql", "odd_whole.sql", "odd_inserts.sql"}) {
    const auto text = read_fixture(file);
    auto expected = without_line(text, "\\restrict fixture");
    expected = without_line(expected, "\\unrestrict fixture");
    EXPECT_EQ(clean_section(text, false), expected) << file;
  }
}

TEST(ScriptText, KeepsRestrictLinesInsideBodiesAndComments) {
  const auto clean = clean_section(read_fixture("odd_pre_data.sql"), true);
  EXPECT_NE(clean.find("\n\\restrict not_a_command\n"), std::string::npos);
  EXPECT_NE(clean.find("\nBEGIN;\nCOMMIT;\n\\restrict x\n"), std::string::npos);
  EXPECT_NE(clean.find("\nSET statement_timeout = 0;\nBEGIN;"), std::string::npos);
}

TEST(ScriptText, StripsTheHeadersSettingsAndNothingElse) {
  for (const std::string file : {"odd_pre_data.sql", "odd_post_data.sql", "odd_large_objects.sql"}) {
    const auto text = read_fixture(file);
    auto expected = without_line(without_line(text, "\\restrict fixture"), "\\unrestrict fixture");
    for (const char* line : kHeader) expected = without_line(expected, line);
    EXPECT_EQ(clean_section(text, true), expected) << file;
  }
  // Without a table access method of its own this section's first object needs the tablespace, above its comment block.
  EXPECT_NE(clean_section(read_fixture("odd_post_data.sql"), true).find("SET default_tablespace = '';"),
            std::string::npos);
}

TEST(ScriptText, KeepsSettingsBetweenObjects) {
  const std::string text =
      "SET a = 1;\nSET SESSION AUTHORIZATION 'x';\nSET search_path = s, pg_catalog;\nSET default_with_oids = false;\n"
      "-- Name: a; Type: TABLE; Schema: s; Owner: o\nSET b = 2;\nSELECT 1;\n";
  EXPECT_EQ(clean_section(text, true), text.substr(11));
  EXPECT_EQ(clean_section(text, false), text);
}

TEST(ScriptText, TakesAStatementOutOfASharedLine) {
  EXPECT_EQ(clean_section("/* a */ SET a = 1; SELECT 1;\n", true), "/* a */  SELECT 1;\n");
  EXPECT_EQ(clean_section("SET a = 1; SET b = 2;\nSELECT 1;", true), " \nSELECT 1;");
  EXPECT_EQ(clean_section("  SET a = 1;  \r\n\\restrict x", true), "");
}

TEST(ScriptText, StripsTheTransactionsOfLargeObjects) {
  const auto text = read_fixture("odd_large_objects.sql");
  const auto stripped = strip_transaction_commands(text);
  EXPECT_EQ(stripped, without_line(without_line(text, "BEGIN;"), "COMMIT;"));
}

TEST(ScriptText, StripsTransactionsAtStatementLevelOnly) {
  const std::string text = "BEGIN;\nSELECT '\nBEGIN;\n';\nDO $$\nCOMMIT;\n$$;\nCOMMIT;\nSELECT 1; COMMIT;\nbegin;\n";
  EXPECT_EQ(strip_transaction_commands(text), "SELECT '\nBEGIN;\n';\nDO $$\nCOMMIT;\n$$;\nSELECT 1; COMMIT;\nbegin;\n");
}

TEST(ScriptText, RefusesATextThatEndsEarly) {
  EXPECT_THROW(clean_section("SELECT 'a", true), Error);
  EXPECT_THROW(strip_transaction_commands("BEGIN;\nSELECT 1"), Error);
}

TEST(ScriptText, LeavesEmptyTextEmpty) {
  EXPECT_EQ(clean_section("", true), "");
  EXPECT_EQ(strip_transaction_commands(""), "");
}

}  // namespace
}  // namespace safety::archive
